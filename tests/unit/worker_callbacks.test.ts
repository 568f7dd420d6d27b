// Callbacks of a training in a worker run in the page: called as by a local fit, with the same model to see.
import { describe, expect, jest, test } from '@jest/globals';
import { callbacks, type Sequential, type Tensor } from 'simple-rnn';
import { flat, seeded, useWorkers, x, y } from './worker_models.js';

const toWorker = useWorkers();
const quiet = { verbose: 0, shuffle: false, batchSize: 35 } as const;

/** The same training here and there, with callbacks made for each. */
async function both<T>(make: () => T, options: object = {}, model: () => Sequential = seeded) {
  const [here, there] = [make(), make()];
  const local = model();
  const remote = await toWorker(model());
  const wanted = await local.fit(x, y, { ...quiet, ...options, callbacks: here as never });
  const found = await remote.fit(x, y, { ...quiet, ...options, callbacks: there as never });
  expect(found.history).toEqual(wanted.history);
  expect(found.epoch).toEqual(wanted.epoch);
  expect(flat(await remote.getWeights())).toEqual(flat(local.getWeights()));
  return { here, there, history: found };
}

/** Notes every hook, with what it is told. */
class Recorder extends callbacks.Callback {
  readonly calls: unknown[] = [];

  constructor() {
    super();
    for (const part of ['Train', 'Epoch', 'TrainBatch', 'Test', 'TestBatch']) {
      for (const hook of [`on${part}Begin`, `on${part}End`]) {
        Object.assign(this, { [hook]: (...values: unknown[]) => this.note(hook, values) });
      }
    }
  }

  private note(hook: string, values: unknown[]): void {
    const { stopTraining, initialEpoch, optimizer } = this.model;
    const seen = { stopTraining, initialEpoch, rate: optimizer?.learningRate };
    const numbers = [...flat(this.model.getWeights()), ...flat([...(optimizer?.getVariables() ?? [])])];
    this.calls.push(structuredClone([hook, values, seen, numbers, this.params]));
  }
}

describe('the callbacks of Keras', () => {
  test('every hook in order, its logs, and the model that it sees', async () => {
    const { here, there } = await both(() => new Recorder(), { epochs: 2, validationSplit: 0.2 });
    expect(there.calls).toEqual(here.calls);
    expect(there.calls.length).toBeGreaterThan(20);
  });

  test('EarlyStopping brings the best weights back', async () => {
    const make = () =>
      new callbacks.EarlyStopping({ monitor: 'loss', mode: 'max', restoreBestWeights: true, patience: 2 });
    const { here, there } = await both(make, { epochs: 9 });
    expect(there.stoppedEpoch).toBeGreaterThan(0);
    const fields = ({ stoppedEpoch, bestEpoch, best, wait, direction }: callbacks.EarlyStopping) => [
      [stoppedEpoch, bestEpoch, best, wait, direction],
    ];
    expect(fields(there)).toEqual(fields(here));
    expect(flat(there.bestWeights as Tensor[])).toEqual(flat(here.bestWeights as Tensor[]));
  });

  test('the direction of a metric is known', async () => {
    const make = () => new callbacks.EarlyStopping({ monitor: 'val_accuracy', patience: 1 });
    const { there } = await both(make, { epochs: 6, validationSplit: 0.3 });
    expect(there.direction).toBe('max');
  });

  test('learning rates, logs that callbacks add to, and the history given', async () => {
    const make = () => [
      new callbacks.LearningRateScheduler({ schedule: (epoch, rate) => (epoch === 1 ? rate / 2 : rate) }),
      new callbacks.ReduceLROnPlateau({ monitor: 'loss', mode: 'max', patience: 1 }),
      { onEpochEnd: (epoch: number, logs: object) => void Object.assign(logs, { half: epoch / 2 }) },
      new callbacks.History(),
    ];
    const { there, history } = await both(make, { epochs: 4 });
    expect(history).toBe(there[3]);
    expect(history.history.half).toEqual([0, 0.5, 1, 1.5]);
    expect(new Set(history.history.learning_rate).size).toBeGreaterThan(1);
  });

  test('ModelCheckpoint hands over a model with its weights', async () => {
    const saved: number[][] = [];
    const save = (model: callbacks.CallbackModel) => void saved.push(flat(model.getWeights()));
    await both(() => new callbacks.ModelCheckpoint({ save, saveFreq: 2 }), { epochs: 2 });
    expect(saved).toHaveLength(4);
    expect(saved.slice(2)).toEqual(saved.slice(0, 2));
  });

  test('BackupAndRestore goes on where a training was broken off', async () => {
    const backup = new callbacks.BackupAndRestore();
    const breaking = {
      onEpochBegin: (epoch: number) => {
        if (epoch === 2) throw new Error('power cut');
      },
    };
    const remote = await toWorker(seeded());
    await expect(remote.fit(x, y, { ...quiet, epochs: 4, callbacks: [backup, breaking] })).rejects.toThrow('power cut');
    const other = await toWorker(seeded());
    const { epoch } = await other.fit(x, y, { ...quiet, epochs: 4, callbacks: backup });
    expect(epoch).toEqual([2, 3]);
  });

  test('TerminateOnNaN stops a training that would otherwise throw', async () => {
    const log = jest.spyOn(console, 'log').mockImplementation(() => {});
    const spoilt = () => {
      const model = seeded();
      model.setWeights(model.getWeights().map(({ data, shape }) => ({ data: data.fill(Number.NaN), shape })));
      return model;
    };
    const { history } = await both(() => new callbacks.TerminateOnNaN(), { epochs: 3 }, spoilt);
    expect(history.epoch).toEqual([0]);
    expect(log).toHaveBeenCalledTimes(2);
    log.mockRestore();
  });
});

describe('any object with hooks', () => {
  test('stops the training after a batch, sets weights, hears of batches under both names', async () => {
    const make = () => {
      const batches: number[] = [];
      let model: callbacks.CallbackModel;
      return {
        batches,
        setModel(given: callbacks.CallbackModel) {
          model = given;
        },
        onTrainBegin() {
          model.setWeights(
            model.getWeights().map(({ data, shape }) => ({ data: data.map((value) => value / 2), shape })),
          );
        },
        onBatchEnd(batch: number) {
          batches.push(batch);
          if (batches.length === 3) model.stopTraining = true;
        },
      };
    };
    const { here, there } = await both(make, { epochs: 5 });
    expect(there.batches).toEqual([0, 1, 0]);
    expect(there.batches).toEqual(here.batches);
  });

  test('asynchronous hooks are awaited, and may ask the remote model', async () => {
    const remote = await toWorker(seeded());
    const seen: number[] = [];
    const ask = {
      async onEpochEnd() {
        seen.push((await remote.predict(x)).data[0] as number, (await remote.evaluate(x, y)).loss as number);
      },
    };
    await remote.fit(x, y, { ...quiet, epochs: 2, callbacks: ask });
    expect(seen).toHaveLength(4);
    expect(seen[2]).not.toBe(seen[0]);
    expect(seen[2]).toBe((await remote.predict(x)).data[0]);
  });

  test('a hook that throws ends the fit with its very error, at the last whole batch', async () => {
    const remote = await toWorker(seeded());
    const broken = new RangeError('no room on the page');
    const breaking = {
      onTrainBatchEnd: (batch: number) => {
        if (batch === 1) throw broken;
      },
    };
    await expect(remote.fit(x, y, { ...quiet, callbacks: breaking })).rejects.toBe(broken);
    const local = seeded();
    await local.fit(x, y, { ...quiet });
    expect(flat(await remote.getWeights())).toEqual(flat(local.getWeights()));
  });

  test('evaluate calls them too', async () => {
    const calls = async (evaluate: (recorder: Recorder) => unknown) => {
      const recorder = new Recorder();
      await evaluate(recorder);
      return recorder.calls;
    };
    const model = seeded();
    const remote = await toWorker(model);
    const found = await calls((recorder) => remote.evaluate(x, y, { callbacks: recorder, verbose: 0 }));
    expect(found).toEqual(await calls((recorder) => model.evaluate(x, y, { callbacks: recorder, verbose: 0 })));
    expect(found).toHaveLength(8);
  });
});
