"""Writes tests/fixtures/families/*.json: losses, metrics and optimizers of the installed Keras.

Usage: python tools/keras/make_families.py OUTPUT_FOLDER
"""

import inspect
import json
import os
import re
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
from keras import losses, metrics, optimizers  # noqa: E402
from keras.src.losses import ALL_OBJECTS_DICT as LOSS_NAMES  # noqa: E402
from keras.src.metrics import ALL_OBJECTS_DICT as METRIC_NAMES  # noqa: E402

rng = np.random.default_rng(7)


def rounded(values):
    return np.round(np.asarray(values, dtype="float64"), 4)


def real(*shape):
    return rounded(rng.normal(size=shape))


def one_hot(*shape):
    return np.eye(shape[-1])[rng.integers(0, shape[-1], shape[:-1])]


def probabilities(*shape):
    values = rng.uniform(0.05, 1, shape)
    return rounded(values / values.sum(-1, keepdims=True))


def bits(*shape):
    return rng.integers(0, 2, shape).astype(float)


def labels(*shape):
    return rng.integers(0, 4, shape).astype(float)


# Targets and predictions whose first axes are `lead`.
DATA = {
    "real": lambda lead: (real(*lead, 3), real(*lead, 3)),
    "column": lambda lead: (real(*lead), real(*lead, 1)),
    "positive": lambda lead: (abs(real(*lead, 3)) + 0.1, abs(real(*lead, 3)) + 0.1),
    "binary": lambda lead: (bits(*lead, 3), rounded(rng.uniform(0.02, 0.98, (*lead, 3)))),
    "bit_logits": lambda lead: (bits(*lead, 3), 3 * real(*lead, 3)),
    "classes": lambda lead: (one_hot(*lead, 4), probabilities(*lead, 4)),
    "class_logits": lambda lead: (one_hot(*lead, 4), 3 * real(*lead, 4)),
    "labels": lambda lead: (labels(*lead), probabilities(*lead, 4)),
    "label_column": lambda lead: (labels(*lead, 1), probabilities(*lead, 4)),
    "label_logits": lambda lead: (labels(*lead), 3 * real(*lead, 4)),
    "ids": lambda lead: (labels(*lead), labels(*lead)),
}

LOSSES = [
    ("MeanSquaredError", {}, "real"),
    ("MeanSquaredError", {}, "column"),
    ("MeanAbsoluteError", {}, "real"),
    ("MeanAbsolutePercentageError", {}, "real"),
    ("MeanSquaredLogarithmicError", {}, "positive"),
    ("Huber", {"delta": 0.6}, "real"),
    ("LogCosh", {}, "real"),
    ("Hinge", {}, "binary"),
    ("Hinge", {}, "real"),
    ("SquaredHinge", {}, "binary"),
    ("Poisson", {}, "positive"),
    ("KLDivergence", {}, "classes"),
    ("BinaryCrossentropy", {}, "binary"),
    ("BinaryCrossentropy", {"label_smoothing": 0.2}, "binary"),
    ("BinaryCrossentropy", {"from_logits": True}, "bit_logits"),
    ("BinaryFocalCrossentropy", {"apply_class_balancing": True, "alpha": 0.3, "gamma": 1.5}, "binary"),
    ("BinaryFocalCrossentropy", {"from_logits": True}, "bit_logits"),
    ("CosineSimilarity", {}, "real"),
    ("CategoricalHinge", {}, "classes"),
    ("Dice", {}, "binary"),
    ("Dice", {"axis": [-1]}, "binary"),
    ("Tversky", {"alpha": 0.3, "beta": 0.7}, "binary"),
    ("Tversky", {"alpha": 0.3, "beta": 0.7, "axis": [-1]}, "binary"),
    ("CategoricalCrossentropy", {}, "classes"),
    ("CategoricalCrossentropy", {"label_smoothing": 0.1}, "classes"),
    ("CategoricalCrossentropy", {"from_logits": True}, "class_logits"),
    ("CategoricalFocalCrossentropy", {"alpha": 0.4, "gamma": 1.0}, "classes"),
    ("CategoricalFocalCrossentropy", {"from_logits": True}, "class_logits"),
    ("SparseCategoricalCrossentropy", {}, "labels"),
    ("SparseCategoricalCrossentropy", {}, "label_column"),
    ("SparseCategoricalCrossentropy", {"from_logits": True}, "label_logits"),
    ("SparseCategoricalCrossentropy", {"ignore_class": 1}, "labels"),
    ("CategoricalGeneralizedCrossEntropy", {"q": 0.4}, "labels"),
]
REDUCTIONS = ["sum_over_batch_size", "sum", "none", "mean_with_sample_weight", "mean"]

METRICS = [
    ("MeanSquaredError", {}, "real"),
    ("MeanAbsoluteError", {}, "column"),
    ("MeanAbsolutePercentageError", {}, "real"),
    ("MeanSquaredLogarithmicError", {}, "positive"),
    ("RootMeanSquaredError", {}, "real"),
    ("RootMeanSquaredError", {}, "column"),
    ("LogCoshError", {}, "real"),
    ("CosineSimilarity", {}, "real"),
    ("Poisson", {}, "positive"),
    ("KLDivergence", {}, "classes"),
    ("Hinge", {}, "binary"),
    ("SquaredHinge", {}, "binary"),
    ("CategoricalHinge", {}, "classes"),
    ("BinaryCrossentropy", {"label_smoothing": 0.1}, "binary"),
    ("CategoricalCrossentropy", {"from_logits": True}, "class_logits"),
    ("SparseCategoricalCrossentropy", {}, "labels"),
    ("SparseCategoricalCrossentropy", {"ignore_class": 1}, "labels"),
    ("Accuracy", {}, "ids"),
    ("BinaryAccuracy", {"threshold": 0.4}, "binary"),
    ("CategoricalAccuracy", {}, "classes"),
    ("SparseCategoricalAccuracy", {}, "labels"),
    ("SparseCategoricalAccuracy", {}, "label_column"),
    ("TopKCategoricalAccuracy", {"k": 2}, "classes"),
    ("SparseTopKCategoricalAccuracy", {"k": 2}, "labels"),
    ("PearsonCorrelation", {}, "real"),
    ("ConcordanceCorrelation", {}, "real"),
    ("TruePositives", {"thresholds": [0.3, 0.7]}, "binary"),
    ("FalsePositives", {}, "binary"),
    ("TrueNegatives", {"thresholds": [0.0, 0.5, 1.0]}, "binary"),
    ("FalseNegatives", {}, "binary"),
    ("Precision", {}, "binary"),
    ("Precision", {"thresholds": [0.2, 0.6]}, "binary"),
    ("Precision", {"top_k": 2}, "classes"),
    ("Recall", {"class_id": 1}, "classes"),
    ("Recall", {"top_k": 1, "class_id": 2}, "classes"),
    ("Recall", {"thresholds": 0.0}, "binary"),
    ("PrecisionAtRecall", {"recall": 0.6}, "binary"),
    ("RecallAtPrecision", {"precision": 0.6, "num_thresholds": 50}, "binary"),
    ("SensitivityAtSpecificity", {"specificity": 0.4}, "binary"),
    ("SpecificityAtSensitivity", {"sensitivity": 0.4, "num_thresholds": 1}, "binary"),
    ("AUC", {}, "binary"),
    ("AUC", {"curve": "PR"}, "binary"),
    ("AUC", {"curve": "PR", "summation_method": "majoring", "num_thresholds": 20}, "binary"),
    ("AUC", {"summation_method": "minoring"}, "binary"),
    ("AUC", {"curve": "PRGAIN"}, "binary"),
    ("AUC", {"from_logits": True}, "bit_logits"),
    ("AUC", {"thresholds": [0.2, 0.3, 0.9]}, "binary"),
    ("AUC", {"multi_label": True}, "binary"),
    ("AUC", {"multi_label": True, "label_weights": [0.2, 0.5, 1.0], "num_labels": 3}, "binary"),
    ("AUC", {"label_weights": [0.2, 0.5, 1.0]}, "binary"),
    ("F1Score", {}, "classes"),
    ("F1Score", {"average": "macro", "threshold": 0.3}, "binary"),
    ("FBetaScore", {"beta": 0.5, "average": "micro"}, "classes"),
    ("FBetaScore", {"beta": 2.0, "average": "weighted"}, "classes"),
    ("R2Score", {}, "real"),
    ("R2Score", {"class_aggregation": None}, "real"),
    ("R2Score", {"class_aggregation": "variance_weighted_average", "num_regressors": 1}, "real"),
    ("IoU", {"num_classes": 4, "target_class_ids": [0, 2]}, "ids"),
    ("MeanIoU", {"num_classes": 4, "ignore_class": 2}, "ids"),
    ("BinaryIoU", {"threshold": 0.4}, "binary"),
    ("OneHotIoU", {"num_classes": 4, "target_class_ids": [1, 3]}, "classes"),
    ("OneHotMeanIoU", {"num_classes": 4}, "classes"),
    ("MeanIoU", {"num_classes": 4, "sparse_y_pred": False}, "labels"),
]

DECAY = {"class_name": "ExponentialDecay", "config": {"initial_learning_rate": 0.1, "decay_steps": 2, "decay_rate": 0.5}}
PIECES = {"class_name": "PiecewiseConstantDecay", "config": {"boundaries": [1, 3], "values": [0.1, 0.05, 0.01]}}
OPTIMIZERS = [
    ("SGD", {}),
    ("SGD", {"momentum": 0.9}),
    ("SGD", {"momentum": 0.8, "nesterov": True, "weight_decay": 0.1}),
    ("RMSprop", {}),
    ("RMSprop", {"momentum": 0.5, "centered": True}),
    ("RMSprop", {"momentum": 0.5}),
    ("Adam", {}),
    ("Adam", {"amsgrad": True, "weight_decay": 0.05}),
    ("AdamW", {"learning_rate": 0.01}),
    ("Nadam", {}),
    ("Adamax", {}),
    ("Adagrad", {}),
    ("Adadelta", {}),
    ("Ftrl", {"l1_regularization_strength": 0.01, "beta": 0.1}),
    ("Lion", {}),
    ("Lamb", {}),
    ("Adafactor", {}),
    ("Muon", {}),
    ("Muon", {"rms_rate": None, "nesterov": False, "adam_weight_decay": None}),
    ("Adam", {"clipnorm": 0.5}),
    ("SGD", {"global_clipnorm": 0.7}),
    ("SGD", {"clipvalue": 0.3}),
    ("Adam", {"use_ema": True, "ema_momentum": 0.8, "ema_overwrite_frequency": 2}),
    ("Adam", {"gradient_accumulation_steps": 2}),
    ("SGD", {"gradient_accumulation_steps": 3, "clipnorm": 0.4, "use_ema": True, "ema_overwrite_frequency": 1}),
    ("Adam", {"loss_scale_factor": 4.0}),
    ("Nadam", {"gradient_accumulation_steps": 2}),
    ("Adam", {"learning_rate": DECAY}),
    ("SGD", {"learning_rate": PIECES, "gradient_accumulation_steps": 2}),
]


def number(value):
    short = float(f"{value:.7g}")
    if not np.isfinite(short):
        return "NaN" if np.isnan(short) else "Infinity" if short > 0 else "-Infinity"
    return int(short) if short == int(short) else short


def listed(values):
    values = np.asarray(values, dtype="float64")
    return number(values) if values.ndim == 0 else [listed(each) for each in values]


def case(kind, name, config, inputs, expected, rtol=3e-5, atol=3e-6):
    return {
        "id": re.sub(r"[^A-Za-z0-9_.=-]+", "-", name).strip("-"),
        "kind": kind,
        "config": config,
        "inputs": inputs,
        "expected": expected,
        "tolerance": {"rtol": rtol, "atol": atol},
    }


def tensor(values):
    return None if values is None else tf.constant(values, "float32")


def given(**arrays):
    return {key: listed(value) for key, value in arrays.items() if value is not None}


def loss_cases():
    for class_name, own, kind in LOSSES:
        for lead in ((4,), (3, 2)):
            y_true, y_pred = DATA[kind](lead)
            is_scalar = class_name in ("Dice", "Tversky") and "axis" not in own
            for variant in ("plain",) if is_scalar else ("plain", "weights", "mask", "both"):
                reduction = REDUCTIONS[rng.integers(5)]
                weights = rounded(rng.uniform(0, 2, lead)) if variant in ("weights", "both") else None
                mask = rng.uniform(size=lead) < 0.6 if variant in ("mask", "both") else None
                config = {"reduction": reduction, **own}
                outputs = tensor(y_pred)
                if mask is not None:
                    outputs._keras_mask = tf.constant(mask)
                try:
                    value = getattr(losses, class_name)(**config)(tensor(y_true), outputs, tensor(weights))
                except (ValueError, tf.errors.InvalidArgumentError):
                    continue  # weights that Keras cannot bring to the shape of the values
                inputs = given(y_true=y_true, y_pred=y_pred, sample_weight=weights)
                if mask is not None:
                    inputs["mask"] = mask.tolist()
                name = f"{class_name}-{kind}-{len(lead)}-{variant}-{reduction}-{json.dumps(own)}"
                loss = {"class_name": class_name, "config": config}
                yield case("loss", name, loss, inputs, {"value": listed(value)})
    sequences = np.array([[1, 2, 0], [3, 3, 1]]), real(2, 6, 4)
    embeddings = rng.normal(size=(6, 4))
    embeddings = np.round(embeddings / np.linalg.norm(embeddings, axis=-1, keepdims=True), 5)
    circle = np.array([0, 1, 0, 2, 1, 0]), embeddings
    for class_name, own, (y_true, y_pred) in (
        ("CTC", {}, sequences),
        ("Circle", {"gamma": 8.0, "reduction": "sum"}, circle),
        ("Circle", {"gamma": 8.0, "reduction": "none"}, circle),
    ):
        value = getattr(losses, class_name)(**own)(tf.constant(y_true), tensor(y_pred))
        loss = {"class_name": class_name, "config": own}
        inputs = given(y_true=y_true, y_pred=y_pred)
        yield case("loss", f"{class_name}-{json.dumps(own)}", loss, inputs, {"value": listed(value)}, rtol=1e-4)


def metric_cases():
    for class_name, own, kind in METRICS:
        for lead in ((8,), (5, 2)):
            for variant in ("plain", "weights"):
                metric = getattr(metrics, class_name)(**own)
                batches = []
                try:
                    for _ in range(2):
                        y_true, y_pred = DATA[kind](lead)
                        weights = None
                        if variant == "weights" and "IoU" in class_name:
                            weights = rng.integers(0, 3, y_pred.shape if class_name == "BinaryIoU" else lead)
                        elif variant == "weights":
                            weights = rounded(rng.uniform(0, 2, lead))
                        metric.update_state(tensor(y_true), tensor(y_pred), tensor(weights))
                        batches.append(given(y_true=y_true, y_pred=y_pred, sample_weight=weights))
                    result = metric.result()
                except (ValueError, tf.errors.InvalidArgumentError):
                    continue  # what takes matrices alone
                name = f"{class_name}-{kind}-{json.dumps(own)}-{len(lead)}-{variant}"
                config = {"class_name": class_name, "config": own}
                yield case("metric_batches", name, config, {"batches": batches}, {"result": listed(result)})
    for class_name in ("Mean", "Sum"):
        for shape, weight_shape in (
            ((4,), None),
            ((4,), (4,)),
            ((3, 2), (3,)),
            ((3, 2), (3, 2)),
            ((3, 2), (3, 1)),
            ((3, 2), ()),
        ):
            metric = getattr(metrics, class_name)()
            batches = []
            for _ in range(2):
                weights = None if weight_shape is None else rounded(rng.uniform(0.1, 2, weight_shape))
                values = real(*shape)
                metric.update_state(tensor(values), tensor(weights))
                batches.append(given(values=values, sample_weight=weights))
            name = f"{class_name}-{shape}-{weight_shape}"
            config = {"class_name": class_name, "config": {}}
            yield case("metric_batches", name, config, {"batches": batches}, {"result": listed(metric.result())})


def optimizer_cases():
    names = ["kernel", "bias", "embeddings", "scale"]
    shapes = [(3, 5), (5,), (6, 2), (7, 2, 3)]
    for class_name, own in OPTIMIZERS:
        keras.utils.clear_session()
        arguments = dict(own)
        if "learning_rate" in own and isinstance(own["learning_rate"], dict):
            arguments["learning_rate"] = optimizers.schedules.deserialize(own["learning_rate"])
        optimizer = getattr(optimizers, class_name)(name="opt", **arguments)
        values = [real(*shape) for shape in shapes]
        variables = [keras.Variable(value.astype("float32"), name=name) for value, name in zip(values, names)]
        optimizer.exclude_from_weight_decay(var_names=["bias"])
        steps, trajectory = [], []
        for step in range(5):
            gradients = [real(*shape) for shape in shapes]
            if step == 2 and "gradient_accumulation_steps" not in own:
                gradients[1] = None
            steps.append([None if each is None else listed(each) for each in gradients])
            optimizer.apply([tensor(each) for each in gradients], variables)
            trajectory.append([listed(each) for each in variables])
        expected = {
            "trajectory": trajectory,
            "config": optimizer.get_config(),
            "variables": [[each.name, list(each.shape), listed(each)] for each in optimizer.variables],
            "iterations": int(optimizer.iterations),
        }
        inputs = {"names": names, "vars": [listed(value) for value in values], "exclude": ["bias"], "grads": steps}
        config = {"class_name": class_name, "config": {"name": "opt", **own}}
        yield case("optimizer_run", f"{class_name}-{json.dumps(own)}", config, inputs, expected)


NEEDED = {"num_classes": 3, "target_class_ids": [0]}


def config_cases():
    for module, base, family in ((losses, losses.Loss, "losses"), (metrics, metrics.Metric, "metrics")):
        for class_name, kind in inspect.getmembers(module, inspect.isclass):
            if not issubclass(kind, base) or kind is base or class_name == "MeanMetricWrapper":
                continue
            parameters = inspect.signature(kind).parameters.values()
            own = {
                each.name: NEEDED.get(each.name, 0.5)
                for each in parameters
                if each.default is inspect.Parameter.empty and each.kind is each.POSITIONAL_OR_KEYWORD
            }
            made = kind(**own)
            expected = {"config": made.get_config()}
            if family == "metrics":
                expected["direction"] = getattr(made, "_direction", None)
            config = {"module": family, "class_name": class_name, "config": own}
            yield case("family_config", f"{family}-{class_name}", config, {}, expected)
    bases = {"Loss", "LossFunctionWrapper", "Metric", "metric", "MeanMetricWrapper", "mean_metric_wrapper"}

    def is_complete(name):
        kind = METRIC_NAMES[name]
        return not inspect.isclass(kind) or not any(
            each.default is inspect.Parameter.empty and each.kind is each.POSITIONAL_OR_KEYWORD
            for each in inspect.signature(kind).parameters.values()
        )

    inputs = {
        "losses": sorted(set(LOSS_NAMES) - bases),
        "metrics": sorted(name for name in set(METRIC_NAMES) - bases if is_complete(name)),
    }
    yield case("family_names", "names", {}, inputs, {"unknown": []})


def main(folder):
    os.makedirs(folder, exist_ok=True)
    for name, cases in (
        ("losses", loss_cases()),
        ("metrics", metric_cases()),
        ("optimizers", optimizer_cases()),
        ("configs", config_cases()),
    ):
        lines = ",\n".join(json.dumps(each, separators=(",", ":")) for each in cases)
        with open(os.path.join(folder, f"{name}.json"), "w", encoding="utf-8") as file:
            file.write(f'{{"source":"Keras {keras.__version__}, TensorFlow backend, float32","cases":[\n{lines}\n]}}\n')


if __name__ == "__main__":
    main(sys.argv[1])
