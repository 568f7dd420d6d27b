// Training that is disturbed: by other calls, callbacks that throw, signals, data that fails. The model is always that
// of the last whole batch.
import { afterAll, describe, expect, test } from '@jest/globals';
import {
  ArgumentError,
  BusyError,
  type callbacks,
  DisposedError,
  memory,
  NonFiniteError,
  type Sequential,
  tensor,
} from 'simple-rnn';
import { compiled, data, quiet, weightsOf, withOne, x, y } from './fit_support.js';

const start = memory();
const batches = { ...quiet, batchSize: 2, epochs: 2 }; // three of them in an epoch

afterAll(() => {
  expect(memory()).toEqual(start);
});

/** The weights after some batches. */
async function weightsAfter(count: number): Promise<number[][]> {
  using model = compiled();
  let seen = 0;
  const stop = {
    onTrainBatchEnd() {
      seen += 1;
      if (seen === count) model.stopTraining = true;
    },
  };
  if (count > 0) await model.fit(x, y, { ...batches, callbacks: [stop] });
  return weightsOf(model);
}

/** Expects the model to be that of the batches so far, and to be trained on as if nothing had been. */
async function expectWhole(model: Sequential, count: number): Promise<void> {
  expect(weightsOf(model)).toEqual(await weightsAfter(count));
  expect(model.optimizer?.iterations).toBe(count);
  const rest = { ...batches, epochs: 1 };
  await model.fit(x, y, rest);
  expect(model.optimizer?.iterations).toBe(count + 3);
}

/** Resolves when a model has been trained on so many batches. */
function afterBatch(count: number): { callback: object; reached: Promise<void> } {
  let tell: () => void;
  const reached = new Promise<void>((resolve) => {
    tell = resolve;
  });
  let seen = 0;
  const callback = {
    async onTrainBatchEnd() {
      seen += 1;
      if (seen !== count) return;
      tell();
      await new Promise((resolve) => setTimeout(resolve, 1));
    },
  };
  return { callback, reached };
}

describe('during fit', () => {
  const refused: [string, (model: Sequential) => unknown][] = [
    ['fit', (model) => model.fit(x, y, quiet)],
    ['trainOnBatch', (model) => model.trainOnBatch(x, y)],
    ['setWeights', (model) => model.setWeights(model.getWeights())],
    ['compile', (model) => model.compile({ optimizer: 'sgd', loss: 'mse' })],
  ];

  test.each(refused)('%s is refused, and training goes on', async (_, act) => {
    using model = compiled();
    const { callback, reached } = afterBatch(2);
    const { optimizer } = model;
    const fit = model.fit(x, y, { ...batches, callbacks: [callback] as never });
    await reached;
    await expect(async () => act(model)).rejects.toBeInstanceOf(BusyError);
    const { history } = await fit;
    expect(history.loss).toHaveLength(2);
    expect(model.optimizer).toBe(optimizer);
    expect(weightsOf(model)).toEqual(await weightsAfter(6));
  });

  test('fit at once after fit is refused too', async () => {
    using model = compiled();
    const fit = model.fit(x, y, batches);
    await expect(async () => model.fit(x, y, batches)).rejects.toBeInstanceOf(BusyError);
    await fit;
    await expectWhole(model, 6);
  });

  test('predictions are those of the last whole batch', async () => {
    using model = compiled();
    using twin = compiled();
    const { callback, reached } = afterBatch(2);
    const fit = model.fit(x, y, { ...batches, callbacks: [callback] as never });
    await reached;
    const predicted = [...model.predict(x).data];
    twin.setWeights((await weightsAfter(2)).map((each, index) => tensor(each, model.weights[index]?.shape ?? [])));
    expect(predicted).toEqual([...twin.predict(x).data]);
    await fit;
    expect(weightsOf(model)).toEqual(await weightsAfter(6));
  });

  test('dispose ends it', async () => {
    const model = compiled();
    const { callback, reached } = afterBatch(2);
    const fit = model.fit(x, y, { ...batches, callbacks: [callback] as never });
    await reached;
    model.dispose();
    await expect(fit).rejects.toBeInstanceOf(DisposedError);
    for (const act of [
      () => model.fit(x, y, quiet),
      () => model.evaluate(x, y, { verbose: 0 }),
      () => model.trainOnBatch(x, y),
      () => model.testOnBatch(x, y),
      () => model.compile({ optimizer: 'sgd', loss: 'mse' }),
    ]) {
      await expect(async () => act()).rejects.toBeInstanceOf(DisposedError);
    }
    expect(memory()).toEqual(start);
  });
});

test('an optimizer that is disposed ends it; afterwards it begins anew', async () => {
  using model = compiled();
  const fit = model.fit(x, y, { ...batches, callbacks: { onEpochEnd: () => model.optimizer?.dispose() } });
  await expect(fit).rejects.toBeInstanceOf(DisposedError);
  expect(weightsOf(model)).toEqual(await weightsAfter(3));
  await model.fit(x, y, quiet);
  expect(model.optimizer?.iterations).toBe(1);
});

test('two models at once are each what they would be alone', async () => {
  using model = compiled();
  using other = compiled();
  const options = { ...batches, epochs: 100 };
  await Promise.all([model.fit(x, y, options), other.fit(x, y, { ...options, epochs: 60 })]);
  using alone = compiled();
  await alone.fit(x, y, { ...options, epochs: 60 });
  expect(weightsOf(other)).toEqual(weightsOf(alone));
  await alone.fit(x, y, { ...options, initialEpoch: 60 });
  expect(weightsOf(model)).toEqual(weightsOf(alone));
});

describe('a callback that throws', () => {
  const hooks: [keyof callbacks.Hooks, number][] = [
    ['onTrainBegin', 0],
    ['onEpochBegin', 0],
    ['onTrainBatchBegin', 0],
    ['onTrainBatchEnd', 1],
    ['onEpochEnd', 3],
    ['onTrainEnd', 6],
  ];

  test.each(hooks)('%s: after %i batches', async (hook, count) => {
    using model = compiled();
    const fail = () => {
      throw new TypeError('mine');
    };
    await expect(model.fit(x, y, { ...batches, callbacks: [{ [hook]: fail }] })).rejects.toThrow(new TypeError('mine'));
    await expectWhole(model, count);
  });

  test.each(hooks)('%s, later', async (hook, count) => {
    using model = compiled();
    const fail = async () => {
      await Promise.resolve();
      throw new TypeError('mine');
    };
    await expect(model.fit(x, y, { ...batches, callbacks: [{ [hook]: fail }] })).rejects.toThrow(new TypeError('mine'));
    await expectWhole(model, count);
  });

  test('within the validation', async () => {
    using model = compiled();
    const fail = () => {
      throw new TypeError('mine');
    };
    const options = {
      ...batches,
      validationData: [x, y] as [typeof x, typeof y],
      callbacks: [{ onTestBatchEnd: fail }],
    };
    await expect(model.fit(x, y, options)).rejects.toThrow(new TypeError('mine'));
    await expectWhole(model, 3);
  });
});

describe('AbortSignal', () => {
  test('aborted before', async () => {
    using model = compiled();
    const reason = new Error('no longer');
    await expect(model.fit(x, y, { ...batches, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await expectWhole(model, 0);
  });

  test('aborted between two batches', async () => {
    using model = compiled();
    const control = new AbortController();
    let seen = 0;
    const abort = {
      onTrainBatchEnd() {
        seen += 1;
        if (seen === 4) control.abort();
      },
    };
    const fit = model.fit(x, y, { ...batches, signal: control.signal, callbacks: [abort] });
    await expect(fit).rejects.toMatchObject({ name: 'AbortError' });
    await expectWhole(model, 4);
  });

  test('something else than a signal', async () => {
    using model = compiled();
    await expect(model.fit(x, y, { ...batches, signal: 1 as never })).rejects.toBeInstanceOf(ArgumentError);
    await expectWhole(model, 0);
  });
});

describe('batches of an iterable', () => {
  const batch = (at: number) => [data(2 + at, 3, 2), data(2 + at, 1)];

  test('an iterable that throws: the batches before it count, and it is closed', async () => {
    using model = compiled();
    let closed = 0;
    async function* failing() {
      try {
        yield batch(0);
        yield batch(1);
        throw new RangeError('no more');
      } finally {
        closed += 1;
      }
    }
    await expect(model.fit(failing() as never, null, quiet)).rejects.toThrow(new RangeError('no more'));
    expect(model.optimizer?.iterations).toBe(2);
    expect(closed).toBe(1);
  });

  test.each([
    ['no batch', 7, ArgumentError],
    ['rows that are not as many', [data(2, 3, 2), data(3, 1)], Error],
    ['NaN', [withOne(data(2, 3, 2), Number.NaN), data(2, 1)], NonFiniteError],
  ])('%s after a good one', async (_, wrong, type) => {
    using model = compiled();
    using twin = compiled();
    let closed = 0;
    function* mixed() {
      try {
        yield batch(0);
        yield wrong;
        yield batch(1);
      } finally {
        closed += 1;
      }
    }
    await expect(model.fit(mixed() as never, null, quiet)).rejects.toBeInstanceOf(type);
    await twin.fit([batch(0)][Symbol.iterator]() as never, null, quiet);
    expect(weightsOf(model)).toEqual(weightsOf(twin));
    expect(closed).toBe(1);
  });
});

describe('what is not finite', () => {
  const later = withOne(data(2, 1), Number.NaN).data;
  const yLater = tensor(Float32Array.from([...y.data.subarray(0, 2), ...later, ...y.data.subarray(4)]), [6, 1]);

  test('in the second batch: the weights are those of the first', async () => {
    using model = compiled();
    await expect(model.fit(x, yLater, batches)).rejects.toBeInstanceOf(NonFiniteError);
    await expectWhole(model, 1);
  });

  test("as Keras with nonFinite: 'warn'", async () => {
    using model = compiled();
    const { history } = await model.fit(x, yLater, { ...batches, nonFinite: 'warn' });
    expect(history.loss).toEqual([Number.NaN, Number.NaN]);
    expect(weightsOf(model).flat().some(Number.isNaN)).toBe(true);
  });

  test('a rate that is far too high never leaves weights that are not finite', async () => {
    using model = compiled();
    model.compile({ optimizer: { class_name: 'SGD', config: { learning_rate: 1e38 } }, loss: 'mse' });
    await expect(model.fit(x, y, { ...batches, epochs: 50 })).rejects.toBeInstanceOf(NonFiniteError);
    expect(weightsOf(model).flat().every(Number.isFinite)).toBe(true);
  });
});
