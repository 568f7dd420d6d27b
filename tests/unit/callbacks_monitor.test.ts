import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { callbacks, UnsupportedError } from 'simple-rnn';
import { FakeModel, fakeFit, logsOf } from './fake_model.js';

type Options = Record<string, unknown>;
interface KerasCase {
  id: string;
  kind: string;
  config: Options & { monitor: string; external_stop_epoch?: number };
  inputs?: { monitor_values: number[] };
  expected: Record<string, number | string>;
}
interface FitCase {
  id: string;
  config: {
    compile: { optimizer: { config: { learning_rate: number } } };
    fit: { epochs: number; callbacks: { class_name: keyof typeof kinds; config: Options }[] };
  };
  expected: { history: Record<string, number[]> };
}

const read = (path: string) => JSON.parse(readFileSync(new URL(`../fixtures/${path}`, import.meta.url), 'utf8')).cases;
const camel = (options: Options) =>
  Object.fromEntries(
    Object.entries(options).map(([key, value]) => [key.replace(/_(.)/g, (_, letter) => letter.toUpperCase()), value]),
  );
const ofKeras: KerasCase[] = read('cases/keras_callbacks.json');
const fits: FitCase[] = read('golden/fit_callbacks.json');
const kinds = {
  EarlyStopping: (options: Options) => new callbacks.EarlyStopping(camel(options)),
  ReduceLROnPlateau: (options: Options) => new callbacks.ReduceLROnPlateau(camel(options)),
  LearningRateScheduler: ({ table }: Options) =>
    new callbacks.LearningRateScheduler({ schedule: (epoch) => (table as number[])[epoch] as number }),
  TerminateOnNaN: () => new callbacks.TerminateOnNaN(),
};

const said = () => jest.spyOn(console, 'log').mockImplementation(() => {});
const warned = () => jest.spyOn(console, 'warn').mockImplementation(() => {});

afterEach(() => {
  jest.restoreAllMocks();
});

test.each(ofKeras.filter(({ kind }) => kind === 'early_stopping'))('$id', async ({ config, inputs, expected }) => {
  const { external_stop_epoch: stop, ...options } = config;
  const stopping = new callbacks.EarlyStopping(camel(options));
  const model = new FakeModel();
  const other = {
    onEpochEnd(epoch: number) {
      if (epoch === stop) model.stopTraining = true;
    },
  };
  const { run } = await fakeFit(model, [stopping, other], logsOf(config.monitor, inputs?.monitor_values ?? []));
  if ('stopped_epoch' in expected) expect(stopping.stoppedEpoch).toBe(expected.stopped_epoch);
  if (!('restored_epoch' in expected)) return;
  expect(run).toBe(expected.epochs_trained);
  expect(stopping.bestEpoch).toBe(expected.restored_epoch);
  expect(model.weight).toBe(2 * (stopping.bestEpoch + 1));
});

test.each(ofKeras.filter(({ kind }) => kind !== 'early_stopping'))('$id', async ({ kind, config, expected }) => {
  const { metrics, ...options } = config;
  const stopping = new callbacks.EarlyStopping(camel(options));
  const model = new FakeModel();
  model.directions = { mse: 'down', acc: 'up', accuracy: 'up', hinge: 'down', f1_score: 'up' };
  const fit = fakeFit(model, stopping, logsOf(config.monitor, [1]));
  if (kind === 'error') {
    await expect(fit).rejects.toThrow(
      "EarlyStopping callback received monitor=unknown, but Keras isn't able to automatically determine whether that " +
        "metric should be maximized or minimized. Pass `mode='max'` in order to monitor based on the highest metric " +
        "value, or pass `mode='min'` in order to use the lowest value.",
    );
    return;
  }
  await fit;
  expect(stopping.direction).toBe(expected.direction);
});

test.each(fits)('epochs and rates of $id', async ({ config, expected }) => {
  said();
  const list = config.fit.callbacks.map(({ class_name, config: options }) => kinds[class_name](options));
  const { learning_rate: rates, ...values } = expected.history;
  const ran = expected.history.loss?.length ?? 0;
  // NaN is a word in the file. After the epochs that Keras ran the last one again: nothing more may be asked for.
  const logs = Array.from({ length: config.fit.epochs }, (_, epoch) =>
    Object.fromEntries(Object.entries(values).map(([name, each]) => [name, Number(each[Math.min(epoch, ran - 1)])])),
  );
  const model = new FakeModel();
  model.optimizer.learningRate = config.compile.optimizer.config.learning_rate;
  const { run, history } = await fakeFit(model, list, logs);
  expect(run).toBe(ran);
  (rates ?? []).forEach((rate, epoch) => {
    expect(history.history.learning_rate?.[epoch]).toBeCloseTo(rate, 6);
  });
  const stopping = list.find((each) => each instanceof callbacks.EarlyStopping);
  if (!stopping?.restoreBestWeights) return;
  expect(model.weight).toBe(2 * (stopping.bestEpoch + 1));
});

describe('EarlyStopping', () => {
  test('says what it does; more is better of an accuracy', async () => {
    const log = said();
    const model = new FakeModel();
    model.directions.accuracy = 'up';
    const stopping = new callbacks.EarlyStopping({ monitor: 'val_accuracy', verbose: 1, restoreBestWeights: true });
    await fakeFit(model, stopping, logsOf('val_accuracy', [0.5, 0.75, 0.7, 0.8]));
    expect(log.mock.calls.flat()).toEqual([
      'Epoch 3: early stopping',
      'Restoring model weights from the end of the best epoch: 2.',
    ]);
    expect(stopping).toMatchObject({ direction: 'max', best: 0.75, bestEpoch: 1, stoppedEpoch: 2, wait: 1 });
  });

  test('a value that is missing is warned of, a mode that is none too', async () => {
    const warning = warned();
    await fakeFit(new FakeModel(), new callbacks.EarlyStopping({ mode: 'least' as never }), [{ loss: 1, mae: 2 }]);
    expect(warning.mock.calls.flat()).toEqual([
      "EarlyStopping mode 'least' is unknown, fallback to auto mode.",
      'Early stopping conditioned on metric `val_loss` which is not available. Available metrics are: loss,mae',
    ]);
  });

  test('options are checked', () => {
    expect(() => new callbacks.EarlyStopping({ patience: -1 })).toThrow(/EarlyStopping: `patience` must be a whole/);
    expect(() => new callbacks.EarlyStopping({ monitors: 'loss' } as never)).toThrow(/Did you mean 'monitor'/);
    expect(() => new callbacks.EarlyStopping({ baseline: Number.NaN })).toThrow(/`baseline` must be a finite number/);
  });
});

test('ReduceLROnPlateau says what it does, and refuses to increase the rate', async () => {
  const log = said();
  const reduce = new callbacks.ReduceLROnPlateau({ monitor: 'loss', factor: 0.5, patience: 1, verbose: 1, minLr: 0.2 });
  const { history } = await fakeFit(new FakeModel(), reduce, logsOf('loss', [1, 1, 1, 1, 1]));
  expect(history.history.learning_rate).toEqual([0.5, 0.5, 0.25, 0.2, 0.2]);
  expect(log.mock.calls[0]).toEqual(['\nEpoch 2: ReduceLROnPlateau reducing learning rate to 0.25.']);
  expect(() => new callbacks.ReduceLROnPlateau({ factor: 1 })).toThrow(
    'ReduceLROnPlateau does not support a factor >= 1.0. Received factor=1.0',
  );
});

describe('ModelCheckpoint', () => {
  test('hands over the model when it is better than ever', async () => {
    const log = said();
    const saved: unknown[] = [];
    const checkpoint = new callbacks.ModelCheckpoint({
      monitor: 'loss',
      saveBestOnly: true,
      verbose: 1,
      initialValueThreshold: 2.5,
      save: async (model, logs, time) => {
        await Promise.resolve();
        saved.push([model.getWeights()[0]?.toArray(), logs.loss, time]);
      },
    });
    await fakeFit(new FakeModel(), checkpoint, logsOf('loss', [3, 2, 2, 1]));
    expect(saved).toEqual([
      [[4], 2, { epoch: 1, batch: null }],
      [[8], 1, { epoch: 3, batch: null }],
    ]);
    expect(log.mock.calls.flat().slice(0, 4)).toEqual([
      '\nEpoch 1: loss did not improve from 2.50000',
      '\nEpoch 2: loss improved from 2.50000 to 2.00000, saving model',
      '\nEpoch 2: finished saving model',
      '\nEpoch 3: loss did not improve from 2.00000',
    ]);
  });

  test('every three batches', async () => {
    const times: callbacks.CheckpointTime[] = [];
    const save: callbacks.ModelCheckpointOptions['save'] = (_, __, time) => void times.push(time);
    await fakeFit(new FakeModel(), new callbacks.ModelCheckpoint({ save, saveFreq: 3 }), logsOf('loss', [1, 1, 1]));
    expect(times).toEqual([
      { epoch: 1, batch: 0 },
      { epoch: 2, batch: 1 },
    ]);
  });

  test('what is wrong is said', async () => {
    const make = (options: object) => () => new callbacks.ModelCheckpoint(options as never);
    expect(make({ filepath: 'x.keras' })).toThrow(UnsupportedError);
    expect(make({ save: () => {}, saveWeightsOnly: true })).toThrow(/`saveWeightsOnly` is not supported/);
    expect(make({})).toThrow(/`save` must be a function/);
    expect(make({ save: () => {}, saveFreq: 'batch' })).toThrow(
      "Unrecognized save_freq: 'batch'. Expected save_freq are 'epoch' or integer values",
    );
    const warning = warned();
    let saved = 0;
    const save = () => {
      saved += 1;
    };
    await fakeFit(new FakeModel(), new callbacks.ModelCheckpoint({ save, saveBestOnly: true }), logsOf('loss', [1]));
    expect(warning.mock.calls.flat()).toEqual(['Can save best model only with val_loss available.']);
    expect(saved).toBe(1);
    // Keras asks for the direction even where it needs none.
    const unknown = new callbacks.ModelCheckpoint({ save, monitor: 'unknown' });
    await expect(fakeFit(new FakeModel(), unknown, logsOf('loss', [1]))).rejects.toThrow(
      /^ModelCheckpoint callback received monitor=unknown, but Keras isn't able to automatically determine/,
    );
    expect(saved).toBe(1);
  });
});
