// Every .keras file at hand gives Keras' own outputs.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import {
  type BaseModel,
  Functional,
  Layer,
  layers,
  memory,
  type NestedArray,
  registerLayer,
  Tensor,
  tensor,
} from 'simple-rnn';
import { loadModel } from 'simple-rnn/io';
import { FORMAT, path, refused, UNSUPPORTED, withConfig } from './io_support.js';

interface Expected {
  inputs: NestedArray[];
  outputs: NestedArray[];
  shapes?: number[][];
  weights_in_get_weights_order?: NestedArray[];
  optimizer_variables?: { name: string; value: NestedArray | number }[];
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

function outputsOf(model: BaseModel, { inputs }: Expected): Tensor[] {
  const single = inputs.length === 1;
  return [model.predict<Tensor | Tensor[]>((single ? inputs[0] : inputs) as never)].flat();
}

const MODELS = [
  'keras_seq_two_rnn',
  'keras_embedding_masked_rnn',
  'keras_stateful_nobias',
  'parity',
  'echo',
  'sine',
  'sunspots',
  'digits',
  'names',
  'names_step',
  'k3_all_layers',
  'k3_without_input',
  'k3_opt_sgd_nesterov',
  'k3_opt_rmsprop_centered',
  'k3_opt_adam_amsgrad',
  'k3_opt_adagrad',
  'k3_opt_nadam',
  'k3_nested_trained',
  'k3_shared_multi_io',
  'k3_stateful_state',
  'k3_embedding_bidi_masked',
  'tfk_seq_trained',
  'tfk_embedding_mask',
  'tfk_masking_bidi',
  'tfk_stacked_cells',
  'tfk_nested',
  'tfk_states',
  ...[14, 20, 27, 45, 76, 86, 93, 1008, 1031].map((seed) => `random_${seed}`),
];

let warn: ReturnType<typeof jest.spyOn>;
beforeAll(() => {
  // Some of the models hand a mask to a layer that takes none, and Keras warns too.
  warn = jest.spyOn(console, 'warn').mockImplementation(() => {});
});
afterAll(() => warn.mockRestore());

test.each(MODELS)('%s gives what Keras gives, again after a round trip, and so does its clone', async (name) => {
  const before = memory();
  const known = expected(name);
  const model = await loadModel(path(`${name}.keras`));
  const predicted = outputsOf(model, known);
  expect(predicted).toHaveLength(known.outputs.length);
  for (const [index, output] of known.outputs.entries()) {
    const wanted = tensor(output);
    expect(predicted[index].shape).toEqual(known.shapes?.[index] ?? wanted.shape);
    expectClose(predicted[index].data, wanted.data);
  }
  const weights = known.weights_in_get_weights_order;
  const found = model.getWeights();
  if (weights !== undefined) {
    expect(found).toHaveLength(weights.length);
    for (const [i, value] of weights.entries()) expect([...found[i].data]).toEqual([...tensor(value).data]);
  }
  const written = JSON.stringify(model);
  const again = layers.deserialize<BaseModel>(JSON.parse(written));
  again.setWeights(found);
  expect(JSON.parse(JSON.stringify(again)).config).toEqual(JSON.parse(written).config);
  model.resetStates();
  const copy = model.clone();
  expect(JSON.stringify(copy)).toBe(written);
  for (const each of [again, copy]) {
    expect(outputsOf(each, known).map(({ data }) => [...data])).toEqual(predicted.map(({ data }) => [...data]));
    each.dispose();
  }
  model.dispose();
  expect(memory()).toEqual(before);
});

test.each(MODELS.filter((name) => expected(name).optimizer_variables !== undefined))(
  "%s keeps the optimizer's variables for training",
  async (name) => {
    const known = expected(name).optimizer_variables ?? [];
    const model = await loadModel(path(`${name}.keras`));
    const variables = model.optimizerState?.variables ?? [];
    expect(variables).toHaveLength(known.length);
    for (const [index, { value }] of known.entries()) {
      const wanted = typeof value === 'number' ? [value] : [...tensor(value).data];
      expectClose(variables[index].data, wanted);
      expect(variables[index].shape).toEqual(typeof value === 'number' ? [] : tensor(value).shape);
    }
    const copy = model.clone();
    expect(copy.optimizerState).toEqual(model.optimizerState);
    copy.dispose();
    model.dispose();
    const without = await loadModel(path(`${name}.keras`), { compile: false });
    expect(without.optimizerState).toBeNull();
    without.dispose();
  },
);

test('a graph of Keras 2 that merges different masks is refused: Keras 3 computes other numbers', async () => {
  await refused(path('tfk_merged_masks.keras'), UNSUPPORTED, /'concatenate'.*masks/);
});

test('a class made known by registerLayer is read', async () => {
  class Halved extends Layer {
    static override readonly className = 'Halved';
    override call(x: Tensor): Tensor {
      return new Tensor(
        x.data.map((value) => value / 2),
        x.shape,
      );
    }
  }
  const bytes = withConfig('names_step.keras', ({ config }) => {
    const last = config.layers[4];
    const tensorConfig = structuredClone(last.inbound_nodes[0].args[0]);
    tensorConfig.config = { shape: [null, 29], dtype: 'float32', keras_history: ['dense', 0, 0] };
    config.layers.push({
      module: 'my_layers',
      class_name: 'Halved',
      config: { name: 'half' },
      registered_name: 'My>Halved',
      name: 'half',
      inbound_nodes: [{ args: [tensorConfig], kwargs: {} }],
    });
    config.output_layers[0] = ['half', 0, 0];
  });
  await refused(bytes, FORMAT, /"half".*My>Halved/);
  registerLayer(Halved);
  const model = await loadModel(bytes);
  expect(model).toBeInstanceOf(Functional);
  const plain = await loadModel(path('names_step.keras'));
  const { inputs } = expected('names_step');
  const [half] = model.predict<Tensor[]>(inputs as never);
  const [whole] = plain.predict<Tensor[]>(inputs as never);
  expectClose(
    half.data,
    whole.data.map((value) => value / 2),
  );
  model.dispose();
  plain.dispose();
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
