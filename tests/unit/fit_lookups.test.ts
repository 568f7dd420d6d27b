// Tokens that stand several times in a batch: optimizers square and clip the gradients of single lookups, as Keras'
// TensorFlow backend does; after a clip by the norm of all gradients, or an accumulation, those of the whole.
import { readFileSync } from 'node:fs';
import { afterAll, expect, test } from '@jest/globals';
import { Dense, Embedding, Flatten, memory, Sequential } from 'simple-rnn';

interface Case {
  name: string;
  optimizer: { class_name: string; config: Record<string, unknown> };
  /** After the first step and after the last. */
  tables: [number[][], number[][]];
}
interface Fixture {
  table: number[][];
  kernel: number[][];
  x: number[][][];
  y: number[][][];
  cases: Case[];
}
const file = new URL('../fixtures/training/lookups.json', import.meta.url);
const { table, kernel, x, y, cases }: Fixture = JSON.parse(readFileSync(file, 'utf8'));
const start = memory();

afterAll(() => {
  expect(memory()).toEqual(start);
});

test.each(cases)('$name', ({ optimizer, tables }) => {
  using model = new Sequential([
    new Embedding({ inputDim: 4, outputDim: 3, inputShape: [4], name: 'embedding' }),
    new Flatten(),
    new Dense({ units: 1, useBias: false }),
  ]);
  model.setWeights([table, kernel]);
  model.compile({ optimizer, loss: 'mse' });
  const found = x.map((inputs, step) => {
    model.trainOnBatch(inputs, y[step] as number[][]);
    return [...(model.getWeights()[0]?.data ?? [])];
  });
  for (const [step, expected] of [
    [0, tables[0].flat()],
    [-1, tables[1].flat()],
  ] as const) {
    const differences = expected.map((value, index) => Math.abs(value - (found.at(step)?.[index] ?? Number.NaN)));
    expect(Math.max(...differences)).toBeLessThan(2e-5);
  }
});
