// Training that is disturbed by other calls and signals. The model is always that of the last whole batch.
import { afterAll, describe, expect, test } from '@jest/globals';
import { ArgumentError, BusyError, DisposedError, memory, type Sequential, tensor } from 'simple-rnn';
import { batches, compiled, expectWhole, quiet, weightsAfter, weightsOf, x, y } from './fit_support.js';

const start = memory();

afterAll(() => {
  expect(memory()).toEqual(start);
});

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

  test.each([false, true])('data that is given away ends it, shuffled: %s', async (shuffle) => {
    using model = compiled();
    const own = tensor(x.data.slice(), x.shape);
    const giveAway = {
      onTrainBatchEnd(batch: number) {
        if (batch === 1) structuredClone(own.data, { transfer: [own.data.buffer] });
      },
    };
    const fit = model.fit(own, y, { ...batches, shuffle, callbacks: [giveAway] as never });
    await expect(fit).rejects.toThrow(ArgumentError);
    await expect(fit).rejects.toThrow('fit: the memory of the data was transferred to someone else during the call');
    if (!shuffle) await expectWhole(model, 2);
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
