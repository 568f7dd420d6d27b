"""What model.summary() prints for functional models, with the configurations that they are read from.

Python 3.11 with keras 3.15.1, tensorflow-cpu 2.21.0 (the backend) and rich 15.0.0:
    python tools/keras/make_summaries.py > tests/fixtures/summaries/functional.json
"""

import json
import os

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["COLUMNS"] = "400"
import keras
from keras import Input, Model, Sequential
from keras import layers as L

assert keras.__version__ == "3.15.1", keras.__version__


def line():
    x = Input((5, 3), name="x")
    return Model(x, L.Dense(2, name="out")(L.SimpleRNN(4, name="rnn")(x)), name="line")


def line_with_states():
    x = Input((None, 3), name="x")
    return Model(x, L.SimpleRNN(4, return_state=True, name="rnn")(x), name="states")


def shared_in_a_line():
    x = Input((5, 4), name="x")
    dense = L.Dense(4, name="twice")
    return Model(x, dense(dense(x)), name="shared_line")


def twins():
    left, right, context = Input((5, 3), name="left"), Input((5, 3), name="right"), Input((4,), name="context")
    rnn = L.SimpleRNN(4, name="shared_rnn")
    both = L.Concatenate(name="both")([rnn(left), rnn(right), context])
    total = L.Add(name="total")([rnn(left), context])
    return Model([left, right, context], [L.Dense(1, name="same")(both), L.Dense(3, name="value")(total)], name="twins")


def encoder_decoder():
    source, target = Input((None, 8), name="source"), Input((None, 6), name="target")
    _, state = L.SimpleRNN(12, return_state=True, name="encoder")(source)
    sequence, last = L.SimpleRNN(12, return_sequences=True, return_state=True, name="decoder")(
        target, initial_state=[state]
    )
    return Model([source, target], [L.Dense(6, name="words")(sequence), last], name="encoder_decoder")


def nested():
    inner = Sequential([Input((5, 3)), L.SimpleRNN(4, return_sequences=True), L.Dense(3)], name="inner")
    y = Input((5, 3))
    two = Model(y, L.SimpleRNN(2, return_sequences=True, return_state=True)(y), name="two_outputs")
    x = Input((5, 3), name="x")
    first, _ = two(inner(x))
    _, second = two(x)
    first = L.Flatten(name="flatten")(first)
    return Model(x, L.Concatenate(name="joined")([first, second]), name="outer")


def nested_line():
    inner = Sequential([Input((5, 3)), L.SimpleRNN(4)], name="inner")
    x = Input((5, 3), name="x")
    return Model(x, L.Dense(1, name="out")(inner(x)), name="outer_line")


def wrappers():
    x = Input((7, 2), name="x")
    rnn = L.SimpleRNN(3, return_sequences=True, return_state=True, name="rnn")
    outputs = L.Bidirectional(rnn, name="both_ways")(x)
    heads = L.TimeDistributed(L.Dense(5, name="head"), name="each_step")(outputs[0])
    stack = L.RNN([L.SimpleRNNCell(4), L.SimpleRNNCell(5)], return_state=True, name="stack")(heads)
    return Model(x, [stack[0], L.Add(name="sum")([outputs[1], outputs[2]])], name="wrappers")


def long_names():
    x = Input((5, 3), name="an_input_with_a_name_that_goes_on_and_on_and_on")
    y = Input((3,), name="another one with spaces in it")
    a = L.SimpleRNN(3, name="a_recurrent_layer_whose_name_is_longer_than_its_column")(x)
    return Model([x, y], L.Add(name="add [x]")([a, y, a, y, a, y]), name="a model with [brackets]")


def large():
    x = Input((None, 2000), name="x")
    y = Input((2000,), name="y")
    a = L.SimpleRNN(2000, recurrent_initializer="zeros", trainable=False, name="frozen")(x)
    return Model([x, y], L.Dense(3000, name="wide")(L.Concatenate(name="cat")([a, y])), name="large")


def two_outputs_of_one_depth():
    x = Input((5, 3), name="x")
    return Model(x, [L.Dense(1, name="a")(x), L.Dense(2, name="b")(x)], name="fork")


def batch():
    x = Input(batch_shape=(4, 5, 3), name="x")
    h = Input(batch_shape=(4, 2), name="h")
    y = L.SimpleRNN(2, stateful=True, name="rnn")(x, initial_state=h)
    return Model([x, h], y, name="batch")


def reused_elsewhere():
    x = Input((5, 3), name="x")
    rnn = L.SimpleRNN(4, return_sequences=True, name="rnn")
    return Model(x, L.Concatenate(name="cat")([rnn(x), rnn(L.Dense(3, name="dense")(x))]), name="reused")


def describe(model):
    model = keras.models.model_from_json(model.to_json())
    texts = {}
    for width in [None, 60, 76, 88, 99, 132]:
        model.summary(line_length=width, print_fn=lambda text, at=str(width): texts.update({at: text.rstrip("\n").split("\n")}))
    return {"model": json.loads(model.to_json()), "summaries": {"default" if at == "None" else at: text for at, text in texts.items()}}


makers = [
    line,
    line_with_states,
    shared_in_a_line,
    twins,
    encoder_decoder,
    nested,
    nested_line,
    wrappers,
    long_names,
    large,
    two_outputs_of_one_depth,
    batch,
    reused_elsewhere,
]
print(json.dumps({"made_by": f"keras {keras.__version__}", "models": {m.__name__: describe(m()) for m in makers}}, ensure_ascii=False, separators=(",", ":")))
