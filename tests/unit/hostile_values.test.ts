// Every public entry point against every bad value: a typed error with a code, or a result; never anything else,
// and never a byte left behind.
import { expect, test } from '@jest/globals';
import * as simpleRNN from 'simple-rnn';

const {
  activations,
  constraints,
  initializers,
  layers,
  memory,
  regularizers,
  Sequential,
  SimpleRNN,
  SimpleRNNError,
  Tensor,
} = simpleRNN;

// biome-ignore lint/suspicious/noExplicitAny: wrong values of every kind.
type Anything = any;

const USER_ERROR = 'thrown by the user';
function throwing(): never {
  throw new Error(USER_ERROR);
}

function badValues(): Anything[] {
  const loop: unknown[] = [];
  loop.push(loop);
  const four = new Float32Array(4);
  const primitives = [
    undefined,
    null,
    Number.NaN,
    Infinity,
    -1,
    0,
    1.5,
    2 ** 31,
    2 ** 53,
    '',
    'x',
    '3',
    true,
    false,
    10n,
  ];
  const names = ['__proto__', 'constructor', 'toString', Symbol('s')];
  const arrays = [[], [[]], [1], [[1]], [[[1]]], [[[1, 2]]], [['a']], [null], [undefined], new Array(2), [10n], loop];
  const objects = [{}, new Date(), new Map(), /x/, new Error('e'), Promise.resolve(1), Object.create(null), class {}];
  const buffers = [
    new ArrayBuffer(8),
    new SharedArrayBuffer(8),
    new DataView(new ArrayBuffer(8)),
    new Float32Array(0),
    new Float32Array(2),
    new Float64Array(3),
    new BigInt64Array(2),
    new Uint8Array(100_001),
  ];
  const parts = [
    { data: 1, shape: [1] },
    { data: four, shape: [Number.NaN] },
    { data: four, shape: [-1] },
    { data: four, shape: [2, 2] },
    { data: null, shape: null },
    { data: 'x', shape: [1] },
    { shape: [1] },
  ];
  const serialized = [
    { class_name: 'x' },
    { class_name: 1 },
    { class_name: 'Zeros', config: 1 },
    { class_name: 'Constant', config: { value: {} } },
    { class_name: 'RandomNormal', config: { seed: {} } },
    { class_name: 'VarianceScaling', config: { input_axes: 5, output_axes: 'x' } },
    JSON.parse('{"__proto__":{"units":3}}'),
    JSON.parse('{"constructor":1}'),
  ];
  const tensors = [
    new Tensor(four, [-2, -2]),
    new Tensor(four, ['2', 2] as never),
    new Tensor('x' as never, [1]),
    new Tensor(four, null as never),
    new Tensor(null as never, [1]),
  ];
  const hooks = [() => 1, throwing, new Proxy({}, { get: throwing })];
  return [...primitives, ...names, ...arrays, ...objects, ...buffers, ...parts, ...serialized, ...tensors, ...hooks];
}

let cells = 0;

// Calls with every bad value; what comes back is disposed of.
function cross(call: (value: Anything) => unknown): void {
  for (const value of badValues()) {
    cells += 1;
    try {
      const result = call(value) as { dispose?: () => void } | undefined;
      if (typeof result?.dispose === 'function') result.dispose();
    } catch (error) {
      if (error instanceof Error && error.message === USER_ERROR) continue;
      if (!(error instanceof SimpleRNNError)) throw error;
      expect(error.code).toMatch(/^ERR_/);
    }
  }
}

const CLASSES: Record<string, object> = {
  SimpleRNN: { units: 2 },
  Dense: { units: 2 },
  Embedding: { inputDim: 2, outputDim: 2 },
  Masking: {},
  Dropout: { rate: 0 },
  Activation: { activation: 'relu' },
  Flatten: {},
  InputLayer: { shape: [1] },
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
];

function withLayer(name: string, options: object, use: (layer: Anything) => void): void {
  const layer = new (simpleRNN as Anything)[name](options);
  try {
    use(layer);
  } finally {
    layer.dispose();
  }
}

test.each(Object.entries(CLASSES))('%s', (name, options) => {
  const type = (simpleRNN as Anything)[name];
  cross((value) => new type(value));
  cross((value) => type.fromConfig(value));
  for (const option of type.optionNames) {
    cross((value) => withLayer(name, { ...options, [option]: value }, (layer) => layer.build([1, 2, 2])));
  }
  for (const method of METHODS) cross((value) => withLayer(name, options, (layer) => layer[method]?.(value)));
  const x = name === 'Embedding' ? [[1]] : [[[1, 2]]];
  for (const option of ['mask', 'training', 'initialState']) {
    cross((value) => withLayer(name, options, (layer) => layer.apply(x, { [option]: value })));
  }
  cross((value) => withLayer(name, options, (layer) => layer.apply(x, value)));
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
    cross((value) => void model[method](value));
  }
  cross((value) => model.summary({ printFn() {}, lineLength: value }));
  cross((value) => model.summary({ printFn: value ?? 0 }));
  cross((value) => void model.predict([[[1], [2]]], value));
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
  expect(memory()).toEqual({ blocks: 0, bytes: 0 });
});

test('that were many', () => {
  expect(cells).toBeGreaterThan(10_000);
});
