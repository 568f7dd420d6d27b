"""Known answers of Keras for regularizers, constraints and utils, and of NumPy for eigenvalues.

Python 3.11 with keras 3.15.1, tensorflow-cpu 2.21.0 (the backend) and numpy 2.4.6:
    python tools/keras/make_functions.py > tests/fixtures/functions/functions.json
"""
import json
import os

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np

assert keras.__version__ == "3.15.1", keras.__version__
random = np.random.default_rng(7)


def numbers(*shape):
    return np.round(random.normal(size=shape), 2).astype("float32")


def plain(value):
    return None if value is None else np.asarray(value).tolist()


def regularizers():
    for class_name, config, shape in [
        ("L1", {"l1": 0.3}, (3, 4)),
        ("L2", {}, (2, 3, 4)),
        ("L1L2", {"l1": 0.1, "l2": 0.2}, (7,)),
        ("OrthogonalRegularizer", {}, (4, 4)),
        ("OrthogonalRegularizer", {"factor": 0.5, "mode": "rows"}, (3, 5)),
        ("OrthogonalRegularizer", {"factor": 0.5, "mode": "columns"}, (3, 5)),
        ("OrthogonalRegularizer", {"factor": 0.5, "mode": "columns"}, (5, 3)),
    ]:
        x = numbers(*shape)
        member = {"class_name": class_name, "config": config}
        yield {"member": member, "x": plain(x), "expected": float(keras.regularizers.get(member)(keras.ops.convert_to_tensor(x)))}


def constraints():
    for class_name, config, shape in [
        ("MaxNorm", {"max_value": 1.0}, (4, 3)),
        ("MaxNorm", {"max_value": 1.0, "axis": 1}, (4, 3)),
        ("MaxNorm", {"max_value": 1.0, "axis": -1}, (2, 3, 4)),
        ("MaxNorm", {"max_value": 1.0, "axis": [0, 2]}, (2, 3, 4)),
        ("MaxNorm", {"max_value": 1.0, "axis": [-1, -2]}, (2, 3, 4)),
        ("UnitNorm", {"axis": 1}, (2, 3, 4)),
        ("UnitNorm", {"axis": [1, 3]}, (2, 3, 4, 2)),
        ("UnitNorm", {"axis": [0, 1, 2]}, (2, 3, 4, 2)),
        ("UnitNorm", {"axis": [0, 2]}, (2, 1, 3)),
        ("MinMaxNorm", {"min_value": 0.5, "max_value": 1.0, "rate": 0.3, "axis": 0}, (3, 4)),
        ("MinMaxNorm", {"min_value": 4.0, "max_value": 5.0, "axis": 1}, (3, 4)),
        ("NonNeg", {}, (2, 3, 2)),
    ]:
        w = numbers(*shape)
        member = {"class_name": class_name, "config": config}
        yield {"member": member, "x": plain(w), "expected": plain(keras.constraints.get(member)(w))}


def pad_sequences():
    flat = [[1, 2, 3], [], [4], [5, 6, 7, 8, 9]]
    pairs = [[[1, 2], [3, 4]], [[5, 6]], []]
    for sequences, options in [
        (flat, {}),
        (flat, {"maxlen": 3}),
        (flat, {"maxlen": 3, "truncating": "post"}),
        (flat, {"maxlen": 7, "padding": "post", "value": -1.5}),
        (flat, {"padding": "post", "truncating": "post", "maxlen": 2}),
        (pairs, {}),
        (pairs, {"maxlen": 1, "truncating": "post"}),
        (pairs, {"maxlen": 3, "padding": "post", "value": 9}),
    ]:
        expected = keras.utils.pad_sequences(sequences, dtype="float32", **options)
        yield {"sequences": sequences, "options": options, "expected": plain(expected)}


def to_categorical():
    for x, num_classes in [
        ([0, 1, 2, 3], 4),
        ([0, 2, 1], None),
        ([[3], [0]], None),
        ([[1, 0], [2, 2]], 5),
        ([[[1], [0]]], None),
        ([1], None),
    ]:
        expected = keras.utils.to_categorical(x, num_classes)
        yield {"x": x, "num_classes": num_classes, "expected": plain(expected)}


def timeseries_dataset():
    series = np.arange(12, dtype="float32")
    wide = np.arange(40, dtype="float32").reshape(20, 2)
    for data, targets, options in [
        (series, None, {"sequence_length": 4}),
        (series[:-3], series[3:], {"sequence_length": 3}),
        (series, None, {"sequence_length": 3, "sampling_rate": 2, "sequence_stride": 3}),
        (wide, wide[:, :1] + 100, {"sequence_length": 4, "sequence_stride": 2}),
        (wide, wide[:15, 0], {"sequence_length": 2, "sampling_rate": 3, "sequence_stride": 2}),
        (wide, wide + 100, {"sequence_length": 3, "start_index": 5, "end_index": 14}),
        (wide, None, {"sequence_length": 3, "end_index": 7}),
        (wide, None, {"sequence_length": 2, "start_index": 15}),
        (series, None, {"sequence_length": 12}),
    ]:
        batches = list(keras.utils.timeseries_dataset_from_array(data, targets, **options))
        pairs = [batch if targets is not None else (batch, None) for batch in batches]
        yield {
            "data": plain(data),
            "targets": plain(targets),
            "options": options,
            "x": plain(np.concatenate([x for x, _ in pairs])),
            "y": None if targets is None else plain(np.concatenate([y for _, y in pairs])),
        }


def eigenvalues():
    for units in [1, 2, 5, 8]:
        matrix = numbers(units, units)
        values = sorted(np.linalg.eigvals(matrix.astype("float64")), key=lambda z: (-abs(z), -z.imag))
        yield {"matrix": plain(matrix), "real": plain(np.real(values)), "imaginary": plain(np.imag(values))}


makers = [regularizers, constraints, pad_sequences, to_categorical, timeseries_dataset, eigenvalues]
groups = {make.__name__: list(make()) for make in makers}
lines = [f'"{name}": [\n' + ",\n".join(json.dumps(case) for case in cases) + "\n]" for name, cases in groups.items()]
print("{\n" + ",\n".join(lines) + "\n}")
