// Configurations of functional models: written as Keras writes them, read in all its forms, refused by name.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import {
  Add,
  Bidirectional,
  Concatenate,
  Dense,
  Embedding,
  Functional,
  Input,
  layers,
  Masking,
  Model,
  ModelFormatError,
  memory,
  type NestedArray,
  RNN,
  Sequential,
  SimpleRNN,
  SimpleRNNCell,
  type SymbolicTensor,
  type Tensor,
  TimeDistributed,
  tensor,
  UnsupportedError,
} from 'simple-rnn';

// biome-ignore lint/suspicious/noExplicitAny: configurations of any form.
type Json = any;
const fixture = (name: string): Json =>
  JSON.parse(readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8'));
const copy = (value: Json): Json => JSON.parse(JSON.stringify(value));

let warn: ReturnType<typeof jest.spyOn>;
beforeAll(() => {
  warn = jest.spyOn(console, 'warn').mockImplementation(() => {});
});
afterAll(() => warn.mockRestore());

function numbers(shape: readonly number[], step = 1): Tensor {
  const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(step * (i + 1)));
  return tensor(data, [...shape]);
}

/** The same model again, from its text. */
function reread(model: Functional | Sequential): Functional {
  const again = layers.deserialize<Functional>(copy(model));
  again.setWeights(model.getWeights());
  return again;
}

function outputs(model: Functional | Sequential, x: Json): number[][] {
  return [model.predict<Tensor | Tensor[]>(x)].flat().map(({ data }) => [...data]);
}

// Keras' configuration without the operations that compute masks, which ours does not need.
function withoutOperations(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutOperations);
  if (value === null || typeof value !== 'object') return value;
  const made: Json = {};
  for (const [key, inner] of Object.entries<Json>(value)) {
    if (key === 'layers' && Array.isArray(inner)) {
      made[key] = inner.filter(({ module }) => !module.startsWith('keras.src.ops')).map(withoutOperations);
    } else {
      made[key] = key === 'mask' && inner?.config?.dtype === 'bool' ? null : withoutOperations(inner);
    }
  }
  return made;
}

// Keras loses the seed, we keep it.
function withoutSeed(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutSeed);
  if (value === null || typeof value !== 'object') return value;
  const isRnn = 'recurrent_dropout' in value && 'return_sequences' in value;
  const entries = Object.entries(value).filter(([key]) => !(isRnn && key === 'seed'));
  return Object.fromEntries(entries.map(([key, inner]) => [key, withoutSeed(inner)]));
}

test.each([14, 20, 27, 45, 76, 86, 93])('random model %i: key by key what Keras writes, in its order', (seed) => {
  const { config } = fixture(`models/random_${seed}.io.json`);
  using model = layers.deserialize<Functional>(copy(config));
  expect(JSON.stringify(withoutSeed(copy(model)), null, 1)).toBe(JSON.stringify(withoutOperations(config), null, 1));
});

test('summaries: the configurations of all models too', () => {
  for (const { model: config } of Object.values<Json>(fixture('summaries/functional.json').models)) {
    using model = layers.deserialize<Functional>(copy(config));
    expect(JSON.stringify(withoutSeed(copy(model)))).toBe(JSON.stringify(config));
  }
});

const operations = ['predict', 'gradient', 'fit_training'].flatMap((file) =>
  fixture(`golden/${file}.json`).cases.filter(({ applies }: Json) => applies === 'needs_op_layers'),
);
test.each(operations.map((each) => [each.id, each] as const))(
  '%s: masks take the place of the operations that compute them',
  (_, { config, weights, inputs, expected }: Json) => {
    using model = layers.deserialize<Functional>(copy(config.model ?? config));
    model.setWeights(weights);
    expect(model.layers.map(({ className }) => className)).not.toContain('NotEqual');
    const wanted: NestedArray[] = expected.outputs ?? (expected.output ? [expected.output] : []);
    const found = outputs(model, inputs.x);
    for (const [index, output] of wanted.entries()) {
      const { data } = tensor(output);
      for (const [at, value] of data.entries()) expect(found[index][at]).toBeCloseTo(value, 5);
    }
  },
);

/** A bit of everything, made here. */
function everything(): { model: Functional; x: Json } {
  const left = Input({ shape: [4, 3], name: 'left' });
  const right = Input({ shape: [4, 3], name: 'right' });
  const start = Input({ shape: [5], name: 'start' });
  const shared = new SimpleRNN({ units: 5, returnSequences: true, returnState: true, name: 'shared' });
  const mask = new Masking({ name: 'gaps' });
  const [a, state] = shared.apply<SymbolicTensor[]>(mask.apply(left));
  const [b] = shared.apply<SymbolicTensor[]>(right, { initialState: start });
  const inner = new Sequential([new Dense({ units: 4 }), new SimpleRNN({ units: 3, returnSequences: true })]);
  const y = Input({ shape: [4, 5] });
  const both = new Model({
    inputs: y,
    outputs: [new Dense({ units: 2 }).apply(y), new SimpleRNN({ units: 2 }).apply(y)],
    name: 'both',
  });
  const joined = new Concatenate().apply([a, b]);
  const [first, last] = both.apply<SymbolicTensor[]>(a);
  const [second] = both.apply<SymbolicTensor[]>(new Add().apply([a, b]));
  const cells = new RNN({ cell: [new SimpleRNNCell({ units: 2 }), new SimpleRNNCell({ units: 5 })] });
  const ways = new Bidirectional({ layer: new SimpleRNN({ units: 5 }) });
  const heads = new TimeDistributed({ layer: new Dense({ units: 2 }) });
  const model = new Model({
    inputs: [left, right, start],
    outputs: [
      inner.apply(joined),
      new Add().apply([heads.apply(first), second]),
      last,
      cells.apply(b),
      ways.apply(b, { initialState: [state, start], training: false }),
    ],
    name: 'everything',
  });
  const x = [numbers([2, 4, 3]), numbers([2, 4, 3], 0.7), numbers([2, 5], 0.3)];
  x[0].data.fill(0, 6, 12);
  return { model, x };
}

test('a model made here comes back with the same numbers, nodes and weights', () => {
  const { model, x } = everything();
  const wanted = outputs(model, x);
  const before = memory();
  const again = reread(model);
  expect(outputs(again, x)).toEqual(wanted);
  expect(copy(again)).toEqual(copy(model));
  const twice = Functional.fromConfig(again.getConfig());
  expect(twice.getConfig()).toEqual(again.getConfig());
  const shared = (again.getLayer('shared') as SimpleRNN).inboundNodes;
  expect(shared.map(({ options }) => options.initialState?.length)).toEqual([undefined, 1]);
  expect(again.getLayer('both').inboundNodes).toHaveLength(2);
  again.dispose();
  twice.dispose();
  expect(memory()).toEqual(before);
  model.dispose();
});

test('a clone has layers of its own, shared as in the original', () => {
  const { model, x } = everything();
  const expected = outputs(model, x);
  const clone = model.clone();
  expect(copy(clone)).toEqual(copy(model));
  expect(clone.getLayer('shared')).not.toBe(model.getLayer('shared'));
  expect(clone.getLayer('shared').inboundNodes).toHaveLength(2);
  model.setWeights(model.getWeights().map(({ shape }) => numbers(shape as number[])));
  expect(outputs(clone, x)).toEqual(expected);
  model.dispose();
  expect(outputs(clone, x)).toEqual(expected);
  clone.dispose();
});

test('a clone of models that share a layer shares its copy', () => {
  const rnn = new SimpleRNN({ units: 3, returnSequences: true });
  const y = Input({ shape: [4, 3] });
  const inner = new Model({ inputs: y, outputs: rnn.apply(y) });
  const other = new Sequential([new Dense({ units: 3, inputShape: [4, 3] }), rnn]);
  const x = Input({ shape: [4, 3] });
  using model = new Model({ inputs: x, outputs: [rnn.apply(inner.apply(x)), other.apply(x)] });
  const clone = model.clone();
  expect(clone.weights).toHaveLength(model.weights.length);
  const data = numbers([2, 4, 3]);
  const wanted = outputs(model, data);
  expect(outputs(clone, data)).toEqual(wanted);
  clone.setWeights(clone.getWeights().map(({ shape }) => numbers(shape as number[])));
  expect(outputs(model, data)).toEqual(wanted);
  clone.dispose();
});

test('Functional within Sequential within Functional', () => {
  const y = Input({ shape: [4, 3] });
  const inner = new Model({ inputs: y, outputs: new SimpleRNN({ units: 5, returnSequences: true }).apply(y) });
  const middle = new Sequential([inner, new Dense({ units: 2 }), new Sequential([new SimpleRNN({ units: 4 })])]);
  expect(middle.built).toBe(true);
  expect(middle.inputShape).toEqual([null, 4, 3]);
  const x = Input({ shape: [4, 3] });
  using outer = new Model({ inputs: x, outputs: middle.apply(x) });
  using again = reread(outer);
  const data = numbers([3, 4, 3]);
  expect(outputs(again, data)).toEqual(outputs(outer, data));
  expect(copy(again)).toEqual(copy(outer));
  expect(copy(outer).config.layers[1]).toMatchObject({
    module: 'keras',
    class_name: 'Sequential',
    registered_name: null,
    build_config: { input_shape: [null, 4, 3] },
    compile_config: {},
    config: { layers: [{ class_name: 'InputLayer' }, { module: 'keras.src.models.functional' }, {}, {}] },
  });
});

describe('masks', () => {
  const tokens = (): { a: SymbolicTensor; e: SymbolicTensor } => {
    const a = Input({ shape: [4], dtype: 'int32', name: 'a' });
    return { a, e: new Embedding({ inputDim: 5, outputDim: 3, maskZero: true, name: 'e' }).apply(a) };
  };
  const data = tensor([[1, 2, 0, 3].map(Number), [0, 4, 0, 0].map(Number)]);
  const state = numbers([2, 2]);

  test('beside a state: as Keras, only the mask that is given counts', () => {
    const { a, e } = tokens();
    const h = Input({ shape: [2], name: 'h' });
    const rnn = new SimpleRNN({ units: 2, returnSequences: true });
    const b = Input({ shape: [4], dtype: 'int32', name: 'b' });
    const masked = new Masking({ maskValue: 0.5 }).apply(new Dense({ units: 2 }).apply(e));
    const joined = new Concatenate().apply([masked, new Embedding({ inputDim: 5, outputDim: 2 }).apply(b)]);
    using model = new Model({
      inputs: [a, b, h],
      outputs: [
        rnn.apply(e, { initialState: h }),
        rnn.apply(e, { initialState: h, mask: e.mask }),
        rnn.apply(e),
        rnn.apply(new Dense({ units: 3 }).apply(e), { mask: joined.mask, initialState: [h] }),
      ],
    });
    const x = [data, data, state];
    const [plain, given, alone, other] = outputs(model, x);
    expect(given).not.toEqual(plain);
    expect(other).toHaveLength(alone.length);
    const written = copy(model);
    const classes = written.config.layers.map(({ class_name }: Json) => class_name);
    expect(classes).toEqual(expect.arrayContaining(['NotEqual', 'Any', 'LogicalOr', 'ExpandDims', 'OnesLike']));
    using again = reread(model);
    expect(outputs(again, x)).toEqual(outputs(model, x));
    expect(copy(again)).toEqual(written);
  });

  test('an input as a mask', () => {
    const { a, e } = tokens();
    const m = Input({ shape: [4], dtype: 'bool', name: 'm' });
    using model = new Model({ inputs: [a, m], outputs: new SimpleRNN({ units: 2 }).apply(e, { mask: m }) });
    using again = reread(model);
    const x = [data, tensor([[1, 1, 0, 0].map(Number), [1, 0, 0, 1].map(Number)])];
    expect(outputs(again, x)).toEqual(outputs(model, x));
  });

  test('what Keras cannot say is refused', () => {
    const { a, e } = tokens();
    using off = new Model({ inputs: a, outputs: new SimpleRNN({ units: 2 }).apply(e, { mask: null }) });
    expect(() => off.getConfig()).toThrow(UnsupportedError);
    expect(() => off.getConfig()).toThrow(/taken off/);
  });
});

describe('forms', () => {
  /** x -> rnn (twice) -> add, and a state. */
  const config = (): Json => {
    const x = Input({ shape: [4, 3], name: 'x' });
    const h = Input({ shape: [2], name: 'h' });
    const rnn = new SimpleRNN({ units: 2, name: 'rnn' });
    const sum = new Add({ name: 'sum' }).apply([rnn.apply(x, { initialState: h }), rnn.apply(x)]);
    using model = new Model({ inputs: [x, h], outputs: sum, name: 'm' });
    return copy(model.getConfig());
  };
  const x = [numbers([2, 4, 3]), numbers([2, 2])];
  const weights = [numbers([3, 2]), numbers([2, 2], 0.4), numbers([2])];
  const read = (given: Json): Functional => {
    const model = Functional.fromConfig(given);
    model.setWeights(weights);
    return model;
  };
  const expected = (): number[][] => {
    using model = read(config());
    return outputs(model, x);
  };

  const forms: Record<string, (given: Json) => Json | undefined> = {
    'layers in any order': (c) => {
      c.layers.reverse();
    },
    'our spelling': (c) => {
      const { input_layers: inputLayers, output_layers: outputLayers, layers: list, ...rest } = c;
      const all = list.map(({ inbound_nodes: inboundNodes, ...each }: Json) => ({ ...each, inboundNodes }));
      return { ...rest, layers: all, inputLayers, outputLayers };
    },
    'a list around the only output': (c) => {
      c.output_layers = [c.output_layers];
    },
    'inputs by name': (c) => {
      c.input_layers = { b: c.input_layers[1], a: c.input_layers[0] };
    },
    'positional states': (c) => {
      const [node] = c.layers[2].inbound_nodes;
      node.args.push(node.kwargs.initial_state);
      node.kwargs = {};
    },
    'a list of one state': (c) => {
      const { kwargs } = c.layers[2].inbound_nodes[0];
      kwargs.initial_state = [kwargs.initial_state];
    },
    'the input by keyword': (c) => {
      const [node] = c.layers[2].inbound_nodes;
      node.kwargs.sequences = node.args.pop();
    },
    "Keras 2's lists": (c) => {
      c.layers[2].inbound_nodes = [
        [
          ['x', 0, 0, {}],
          ['h', 0, 0, { constants: null }],
        ],
        [['x', 0, 0, { training: null }]],
      ];
      c.layers[3].inbound_nodes = [
        [
          ['rnn', 0, 0, {}],
          ['rnn', 1, 0, {}],
        ],
      ];
      c.output_layers = [['sum', 0, 0]];
      for (const layer of c.layers) delete layer.module;
    },
    "Keras 2's keywords": (c) => {
      c.layers[2].inbound_nodes = [[['x', 0, 0, { initial_state: ['h', 0, 0] }]], ['x', 0, 0]];
    },
  };
  test.each(Object.entries(forms))('%s', (_, change) => {
    const given = config();
    using model = read(change(given) ?? given);
    expect(outputs(model, x)).toEqual(expected());
  });

  test("the class 'Model', and numbers among the states", () => {
    const given = config();
    const value = [
      [0.5, 0.25],
      [0.125, 1],
    ];
    given.layers[2].inbound_nodes[0].kwargs.initial_state = { class_name: '__tensor__', config: { value } };
    using model = layers.deserialize<Functional>({ class_name: 'Model', config: given });
    model.setWeights(weights);
    using plain = read(config());
    expect(outputs(model, x)).toEqual(outputs(plain, [x[0], tensor(value)]));
    using again = reread(model);
    expect(outputs(again, x)).toEqual(outputs(model, x));
  });

  const bad: Record<string, [(c: Json) => void, RegExp]> = {
    'a loop': [(c) => (c.layers[2].inbound_nodes[1].args[0].config.keras_history = ['sum', 0, 0]), /loops.*rnn.*sum/],
    'a layer that is not there': [
      (c) => (c.layers[2].inbound_nodes[1].args[0].config.keras_history[0] = 'y'),
      /'m'.*Unknown layer: y/,
    ],
    'a node that is not there': [
      (c) => (c.layers[3].inbound_nodes[0].args[0][1].config.keras_history[1] = 2),
      /node index out of bounds.*'rnn'.*2/,
    ],
    'an output that is not there': [
      (c) => (c.layers[3].inbound_nodes[0].args[0][1].config.keras_history[2] = 1),
      /'rnn' has no output 1/,
    ],
    'a negative node': [(c) => (c.layers[2].inbound_nodes[1].args[0].config.keras_history[1] = -1), /node, index/],
    'outputs that are not there': [(c) => (c.output_layers = ['sum', 1, 0]), /'sum' has no node 1/],
    'no outputs': [(c) => delete c.output_layers, /tensors as \[layer, node, index\]/],
    'no layers': [(c) => (c.layers = null), /`layers` must be a list/],
    'a name used twice': [(c) => (c.layers[3].name = 'rnn'), /'rnn' is used twice/],
    'an unknown entry': [(c) => (c.compile = 1), /unknown entry 'compile'/],
    'an unknown keyword': [(c) => (c.layers[2].inbound_nodes[0].kwargs.constants = [1]), /'rnn'.*'constants'/],
    'training that is none': [(c) => (c.layers[2].inbound_nodes[0].kwargs.training = 'yes'), /`training`/],
    'too many states': [
      (c) => {
        const { kwargs } = c.layers[2].inbound_nodes[0];
        kwargs.initial_state = [kwargs.initial_state, kwargs.initial_state];
      },
      /'rnn'.*1 state/,
    ],
    'inputs that do not go together': [(c) => (c.layers[1].config.batch_shape = [null, 3]), /'rnn'.*State 0/],
    'a Lambda': [(c) => (c.layers[3].class_name = 'Lambda'), /'sum'.*'Lambda'/],
    'a class that nobody knows': [(c) => (c.layers[3].class_name = 'LSTM'), /'sum'.*'LSTM'/],
    'arguments that are no object': [(c) => (c.layers[2].inbound_nodes[0] = 3), /application must be an object/],
    'nodes that are no list': [(c) => (c.layers[2].inbound_nodes = 'x'), /'rnn'.*inbound_nodes/],
    'a disconnected input': [(c) => (c.input_layers = ['x', 0, 0]), /disconnected.*'rnn'/],
    'a configuration that holds itself': [
      (c) => Object.assign(c.layers[2], { class_name: 'Functional', config: c }),
      /nested too deeply/,
    ],
    'arguments that hold themselves': [
      (c) => {
        const { args } = c.layers[2].inbound_nodes[0];
        args[0] = args;
      },
      /nested too deeply/,
    ],
    'an output as input': [(c) => (c.input_layers = [['rnn', 0, 0]]), /'rnn'/],
  };
  test.each(Object.entries(bad))('refuses %s', (what, [change, message]) => {
    const given = config();
    change(given);
    const before = memory();
    const attempt = () => Functional.fromConfig(given);
    expect(attempt).toThrow(message);
    expect(attempt).toThrow(what === 'an output as input' ? UnsupportedError : ModelFormatError);
    expect(memory()).toEqual(before);
  });

  const operation = (className: string, args: Json[], options: Json = {}): Json => ({
    module: 'keras.src.ops.numpy',
    class_name: className,
    config: { name: 'op', ...options },
    registered_name: className,
    name: 'op',
    inbound_nodes: [{ args, kwargs: {} }],
  });
  const ref = (name: string): Json => ({ class_name: '__keras_tensor__', config: { keras_history: [name, 0, 0] } });
  test.each<[string, Json, boolean, RegExp]>([
    ['an operation that computes numbers', operation('Multiply', [ref('x'), 2]), true, /'op' \(Multiply\)/],
    ['Any along another axis', operation('Any', [ref('x')], { axis: 1 }), true, /'op' \(Any\)/],
    ['a mask that no layer computes', operation('NotEqual', [ref('x'), 3]), true, /loops or disconnected.*rnn/],
    ['an operation of itself', operation('Any', [ref('op')], { axis: -1 }), true, /no result/],
    ['an operation of something odd', operation('NotEqual', [ref('x'), {}]), true, /unknown argument/],
    ['an operation as a tensor', operation('NotEqual', [ref('x'), 0]), false, /'op' is used as a tensor/],
  ])('refuses %s', (_, op, asMask, message) => {
    const given = config();
    given.layers.push(op);
    const [, node] = given.layers[2].inbound_nodes;
    if (asMask) node.kwargs.mask = ref('op');
    else node.args[0] = ref('op');
    expect(() => Functional.fromConfig(given)).toThrow(ModelFormatError);
    expect(() => Functional.fromConfig(given)).toThrow(message);
  });

  test('a long line, written from its end to its beginning, is read', () => {
    const count = 2000;
    const layer = (index: number): Json => ({
      class_name: 'Activation',
      config: { activation: 'relu', name: `layer${index}` },
      name: `layer${index}`,
      inbound_nodes: [{ args: [ref(index === 0 ? 'x' : `layer${index - 1}`)], kwargs: {} }],
    });
    const input = { class_name: 'InputLayer', config: { batch_shape: [null, 3], name: 'x' }, name: 'x' };
    const list = Array.from({ length: count }, (_, index) => layer(count - 1 - index));
    using model = Functional.fromConfig({
      name: 'line',
      layers: [...list, input],
      input_layers: ['x', 0, 0],
      output_layers: [`layer${count - 1}`, 0, 0],
    });
    expect(outputs(model, tensor([[-1, 0, 2]]))).toEqual([[0, 0, 2]]);
  });

  test('models within models that would grow without end are refused at once', () => {
    let inner: Json = config();
    inner.output_layers = ['sum', 0, 0];
    for (let depth = 0; depth < 14; depth += 1) {
      const t = (name: string, node: number) => ({
        class_name: '__keras_tensor__',
        config: { keras_history: [name, node, 0] },
      });
      const input = (name: string, shape: Json) => ({
        class_name: 'InputLayer',
        config: { batch_shape: shape, name },
        name,
        inbound_nodes: [],
      });
      const call = { args: [[t('x', 0), t('h', 0)]], kwargs: {} };
      const model = { class_name: 'Functional', config: { ...inner, name: `in${depth}` }, name: `in${depth}` };
      inner = {
        name: 'outer',
        layers: [
          input('x', [null, 4, 3]),
          input('h', [null, 2]),
          { ...model, inbound_nodes: Array(4).fill(call) },
          {
            class_name: 'Add',
            config: { name: 'sum' },
            name: 'sum',
            inbound_nodes: [{ args: [[0, 1, 2, 3].map((n) => t(`in${depth}`, n))], kwargs: {} }],
          },
        ],
        input_layers: [
          ['x', 0, 0],
          ['h', 0, 0],
        ],
        output_layers: ['sum', 0, 0],
      };
    }
    const before = memory();
    expect(() => Functional.fromConfig(inner)).toThrow(/more than 16384 applications/);
    expect(memory()).toEqual(before);
  });
});
