// The strict module trains to the same bits everywhere: here twice and in a worker. Chromium: tests/browser.
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { expect, test } from '@jest/globals';
import * as simpleRNN from 'simple-rnn';
import { train } from '../browser/pages/numbers.js';

simpleRNN.configure({ simd: 'strict' });

type Trained = Awaited<ReturnType<typeof train>>;

const urlOf = (path: string) => pathToFileURL(resolve(path)).href;
const program = `
  import { parentPort, workerData } from 'node:worker_threads';
  const simpleRNN = await import(workerData.library);
  const { train } = await import(workerData.numbers);
  simpleRNN.configure({ simd: 'strict' });
  parentPort.postMessage(await train(simpleRNN));
`;

function inWorker(): Promise<Trained> {
  const workerData = {
    library: urlOf(`${process.env.SIMPLE_RNN_DIST ?? 'dist'}/index.js`),
    numbers: urlOf('tests/browser/pages/numbers.js'),
  };
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(program)}`), { workerData });
  return new Promise((done, fail) => {
    worker.on('message', done);
    worker.on('error', fail);
  });
}

test('1,000 steps end at the same weights', async () => {
  const trained = await train(simpleRNN);
  expect(trained.steps).toBe(1000);
  expect(trained.losses[1]).toBeLessThan(trained.losses[0] as number);
  expect(await train(simpleRNN)).toEqual(trained);
  expect(await inWorker()).toEqual(trained);
});
