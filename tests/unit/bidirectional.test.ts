import { describe, expect, test } from '@jest/globals';
import {
  ArgumentError,
  Bidirectional,
  type BidirectionalOptions,
  Dense,
  Input,
  Layer,
  layers,
  type MergeMode,
  Model,
  RNN,
  Sequential,
  ShapeError,
  SimpleRNN,
  SimpleRNNCell,
  type SymbolicTensor,
  type Tensor,
  tensor,
  UnsupportedError,
} from 'simple-rnn';
import { arrays, expectNear, flat, freeAfterEach, hold, numbersOf } from './held.js';

freeAfterEach();

const x = numbersOf(2, 5, 3);
const mask = [
  [1, 1, 0, 1, 0],
  [0, 1, 1, 1, 1],
];
const bidirectional = (options: Partial<BidirectionalOptions> & { layer: RNN }) => hold(new Bidirectional(options));

/** A cell of a user's: h = tanh(x · w + h₋₁), with one weight. */
class PlainCell extends Layer {
  static override className = 'PlainCell';
  static override optionNames = [...Layer.optionNames, 'stateSize'];
  stateSize: number;

  constructor(options: { stateSize: number }) {
    super(options as never);
    this.stateSize = options.stateSize;
  }

  override build(inputShape: never): void {
    this.addWeight({ name: 'w', shape: [(inputShape as number[]).at(-1) as number, this.stateSize] });
    super.build(inputShape);
  }

  override call(inputs: Tensor, [state]: [Tensor]): [Tensor, [Tensor]] {
    const [w] = this.getWeights() as [Tensor];
    const [rows, features] = inputs.shape as [number, number];
    const size = this.stateSize;
    const data = Float32Array.from({ length: rows * size }, (_, at) => {
      const [row, unit] = [Math.floor(at / size), at % size];
      let sum = state.data[at] as number;
      for (let each = 0; each < features; each += 1) {
        sum += (inputs.data[row * features + each] as number) * (w.data[each * size + unit] as number);
      }
      return Math.tanh(sum);
    });
    const output = tensor(data, [rows, size]);
    return [output, [output]];
  }
}

/** The same by two layers on their own: outputs in the order of the input, then states. */
function byHand(both: Bidirectional, options: object = {}): { outputs: [Tensor, Tensor]; states: Tensor[] } {
  const count = both.forwardLayer.weights.length;
  const halves = [both.forwardLayer, both.backwardLayer].map((half, index) => {
    const layer = hold(half.clone());
    layer.setWeights(both.getWeights().slice(index * count, (index + 1) * count));
    return flat(layer.apply(x, options));
  }) as [Tensor[], Tensor[]];
  const [ahead, behind] = [halves[0][0], halves[1][0]] as [Tensor, Tensor];
  const states = [...halves[0].slice(1), ...halves[1].slice(1)];
  if (!both.returnSequences) return { outputs: [ahead, behind], states };
  const [batch, steps, units] = behind.shape as [number, number, number];
  const flipped = behind.data.map((_, at) => {
    const [row, step, unit] = [Math.floor(at / (steps * units)), Math.floor(at / units) % steps, at % units];
    return behind.data[(row * steps + steps - 1 - step) * units + unit] as number;
  });
  expect(batch).toBe(2);
  return { outputs: [ahead, tensor(flipped, behind.shape)], states };
}

function merged(mode: MergeMode, [a, b]: readonly [Tensor, Tensor]): Tensor[] {
  if (mode === null) return [a, b];
  if (mode !== 'concat') {
    const join = { sum: (p: number, q: number) => p + q, mul: (p: number, q: number) => p * q };
    const merge = mode === 'ave' ? (p: number, q: number) => Math.fround(p + q) / 2 : join[mode];
    return [
      tensor(
        a.data.map((value, at) => merge(value, b.data[at] as number)),
        a.shape,
      ),
    ];
  }
  const [left, right] = [a, b].map(({ shape }) => shape.at(-1)) as [number, number];
  const width = left + right;
  const data = Float32Array.from({ length: a.data.length + b.data.length }, (_, at) => {
    const [row, column] = [Math.floor(at / width), at % width];
    return (column < left ? a.data[row * left + column] : b.data[row * right + column - left]) as number;
  });
  return [tensor(data, [...a.shape.slice(0, -1), width])];
}

const wrapped: Record<string, (options: object) => RNN> = {
  SimpleRNN: (options) => new SimpleRNN({ units: 4, ...options }),
  'RNN of one cell': (options) => new RNN({ cell: new SimpleRNNCell({ units: 4 }), ...options }),
  'a stack': (options) => new RNN({ cell: [2, 4].map((units) => new SimpleRNNCell({ units })), ...options }),
  "a user's cell": (options) => new RNN({ cell: new PlainCell({ stateSize: 4 }) as never, ...options }),
};

describe.each(Object.entries(wrapped))('Bidirectional of %s is two layers', (_, make) => {
  const modes: MergeMode[] = ['concat', 'sum', 'mul', 'ave', null];
  test.each(modes.flatMap((mode) => [true, false].map((sequences) => [mode, sequences] as const)))(
    'mergeMode %s, returnSequences %s',
    (mergeMode, returnSequences) => {
      for (const options of [{}, { mask }]) {
        const layer = make({ returnSequences, returnState: true });
        const both = bidirectional({ layer, mergeMode });
        const got = flat(both.apply(x, options));
        const { outputs, states } = byHand(both, options);
        const expected = [...merged(mergeMode, outputs), ...states];
        expect(got).toHaveLength(expected.length);
        got.forEach((each, index) => {
          expectNear(each, expected[index] as Tensor, 0);
        });
        const count = mergeMode === null ? 2 : 1;
        const masks = got.map((each) => each.mask?.toArray() ?? null);
        expect(masks.slice(0, count)).toEqual(Array(count).fill(returnSequences && 'mask' in options ? mask : null));
        expect(masks.slice(count).every((each) => each === null)).toBe(true);
        const shapes = [both.computeOutputShape([2, 5, 3])].flat() as unknown[];
        expect(shapes.flat(3)).toEqual(got.flatMap(({ shape }) => shape));
      }
    },
  );

  test('takes initial states, forward ones first', () => {
    const both = bidirectional({ layer: make({ returnState: true }), mergeMode: null });
    const zeros = flat(both.apply(x)).slice(2);
    const initialState = zeros.map(({ shape }, index) => ({
      data: numbersOf(...shape).data.map((v) => v * (index + 1)),
      shape,
    }));
    const got = flat(both.apply(x, { initialState }));
    const half = initialState.length / 2;
    [both.forwardLayer, both.backwardLayer].forEach((layer, index) => {
      const copy = hold(layer.clone());
      const [own] = flat(copy.apply(x, { initialState: initialState.slice(index * half, (index + 1) * half) }));
      expectNear(got[index] as Tensor, own as Tensor, 0);
    });
  });

  test('clones: the same configuration, weights and states, but no shared memory', () => {
    const both = bidirectional({ layer: make({ stateful: true, returnSequences: true }) });
    both.apply(x);
    const copy = hold(both.clone());
    expect(arrays(copy.states)).toEqual(arrays(both.states));
    expect(copy.getConfig()).toEqual(both.getConfig());
    expect(arrays(copy.apply(x))).toEqual(arrays(both.apply(x)));
    copy.resetStates();
    expect(both.states).not.toBe(null);
    expect(copy.weights.map(({ path }) => path)).toEqual(both.weights.map(({ path }) => path));
  });
});

describe('Bidirectional', () => {
  test("names and paths are Keras'", () => {
    const both = bidirectional({ layer: new SimpleRNN({ units: 2, name: 'r' }), name: 'bi' } as never);
    both.build([null, 5, 3]);
    expect(both.weights.map(({ path }) => path)).toEqual(
      ['forward_r', 'backward_r'].flatMap((half) =>
        ['kernel', 'recurrent_kernel', 'bias'].map((name) => `bi/${half}/simple_rnn_cell/${name}`),
      ),
    );
    expect(both.forwardLayer.name).toBe('forward_r');
    expect(bidirectional({ layer: both.forwardLayer }).backwardLayer.name).toBe('backward_forward_r');
    expect(bidirectional({ layer: both.forwardLayer }).forwardLayer.name).toBe('forward_r');
    expect(both.countParams()).toBe(2 * (3 * 2 + 2 * 2 + 2));
  });

  test('the halves have new weights; initializers given as functions or arrays survive', () => {
    const kernel = [[1], [2], [3]];
    const layer = hold(
      new SimpleRNN({
        units: 1,
        kernelInitializer: kernel,
        biasInitializer: () => [7],
      } as never),
    );
    layer.build([null, 5, 3]);
    layer.setWeights([[[9], [9], [9]], [[9]], [9]]);
    const both = bidirectional({ layer });
    both.build([null, 5, 3]);
    const [forward, , bias, backward] = both.getWeights() as [Tensor, Tensor, Tensor, Tensor];
    expect([forward.toArray(), backward.toArray(), bias.toArray()]).toEqual([kernel, kernel, [7]]);
  });

  test('backwardLayer is used as it is, and may have another size', () => {
    const backwardLayer = new SimpleRNN({ units: 2, goBackwards: true, name: 'mine', returnSequences: true });
    const both = bidirectional({ layer: new SimpleRNN({ units: 3, returnSequences: true }), backwardLayer });
    expect(both.backwardLayer).toBe(backwardLayer);
    const [got] = flat(both.apply(x, { mask })) as [Tensor];
    expectNear(got, merged('concat', byHand(both, { mask }).outputs)[0] as Tensor, 0);
    expect(both.computeOutputShape([null, null, 3])).toEqual([null, null, 5]);
  });

  test('masked steps give zeros with returnSequences, whatever was asked for', () => {
    for (const zeroOutputForMask of [true, false]) {
      const both = bidirectional({ layer: new SimpleRNN({ units: 1, returnSequences: true, zeroOutputForMask }) });
      expect(both.forwardLayer.zeroOutputForMask).toBe(true);
      const { data } = both.apply([[[1], [2], [3]]], { mask: [[1, 0, 1]] });
      expect([...data].map((value) => value === 0)).toEqual([false, false, true, true, false, false]);
      const last = bidirectional({ layer: new SimpleRNN({ units: 1, zeroOutputForMask }) });
      expect(last.backwardLayer.zeroOutputForMask).toBe(false);
    }
  });

  test('activity regularizers of the halves and of the layer itself', () => {
    const layer = new SimpleRNN({ units: 2, returnSequences: true, activityRegularizer: 'l2' });
    const both = bidirectional({ layer, activityRegularizer: 'l1' } as never);
    const output = both.apply(x);
    const sum = (values: Float32Array, f: (v: number) => number) =>
      values.reduce((all, value) => all + f(value), 0) / 2;
    const half = (from: number) => output.data.filter((_, at) => (at % 4 < 2 ? 0 : 1) === from);
    const expected = [
      0.01 * sum(output.data, Math.abs),
      0.01 * sum(half(0), (v) => v * v),
      0.01 * sum(half(1), (v) => v * v),
    ];
    expect(both.losses).toHaveLength(3);
    both.losses.forEach((loss, index) => {
      expect(loss).toBeCloseTo(expected[index] as number, 5);
    });
    const plain = bidirectional({ layer: new SimpleRNN({ units: 2, returnSequences: true }) });
    plain.build([null, 5, 3]);
    plain.setWeights(both.getWeights());
    expectNear(plain.apply(x), output, 0);
  });

  test('stateful: states, resetStates with and without values', () => {
    const both = bidirectional({ layer: new SimpleRNN({ units: 2, stateful: true }) });
    expect(both.states).toBe(null);
    const first = arrays(both.apply(x));
    expect(arrays(both.apply(x))).not.toEqual(first);
    const states = [numbersOf(2, 2), numbersOf(2, 2)];
    both.resetStates(states);
    expect(flat(both.states).map(({ data }) => [...data])).toEqual(states.map(({ data }) => [...data]));
    expect(() => both.resetStates([states[0] as never])).toThrow(/expected 2 states, received 1/);
    both.resetState();
    expect(arrays(both.apply(x))).toEqual(first);
    const plain = bidirectional({ layer: new SimpleRNN({ units: 2 }) });
    plain.apply(x);
    expect(plain.states).toBe(null);
    expect(() => plain.resetStates()).toThrow(/Layer must be stateful\./);
    const model = hold(
      new Sequential([
        new Bidirectional({ layer: new SimpleRNN({ units: 2, stateful: true }), batchInputShape: [2, 5, 3] }),
      ]),
    );
    const before = arrays(model.predict(x));
    expect(arrays(model.predict(x))).not.toEqual(before);
    model.resetStates();
    expect(arrays(model.predict(x))).toEqual(before);
  });

  test('in a graph: shapes, masks, states as inputs', () => {
    const input = Input({ shape: [null, 3] });
    const layer = new SimpleRNN({ units: 2, returnState: true, returnSequences: true });
    const encoder = new Bidirectional({ layer, mergeMode: null });
    const outputs = encoder.apply(input, { mask: Input({ shape: [null] }) }) as unknown as SymbolicTensor[];
    expect(outputs.map(({ shape }) => shape)).toEqual([
      [null, null, 2],
      [null, null, 2],
      [null, 2],
      [null, 2],
    ]);
    expect(outputs.map((each) => each.mask !== null)).toEqual([true, true, false, false]);
    const state = Input({ shape: [2] });
    const decoder = new Bidirectional({ layer: new SimpleRNN({ units: 2 }), mergeMode: 'sum' });
    const output = decoder.apply(input, { initialState: [state, state] });
    const model = hold(new Model({ inputs: [input, state], outputs: output }));
    const given = numbersOf(2, 2);
    expectNear(model.predict([x, given]), decoder.apply(x, { initialState: [given, given] }), 0);
    hold(encoder);
  });

  test('a configuration gives the same layer back, initializers included', () => {
    const layer = new SimpleRNN({
      units: 2,
      kernelInitializer: { class_name: 'Constant', config: { value: 0.5 } },
      seed: 4,
      dropout: 0.5,
    });
    const both = bidirectional({ layer, mergeMode: 'ave', name: 'b', trainable: false } as never);
    const config = both.getConfig();
    expect(Object.keys(config)).toEqual(['name', 'trainable', 'dtype', 'merge_mode', 'layer', 'backward_layer']);
    for (const made of [
      Bidirectional.fromConfig(config),
      layers.deserialize<Bidirectional>({ class_name: 'Bidirectional', config }),
    ]) {
      expect(hold(made).getConfig()).toEqual(config);
    }
    both.build([null, 5, 3]);
    expect([both.trainableWeights.length, both.nonTrainableWeights.length]).toEqual([0, 6]);
  });

  test('dropout draws for both directions', () => {
    const both = bidirectional({ layer: new SimpleRNN({ units: 2, dropout: 0.5, recurrentDropout: 0.5 }) });
    expect(arrays(both.apply(x, { training: true }))).not.toEqual(arrays(both.apply(x, { training: true })));
    expect([both.forwardLayer, both.backwardLayer].map((half) => (half as SimpleRNN).seedGenerator?.draws)).toEqual([
      4, 4,
    ]);
  });

  test('inspect shows both layers', () => {
    const both = new Bidirectional({ layer: new SimpleRNN({ units: 2, name: 'r' }), inputShape: [5, 3] });
    const model = hold(new Sequential([both]));
    const shown = model.inspect(x);
    expect(shown.map(({ layer }) => layer.name)).toEqual(['forward_r', 'backward_r']);
    expect(shown.map(({ states }) => states.shape)).toEqual([
      [2, 5, 2],
      [2, 5, 2],
    ]);
  });

  test('the input shape may be an option of the layer within', () => {
    const model = hold(new Sequential([new Bidirectional({ layer: new SimpleRNN({ units: 2, inputShape: [5, 3] }) })]));
    expect(model.outputShape).toEqual([null, 4]);
  });

  test("misuse, in Keras' words", () => {
    const layer = new SimpleRNN({ units: 6 });
    const make = (options: object) => () => new Bidirectional(options as never);
    expect(make({ layer: 3 })).toThrow(
      'Please initialize `Bidirectional` layer with a `keras.layers.Layer` instance. Received: 3',
    );
    expect(make({ layer, backwardLayer: 'x' })).toThrow(
      "`backward_layer` need to be a `keras.layers.Layer` instance. Received: 'x'",
    );
    expect(make({ layer: new Dense({ units: 6, name: 'd' }) })).toThrow(/recurrent layer.*received Dense 'd'/);
    expect(make({ layer, mergeMode: 'avg' })).toThrow(
      'Invalid merge mode. Received: avg. Merge mode should be one of {"sum", "mul", "ave", "concat", None}',
    );
    expect(make({ layer, backwardLayer: new SimpleRNN({ units: 6 }) })).toThrow(
      'Forward layer and backward layer should have different `go_backwards` value. Received: ' +
        'forward_layer.go_backwards False, backward_layer.go_backwards=False',
    );
    for (const [name, option] of [
      ['stateful', 'stateful'],
      ['return_sequences', 'returnSequences'],
      ['return_state', 'returnState'],
    ] as const) {
      const backwardLayer = new SimpleRNN({ units: 6, goBackwards: true, [option]: true });
      expect(make({ layer, backwardLayer })).toThrow(
        `expected to have the same value for attribute "${name}", got "False" for forward layer and "True" for backward layer`,
      );
    }
    const other = new SimpleRNN({ units: 2, goBackwards: true });
    expect(make({ layer, backwardLayer: other, mergeMode: 'sum' })).toThrow(ShapeError);
    expect(make({ layer, weights: [[1]] })).toThrow(UnsupportedError);
    expect(make({ layer, units: 3 })).toThrow(ArgumentError);
    const object = { stateSize: 2, weights: [], build() {}, call: () => [] };
    expect(make({ layer: new RNN({ cell: object as never }) })).toThrow(/bare object with weights/);
    const both = bidirectional({ layer, name: 'b' } as never);
    expect(() => both.apply([[1, 2]])).toThrow(/expected ndim=3, found ndim=2/);
    expect(() => both.apply(x, { initialState: [numbersOf(2, 6)] })).toThrow(
      /'b': initialState: the state should be a list of the states of the underlying RNNs.*expected 2 states, received 1/,
    );
    expect(() => both.apply(x, { initialState: [numbersOf(2, 6), numbersOf(2, 5)] })).toThrow(
      /State 1 is incompatible with layer b: expected shape=\(2, 6\), found shape=\(2, 5\)/,
    );
    expect(() =>
      both.apply(x, {
        mask: [
          [1, 1],
          [1, 1],
        ],
      }),
    ).toThrow(/mask/);
  });
});
