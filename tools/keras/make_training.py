"""Known answers of Keras for losses with their gradients, steps of optimizers, and metrics.

Python 3.11 with keras 3.15.1, tensorflow-cpu 2.21.0 (the backend) and numpy 2.4.6:
    python tools/keras/make_training.py tests/fixtures/training
"""
import os
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np
import tensorflow as tf
from keras import ops
from keras.src.losses.loss import reduce_weighted_values

assert keras.__version__ == "3.15.1", keras.__version__
random = np.random.default_rng(11)


def text(*values):
    """Numbers in few digits, arrays as their length and numbers."""
    words = []
    for value in values:
        if value is None:
            words.append("0")
        elif isinstance(value, str):
            words.append(value)
        else:
            array = np.asarray(value)
            words += [] if array.ndim == 0 else [str(array.size)]
            words += [f"{number:.{9 if array.dtype == np.float32 else 12}g}" for number in array.ravel()]
    return " ".join(words)


def numbers(*shape, low=-2.0, high=2.0):
    return np.round(random.uniform(low, high, size=shape), 3)


def probabilities(rows, columns):
    p = numbers(rows, columns, low=0.05, high=1)
    return np.round(p / p.sum(axis=1, keepdims=True), 4)


def one_hot(rows, columns):
    return np.eye(columns)[random.integers(0, columns, rows)]


def values_and_gradients(function, y, p):
    p = tf.constant(p, dtype=keras.config.floatx())
    with tf.GradientTape() as tape:
        tape.watch(p)
        values = function(tf.constant(y, dtype=p.dtype), p)
    return values, tape.gradient(values, p)


def losses():
    keras.config.set_floatx("float64")
    L = keras.losses
    bits = (numbers(4, 3) > 0).astype(float)
    unit = numbers(4, 3, low=0.02, high=0.98)
    classes = np.array([2.0, 0.0, 4.0, 1.0])
    saturated = np.array([[0, 1, 0.5], [1, 0, 1e-9], [0.3, 0.6, 0.1], [1, 1, 0]])
    multi = numbers(4, 5, low=0, high=1)

    def cases():
        for name in ["mean_squared_error", "mean_absolute_error", "mean_absolute_percentage_error", "log_cosh", "cosine_similarity"]:
            yield name, {}, {}, numbers(4, 3), numbers(4, 3)
        yield "mean_squared_logarithmic_error", {}, {}, numbers(4, 3, low=-1), numbers(4, 3, low=-1)
        yield "huber", {"delta": 1.0}, {"a": 1}, numbers(4, 3), numbers(4, 3)
        yield "huber", {"delta": 0.4}, {"a": 0.4}, numbers(4, 1), numbers(4, 1)
        for name in ["hinge", "squared_hinge"]:
            yield name, {}, {}, bits, numbers(4, 3)
            yield name, {}, {}, np.sign(numbers(4, 3)), numbers(4, 3)
            yield name, {}, {}, numbers(4, 3), numbers(4, 3)
        yield "poisson", {}, {}, numbers(4, 3, low=0), numbers(4, 3, low=0.1)
        yield "kl_divergence", {}, {}, probabilities(4, 3), probabilities(4, 3)
        yield "kl_divergence", {}, {}, bits, saturated
        for p, logits in [(unit, False), (saturated, False), (numbers(4, 3, low=-9, high=9), True)]:
            for smoothing in [0, 0.2]:
                options = {"from_logits": logits, "label_smoothing": smoothing}
                yield "binary_crossentropy", options, options, bits, p
                own = {"alpha": 0.3, "gamma": 1.7}
                for balancing in [False, True]:
                    yield (
                        "binary_focal_crossentropy",
                        {**options, **own, "apply_class_balancing": balancing},
                        {**options, "a": 0.3, "b": 1.7, "c": float(balancing)},
                        bits,
                        np.clip(p, 0.01, 0.99) if p is saturated else p,
                    )
        yield "categorical_hinge", {}, {}, one_hot(4, 5), numbers(4, 5)
        yield "categorical_hinge", {}, {}, one_hot(2, 2), np.array([[0.0, 0], [-3, 0.5]])
        yield "dice", {"axis": 1}, {}, bits, unit
        yield "tversky", {"axis": 1, "alpha": 0.3, "beta": 0.6}, {"a": 0.3, "b": 0.6}, bits, unit
        scores = numbers(4, 5, low=-6, high=6)
        peaked = np.array([[1, 0, 0, 0, 0], [0.2, 0.1, 0.1, 0.3, 0.3], [0, 0, 1, 0, 1], [0, 1, 0, 0, 0.0]])
        for p, logits in [(probabilities(4, 5), False), (multi, False), (peaked, False), (scores, True)]:
            for y in [one_hot(4, 5), multi]:
                options = {"from_logits": logits, "label_smoothing": 0.1 if y is multi else 0}
                yield "categorical_crossentropy", options, options, y, p
                if p is peaked:
                    continue
                own = {"alpha": 0.4, "gamma": 2.5}
                focal = {**options, "a": 0.4, "b": 2.5}
                yield "categorical_focal_crossentropy", {**options, **own}, focal, y, p
            options = {"from_logits": logits}
            yield "sparse_categorical_crossentropy", options, options, classes, p
            yield "sparse_categorical_crossentropy", {**options, "ignore_class": 4}, {**options, "ignore": 4}, classes, p
        yield "categorical_generalized_cross_entropy", {"q": 0.7}, {"a": 0.7}, classes, probabilities(4, 5)

    for name, keywords, q, y, p in cases():
        values, gradients = values_and_gradients(lambda y, p: getattr(L, name)(y, p, **keywords), y, p)
        arguments = [q.get(key, 0) for key in ["a", "b", "c", "from_logits", "label_smoothing"]]
        ignore = q.get("ignore", -1)
        yield text("loss", name, *arguments, ignore, p.shape[1], y, p, values, gradients)

    for gamma, margin, remove in [(80, 0.4, True), (3, 0.25, False), (3, 0.25, True)]:
        embeddings = numbers(6, 4)
        embeddings /= np.linalg.norm(embeddings, axis=1, keepdims=True)
        labels = np.array([0.0, 1, 1, 0, 2, 0])
        weights = numbers(6, low=0.5)

        def circle(y, p):
            return L.circle(y, p, gamma=gamma, margin=margin, remove_diagonal=remove)

        values, _ = values_and_gradients(circle, labels, embeddings)
        _, gradients = values_and_gradients(
            lambda y, p: tf.gather(circle(y, p), [0, 1, 2, 3, 5]) * np.delete(weights, 4), labels, embeddings
        )
        # Label 2 stands alone: without its own pair it has no positive ones, and Keras' gradient is NaN.
        weights[4] = 0
        yield text("circle", gamma, margin, remove, 4, labels, embeddings, weights, values, gradients)

    labels = np.array([[1.0, 1, 2], [3, 0, 0], [2, 1, 3], [0, 0, 0]])
    logits = numbers(4, 6, 4)
    values, gradients = values_and_gradients(L.ctc, labels, logits)
    yield text("ctc", 3, 6, 4, labels, logits, values, gradients)

    values = numbers(6)
    for reduction in ["mean", "sum", "mean_with_sample_weight", "none"]:
        for weights in [None, numbers(6, low=0), np.zeros(6)]:
            for mask in [None, np.array([1, 0, 1, 1, 0, 1]), np.zeros(6)]:
                x = tf.constant(values)
                with tf.GradientTape() as tape:
                    tape.watch(x)
                    result = reduce_weighted_values(
                        x, None if weights is None else tf.constant(weights), None if mask is None else tf.constant(mask > 0),
                        reduction, "float64",
                    )
                slope = tape.gradient(result, x)
                slope = np.zeros(6) if slope is None else slope
                yield text("reduce", reduction, values, weights, mask, np.sum(result), slope)


def optimizers():
    """Three variables: a kernel [3, 5], a bias [5], a tall kernel [6, 2]; steps of random gradients."""
    keras.config.set_floatx("float32")
    shapes = [(3, 5), (5,), (6, 2)]
    steps = 5
    weights = [numbers(*shape) for shape in shapes]
    gradients = [[numbers(*shape) for shape in shapes] for _ in range(steps)]
    gradients[2][1][:3] = 0
    flat = lambda arrays: np.concatenate([np.ravel(array) for array in arrays])
    yield text("data", steps, flat(weights), flat([flat(each) for each in gradients]))

    O = keras.optimizers
    betas = {"a": 0.8, "b": 0.95, "c": 1e-5}
    beta_options = {"beta_1": 0.8, "beta_2": 0.95, "epsilon": 1e-5}
    adam = {"a": 0.9, "b": 0.999, "c": 1e-7}
    sgd = {"a": 0.0}
    cases = [
        ("sgd", O.SGD, {}, sgd),
        ("sgd", O.SGD, {"momentum": 0.7}, {"a": 0.7, "slots": 1}),
        ("sgd", O.SGD, {"momentum": 0.7, "nesterov": True}, {"a": 0.7, "b": 1, "slots": 1}),
        ("rmsprop", O.RMSprop, {}, {"a": 0.9, "c": 1e-7, "slots": 1}),
        ("rmsprop", O.RMSprop, {"momentum": 0.6, "rho": 0.8}, {"a": 0.8, "b": 0.6, "c": 1e-7, "slots": 3}),
        ("rmsprop", O.RMSprop, {"centered": True, "epsilon": 1e-3}, {"a": 0.9, "c": 1e-3, "slots": 5}),
        ("rmsprop", O.RMSprop, {"centered": True, "momentum": 0.6}, {"a": 0.9, "b": 0.6, "c": 1e-7, "slots": 7}),
        ("adam", O.Adam, {}, {**adam, "slots": 3}),
        ("adam", O.Adam, {**beta_options, "amsgrad": True}, {**betas, "slots": 7}),
        ("adam", O.AdamW, {"weight_decay": 0.05}, {**adam, "slots": 3, "decay": 0.05}),
        ("nadam", O.Nadam, beta_options, {**betas, "slots": 3}),
        ("adamax", O.Adamax, beta_options, {**betas, "slots": 3}),
        ("adagrad", O.Adagrad, {"initial_accumulator_value": 0.2}, {"a": 1e-7, "slots": 1, "initial": 0.2}),
        ("adadelta", O.Adadelta, {"epsilon": 1e-4}, {"a": 0.95, "b": 1e-4, "slots": 3}),
        ("ftrl", O.Ftrl, {}, {"a": -0.5, "slots": 3, "initial": 0.1}),
        (
            "ftrl",
            O.Ftrl,
            {
                "learning_rate_power": -0.3, "l1_regularization_strength": 0.05, "l2_regularization_strength": 0.15,
                "l2_shrinkage_regularization_strength": 0.01, "beta": 0.2,
            },
            {"a": -0.3, "b": 0.05, "c": 0.15, "d": 0.01, "e": 0.2, "slots": 3, "initial": 0.1},
        ),
        ("lion", O.Lion, {"weight_decay": 0.1}, {"a": 0.9, "b": 0.99, "slots": 1, "decay": 0.1}),
        ("lamb", O.Lamb, {**beta_options, "weight_decay": 0.1}, {**betas, "slots": 3, "decay": 0.1}),
        ("adafactor", O.Adafactor, {}, {"a": -0.8, "b": 1e-30, "c": 1e-3, "d": 1, "slots": 7}),
        (
            "adafactor",
            O.Adafactor,
            {"beta_2_decay": -0.5, "clip_threshold": 0.6, "weight_decay": 0.1},
            {"a": -0.5, "b": 1e-30, "c": 1e-3, "d": 0.6, "slots": 7, "decay": 0.1},
        ),
        ("muon", O.Muon, {"adam_weight_decay": 0.1}, {"a": 0.95, "b": 1, "c": 0.2, "d": 5, "slots": 1, "decay": 0.004}),
        (
            "muon",
            O.Muon,
            {"adam_weight_decay": 0.1, "nesterov": False, "rms_rate": None, "ns_steps": 3, "weight_decay": None, "adam_lr_ratio": 0.5},
            {"a": 0.95, "d": 3, "slots": 1, "ratio": 0.5},
        ),
        ("sgd", O.SGD, {"weight_decay": 0.1}, {"decay": 0.1, "exclude": 1}),
        ("sgd", O.SGD, {"clipnorm": 1.5}, {"clipnorm": 1.5}),
        ("sgd", O.SGD, {"global_clipnorm": 1.5}, {"global_clipnorm": 1.5}),
        ("sgd", O.SGD, {"clipvalue": 0.6}, {"clipvalue": 0.6}),
        ("sgd", O.SGD, {"loss_scale_factor": 4.0}, {"loss_scale": 4}),
        ("adam", O.Adam, {"gradient_accumulation_steps": 2, "clipvalue": 0.6}, {**adam, "slots": 3, "accumulate": 2, "clipvalue": 0.6}),
        ("sgd", O.SGD, {"use_ema": True, "ema_momentum": 0.7, "ema_overwrite_frequency": 3}, {"ema": 0.7, "overwrite": 3}),
    ]
    keys = ["a", "b", "c", "d", "e", "slots", "initial", "decay", "exclude", "ratio"]
    keys += ["clipnorm", "global_clipnorm", "clipvalue", "loss_scale", "accumulate", "ema", "overwrite"]
    for name, make, options, q in cases:
        optimizer = make(learning_rate=0.1, **options)
        variables = [keras.Variable(each, dtype="float32", name=f"v{i}") for i, each in enumerate(weights)]
        if q.get("exclude"):
            optimizer.exclude_from_weight_decay(var_list=[variables[1]])
        optimizer.build(variables)
        trajectory = []
        for each in gradients:
            optimizer.apply([ops.convert_to_tensor(g, "float32") for g in each], variables)
            trajectory.append(flat([ops.convert_to_numpy(v) for v in variables]))
        yield text("case", name, *[q.get(key, 0) for key in keys], flat(trajectory))


def metrics():
    keras.config.set_floatx("float32")
    M = keras.metrics
    tied = np.round(random.uniform(0, 1, (8, 6)), 1)
    truth = one_hot(8, 6)
    classes = np.argmax(truth, axis=1).astype(float)
    bits = (numbers(8, 6) > 0).astype(float)
    infinite = tied.copy()
    infinite[3, 2] = np.inf
    for kind, function, y, p, parameter in [
        ("exact", lambda y, p: M.Accuracy()._fn(y, p), np.round(tied + bits * 0.1, 1), tied, 0),
        ("binary", lambda y, p: M.binary_accuracy(y, p, threshold=0.4), bits, tied, 0.4),
        ("categorical", M.categorical_accuracy, tied[::-1].copy(), tied, 0),
        ("sparse", M.sparse_categorical_accuracy, classes, tied, 0),
        ("top_k", lambda y, p: M.top_k_categorical_accuracy(y, p, k=2), truth, tied, 2),
        ("sparse_top_k", lambda y, p: M.sparse_top_k_categorical_accuracy(y, p, k=3), classes, infinite, 3),
    ]:
        values = np.asarray(function(y.astype("float32"), p.astype("float32")))
        values = values.mean(axis=1) if values.ndim > 1 else values
        yield text("accuracy", kind, parameter, 6, y, p, values)

    weights = numbers(8, low=0)
    label_weights = numbers(6, low=0)
    outside = numbers(8, 6, low=-0.2, high=1.2)
    outside[0, :2] = [0, 1]
    given = [0.2, 0.35, 0.9]
    for keywords, base, q in [
        ({"num_thresholds": 5}, "AUC", {"even": 1, "below": 1}),
        ({"num_thresholds": 5, "multi_label": True}, "AUC", {"even": 1, "below": 1, "labels": 1}),
        ({"num_thresholds": 5, "label_weights": label_weights}, "AUC", {"even": 1, "below": 1, "weighted": 1}),
        ({"thresholds": given}, "AUC", {}),
        ({"thresholds": given, "multi_label": True}, "AUC", {"labels": 1}),
        ({"specificity": 0.5, "num_thresholds": 11}, "SensitivityAtSpecificity", {"even": 1}),
        ({"specificity": 0.5, "num_thresholds": 11, "class_id": 2}, "SensitivityAtSpecificity", {"even": 1, "class": 2}),
        ({"thresholds": given}, "Precision", {}),
        ({"top_k": 2}, "Precision", {"top_k": 2}),
        ({"top_k": 2, "class_id": 1}, "Recall", {"top_k": 2, "class": 1}),
    ]:
        for sample_weight in [None, weights]:
            p = tied if "top_k" in q else outside
            metric = getattr(M, base)(**keywords)
            metric.update_state(bits.astype("float32"), p.astype("float32"), sample_weight)
            thresholds = np.asarray(metric.thresholds, dtype="float32").astype("float64")
            state = [getattr(metric, kind, None) for kind in ["true_positives", "false_positives", "true_negatives", "false_negatives"]]
            state = [[] if each is None else np.asarray(each).reshape(len(thresholds), -1).T for each in state]
            options = [q.get(key, 0) for key in ["even", "below", "top_k", "labels"]]
            yield text(
                "confusion", *options, q.get("class", -1), 6, thresholds, bits, p,
                sample_weight, label_weights if "weighted" in q else None, *state,
            )

    for threshold in [None, 0.5]:
        for sample_weight in [None, weights]:
            metric = M.F1Score(threshold=threshold)
            metric.update_state(bits.astype("float32"), tied.astype("float32"), sample_weight)
            state = [metric.true_positives, metric.false_positives, metric.false_negatives]
            yield text(
                "score", "nan" if threshold is None else threshold, 6, bits, tied, sample_weight,
                np.stack([np.asarray(each) for each in state], axis=1),
            )

    for sample_weight in [None, weights]:
        metric = M.R2Score()
        metric.update_state(outside.astype("float32"), tied.astype("float32"), sample_weight)
        state = [metric.sum, metric.squared_sum, metric.total_mse, metric.count]
        yield text("squares", 6, outside, tied, sample_weight, np.stack([np.asarray(each) for each in state], axis=1))

    for kind, function in [("pearson", M.pearson_correlation), ("concordance", M.concordance_correlation)]:
        yield text("correlation", kind, 6, outside, tied, function(outside, tied))


folder = sys.argv[1]
for make in [losses, optimizers, metrics]:
    with open(os.path.join(folder, f"{make.__name__}.txt"), "w") as file:
        file.write("\n".join(make()) + "\n")
