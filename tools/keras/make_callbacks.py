"""Known answers of Keras for learning rate schedules, and the texts of its progress bar and of CSVLogger.

Python 3.11 with keras 3.15.1, tensorflow-cpu 2.21.0 (the backend) and numpy 2.4.6:
    python tools/keras/make_callbacks.py tests/fixtures/callbacks
"""
import json
import os
import sys
import tempfile

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
from keras.src.callbacks.progbar_logger import ProgbarLogger
from keras.src.utils import progbar

assert keras.__version__ == "3.15.1", keras.__version__
folder = sys.argv[1]


def write(name, cases):
    with open(f"{folder}/{name}.json", "w", encoding="utf-8") as file:
        lines = [json.dumps(case, ensure_ascii=False) for case in cases]
        file.write("[\n" + ",\n".join(lines) + "\n]\n")


# Schedules

STEPS = [0, 1, 5, 9, 10, 11, 15, 20, 25, 100]


def schedule(name, steps=STEPS, **config):
    made = getattr(keras.optimizers.schedules, name)(**config)
    rates = [float(made(step)) for step in steps]
    return {"class_name": name, "config": config, "full_config": made.get_config(), "steps": steps, "rates": rates}


tenth = {"initial_learning_rate": 0.1, "decay_steps": 10}
restart = {"initial_learning_rate": 0.1, "first_decay_steps": 10}
thirds = [0, 5, 9, 10, 11, 39, 40, 41, 129, 130, 131, 399, 400, 401, 1210, 3640]
twos = [0, 9, 10, 29, 30, 31, 69, 70, 149, 150, 151, 309, 310, 629, 630, 1270, 2549, 2550, 2551, 5110, 10230]
write("schedules", [
    schedule("ExponentialDecay", **tenth, decay_rate=0.5),
    schedule("ExponentialDecay", **tenth, decay_rate=0.5, staircase=True),
    schedule("PiecewiseConstantDecay", boundaries=[5, 10], values=[0.1, 0.05, 0.01]),
    schedule("PiecewiseConstantDecay", boundaries=[5], values=[0.1, 0.05]),
    schedule("PolynomialDecay", **tenth, power=2.0),
    schedule("PolynomialDecay", **tenth, end_learning_rate=0.02, cycle=True),
    schedule("InverseTimeDecay", **tenth, decay_rate=0.5),
    schedule("InverseTimeDecay", **tenth, decay_rate=0.5, staircase=True),
    schedule("CosineDecay", initial_learning_rate=0.1, decay_steps=20, alpha=0.1),
    schedule("CosineDecay", **tenth, warmup_target=0.2, warmup_steps=5),
    schedule("CosineDecay", **tenth, warmup_target=0.2),
    schedule("CosineDecayRestarts", twos, **restart),
    schedule("CosineDecayRestarts", STEPS, **restart, t_mul=1.0, m_mul=0.5, alpha=0.1),
    schedule("CosineDecayRestarts", thirds, **restart, t_mul=3.0, m_mul=0.9, alpha=0.1),
    schedule("CosineDecayRestarts", STEPS, **restart, t_mul=1.5, m_mul=0.9),
])

# The progress bar, with a clock of our own: each line of a script waits, then calls a hook

printed = []
clock = [100.0]


class Clock:
    @staticmethod
    def time():
        return clock[0]


def keep(message, line_break=True):
    printed.append(f"{message}\n" if line_break else str(message))


progbar.time = Clock
progbar.io_utils.print_msg = keep


def progress(name, verbose, epochs, steps, script):
    printed.clear()
    clock[0] = 100.0
    params = {"verbose": verbose, "epochs": epochs, "steps": steps}
    logger = ProgbarLogger()
    logger.set_params(params)
    for wait, hook, *values in script:
        clock[0] += wait
        getattr(logger, hook)(*values)
    return {"name": name, "params": params, "script": script, "text": "".join(printed)}


def fit(epochs, waits, batch_logs, epoch_logs):
    script = [[0.01, "on_train_begin"]]
    for epoch in range(epochs):
        script.append([0.02, "on_epoch_begin", epoch])
        for batch, wait in enumerate(waits):
            script.append([wait, "on_train_batch_end", batch, batch_logs(epoch, batch)])
        script.append([0.125, "on_test_begin"])
        script.append([0.125, "on_test_batch_end", 0, {"loss": 1.0}])
        script.append([0, "on_test_end", {"loss": 1.0}])
        script.append([0.03, "on_epoch_end", epoch, epoch_logs(epoch)])
    return script


def usual(epoch, batch):
    return {"accuracy": 0.53125 - 0.03125 * batch, "loss": 1.5 / (1 + batch + epoch), "z": [0.25, 0.5]}


def at_end(epoch):
    added = {"val_accuracy": 0.4, "val_loss": 0.00075, "learning_rate": 0.0010000000474974513}
    logs = {**usual(epoch, 3), **added}
    return {name: logs[name] for name in sorted(logs)}


def strange(_, batch):
    return {"loss": 100.0 / (batch + 1) - 1, "metric": -0.5 if batch % 2 else -1e-5}


def test(kind, logs):
    begin, batch, end = (f"on_{kind}_{part}" for part in ("begin", "batch_end", "end"))
    return [[0.1, begin], [0.2, batch, 0, logs], [0.2, batch, 1, logs], [0.01, end, logs]]


write("progress", [
    case
    for verbose in (0, 1, 2)
    for case in (
        progress("two epochs", verbose, 2, 4, fit(2, [0.3, 0.06, 0.01, 0.07], usual, at_end)),
        progress("one epoch of one step", verbose, 1, 1, fit(1, [0.0008], usual, at_end)),
        progress("number of steps not known", verbose, 2, None, fit(2, [0.3, 0.3, 0.3], usual, at_end)),
        progress("hours and minutes", verbose, 1, 120, fit(1, [61.0, 2.3, 77.7], strange, lambda _: {"loss": -2.0, "metric": 1e-10})),
        progress("evaluate", verbose, 1, 2, test("test", {"loss": 0.25})),
        progress("predict", verbose, 1, 2, test("predict", {})),
    )
])

# CSVLogger


def csv(epochs, **options):
    with tempfile.TemporaryDirectory() as temporary:
        path = f"{temporary}/log.csv"
        logger = keras.callbacks.CSVLogger(path, **options)
        logger.on_train_begin()
        for epoch, logs in enumerate(epochs):
            logger.on_epoch_end(epoch, logs)
        logger.on_train_end()
        with open(path, newline="", encoding="utf-8") as file:
            return {"options": options, "epochs": epochs, "text": file.read()}


write("csv", [
    csv([{"loss": 1.0, "accuracy": 1e-5}, {"loss": 0.25, "accuracy": 0.0001, "val_loss": 1e16}]),
    csv([{"val_loss": 0.5, "loss": 123456.789}, {"loss": 1e-7, "f1": 0.5}], separator=";"),
    csv([{"f1": [0.5, 1.0], "loss": 2.5}]),
    csv([{"loss": 0.1}], separator="."),
])
