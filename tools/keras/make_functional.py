"""Random functional models, saved by Keras, with what they compute.

    python tools/keras/make_functional.py FOLDER [COUNT] [FIRST]

Writes NAME.keras and NAME.io.json ({"inputs", "outputs" (flat, with their "shapes"), "config" (to_json()),
"weights_in_get_weights_order", "made_by"}) for COUNT models, the seed being the number in the name. Shared layers, several inputs and outputs, masks, states as inputs and outputs,
wrappers, stacks of cells, merge layers, models within models. Needs keras 3.15.1, tensorflow 2.21.0, numpy.
"""

import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import keras
import numpy as np
import tensorflow as tf
from keras import layers as L

ACTIVATIONS = ["tanh", "relu", "sigmoid", "linear", "softsign", "elu"]


class Maker:
    def __init__(self, seed):
        keras.utils.clear_session()
        self.rng = np.random.default_rng(seed)
        self.more = seed >= 1000  # masks given beside states, states of wrappers, training given, stateful layers
        self.steps = int(self.rng.integers(2, 6))
        self.free = bool(self.rng.random() < 0.3)  # a time axis of any length
        self.inputs = []
        self.data = []
        self.sequences = []
        self.vectors = []
        self.used = set()
        self.shared = []

    def pick(self, items):
        return items[int(self.rng.integers(len(items)))]

    def chance(self, share):
        return bool(self.rng.random() < share)

    def width(self):
        return int(self.rng.integers(1, 5))

    def take(self, pool):
        tensor = pool[-1] if self.chance(0.6) else self.pick(pool)
        self.used.add(id(tensor))
        return tensor

    def numbers(self, *shape):
        return np.round(self.rng.normal(size=shape), 3).astype("float32")

    def add_input(self, kind):
        batch, steps = 3, self.steps
        shown = None if self.free else steps
        if kind == "tokens":
            tensor = keras.Input((shown,), dtype="int32")
            self.data.append(self.rng.integers(0, 6, (batch, steps)).astype("int32"))
            sequence = L.Embedding(6, self.width(), mask_zero=self.chance(0.8))(tensor)
            self.used.add(id(tensor))
            self.sequences.append(sequence)
        elif kind == "sequence":
            features = self.width()
            tensor = keras.Input((shown, features))
            data = self.numbers(batch, steps, features)
            data[self.rng.random((batch, steps)) < 0.3] = 0
            self.data.append(data)
            if self.chance(0.5):
                masked = L.Masking()(tensor)
                self.used.add(id(tensor))
                self.sequences.append(masked)
            else:
                self.sequences.append(tensor)
        else:
            features = self.width()
            tensor = keras.Input((features,))
            self.data.append(self.numbers(batch, features))
            self.vectors.append(tensor)
        self.inputs.append(tensor)

    def cell_options(self):
        options = {"activation": self.pick(ACTIVATIONS), "use_bias": self.chance(0.7)}
        if self.chance(0.2):
            options.update(dropout=0.2, recurrent_dropout=0.1)
        return options

    def recurrent(self, sequences, state=False):
        options = {
            "return_sequences": sequences,
            "return_state": state,
            "go_backwards": self.chance(0.2),
            "zero_output_for_mask": self.chance(0.2),
        }
        kind = self.pick(["simple", "simple", "rnn", "stack"])
        if kind == "simple":
            return L.SimpleRNN(self.width(), **self.cell_options(), **options)
        if kind == "rnn":
            return L.RNN(L.SimpleRNNCell(self.width(), **self.cell_options()), **options)
        return L.RNN([L.SimpleRNNCell(self.width(), **self.cell_options()) for _ in range(2)], **options)

    def state_for(self, layer):
        # Keras' own loader cannot give a stack its state; one cell alone it can.
        if not isinstance(layer, L.SimpleRNN) or not self.vectors or not self.chance(0.5):
            return None
        state = self.take(self.vectors)
        if state.shape[1] != layer.units:
            state = L.Dense(layer.units)(state)
        return [state] if self.chance(0.5) else state

    def apply_recurrent(self, sequences):
        state = self.chance(0.4)
        layer = self.recurrent(sequences, state)
        given = self.state_for(layer)
        x = self.take(self.sequences)
        options = {} if given is None else {"initial_state": given}
        if self.more and getattr(x, "_keras_mask", None) is not None and self.chance(0.5):
            options["mask"] = x._keras_mask
        if self.more and self.chance(0.2):
            options["training"] = False
        outputs = layer(x, **options)
        outputs = list(outputs) if state else [outputs]
        (self.sequences if sequences else self.vectors).append(outputs[0])
        self.vectors.extend(outputs[1:])
        if not state and given is None:
            self.shared.append((layer, x.shape, sequences))

    def bidirectional(self, sequences):
        state = self.more and self.chance(0.5)
        layer = L.SimpleRNN(self.width(), return_sequences=sequences, return_state=state, **self.cell_options())
        units = layer.units
        layer = L.Bidirectional(layer, merge_mode=self.pick(["concat", "sum", "mul", "ave", None]))
        x = self.take(self.sequences)
        if self.more and self.vectors and self.chance(0.4):
            states = [L.Dense(units)(self.take(self.vectors)) for _ in range(2)]
            mask = getattr(x, "_keras_mask", None)
            given = {} if mask is None or self.chance(0.5) else {"mask": mask}
            outputs = layer(x, initial_state=states, **given)
        else:
            outputs = layer(x)
        outputs = list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]
        if state:
            self.vectors.extend(outputs[-2:])
            outputs = outputs[:-2]
        (self.sequences if sequences else self.vectors).extend(outputs)

    def again(self):
        fitting = [
            (layer, x, sequences)
            for layer, shape, sequences in self.shared
            for x in self.sequences
            if tuple(x.shape) == tuple(shape)
        ]
        if not fitting:
            return
        layer, x, sequences = self.pick(fitting)
        self.used.add(id(x))
        (self.sequences if sequences else self.vectors).append(layer(x))

    def plain(self):
        x = self.take(self.sequences)
        layer = self.pick(
            [
                L.Dense(self.width(), activation=self.pick(ACTIVATIONS)),
                L.Dropout(0.3),
                L.Activation(self.pick(ACTIVATIONS)),
                L.TimeDistributed(L.Dense(self.width())),
                L.ActivityRegularization(l2=0.01),
                L.Masking(mask_value=0.0),
            ]
        )
        self.sequences.append(layer(x))

    def vector(self):
        x = self.take(self.vectors)
        choice = self.pick(["dense", "repeat", "dense", "reshape"])
        if choice == "dense":
            self.vectors.append(L.Dense(self.width(), activation=self.pick(ACTIVATIONS))(x))
        elif choice == "repeat":
            self.sequences.append(L.RepeatVector(self.steps)(x))
        else:
            self.sequences.append(L.Reshape((-1, 1))(x))

    def merge(self):
        pool = self.sequences if self.chance(0.6) or not self.vectors else self.vectors
        x = self.take(pool)
        alike = [y for y in pool if tuple(y.shape[:-1]) == tuple(x.shape[:-1])]
        y = self.pick(alike)
        self.used.add(id(y))
        if tuple(x.shape) == tuple(y.shape) and self.chance(0.5):
            pool.append(L.Add()([x, y]))
        else:
            pool.append(L.Concatenate()([x, y]))

    def flatten(self):
        x = self.take(self.sequences)
        if None not in x.shape[1:] and getattr(x, "_keras_mask", None) is None:
            self.vectors.append(L.Flatten()(x))

    def nested(self):
        x = self.take(self.sequences)
        inner = [keras.Input(tuple(x.shape[1:]))]
        if self.chance(0.5):
            layers = [L.SimpleRNN(self.width(), return_sequences=True), L.Dense(self.width())]
            model = keras.Sequential(inner + layers)
            self.sequences.append(model(x))
        else:
            hidden, state = L.SimpleRNN(self.width(), return_sequences=True, return_state=True)(inner[0])
            both = L.Concatenate()([hidden, inner[0]])
            model = keras.Model(inner[0], [L.Dense(2)(both), state])
            for _ in range(1 + self.chance(0.4)):
                sequence, vector = model(x)
                self.sequences.append(sequence)
                self.vectors.append(vector)

    def make(self):
        self.add_input(self.pick(["tokens", "sequence", "sequence"]))
        for _ in range(int(self.rng.integers(0, 3))):
            self.add_input(self.pick(["tokens", "sequence", "vector", "vector"]))
        steps = [
            lambda: self.apply_recurrent(True),
            lambda: self.apply_recurrent(True),
            lambda: self.apply_recurrent(False),
            lambda: self.bidirectional(True),
            lambda: self.bidirectional(False),
            self.again,
            self.again,
            self.plain,
            self.plain,
            self.merge,
            self.merge,
            self.flatten,
            self.nested,
        ]
        for _ in range(int(self.rng.integers(3, 9))):
            self.pick(steps)()
            if self.vectors and self.chance(0.3):
                self.vector()
        given = {id(tensor) for tensor in self.inputs}
        ends = [t for t in self.sequences + self.vectors if id(t) not in self.used and id(t) not in given]
        if not ends:
            ends = [L.Dense(2)((self.vectors or self.sequences)[-1])]
        outputs = ends if len(ends) > 1 or self.chance(0.3) else ends[0]
        inputs = self.inputs if len(self.inputs) > 1 or self.chance(0.3) else self.inputs[0]
        model = keras.Model(inputs, outputs)
        model.set_weights([np.round(self.rng.normal(size=w.shape) * 0.6, 3).astype("float32") for w in model.weights])
        return model, self.data


def main():
    folder = sys.argv[1]
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    first = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    os.makedirs(folder, exist_ok=True)
    for seed in range(first, first + count):
        model, data = Maker(seed).make()
        outputs = model.predict(data if len(data) > 1 else data[0], verbose=0)
        outputs = outputs if isinstance(outputs, list) else [outputs]
        name = f"{folder}/random_{seed}"
        model.save(f"{name}.keras")
        description = {
            "inputs": [each.tolist() for each in data],
            "outputs": [[float(f"{v:.9g}") for v in each.ravel()] for each in outputs],
            "shapes": [list(each.shape) for each in outputs],
            "config": json.loads(model.to_json()),
            "weights_in_get_weights_order": [each.tolist() for each in model.get_weights()],
            "made_by": f"keras {keras.__version__}, tensorflow {tf.__version__}",
        }
        with open(f"{name}.io.json", "w") as file:
            json.dump(description, file, separators=(",", ":"))


main()
