import { describe, expect, test } from '@jest/globals';
import {
  Activation,
  ArgumentError,
  Dense,
  Dropout,
  Embedding,
  Flatten,
  InputLayer,
  Masking,
  ShapeError,
  SimpleRNN,
  tensor,
  UnsupportedError,
  type Weight,
} from 'simple-rnn';

describe('Dense', () => {
  test('works on the last axis of any rank, with every activation of a row', () => {
    using layer = new Dense({
      units: 2,
      kernelInitializer: [
        [1, 2],
        [3, 4],
      ],
      biasInitializer: [0.5, 0],
    });
    expect(layer.apply([[[[1, 1]]]]).toArray()).toEqual([[[[4.5, 6]]]]);
    using soft = new Dense({ units: 3, activation: 'softmax' });
    expect(soft.apply([[1, 2]]).data.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 6);
    expect(layer.computeOutputShape([null, 7, 2])).toEqual([null, 7, 2]);
    expect(layer.countParams()).toBe(6);
  });

  test('hands a mask on', () => {
    using layer = new Dense({ units: 2 });
    expect(layer.apply([[[1], [2]]], { mask: [[1, 0]] }).mask?.toArray()).toEqual([[1, 0]]);
  });

  test('misuse', () => {
    using layer = new Dense({ units: 2, name: 'd' });
    expect(() => layer.apply([1, 2])).toThrow(/'d'.*expected min_ndim=2, found ndim=1. Full shape received: \(2,\)/);
    layer.apply([[1, 2]]);
    expect(() => layer.apply([[1, 2, 3]])).toThrow(
      /expected axis -1 of input shape to have value 2, but received input with shape \(1, 3\)/,
    );
    expect(() => layer.apply([[1, 2]], { initialState: [[1]] } as never)).toThrow(ArgumentError);
    expect(() => new Dense({ units: 2, activation: 'glu' })).toThrow(/halves/);
    expect(() => new Dense({ units: 2, activation: 'threshold' })).toThrow(/threshold\(\) missing 2/);
  });
});

describe('Embedding', () => {
  test('looks ids up, masks 0, takes integer arrays', () => {
    using layer = new Embedding({
      inputDim: 3,
      outputDim: 2,
      maskZero: true,
      embeddingsInitializer: [
        [0, 1],
        [2, 3],
        [4, 5],
      ],
    });
    const output = layer.apply({ data: Int32Array.of(2, 0), shape: [1, 2] });
    expect(output.toArray()).toEqual([
      [
        [4, 5],
        [0, 1],
      ],
    ]);
    expect(output.mask?.toArray()).toEqual([[1, 0]]);
    expect(layer.computeMask([[2, 0]])?.toArray()).toEqual([[1, 0]]);
    using plain = new Embedding({ inputDim: 3, outputDim: 2 });
    expect([plain.apply([[1]]).mask, plain.computeMask([[1]])]).toEqual([null, null]);
    expect(plain.computeOutputShape([null, 4])).toEqual([null, 4, 2]);
  });

  test('misuse', () => {
    using layer = new Embedding({ inputDim: 3, outputDim: 2, name: 'e' });
    expect(() => layer.apply([[3]])).toThrow(/'e'.*from 0 to 2, received 3/);
    expect(() => new Embedding({ inputDim: 0, outputDim: 2 })).toThrow(
      '`input_dim` must be a positive integer. Received: input_dim=0 (of type int).',
    );
    expect(() => new Embedding({ inputDim: 2, outputDim: 2, weights: [[1]] } as never)).toThrow(UnsupportedError);
  });
});

describe('Masking', () => {
  test('masks the steps of one value alone and sets them to 0', () => {
    using layer = new Masking({ maskValue: -1 });
    const output = layer.apply([
      [
        [-1, -1],
        [-1, 2],
        [0, 0],
      ],
    ]);
    expect(output.toArray()).toEqual([
      [
        [0, 0],
        [-1, 2],
        [0, 0],
      ],
    ]);
    expect(output.mask?.toArray()).toEqual([[0, 1, 1]]);
    expect(layer.computeMask([[[-1, -1]]]).toArray()).toEqual([[0]]);
    expect(() => layer.apply([1])).toThrow(ShapeError);
    expect(() => new Masking({ maskValue: Number.NaN })).toThrow(ArgumentError);
  });
});

describe('Dropout', () => {
  test('hands its input and mask on, and keeps its options', () => {
    using layer = new Dropout({ rate: 0.5, noiseShape: [null, 1], seed: 3 });
    const x = tensor([[[1], [2]]]);
    const output = layer.apply(x, { mask: [[1, 0]] });
    expect([output.toArray(), output.mask?.toArray()]).toEqual([x.toArray(), [[1, 0]]]);
    expect(layer.getConfig()).toMatchObject({ rate: 0.5, noise_shape: [null, 1], seed: 3 });
    expect(new Dropout({ rate: 0 }).apply(x, { training: true }).toArray()).toEqual(x.toArray());
    expect(() => new Dropout({ rate: 1.5 })).toThrow(
      'Invalid value received for argument `rate`. Expected a float value between 0 and 1. Received: rate=1.5',
    );
  });
});

describe('Activation', () => {
  test('of any shape, along the last axis, halved by glu', () => {
    using layer = new Activation({ activation: 'relu' });
    expect(layer.apply([-1, 2]).toArray()).toEqual([0, 2]);
    using soft = new Activation({ activation: 'softmax' });
    expect(soft.apply([[[1, 1]]]).toArray()).toEqual([[[0.5, 0.5]]]);
    using glu = new Activation({ activation: 'glu', name: 'g' });
    expect(glu.apply([[2, 4, 0, 0]]).toArray()).toEqual([[1, 2]]);
    expect(glu.computeOutputShape([null, 4])).toEqual([null, 2]);
    expect(() => glu.apply([[1]])).toThrow(/'g'.*even/);
    expect(new Activation({ activation: null }).apply([-1]).toArray()).toEqual([-1]);
    expect(() => new Activation({} as never)).toThrow(/activation/);
    expect(() => new Activation({ activation: 'threshold' })).toThrow(ArgumentError);
  });
});

describe('Flatten', () => {
  test('keeps the batch, drops the mask', () => {
    using layer = new Flatten();
    const output = layer.apply(
      [
        [
          [1, 2],
          [3, 4],
        ],
      ],
      { mask: [[1, 0]] },
    );
    expect([output.toArray(), output.mask]).toEqual([[[1, 2, 3, 4]], null]);
    expect(layer.apply([1, 2]).shape).toEqual([2, 1]);
    expect([layer.computeOutputShape([null, 2, 3]), layer.computeOutputShape([1, null])]).toEqual([
      [null, 6],
      [1, null],
    ]);
    expect(() => new Flatten({ dataFormat: 'channels_first' } as never)).toThrow(UnsupportedError);
    expect(() => new Flatten({ dataFormat: 'x' } as never)).toThrow(ArgumentError);
  });
});

describe('InputLayer', () => {
  test('shape, batch size, batch shape', () => {
    expect(new InputLayer({ shape: [null, 3], batchSize: 2 }).batchShape).toEqual([2, null, 3]);
    expect(new InputLayer({ batchShape: [null, 3] }).getConfig()).toMatchObject({
      batch_shape: [null, 3],
      dtype: 'float32',
    });
    expect(InputLayer.fromConfig({ batch_input_shape: [null, 3], dtype: 'int32', sparse: false }).inputDtype).toBe(
      'int32',
    );
    expect(() => new InputLayer({})).toThrow('You must pass a `shape` argument.');
    expect(() => new InputLayer({ shape: [1], batchShape: [1, 1] })).toThrow(/both `shape` and `batch_shape`/);
    expect(() => new InputLayer({ batchSize: 1, batchShape: [1, 1] })).toThrow(/both `batch_size` and `batch_shape`/);
    expect(() => new InputLayer({ shape: [1], sparse: true })).toThrow(UnsupportedError);
    expect(() => new InputLayer({ shape: [1], dtype: 'string' })).toThrow(UnsupportedError);
    expect(() => new InputLayer({ batchShape: [] })).toThrow(ArgumentError);
  });
});

describe('weights', () => {
  test('are handles with copies', () => {
    using layer = new Dense({
      units: 2,
      name: 'd',
      trainable: false,
      kernelRegularizer: 'l2',
      kernelConstraint: 'non_neg',
    });
    layer.build([null, 3]);
    const [kernel, bias] = layer.weights as [Weight, Weight];
    expect([kernel.name, kernel.path, kernel.shape, kernel.dtype, kernel.trainable]).toEqual([
      'kernel',
      'd/kernel',
      [3, 2],
      'float32',
      false,
    ]);
    bias.write([1, 2]);
    expect(bias.read().toArray()).toEqual([1, 2]);
    bias.read().data.fill(0);
    expect(bias.read().toArray()).toEqual([1, 2]);
    expect(() => bias.write([1, 2, 3])).toThrow(/'d\/bias'.*\(2,\).*\(3,\)/);
    expect([layer.trainableWeights.length, layer.nonTrainableWeights.length]).toEqual([0, 2]);
    layer.trainable = true;
    expect(kernel.trainable).toBe(true);
  });

  test('setWeights changes all or nothing', () => {
    using layer = new Dense({ units: 2, name: 'd' });
    layer.build([null, 1]);
    const before = layer.getWeights();
    expect(() => layer.setWeights([[[1, 2]], [1]])).toThrow(
      'Layer d weight shape (2,) is not compatible with provided weight shape (1,).',
    );
    expect(() => layer.setWeights([[[1, 2]]])).toThrow(
      /weight list of length 1, but the layer was expecting 2 weights/,
    );
    expect(() => layer.setWeights(7 as never)).toThrow(ArgumentError);
    expect(layer.getWeights()).toEqual(before);
    expect(() => new Dense({ units: 1, name: 'u' }).countParams()).toThrow(/`count_params` on layer 'u'/);
  });
});

// Every option of every layer against values of the wrong kind.
const wrong: [string, unknown][] = [
  ['NaN', Number.NaN],
  ['Infinity', Infinity],
  ['a string', '3'],
  ['an object', {}],
  ['an array', [1]],
  ['a function', () => 1],
  ['a symbol', Symbol('s')],
  ['a big integer', 3n],
];
const numeric = [
  ['SimpleRNN', 'units', {}],
  ['SimpleRNN', 'dropout', { units: 1 }],
  ['SimpleRNN', 'recurrentDropout', { units: 1 }],
  ['SimpleRNN', 'seed', { units: 1 }],
  ['Dense', 'units', {}],
  ['Embedding', 'inputDim', { outputDim: 1 }],
  ['Embedding', 'outputDim', { inputDim: 1 }],
  ['Masking', 'maskValue', {}],
  ['Dropout', 'rate', {}],
  ['Dropout', 'seed', { rate: 0 }],
] as const;
const flags = [
  'returnSequences',
  'returnState',
  'goBackwards',
  'stateful',
  'unroll',
  'zeroOutputForMask',
  'useBias',
  'trainable',
];
const named = [
  'activation',
  'kernelInitializer',
  'kernelRegularizer',
  'kernelConstraint',
  'activityRegularizer',
  'biasInitializer',
];

describe('wrong values are refused, by the name of the argument', () => {
  const classes = { SimpleRNN, Dense, Embedding, Masking, Dropout, Activation, Flatten };

  function make(type: string, config: object): SimpleRNN {
    return classes[type as 'SimpleRNN'].fromConfig(config as Record<string, unknown>);
  }

  test.each(numeric)('%s %s', (type, option, rest) => {
    for (const [, value] of wrong) {
      expect(() => make(type, { ...rest, [option]: value })).toThrow(ArgumentError);
      expect(() => make(type, { ...rest, [option]: value })).toThrow(new RegExp(option));
    }
  });

  test.each(flags)('SimpleRNN %s', (option) => {
    for (const value of [1, 0, 'true', {}]) {
      expect(() => make('SimpleRNN', { units: 1, [option]: value })).toThrow(
        new RegExp(`\`${option}\` must be true or false`),
      );
    }
  });

  test.each(named)('SimpleRNN %s', (option) => {
    for (const value of ['no_such_name', 7, {}, true]) {
      expect(() => make('SimpleRNN', { units: 1, [option]: value })).toThrow(ArgumentError);
    }
  });

  test('sizes: 0, -1, 1.5, 2^31, and what is too large to hold', () => {
    for (const units of [0, -1, 1.5]) expect(() => make('SimpleRNN', { units })).toThrow(ArgumentError);
    expect(() => make('SimpleRNN', { units: 2 ** 31 })).toThrow(ShapeError);
    const huge = make('SimpleRNN', { units: 2 ** 24, name: 'huge' });
    expect(() => huge.build([null, 1, 1])).toThrow(ShapeError);
    expect(() => huge.build([null, 1, 1])).toThrow(/huge.*elements/);
    expect(() => make('Dense', { units: 2 ** 24 }).build([null, 2 ** 24])).toThrow(ShapeError);
    expect(() => make('SimpleRNN', { units: 2 }).build([null, 1, 2 ** 31])).toThrow(ShapeError);
    expect(() => make('SimpleRNN', { units: 2 }).build('x' as never)).toThrow(ArgumentError);
  });

  test('names, shapes, dtypes, options at all', () => {
    expect(() => make('Dense', { units: 1, name: 7 })).toThrow(/name/);
    expect(() => make('Dense', { units: 1, name: '' })).toThrow(/name/);
    expect(() => make('Dense', { units: 1, inputShape: 3 })).toThrow(/inputShape/);
    expect(() => make('Dense', { units: 1, inputShape: [1], batchInputShape: [1, 1] })).toThrow(/not both/);
    expect(() => make('Dense', { units: 1, dtype: 'float64' })).toThrow(/float64/);
    expect(() => make('Dense', { units: 1, dtype: 7 })).toThrow(/dtype/);
    expect(() => make('Dense', { units: 1, use_bias: true, useBias: true })).toThrow(/twice/);
    for (const options of [null, 7, 'x', []]) expect(() => new Dense(options as never)).toThrow(ArgumentError);
    expect(() => new Dense(undefined as never)).toThrow(/units/);
  });
});
