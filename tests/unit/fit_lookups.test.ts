// Tokens that stand several times in a batch: optimizers that square gradients square those of single lookups, as
// Keras' TensorFlow backend does; after a clip by the norm of all gradients, or an accumulation, those of the whole.
import { readFileSync } from 'node:fs';
import { afterAll, expect, test } from '@jest/globals';
import { Dense, Embedding, Flatten, memory, Sequential } from 'simple-rnn';

interface Case {
  name: string;
  optimizer: { class_name: string; config: Record<string, unknown> };
  table: number[][];
}
const file = new URL('../fixtures/training/lookups.json', import.meta.url);
const cases: Case[] = JSON.parse(readFileSync(file, 'utf8')).cases;
const start = memory();

afterAll(() => {
  expect(memory()).toEqual(start);
});

test.each(cases)('$name', ({ optimizer, table }) => {
  using model = new Sequential([
    new Embedding({ inputDim: 4, outputDim: 2, inputShape: [3], name: 'embedding' }),
    new Flatten(),
    new Dense({ units: 1, useBias: false }),
  ]);
  const rows = [0, 2, 4, 6].map((first) => [first / 10, (first + 1) / 10]);
  model.setWeights([rows, [1, 2, 3, 4, 5, 6].map((each) => [each / 5])]);
  model.compile({ optimizer, loss: 'mse' });
  const x = [
    [1, 1, 2],
    [1, 2, 2],
  ];
  for (let step = 0; step < 3; step += 1) model.trainOnBatch(x, [[1], [0]]);
  const got = model.getWeights()[0]?.data;
  table.flat().forEach((value, index) => {
    expect(got?.[index]).toBeCloseTo(value, 5);
  });
});
