// Iterables of batches stay in the page: the worker asks for one batch after the other.
import { expect, test } from '@jest/globals';
import { ArgumentError, tensor } from 'simple-rnn';
import { flat, seeded, useWorkers, x, y } from './worker_models.js';

const toWorker = useWorkers();

/** Batches of 10 samples. */
function* batches(limit = 7) {
  for (let batch = 0; batch < limit; batch += 1) {
    const rows = x.data.slice(batch * 180, (batch + 1) * 180);
    yield [tensor(rows, [10, 6, 3]), tensor(y.data.slice(batch * 10, (batch + 1) * 10), [10, 1])];
  }
}

test('a new pass for every epoch, validation too, the numbers of a local fit', async () => {
  let passes = 0;
  const again = {
    [Symbol.iterator]() {
      passes += 1;
      return batches();
    },
  };
  const asynchronous = {
    [Symbol.asyncIterator]: async function* () {
      yield* batches(2);
    },
  };
  const [local, model] = [seeded(), seeded()];
  const remote = await toWorker(model);
  const found = await remote.fit(again, null, { epochs: 3, validationData: asynchronous, verbose: 0 });
  expect(passes).toBe(3);
  const wanted = await local.fit(again, null, { epochs: 3, validationData: asynchronous, verbose: 0 });
  expect(found.history).toEqual(wanted.history);
  expect(flat(await remote.getWeights())).toEqual(flat(local.getWeights()));
  expect(await remote.evaluate(batches())).toEqual(await local.evaluate(batches()));
});

test('what is not read to its end is closed', async () => {
  const events: string[] = [];
  async function* endless() {
    try {
      for (;;) yield* batches();
    } finally {
      events.push('closed');
    }
  }
  const remote = await toWorker(seeded());
  await remote.fit(endless(), null, { epochs: 2, stepsPerEpoch: 3, verbose: 0 });
  expect(events).toEqual(['closed']);
});

test('an iterable that throws ends the fit with its very error', async () => {
  const broken = new Error('the file ended');
  async function* failing() {
    yield* batches(2);
    throw broken;
  }
  const remote = await toWorker(seeded());
  await expect(remote.fit(failing(), null, { verbose: 0 })).rejects.toBe(broken);
  await expect(remote.fit([[x]][Symbol.iterator](), null, { verbose: 0 })).rejects.toThrow(ArgumentError);
  expect((await remote.predict(x)).shape).toEqual([70, 1]);
});
