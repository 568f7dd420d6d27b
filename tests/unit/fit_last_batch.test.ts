// Training that ends in an error of a callback or of the data leaves the model as the last whole batch did.
import { afterAll, describe, expect, test } from '@jest/globals';
import { ArgumentError, type callbacks, memory, NonFiniteError, tensor } from 'simple-rnn';
import { batches, compiled, data, expectWhole, quiet, weightsOf, withOne, x, y } from './fit_support.js';

const start = memory();

afterAll(() => {
  expect(memory()).toEqual(start);
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
