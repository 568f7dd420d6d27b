// Training takes its room once: ten thousand steps hold no more than the first thousand, and none of them calls malloc.
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from '@jest/globals';

const urlOf = (path: string) => pathToFileURL(resolve(path)).href;
const entry = urlOf(`${process.env.SIMPLE_RNN_DIST ?? 'dist'}/index.js`);

// In a process of its own, where the exports of the WebAssembly module can be counted.
const program = `
  import { importCounted } from '${urlOf('bench/lib/allocations.mjs')}';

  const { library, mallocs } = await importCounted('${entry}');
  const { Bidirectional, Dense, Dropout, Embedding, memory, Sequential, SimpleRNN } = library;
  const before = memory();
  const model = new Sequential([
    new Embedding({ inputDim: 9, outputDim: 4, maskZero: true, inputShape: [5] }),
    new Bidirectional({ layer: new SimpleRNN({ units: 3, returnSequences: true, kernelRegularizer: 'l2' }) }),
    new SimpleRNN({ units: 3, dropout: 0.1, recurrentDropout: 0.1, recurrentConstraint: 'max_norm' }),
    new Dropout({ rate: 0.1 }),
    new Dense({ units: 3, activation: 'softmax' }),
  ]);
  model.compile({
    optimizer: { class_name: 'Adam', config: { use_ema: true, global_clipnorm: 1 } },
    loss: 'sparse_categorical_crossentropy',
    metrics: ['accuracy'],
    weightedMetrics: ['sparse_top_k_categorical_accuracy'],
  });
  // Two sizes of batches, of which the second has a last one of its own: three shapes.
  const x = Array.from({ length: 14 }, (_, row) => Array.from({ length: 5 }, (_, step) => (row * step) % 9));
  const y = x.map((_, row) => row % 3);
  const sampleWeight = y.map((label) => 1 + label);
  const fit = (steps) =>
    model.fit(x, y, { sampleWeight, batchSize: 4, stepsPerEpoch: 4, epochs: steps / 4, verbose: 0 });
  const seen = [];
  const look = () => seen.push({ ...memory(), mallocs: mallocs() });
  await fit(1000);
  look();
  await fit(9000);
  look();
  for (let step = 0; step < 1000; step += 1) model.trainOnBatch(x, y, { sampleWeight });
  look();
  for (let step = 0; step < 1000; step += 1) model.trainOnBatch(x, y, { sampleWeight });
  look();
  const { iterations } = model.optimizer;
  model.dispose();
  console.log(JSON.stringify({ iterations, seen, left: memory().bytes - before.bytes }));
`;

// The relaxed module needs a flag in older engines.
const flags = process.execArgv.filter((flag) => flag.includes('relaxed'));

test('10,000 steps', () => {
  const { stdout, stderr } = spawnSync(process.execPath, [...flags, '--input-type=module', '--eval', program], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  const { iterations, seen, left } = JSON.parse(stdout);
  const [first, all, oneBatch, more] = seen;
  expect(iterations).toBe(12_000);
  expect(all).toEqual(first);
  expect(more).toEqual(oneBatch);
  expect(left).toBe(0);
});
