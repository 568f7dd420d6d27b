// Every public entry point against every bad value: a typed error with a code, or a result; never anything else,
// and never a byte left behind.
import { expect, test } from '@jest/globals';
import * as simpleRNN from 'simple-rnn';
import { type Anything, count, cross, ignore } from './hostile_support.js';

const { activations, constraints, initializers, layers, memory, regularizers, Sequential, SimpleRNN } = simpleRNN;

// Masks that go nowhere are told of, once a layer.
console.warn = () => {};

const cell = () => new simpleRNN.SimpleRNNCell({ units: 2 });
const SEQUENCE = [[[1, 2]]];
// What each class is made with, and applied to.
const CLASSES: Record<string, [make: () => object, x: unknown]> = {
  SimpleRNN: [() => ({ units: 2 }), SEQUENCE],
  Dense: [() => ({ units: 2 }), SEQUENCE],
  Embedding: [() => ({ inputDim: 2, outputDim: 2 }), [[1]]],
  Masking: [() => ({}), SEQUENCE],
  Dropout: [() => ({ rate: 0 }), SEQUENCE],
  Activation: [() => ({ activation: 'relu' }), SEQUENCE],
  Flatten: [() => ({}), SEQUENCE],
  InputLayer: [() => ({ shape: [1] }), SEQUENCE],
  RNN: [() => ({ cell: cell() }), SEQUENCE],
  SimpleRNNCell: [() => ({ units: 2 }), [[1, 2]]],
  StackedRNNCells: [() => ({ cells: [cell(), cell()] }), [[1, 2]]],
  Bidirectional: [() => ({ layer: new SimpleRNN({ units: 2 }) }), SEQUENCE],
  TimeDistributed: [() => ({ layer: new simpleRNN.Dense({ units: 2 }) }), SEQUENCE],
  ActivityRegularization: [() => ({ l1: 0.1 }), SEQUENCE],
  Reshape: [() => ({ targetShape: [2] }), SEQUENCE],
  RepeatVector: [() => ({ n: 2 }), [[1, 2]]],
  Concatenate: [() => ({}), [SEQUENCE, SEQUENCE]],
  Add: [() => ({}), [SEQUENCE, SEQUENCE]],
};
const METHODS = [
  'apply',
  'call',
  'build',
  'computeOutputShape',
  'computeMask',
  'setWeights',
  'resetStates',
  'getInitialState',
  'addWeight',
  'addVariable',
  'addLoss',
  'getLossesFor',
  'getInputAt',
  'getOutputMaskAt',
  'getConstants',
  'preprocessInput',
  'getDropoutMask',
  'symbolicCall',
];

function withLayer(name: string, options: object, use: (layer: Anything) => void): void {
  const layer = new (simpleRNN as Anything)[name](options);
  try {
    use(layer);
  } finally {
    layer.dispose();
  }
}

test.each(Object.entries(CLASSES))('%s', (name, [make, x]) => {
  const type = (simpleRNN as Anything)[name];
  cross((value) => new type(value));
  cross((value) => type.fromConfig(value));
  for (const option of type.optionNames) {
    cross((value) => withLayer(name, { ...make(), [option]: value }, (layer) => layer.build([1, 2, 2])));
  }
  for (const method of METHODS) cross((value) => withLayer(name, make(), (layer) => layer[method]?.(value)));
  for (const option of ['mask', 'training', 'initialState']) {
    cross((value) => withLayer(name, make(), (layer) => layer.apply(x, { [option]: value })));
  }
  cross((value) => withLayer(name, make(), (layer) => layer.apply(x, value)));
  expect(memory()).toEqual({ blocks: 0, bytes: 0 });
});

test('Sequential, streams, weights', () => {
  const model: Anything = new Sequential([
    new SimpleRNN({ units: 2, inputShape: [2, 1] }),
    new simpleRNN.Dense({ units: 1 }),
  ]);
  const stream = model.stream();
  const state: Anything = new SimpleRNN({ units: 2, stateful: true });
  state.apply([[[1]]]);
  const [before, held] = [model.predict([[[1], [2]]]), memory()];
  for (const method of ['predict', 'inspect', 'getLayer', 'setWeights', 'add', 'build']) {
    cross((value) => ignore(model[method](value)));
  }
  cross((value) => model.summary({ printFn() {}, lineLength: value }));
  cross((value) => model.summary({ printFn: value ?? 0 }));
  cross((value) => ignore(model.predict([[[1], [2]]], value)));
  cross((value) => void model.predict([[[1], [2]]], { batchSize: value }));
  cross((value) => void stream.step(value));
  cross((value) => void stream.step([1], value));
  cross((value) => state.resetStates(value));
  cross((value) => {
    state.states = value;
  });
  cross((value) => state.cell.weights[2].write(value));
  expect(model.predict([[[1], [2]]])).toEqual(before);
  state.apply([[[1]]]);
  expect(memory()).toEqual(held);
  for (const each of [model, state]) each.dispose();

  cross((value) => new Sequential(value));
  cross((value) => new Sequential([value]));
  for (const option of ['layers', 'name', 'trainable']) cross((value) => new Sequential({ [option]: value }));
  const entry = { class_name: 'Dense', config: { units: 1 } };
  cross((value) => Sequential.fromConfig(value));
  cross((value) => Sequential.fromConfig({ layers: value }));
  cross((value) => Sequential.fromConfig({ layers: [value] }));
  cross((value) => Sequential.fromConfig({ layers: [entry], name: value, build_input_shape: value }));
  expect(memory()).toEqual({ blocks: 0, bytes: 0 });
});

test('graphs', () => {
  const { Functional, Input, Model } = simpleRNN;
  cross((value) => void Input(value));
  cross((value) => void Input({ shape: value }));
  cross((value) => void Input({ shape: [value] }));
  cross((value) => void Input({ batchShape: [value, 2] }));
  const x = Input({ shape: [2, 1] });
  const y = Input({ shape: [2] });
  const rnn = new SimpleRNN({ units: 2, returnSequences: true });
  const outputs = rnn.apply(x, { initialState: y });
  const model: Anything = new Model({ inputs: [x, y], outputs });
  const given = [[[[1], [2]]], [[1, 2]]].map((each) => simpleRNN.tensor(each));
  const before = model.predict(given);
  const held = memory();
  for (const option of ['mask', 'training', 'initialState']) {
    cross((value) => withLayer('SimpleRNN', { units: 2 }, (layer) => layer.apply(x, { [option]: value })));
  }
  cross((value) => void new Model(value));
  cross((value) => void new Model({ inputs: value, outputs }));
  cross((value) => void new Model({ inputs: [x, y], outputs: value }));
  cross((value) => void new Model({ inputs: [x, y], outputs, name: value }));
  for (const method of ['predict', 'inspect', 'apply', 'getLayer', 'setWeights', 'build', 'computeOutputShape']) {
    cross((value) => ignore(model[method](value)));
  }
  cross((value) => void model.predict([given[0], value]));
  cross((value) => Functional.fromConfig(value));
  for (const key of ['layers', 'input_layers', 'output_layers', 'name', 'trainable']) {
    cross((value) => Functional.fromConfig({ ...model.getConfig(), [key]: value }));
  }
  expect(model.predict(given)).toEqual(before);
  expect(memory()).toEqual(held);
  model.dispose();
});

test('modules and functions', () => {
  cross((value) => layers.deserialize(value));
  cross((value) => layers.deserialize({ class_name: 'Dense', config: value }));
  cross((value) => layers.deserialize({ class_name: value, config: {} }));
  cross((value) => layers.deserialize({ class_name: 'Dense', config: { units: 1 }, registered_name: value }));
  cross((value) => layers.serialize(value));
  for (const family of [initializers, regularizers, constraints, activations]) {
    cross((value) => void family.get(value));
    cross((value) => void family.serialize(value));
    cross((value) => void family.deserialize(value));
  }
  cross((value) => initializers.get(value)?.([2, 2]));
  for (const name of ['zeros', 'orthogonal', 'glorot_uniform']) cross((value) => initializers.get(name)?.(value));
  for (const make of [initializers.constant, initializers.orthogonal, initializers.varianceScaling]) {
    cross((value) => void make(value));
  }
  cross((value) => initializers.computeFans(value));
  cross((value) => initializers.computeFans([2, 2], { inputAxes: value, outputAxes: value }));
  cross((value) => void regularizers.l2(value));
  cross((value) => void constraints.maxNorm(value));
  cross((value) => activations.relu(value));
  cross((value) => activations.relu([1], value));
  cross((value) => activations.softmax([[1]], { axis: value }));
  cross((value) => simpleRNN.tensor(value));
  cross((value) => simpleRNN.tensor(value, [2]));
  cross((value) => simpleRNN.tensor(new Float32Array(2), value));
  cross((value) => simpleRNN.utils.setRandomSeed(value));
  cross((value) => simpleRNN.configure(value));
  const { padSequences, timeseriesDataset, toCategorical } = simpleRNN.utils;
  cross((value) => void padSequences(value));
  cross((value) => void padSequences([[1]], value));
  cross((value) => void toCategorical(value));
  cross((value) => void toCategorical([1], value));
  cross((value) => void timeseriesDataset(value, value, value));
  cross((value) => void simpleRNN.registerLayer(value));
  cross((value) => simpleRNN.variable(value).release());
  cross((value) => void simpleRNN.layerSimpleRNN(value, { units: 1 }));
  expect(memory()).toEqual({ blocks: 0, bytes: 0 });
});

test('that were many', () => {
  expect(count()).toBeGreaterThan(10_000);
});
