"""Functional models as Keras 2 saves them: models within models, layers shared, states given to other layers.

    python tools/keras/make_keras2_models.py FOLDER

Writes tfk_nested, tfk_states and tfk_merged_masks, NAME.keras with NAME.io.json (as make_functional.py). Needs tf_keras
2.21.0, tensorflow 2.21.0, numpy.
"""

import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np
import tf_keras as keras
from tf_keras import layers as L

folder = sys.argv[1]
random = np.random.default_rng(1)


def numbers(*shape):
    return np.round(random.normal(size=shape), 3).astype("float32")


def save(name, model, data):
    model.set_weights([np.round(random.normal(size=w.shape) * 0.6, 3).astype("float32") for w in model.weights])
    outputs = model.predict(data if len(data) > 1 else data[0], verbose=0)
    outputs = outputs if isinstance(outputs, list) else [outputs]
    model.save(f"{folder}/{name}.keras")
    description = {
        "inputs": [each.tolist() for each in data],
        "outputs": [[float(f"{v:.9g}") for v in each.ravel()] for each in outputs],
        "shapes": [list(each.shape) for each in outputs],
        "weights_in_get_weights_order": [each.tolist() for each in model.get_weights()],
        "made_by": f"tf_keras {keras.__version__}",
    }
    with open(f"{folder}/{name}.io.json", "w") as file:
        json.dump(description, file, separators=(",", ":"))


inner = keras.Sequential([keras.Input((4, 3)), L.SimpleRNN(5, return_sequences=True), L.Dense(3)], name="inner")
y = keras.Input((4, 3))
two = keras.Model(y, L.SimpleRNN(3, return_sequences=True, return_state=True)(y), name="two")
x = keras.Input((4, 3))
first, state = two(inner(x))
second, other = two(first)
save("tfk_nested", keras.Model(x, [inner(second), L.Add()([state, other]), other]), [numbers(2, 4, 3)])

x, z, s = keras.Input((None, 3)), keras.Input((None, 2)), keras.Input((4,))
_, state = L.SimpleRNN(4, return_state=True)(L.Masking()(x))
sequence = L.SimpleRNN(4, return_sequences=True)(z, initial_state=state)
both = L.Bidirectional(L.SimpleRNN(4, return_sequences=True))(z, initial_state=[state, s])
data = numbers(2, 5, 3)
data[0, 3:] = 0
save("tfk_states", keras.Model([x, z, s], [sequence, both]), [data, numbers(2, 3, 2), numbers(2, 4)])

x, y = keras.Input((4,)), keras.Input((4,))
embedding = L.Embedding(7, 3, mask_zero=True)
merged = L.Concatenate()([embedding(x), embedding(y)])
tokens = [random.integers(0, 5, (3, 4)).astype("float32") for _ in range(2)]
save("tfk_merged_masks", keras.Model([x, y], L.SimpleRNN(2)(merged, training=False)), tokens)
