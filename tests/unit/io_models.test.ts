// Every .keras file at hand: Sequential models give Keras' own outputs, all others are refused by name.
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { memory, type NestedArray, tensor } from 'simple-rnn';
import { loadModel } from 'simple-rnn/io';
import { FORMAT, path, refused, UNSUPPORTED } from './io_support.js';

interface Expected {
  inputs: NestedArray[];
  outputs: NestedArray[];
  weights_in_get_weights_order?: NestedArray[];
}
const expected = (name: string): Expected => JSON.parse(readFileSync(path(`${name}.io.json`), 'utf8'));

function expectClose(actual: ArrayLike<number>, wanted: ArrayLike<number>): void {
  expect(actual.length).toBe(wanted.length);
  let worst = 0;
  for (let i = 0; i < actual.length; i++) {
    const error = Math.abs((actual[i] as number) - (wanted[i] as number));
    worst = Math.max(
      worst,
      Number.isNaN(error) ? Number.POSITIVE_INFINITY : error / Math.max(1, Math.abs(wanted[i] as number)),
    );
  }
  expect(worst).toBeLessThanOrEqual(1e-5);
}

const SEQUENTIAL = [
  'keras_seq_two_rnn',
  'keras_embedding_masked_rnn',
  'keras_stateful_nobias',
  'parity',
  'echo',
  'sine',
  'sunspots',
  'digits',
  'names',
  'k3_opt_sgd_nesterov',
  'k3_opt_rmsprop_centered',
  'k3_opt_adam_amsgrad',
  'k3_opt_adagrad',
  'k3_opt_nadam',
  'tfk_seq_trained',
  'tfk_embedding_mask',
  'k3_all_layers',
  'k3_without_input',
];

test.each(SEQUENTIAL)('%s gives what Keras gives', async (name) => {
  const before = memory();
  const { inputs, outputs, weights_in_get_weights_order: weights } = expected(name);
  const model = await loadModel(path(`${name}.keras`));
  const wanted = tensor(outputs[0] as NestedArray);
  const predicted = model.predict(inputs[0] as NestedArray);
  expect(predicted.shape).toEqual(wanted.shape);
  expectClose(predicted.data, wanted.data);
  if (weights !== undefined) {
    const found = model.getWeights();
    expect(found).toHaveLength(weights.length);
    for (const [i, value] of weights.entries()) expect([...found[i].data]).toEqual([...tensor(value).data]);
  }
  model.dispose();
  expect(memory()).toEqual(before);
});

test('a stateful model goes on from its state and starts again after resetStates', async () => {
  const { inputs, outputs } = expected('keras_stateful_nobias');
  const model = await loadModel(path('keras_stateful_nobias.keras'));
  const first = model.predict(inputs[0]).data;
  const second = model.predict(inputs[0]).data;
  model.resetStates();
  const third = model.predict(inputs[0]).data;
  expectClose(first, tensor(outputs[0]).data);
  expect([...second]).not.toEqual([...first]);
  expect([...third]).toEqual([...first]);
  model.dispose();
});

test("Keras 2's hard_sigmoid keeps its own name in the configuration", async () => {
  const model = await loadModel(path('tfk_seq_trained.keras'));
  expect(model.layers[1].getConfig().activation).toBe('hard_sigmoid_keras2');
  model.dispose();
});

test('the training configuration of the file is kept', async () => {
  const model = await loadModel(path('sunspots.keras'));
  expect(model.compileConfig).toMatchObject({ optimizer: { class_name: 'Adam' } });
  model.dispose();
  const without = await loadModel(path('sunspots.keras'), { compile: false });
  expect(without.compileConfig).toBeNull();
  without.dispose();
});

test.each([
  ['names_step', UNSUPPORTED, /Functional/],
  ['k3_nested_trained', UNSUPPORTED, /Functional/],
  ['k3_shared_multi_io', UNSUPPORTED, /Functional/],
  ['k3_stateful_state', UNSUPPORTED, /Functional/],
  ['tfk_masking_bidi', UNSUPPORTED, /Functional/],
  ['k3_embedding_bidi_masked', FORMAT, /'bidirectional'.*Bidirectional/],
  ['tfk_stacked_cells', FORMAT, /'rnn'.*RNN/],
])('%s is refused by name', async (name, code, message) => {
  await refused(path(`${name}.keras`), code, message);
});
