"""Known answers of Keras for tables of embeddings in which tokens stand several times in a batch, with every optimizer.

Python 3.11 with keras 3.15.1, tensorflow-cpu 2.21.0 (the backend) and numpy 2.4.6:
    python tools/keras/make_lookups.py tests/fixtures/training/lookups.json

Keras' TensorFlow backend hands optimizers the gradient of every lookup by itself. What ends in an error there is left
out: a loss scale, and centered RMSprop where a lookup's gradient was clipped.
"""
import json
import os
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np
import tensorflow as tf

assert keras.__version__ == "3.15.1", keras.__version__
random = np.random.default_rng(3)
table = np.round(random.normal(size=(4, 3)), 2).astype("float32")
kernel = np.round(random.normal(size=(12, 1)), 2).astype("float32")
x = [
    [[1, 1, 2, 0], [1, 2, 2, 1]],
    [[0, 3, 3, 3], [3, 1, 0, 0]],
    [[2, 2, 2, 2], [1, 3, 1, 3]],
    [[0, 0, 1, 1], [0, 2, 0, 2]],
    [[3, 3, 3, 3], [3, 3, 3, 3]],
]
y = [[[1], [-1]], [[0], [2]], [[-1], [0.5]], [[2], [-2]], [[0], [1]]]

OPTIMIZERS = [
    ("SGD", dict(learning_rate=0.01)),
    ("SGD", dict(learning_rate=0.01, momentum=0.9, nesterov=True)),
    ("RMSprop", dict(learning_rate=0.03)),
    ("RMSprop", dict(learning_rate=0.03, centered=True, momentum=0.5)),
    ("Adam", dict(learning_rate=0.03)),
    ("Adam", dict(learning_rate=0.03, amsgrad=True)),
    ("AdamW", dict(learning_rate=0.03, weight_decay=0.1)),
    ("Nadam", dict(learning_rate=0.03)),
    ("Adamax", dict(learning_rate=0.03)),
    ("Adagrad", dict(learning_rate=0.1)),
    ("Adadelta", dict(learning_rate=1.0)),
    ("Adadelta", dict(learning_rate=1.0, epsilon=1e-3)),
    ("Ftrl", dict(learning_rate=0.1)),
    (
        "Ftrl",
        dict(
            learning_rate=0.1,
            learning_rate_power=-0.3,
            l1_regularization_strength=0.01,
            l2_regularization_strength=0.01,
            l2_shrinkage_regularization_strength=0.01,
            beta=0.1,
        ),
    ),
    ("Lion", dict(learning_rate=0.01)),
    ("Lamb", dict(learning_rate=0.03)),
    ("Adafactor", dict(learning_rate=0.1)),
    ("Adafactor", dict(learning_rate=0.1, clip_threshold=0.3, epsilon_1=1e-3)),
    ("Muon", dict(learning_rate=0.03)),
    ("Muon", dict(learning_rate=0.03, exclude_embeddings=False)),
]
BESIDES = [
    {},
    dict(clipnorm=0.1),
    dict(clipvalue=0.05),
    dict(global_clipnorm=0.1),
    dict(gradient_accumulation_steps=2),
    dict(weight_decay=0.2),
    dict(use_ema=True, ema_momentum=0.5, ema_overwrite_frequency=2),
    dict(clipnorm=0.1, gradient_accumulation_steps=2),
    dict(clipvalue=0.05, gradient_accumulation_steps=2),
]


def tables(optimizer):
    """The table after the first step and after the last."""
    keras.backend.clear_session()
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((4,), dtype="int32"),
            layers.Embedding(4, 3),
            layers.Flatten(),
            layers.Dense(1, use_bias=False),
        ]
    )
    model.set_weights([table, kernel])
    model.compile(optimizer=optimizer, loss="mse")
    found = []
    for inputs, targets in zip(x, y):
        model.train_on_batch(np.array(inputs, "int32"), np.array(targets, "float32"))
        found.append(np.array(model.layers[0].embeddings).round(6).astype("float64"))
    assert np.isfinite(found).all()
    return [found[0].round(6).tolist(), found[-1].round(6).tolist()]


cases = []
for name, own in OPTIMIZERS:
    for besides in BESIDES:
        if "weight_decay" in own and "weight_decay" in besides:
            continue
        config = {**own, **besides}
        try:
            found = tables(getattr(keras.optimizers, name)(**config))
        except tf.errors.InvalidArgumentError as error:
            print("left out:", name, config, str(error).splitlines()[0])
            continue
        words = [name] + [f"{key}={value}" for key, value in config.items()]
        optimizer = dict(class_name=name, config=config)
        cases.append(dict(name=" ".join(words), optimizer=optimizer, tables=found))

start = {"table": table, "kernel": kernel}
head = {name: array.astype("float64").round(2).tolist() for name, array in start.items()}
head.update(x=x, y=y)
with open(sys.argv[1], "w") as file:
    lines = ",\n".join(json.dumps(case) for case in cases)
    file.write(json.dumps(head)[:-1] + ', "cases": [\n' + lines + "\n]}\n")
print(len(cases), "cases")
