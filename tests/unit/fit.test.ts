// fit: epochs, batches, the order of samples, validation, callbacks, what it says.
import { afterAll, afterEach, describe, expect, jest, test } from '@jest/globals';
import { Dense, memory, Sequential, SimpleRNN, utils } from 'simple-rnn';
import { compiled, data, quiet, weightsOf, x, y } from './fit_support.js';

const start = memory();

afterEach(() => {
  jest.restoreAllMocks();
});

afterAll(() => {
  expect(memory()).toEqual(start);
});

/** The weights after a training. */
async function trained(...[inputs, targets, options]: Parameters<Sequential['fit']>): Promise<number[][]> {
  using model = compiled();
  await model.fit(inputs, targets, { verbose: 0, ...options });
  return weightsOf(model);
}

describe('epochs', () => {
  test('history: what fit gives, and model.history', async () => {
    using model = compiled();
    expect(model.history).toBeNull();
    const history = await model.fit(x, y, { ...quiet, epochs: 3, validationData: [x, y] });
    expect(history.epoch).toEqual([0, 1, 2]);
    expect(Object.keys(history.history)).toEqual(['loss', 'val_loss']);
    expect(history.history.loss).toHaveLength(3);
    expect(model.history).toBe(history);
    expect(history.history.val_loss?.[2]).toBeCloseTo(model.evaluate(x, y, { verbose: 0 }).loss as number, 5);
  });

  test('epochs is the end, not a count', async () => {
    using model = compiled();
    const { epoch } = await model.fit(x, y, { ...quiet, initialEpoch: 2, epochs: 4 });
    expect(epoch).toEqual([2, 3]);
    expect((await model.fit(x, y, { ...quiet, initialEpoch: 4, epochs: 4 })).epoch).toEqual([]);
    expect(model.optimizer?.iterations).toBe(2);
  });

  test('two trainings are one', async () => {
    using model = compiled();
    await model.fit(x, y, { ...quiet, epochs: 1, batchSize: 4 });
    await model.fit(x, y, { ...quiet, epochs: 3, initialEpoch: 1, batchSize: 4 });
    expect(weightsOf(model)).toEqual(await trained(x, y, { ...quiet, epochs: 3, batchSize: 4 }));
  });

  test('and batches one by one are the same', async () => {
    using model = compiled();
    const rows = (from: number, to: number) => [x, y].map(({ data: values, shape }) => {
      const size = values.length / 6;
      return { data: values.slice(from * size, to * size), shape: [to - from, ...shape.slice(1)] };
    }) as unknown as [typeof x, typeof y]; // biome-ignore format: one expression
    for (const [from, to] of [[0, 4], [4, 6]] as const) model.trainOnBatch(...rows(from, to)); // biome-ignore format: short
    expect(weightsOf(model)).toEqual(await trained(x, y, { ...quiet, batchSize: 4 }));
  });
});

describe('order', () => {
  test('shuffled by the seed, anew in every epoch', async () => {
    const shuffled = async (seed: number) => {
      using model = compiled();
      utils.setRandomSeed(seed);
      await model.fit(x, y, { verbose: 0, batchSize: 2, epochs: 2 });
      return weightsOf(model);
    };
    const first = await shuffled(1);
    expect(await shuffled(1)).toEqual(first);
    expect(await shuffled(2)).not.toEqual(first);
    expect(await trained(x, y, { ...quiet, batchSize: 2, epochs: 2 })).not.toEqual(first);
  });

  test('the validation split is taken before', async () => {
    using model = compiled();
    const { history } = await model.fit(x, y, { verbose: 0, validationSplit: 0.3 });
    const last = { data: x.data.slice(4 * 6), shape: [2, 3, 2] };
    const expected = model.evaluate(last, { data: y.data.slice(4), shape: [2, 1] }, { verbose: 0 });
    expect(history.val_loss?.[0]).toBeCloseTo(expected.loss as number, 5);
  });

  test('every how manieth epoch is validated', async () => {
    const validated = async (validationFreq: number | number[]) => {
      using model = compiled();
      const { history } = await model.fit(x, y, { ...quiet, epochs: 5, validationData: [x, y], validationFreq });
      return history.val_loss?.length;
    };
    expect(await validated(2)).toBe(2);
    expect(await validated([1, 2, 5])).toBe(3);
    using model = compiled();
    const before = weightsOf(model);
    await expect(model.fit(x, y, { ...quiet, validationFreq: 0 })).rejects.toThrow(
      'Expected `validation_freq` to be a list or int. Received: validation_freq=0',
    );
    expect(weightsOf(model)).toEqual(before);
  });
});

describe('batches of an iterable', () => {
  const batches = [data(4, 3, 2), data(2, 3, 2)].map((each) => [each, data(each.shape[0] as number, 1)] as const);
  const inTurn = {
    async *[Symbol.asyncIterator]() {
      yield* batches;
    },
  };

  async function stepByStep(epochs: number): Promise<number[][]> {
    using model = compiled();
    for (let epoch = 0; epoch < epochs; epoch += 1) for (const batch of batches) model.trainOnBatch(...batch);
    return weightsOf(model);
  }

  test('every epoch asks for a new iterator', async () => {
    expect(await trained(inTurn, null, { epochs: 3 })).toEqual(await stepByStep(3));
    expect(await trained(new Set(batches), null, { epochs: 3 })).toEqual(await stepByStep(3));
  });

  test('a generator that ends in the middle of training is warned of', async () => {
    const warn = jest.spyOn(console, 'warn').mockImplementation(() => {});
    using model = compiled();
    const { epoch } = await model.fit(batches.values(), null, { verbose: 0, epochs: 3 });
    expect(epoch).toEqual([0]);
    expect(warn.mock.calls.flat().join()).toContain('Your input ran out of data; interrupting training.');
    expect(weightsOf(model)).toEqual(await stepByStep(1));
  });

  test('with stepsPerEpoch an endless one goes on', async () => {
    let asked = 0;
    function* endless() {
      for (;;) {
        asked += 1;
        yield batches[(asked - 1) % 2];
      }
    }
    expect(await trained(endless(), null, { epochs: 3, stepsPerEpoch: 2 })).toEqual(await stepByStep(3));
    expect(asked).toBe(6);
  });

  test('as validation, in evaluate, with weights, by name', async () => {
    using model = compiled();
    const weighted = batches.map(([inputs, targets]) => ({ x: inputs, y: targets, sampleWeight: targets }));
    const { history } = await model.fit(x, y, { ...quiet, validationData: inTurn });
    const { loss } = await model.evaluate(inTurn);
    expect(history.val_loss?.[0]).toBe(loss);
    expect((await model.evaluate(weighted.values())).loss).not.toBe(loss);
  });

  test('an unbuilt model learns its shapes from arrays too, and is trained like one that knew them', async () => {
    const histories = [];
    for (const known of [{}, { inputShape: x.shape.slice(1) as number[] }]) {
      using model = new Sequential([
        new SimpleRNN({ units: 4, kernelInitializer: 'ones', recurrentInitializer: 'zeros', ...known }),
        new Dense({ units: 1, kernelInitializer: 'ones' }),
      ]);
      model.compile({ optimizer: 'sgd', loss: 'mse' });
      const { history } = await model.fit(x, y, { epochs: 2, shuffle: false, validationSplit: 0.25, verbose: 0 });
      histories.push(history);
    }
    expect(histories[0]).toEqual(histories[1]);
  });

  test('an unbuilt model learns its shapes from the first batch, which is trained on too', async () => {
    for (const given of [batches.values(), inTurn]) {
      using model = new Sequential([new SimpleRNN({ units: 4 }), new Dense({ units: 1 })]);
      model.compile({ optimizer: 'sgd', loss: 'mse' });
      await model.fit(given, null, { verbose: 0 });
      expect(model.built).toBe(true);
      expect(model.optimizer?.iterations).toBe(2);
    }
    using model = new Sequential([new SimpleRNN({ units: 4 }), new Dense({ units: 1 })]);
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    await expect(model.fit([][Symbol.iterator](), null, { verbose: 0 })).rejects.toThrow('the iterable gave no batch');
    await expect(model.fit([7][Symbol.iterator](), null, { verbose: 0 })).rejects.toThrow('found: 7');
    expect(model.built).toBe(false);
  });

  test.each([
    ['y', [inTurn, y, {}]],
    ['validation_split', [inTurn, null, { validationSplit: 0.2 }]],
    ['batchSize', [inTurn, null, { batchSize: 2 }]],
  ] as const)('%s beside it is refused', async (name, call) => {
    await expect(trained(...(call as unknown as Parameters<Sequential['fit']>))).rejects.toThrow(name);
  });
});

test('hooks are called in the order of Keras', async () => {
  using model = compiled();
  const called: string[] = [];
  const names = ['Train', 'Epoch', 'TrainBatch', 'Test', 'TestBatch'].flatMap((part) => [
    `on${part}Begin`,
    `on${part}End`,
  ]);
  const hooks = Object.fromEntries(names.map((name) => [name, () => void called.push(name.slice(2))]));
  await model.fit(x, y, { ...quiet, batchSize: 4, validationData: [x, y], validationBatchSize: 6, callbacks: hooks });
  const batch = ['TrainBatchBegin', 'TrainBatchEnd'];
  const validation = ['TestBegin', 'TestBatchBegin', 'TestBatchEnd', 'TestEnd'];
  expect(called).toEqual(['TrainBegin', 'EpochBegin', ...batch, ...batch, ...validation, 'EpochEnd', 'TrainEnd']);
});

test('a page stays alive: timers fire while a model is trained', async () => {
  using model = compiled();
  let fired = 0;
  const timer = setInterval(() => {
    fired += 1;
  }, 1);
  await model.fit(x, y, { ...quiet, batchSize: 1, epochs: 2000 });
  clearInterval(timer);
  expect(fired).toBeGreaterThan(0);
});

test('layers that are frozen stay as they are; nothing but frozen ones is warned of', async () => {
  const warn = jest.spyOn(console, 'warn').mockImplementation(() => {});
  using model = compiled();
  const before = weightsOf(model);
  model.getLayer('rnn').trainable = false;
  model.compile({ optimizer: 'sgd', loss: 'mse' });
  await model.fit(x, y, quiet);
  expect(weightsOf(model).slice(0, 3)).toEqual(before.slice(0, 3));
  expect(weightsOf(model)[3]).not.toEqual(before[3]);
  model.getLayer('out').trainable = false;
  model.compile({ optimizer: 'sgd', loss: 'mse' });
  const after = weightsOf(model);
  await model.fit(x, y, quiet);
  expect(weightsOf(model)).toEqual(after);
  expect(warn.mock.calls.flat().join()).toContain('does not have any trainable weights');
});
