import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { ArgumentError, callbacks, NonFiniteError, UnsupportedError } from 'simple-rnn';
import { FakeModel, fakeFit, logsOf } from './fake_model.js';

afterEach(() => {
  jest.restoreAllMocks();
});

const said = () => jest.spyOn(console, 'log').mockImplementation(() => {});

describe('CallbackList', () => {
  test('any object with a hook is a callback; hooks come in Keras order and are awaited', async () => {
    const heard: string[] = [];
    const all: callbacks.CallbackLike = {};
    for (const name of ['onTrainBegin', 'onTrainEnd'] as const) all[name] = () => void heard.push(name);
    for (const name of ['onEpochBegin', 'onEpochEnd', 'onTrainBatchBegin', 'onTrainBatchEnd'] as const) {
      all[name] = async (index) => {
        await Promise.resolve();
        heard.push(`${name} ${index}`);
      };
    }
    const second = { onBatchEnd: (batch: number) => void heard.push(`second ${batch}`) };
    const { history } = await fakeFit(new FakeModel(), [all, [second]], logsOf('loss', [3]));
    const batches = [0, 1].flatMap((b) => [`onTrainBatchBegin ${b}`, `onTrainBatchEnd ${b}`, `second ${b}`]);
    expect(heard).toEqual(['onTrainBegin', 'onEpochBegin 0', ...batches, 'onEpochEnd 0', 'onTrainEnd']);
    expect(history.history).toEqual({ loss: [3] });
  });

  test('a promise only where a hook gives one', () => {
    const list = new callbacks.CallbackList({ onEpochEnd: () => {} });
    expect(list.callAt('onEpochEnd', 0)).toBe(undefined);
    const slow = new callbacks.CallbackList({ onEpochEnd: async () => {} });
    expect(slow.callAt('onEpochEnd', 0)).toBeInstanceOf(Promise);
    // Whatever has a `then` is awaited.
    const then = (resolve: () => void) => resolve();
    const other = new callbacks.CallbackList({ onEpochEnd: () => ({ then }) as never });
    expect(other.callAt('onEpochEnd', 0)).toBeInstanceOf(Promise);
  });

  test('a hook that is no function is refused by name', () => {
    expect(() => new callbacks.CallbackList({ onEpochEnd: 5 } as never)).toThrow(
      'callbacks: `onEpochEnd` must be a function, received 5',
    );
    expect(() => new callbacks.CallbackList({ onEpochEnd: undefined, onTrainEnd() {} })).not.toThrow();
  });

  test('logs are sorted; the history comes last and sees what others add', async () => {
    const adds: callbacks.CallbackLike = { onEpochEnd: (_, logs) => void Object.assign(logs, { extra: 1 }) };
    const logs = { val_loss: 4, loss: 3, accuracy: 2 };
    const { history } = await fakeFit(new FakeModel(), adds, [logs, logs]);
    expect(Object.keys(history.history)).toEqual(['accuracy', 'loss', 'val_loss', 'extra']);
    expect(history.history.loss).toEqual([3, 3]);
    expect(history.epoch).toEqual([0, 1]);
    expect(logs).toEqual({ val_loss: 4, loss: 3, accuracy: 2 });
  });

  test('a history that is given is used, and goes on', async () => {
    const own = new callbacks.History();
    expect((await fakeFit(new FakeModel(), own, logsOf('loss', [2, 1]))).history).toBe(own);
    await fakeFit(new FakeModel(), own, logsOf('loss', [0]));
    expect(own.history.loss).toEqual([2, 1, 0]);
    expect(own.epoch).toEqual([0]);
  });

  test('logs of batches are wanted only by those who read them', () => {
    const wants = (...given: callbacks.CallbackLike[]) =>
      new callbacks.CallbackList(given).wantsLogs('onTrainBatchEnd');
    expect(wants(new callbacks.EarlyStopping(), new callbacks.BackupAndRestore({ saveFreq: 2 }))).toBe(false);
    expect(wants(new callbacks.ModelCheckpoint({ save: () => {} }))).toBe(false);
    expect(wants(new callbacks.ModelCheckpoint({ save: () => {}, saveFreq: 3 }))).toBe(true);
    expect(wants({ onTrainBatchEnd: () => {} })).toBe(true);
    expect(wants(new callbacks.TerminateOnNaN())).toBe(true);
  });

  test('what has no hook is refused, an error of a hook goes through', async () => {
    expect(() => new callbacks.CallbackList({ on_epoch_end: () => {} } as never)).toThrow(
      /is no callback: .*onEpochEnd/,
    );
    expect(() => new callbacks.CallbackList([null] as never)).toThrow(ArgumentError);
    const failing = {
      onEpochEnd: () => {
        throw new RangeError('mine');
      },
    };
    await expect(fakeFit(new FakeModel(), failing, logsOf('loss', [1]))).rejects.toThrow('mine');
  });

  test('own classes have the model and the parameters', async () => {
    const model = new FakeModel();
    class Own extends callbacks.Callback {
      override onTrainBegin() {
        expect(this.model).toBe(model);
        expect(this.params).toEqual({ verbose: 0, epochs: 1, steps: 2 });
      }
    }
    await fakeFit(model, new Own(), logsOf('loss', [1]));
    expect.assertions(2);
  });
});

describe('TerminateOnNaN', () => {
  test.each([Number.NaN, Number.POSITIVE_INFINITY])('stops after the batch with %p', async (loss) => {
    const log = said();
    const { run } = await fakeFit(new FakeModel(), new callbacks.TerminateOnNaN(), logsOf('loss', [1, loss, 1]));
    expect(run).toBe(2);
    expect(log.mock.calls).toEqual([['Batch 0: Invalid loss, terminating training']]);
  });

  test('or throws', async () => {
    const throwing = fakeFit(
      new FakeModel(),
      new callbacks.TerminateOnNaN({ raiseError: true }),
      logsOf('loss', [Number.NaN]),
    );
    await expect(throwing).rejects.toThrow(NonFiniteError);
    await expect(throwing).rejects.toThrow('NaN or Inf loss encountered at batch 0. Loss value: nan.');
  });
});

describe('LearningRateScheduler', () => {
  test('sets the rate and logs it', async () => {
    const log = said();
    const scheduler = new callbacks.LearningRateScheduler({
      schedule: (epoch, rate) => rate / (epoch + 1),
      verbose: 1,
    });
    const { history } = await fakeFit(new FakeModel(), scheduler, logsOf('loss', [1, 1, 1]));
    expect(history.history.learning_rate).toEqual([0.5, 0.25, 0.25 / 3]);
    expect(log.mock.calls[1]).toEqual(['\nEpoch 2: LearningRateScheduler setting learning rate to 0.25.']);
  });

  test('wants numbers and a function', async () => {
    const wrong = new callbacks.LearningRateScheduler({ schedule: () => '1' as never });
    await expect(fakeFit(new FakeModel(), wrong, logsOf('loss', [1]))).rejects.toThrow(
      "The output of the `schedule` function should be a float. Got: '1'",
    );
    expect(() => new callbacks.LearningRateScheduler({} as never)).toThrow(/`schedule` must be a function/);
  });
});

test('LambdaCallback', async () => {
  const epochs: number[] = [];
  const own = new callbacks.LambdaCallback({ onEpochBegin: (epoch) => void epochs.push(epoch) });
  await fakeFit(new FakeModel(), own, logsOf('loss', [1, 1]));
  expect(epochs).toEqual([0, 1]);
  expect(() => new callbacks.LambdaCallback({ onEpochEnds: () => {} } as never)).toThrow(/Did you mean 'onEpochEnd'/);
  expect(() => new callbacks.LambdaCallback({ onEpochEnd: 3 as never })).toThrow(/`onEpochEnd` must be a function/);
});

describe('CSVLogger', () => {
  const known: { options: { separator?: string }; epochs: callbacks.Logs[]; text: string }[] = JSON.parse(
    readFileSync(new URL('../fixtures/callbacks/csv.json', import.meta.url), 'utf8'),
  );
  test.each(known)("Keras' text: $text", async ({ options, epochs, text }) => {
    let written = '';
    const logger = new callbacks.CSVLogger({
      ...options,
      write: async (more) => {
        await Promise.resolve();
        written += more;
      },
    });
    await fakeFit(new FakeModel(), logger, epochs);
    expect(written).toBe(text);
    expect(logger.text).toBe(text);
  });

  test('append goes on below the same header', async () => {
    const logger = new callbacks.CSVLogger({ append: true });
    await fakeFit(new FakeModel(), logger, logsOf('loss', [1]));
    await fakeFit(new FakeModel(), logger, logsOf('loss', [0.5]));
    expect(logger.text).toBe('epoch,loss,val_loss\r\n0,1.0,NA\r\n0,0.5,NA\r\n');
  });

  test('paths are refused', () => {
    expect(() => new callbacks.CSVLogger({ filename: 'log.csv' } as never)).toThrow(UnsupportedError);
    expect(() => new callbacks.CSVLogger({ separator: '' })).toThrow(/must be a 1-character string/);
    expect(() => new callbacks.CSVLogger({ write: 'log.csv' as never })).toThrow(/`write` must be a function/);
  });
});

describe('BackupAndRestore', () => {
  test('a training that was broken off goes on', async () => {
    const backup = new callbacks.BackupAndRestore();
    const failing = {
      onEpochEnd: (epoch: number) => {
        if (epoch === 2) throw new Error('power cut');
      },
    };
    const logs = logsOf('loss', [5, 4, 3, 2, 1]);
    await expect(fakeFit(new FakeModel(), [failing, backup], logs)).rejects.toThrow('power cut');
    expect(backup.backup?.epoch).toBe(2);
    const fresh = new FakeModel();
    const { history } = await fakeFit(fresh, backup, logs);
    expect(history.epoch).toEqual([2, 3, 4]);
    expect(fresh.weight).toBe(10);
    expect(fresh.optimizer.iterations).toBe(10);
    expect(backup.backup).toBe(null);
  });

  test('by batches, and kept', async () => {
    const backup = new callbacks.BackupAndRestore({ saveFreq: 3, deleteCheckpoint: false });
    await fakeFit(new FakeModel(), backup, logsOf('loss', [1, 1]));
    expect(backup.backup?.epoch).toBe(1);
    expect(backup.backup?.weights[0]?.toArray()).toEqual([3]);
  });

  test('paths are refused', () => {
    expect(() => new callbacks.BackupAndRestore({ backupDir: 'x' } as never)).toThrow(UnsupportedError);
    expect(() => new callbacks.BackupAndRestore({ saveFreq: 'batch' as never })).toThrow(
      "Invalid value for argument `save_freq`. Received: save_freq='batch'. Expected either 'epoch' or an integer value.",
    );
  });
});
