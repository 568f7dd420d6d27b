// A few random models beside TensorFlow.js and onnxruntime, whose answers are stored; bench/compare_peers.mjs compares
// a thousand with the libraries themselves.
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { layers, type Model, type Serialized, type Tensor, tensor } from 'simple-rnn';
import { flat, freeAfterEach, hold } from './held.js';

freeAfterEach();

interface Stored {
  shape: number[];
  data: number[];
}
interface Case {
  config: Serialized;
  weights: Stored[];
  inputs: Stored[];
  used: boolean[] | null;
  answers: Record<string, number[][]>;
}

const path = new URL('../fixtures/peers/models.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(path, 'utf8')) as { cases: Case[] };
const name = ({ config }: Case) =>
  (config.config as { layers: Serialized[] }).layers.map(({ class_name: each }) => each).join(', ');
const read = ({ data, shape }: Stored) => tensor(Float32Array.from(data), shape);

function expectAnswer(got: Tensor, answer: readonly number[], used: readonly boolean[] | null): void {
  expect(got.data).toHaveLength(answer.length);
  const width = used === null ? 1 : answer.length / used.length;
  const compared = answer.map((_, i) => i).filter((i) => used === null || used[Math.floor(i / width)] === true);
  const largest = compared.reduce((most, i) => Math.max(most, Math.abs(answer[i] as number)), 1);
  for (const i of compared) {
    expect(Math.abs((got.data[i] as number) - (answer[i] as number)) / largest).toBeLessThanOrEqual(1e-5);
  }
}

test('there are models that each library computed', () => {
  const count = (library: string) => cases.filter(({ answers }) => library in answers).length;
  expect(['tfjs-cpu', 'ort-node', 'ort-web'].map((library) => count(library) >= 8)).toEqual([true, true, true]);
});

test.each(cases.map((each, i) => [`${i}: ${name(each)}`, each] as const))('%s', (_, each) => {
  const model = hold(layers.deserialize<Model>(each.config));
  model.setWeights(each.weights.map(read));
  const inputs = each.inputs.map(read);
  const outputs = flat(model.predict<Tensor[]>(inputs.length === 1 ? (inputs[0] as Tensor) : inputs));
  for (const answer of Object.values(each.answers)) {
    expect(outputs).toHaveLength(answer.length);
    for (const [i, output] of outputs.entries())
      expectAnswer(output, answer[i] as number[], i === 0 ? each.used : null);
  }
});
