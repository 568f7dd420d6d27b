// Who holds the memory of trained weights, and for how long.
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, expect, test } from '@jest/globals';
import { DisposedError, memory } from 'simple-rnn';
import { compiled, data, quiet, x, y } from './fit_support.js';

const start = memory();

afterEach(() => {
  expect(memory()).toEqual(start);
});

const hooks = ['onTrainBegin', 'onEpochBegin', 'onTrainBatchBegin', 'onTrainBatchEnd', 'onTestBegin'] as const;
const later = ['onTestBatchBegin', 'onTestBatchEnd', 'onTestEnd', 'onEpochEnd'] as const;

test.each([...hooks, ...later])('dispose in %s ends fit, and nothing is held', async (hook) => {
  for (const answer of [undefined, Promise.resolve()]) {
    const model = compiled();
    const callbacks = {
      [hook]: () => {
        model.dispose();
        return answer;
      },
    };
    const fit = model.fit(x, y, { ...quiet, batchSize: 2, epochs: 2, validationData: [x, y], callbacks });
    await expect(fit).rejects.toBeInstanceOf(DisposedError);
    expect(memory()).toEqual(start);
  }
});

test('a layer that was taken out of a trained model outlives it', () => {
  const model = compiled();
  model.trainOnBatch(x, y);
  const [, layer] = model.layers;
  const weights = layer?.getWeights();
  model.pop();
  model.compile({ loss: 'mse' });
  model.trainOnBatch(x, data(6, 4));
  model.dispose();
  expect(layer?.getWeights()).toEqual(weights);
  layer?.dispose();
});

test('compiling again and again leaves nothing behind', () => {
  using model = compiled();
  for (let count = 0; count < 15_000; count += 1) model.compile({ optimizer: 'sgd', loss: 'mse' });
  model.trainOnBatch(x, y);
});

test('where memory runs out between two blocks, the first is given back', () => {
  const entry = pathToFileURL(resolve(process.env.SIMPLE_RNN_DIST ?? 'dist', 'index.js')).href;
  // In a process of its own: the limit is set before the first use.
  const program = `
    import { configure, Dense, memory, Sequential, tensor } from '${entry}';
    configure({ maximumMemory: 9_000 });
    const model = new Sequential([new Dense({ units: 30, inputShape: [30] })]);
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    const [x, y] = [tensor(new Float32Array(30), [1, 30]), tensor(new Float32Array(30), [1, 30])];
    const held = [];
    for (let count = 0; count < 3; count += 1) {
      try {
        model.trainOnBatch(x, y);
      } catch ({ name }) {
        held.push(name, memory().bytes);
      }
    }
    console.log(JSON.stringify(held));
  `;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  const [error, bytes, ...rest] = JSON.parse(stdout);
  expect(error).toBe('OutOfMemoryError');
  expect(bytes).toBeLessThan(5_000);
  expect(rest).toEqual([error, bytes, error, bytes]);
});
