// Data that keep waiting, run dry or break: nobody waits for ever, iterators are closed, and nothing is held.
import { afterAll, describe, expect, jest, test } from '@jest/globals';
import { ArgumentError, BusyError, Dense, DisposedError, memory, Sequential, SimpleRNN } from 'simple-rnn';
import { compiled, data, quiet, weightsOf, x, y } from './fit_support.js';

const start = memory();

afterAll(() => {
  expect(memory()).toEqual(start);
});

/** An iterable of so many batches, and how often it was closed. After them it throws, or waits for ever, and says so. */
function batchesThen(count: number, after: 'nothing' | 'error', waits = () => {}) {
  const closed = { times: 0 };
  const iterable = {
    [Symbol.asyncIterator]: () => {
      let given = 0;
      return {
        next() {
          given += 1;
          if (given <= count) return Promise.resolve({ done: false, value: [x, y] });
          if (after === 'error') throw new RangeError('no more');
          setTimeout(waits);
          return new Promise<never>(() => {});
        },
        return() {
          closed.times += 1;
          return Promise.reject(new Error('closing'));
        },
      };
    },
  };
  return { iterable, closed };
}

function unbuilt(): Sequential {
  const model = new Sequential([new SimpleRNN({ units: 2 }), new Dense({ units: 1 })]);
  model.compile({ optimizer: 'sgd', loss: 'mse' });
  return model;
}

describe('an iterable that never answers', () => {
  test('a signal ends the waiting, and the model can be trained again', async () => {
    using model = compiled();
    const controller = new AbortController();
    const { iterable, closed } = batchesThen(2, 'nothing', () => controller.abort('enough'));
    await expect(model.fit(iterable, null, { verbose: 0, signal: controller.signal })).rejects.toBe('enough');
    expect(model.optimizer?.iterations).toBe(2);
    expect(closed.times).toBe(1);
    await model.fit(x, y, quiet);
  });

  test('a signal ends the waiting for the first batch of a model without shapes', async () => {
    using model = unbuilt();
    const controller = new AbortController();
    const { iterable, closed } = batchesThen(0, 'nothing', () => controller.abort(1));
    await expect(model.fit(iterable, null, { verbose: 0, signal: controller.signal })).rejects.toBe(1);
    expect([model.built, closed.times]).toEqual([false, 1]);
  });

  test('a signal ends the waiting for validation data, even one that fired in a hook', async () => {
    using model = compiled();
    for (const reason of ['waiting', 'hook']) {
      const controller = new AbortController();
      const abort = () => controller.abort(reason);
      const callbacks = { onTestBegin: reason === 'hook' ? abort : () => {} };
      const { iterable: validationData } = batchesThen(1, 'nothing', reason === 'hook' ? undefined : abort);
      const fit = model.fit(x, y, { ...quiet, validationData, callbacks, signal: controller.signal });
      await expect(fit).rejects.toBe(reason);
    }
  });

  test.each(['fit', 'evaluate'] as const)('dispose ends %s', async (method) => {
    const model = compiled();
    const { iterable } = batchesThen(1, 'nothing', () => model.dispose());
    await expect(model[method](iterable)).rejects.toBeInstanceOf(DisposedError);
  });

  test('no listener stays with the signal', async () => {
    using model = compiled();
    const { signal } = new AbortController();
    const added = jest.spyOn(signal, 'addEventListener');
    const removed = jest.spyOn(signal, 'removeEventListener');
    await model.fit([[x, y]].values(), null, { verbose: 0, signal });
    await expect(model.fit(batchesThen(1, 'error').iterable, null, { verbose: 0, signal })).rejects.toThrow('no more');
    expect(removed).toHaveBeenCalledTimes(added.mock.calls.length);
  });
});

describe('what is thrown', () => {
  test('an error of the data is told, not that of their end', async () => {
    using model = compiled();
    const { iterable, closed } = batchesThen(1, 'error');
    await expect(model.fit(iterable, null, { verbose: 0 })).rejects.toThrow('no more');
    expect(closed.times).toBe(0); // As in a for loop: who throws has ended.
  });

  test('an error of a callback is told, and the data are closed', async () => {
    using model = compiled();
    const { iterable, closed } = batchesThen(2, 'nothing');
    const callbacks = {
      onTrainBatchEnd() {
        throw new RangeError('mine');
      },
    };
    await expect(model.fit(iterable, null, { verbose: 0, callbacks })).rejects.toThrow('mine');
    expect(closed.times).toBe(1);
  });

  test('an option that is wrong closes the data that were looked at for the shapes', async () => {
    for (const wrong of [{ stepsPerEpoch: -1 }, { validationData: [x] }]) {
      using model = unbuilt();
      const { iterable, closed } = batchesThen(1, 'nothing');
      await expect(model.fit(iterable, null, { verbose: 0, ...wrong })).rejects.toBeInstanceOf(ArgumentError);
      expect(closed.times).toBe(1);
    }
  });
});

test('data for judging that are used up are an error, not a loss of 0', async () => {
  jest.spyOn(console, 'warn').mockImplementation(() => {});
  using model = compiled();
  const validationData = [[x, y]].values();
  await expect(model.fit(x, y, { ...quiet, epochs: 2, validationData })).rejects.toThrow(
    /fit: validationData: the iterable gave no batch; a generator gives its batches only once$/,
  );
  await expect(model.evaluate([].values())).rejects.toThrow(/evaluate: the iterable gave no batch/);
  jest.restoreAllMocks();
});

describe('evaluating an iterable', () => {
  async function* slowly() {
    for (const size of [2, 3, 1]) {
      await new Promise((resolve) => setTimeout(resolve, 2));
      yield [data(size, 3, 2), data(size, 1)];
    }
  }

  test('nothing else judges in several turns, trains or changes the model meanwhile', async () => {
    using model = compiled();
    const alone = await model.evaluate(slowly());
    const weights = weightsOf(model);
    const judged = model.evaluate(slowly());
    for (const act of [
      () => model.evaluate(slowly()),
      () => model.fit(x, y, quiet),
      () => model.trainOnBatch(x, y),
      () => model.compile({ loss: 'mae' }),
      () => model.setWeights(model.getWeights()),
    ]) {
      await expect(async () => act()).rejects.toBeInstanceOf(BusyError);
    }
    expect(await judged).toEqual(alone);
    expect(weightsOf(model)).toEqual(weights);
    await model.fit(x, y, quiet);
  });

  test('what judges at once counts apart', async () => {
    using model = compiled();
    const alone = await model.evaluate(slowly());
    const once = model.evaluate(x, y);
    const judged = model.evaluate(slowly());
    await new Promise((resolve) => setTimeout(resolve, 3));
    expect(model.evaluate(x, y)).toEqual(once);
    model.testOnBatch(data(4, 3, 2), data(4, 1));
    expect(await judged).toEqual(alone);
  });
});
