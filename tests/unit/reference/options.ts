// Arguments of the constructors: TensorFlow 1.4's SimpleRNN, SimpleRNNCell of today, and R's layer_simple_rnn.
import { expect } from '@jest/globals';
import { type SimpleRNN, type Tensor, tensor } from 'simple-rnn';
import { arrays, expectNear, flat, numbersOf } from '../held.js';
import { type Row, rnn, x } from './rows.js';

function built(options: object): SimpleRNN {
  const layer = rnn(options);
  layer.build([null, null, 2]);
  return layer;
}
const allOf = (layer: SimpleRNN, weight: number) => [...new Set(layer.getWeights()[weight]?.data)];
const squares = ({ data }: Tensor) => data.reduce((sum, value) => sum + value * value, 0);
const total = (losses: number[]) => losses.reduce((sum, value) => sum + value, 0);

// A penalty on one of the weights: it is kept, and counts.
const penalty = (option: string, weight: number) => () => {
  const layer = built({ [option]: 'l2', biasInitializer: 'ones' });
  expect(layer[option as 'kernelRegularizer']?.className).toBe('L2');
  expect(total(layer.losses)).toBeCloseTo(0.01 * squares(layer.getWeights()[weight] as Tensor), 6);
  expect(rnn()[option as 'kernelRegularizer']).toBe(null);
};

// A rule for one of the weights: it is kept, and does not touch the first values.
const rule = (option: string, weight: number) => () => {
  const layer = built({ [option]: 'non_neg', kernelInitializer: 'ones' });
  expect(layer[option as 'kernelConstraint']?.className).toBe('NonNeg');
  expect(layer.weights[weight]?.constraint?.className).toBe('NonNeg');
  expect(rnn()[option as 'kernelConstraint']).toBe(null);
};

// A linear unit that adds up what it is given.
const sum = { units: 1, activation: null, kernelInitializer: 'ones', recurrentInitializer: 'ones' };
const ones = { data: new Float32Array(8).fill(1), shape: [1, 4, 2] };

/** Those of the cell too, under the same names. */
export const cellOptions: Row[] = [
  ['units', 'units', () => expect(rnn({ units: 7 }).apply(x).shape).toEqual([2, 7])],
  [
    'activation',
    'activation',
    () => {
      expect([rnn().activation, rnn({ activation: null }).activation]).toEqual(['tanh', 'linear']);
      expect(
        rnn({ ...sum, activation: 'relu', kernelInitializer: { class_name: 'Constant', config: { value: -1 } } })
          .apply(ones)
          .toArray(),
      ).toEqual([[0]]);
    },
  ],
  [
    'use_bias',
    'useBias',
    () => expect([built({}).weights.length, built({ useBias: false }).weights.length]).toEqual([3, 2]),
  ],
  [
    'kernel_initializer',
    'kernelInitializer',
    () => {
      expect(allOf(built({ kernelInitializer: 'ones' }), 0)).toEqual([1]);
      expect(rnn().kernelInitializer.className).toBe('GlorotUniform');
    },
  ],
  [
    'recurrent_initializer',
    'recurrentInitializer',
    () => {
      expect(allOf(built({ recurrentInitializer: 'ones' }), 1)).toEqual([1]);
      expect(rnn().recurrentInitializer.className).toBe('Orthogonal');
    },
  ],
  [
    'bias_initializer',
    'biasInitializer',
    () => {
      expect(allOf(built({ biasInitializer: 'ones' }), 2)).toEqual([1]);
      expect(allOf(built({}), 2)).toEqual([0]);
    },
  ],
  ['kernel_regularizer', 'kernelRegularizer', penalty('kernelRegularizer', 0)],
  ['recurrent_regularizer', 'recurrentRegularizer', penalty('recurrentRegularizer', 1)],
  ['bias_regularizer', 'biasRegularizer', penalty('biasRegularizer', 2)],
  ['kernel_constraint', 'kernelConstraint', rule('kernelConstraint', 0)],
  ['recurrent_constraint', 'recurrentConstraint', rule('recurrentConstraint', 1)],
  ['bias_constraint', 'biasConstraint', rule('biasConstraint', 2)],
  [
    'dropout',
    'dropout',
    () => {
      const layer = rnn({ ...sum, dropout: 1 });
      expect([layer.dropout, rnn().dropout]).toEqual([1, 0]);
      expect(layer.apply(ones, { training: true }).toArray()).toEqual([[0]]);
      expect(layer.apply(ones).toArray()).toEqual([[8]]);
    },
  ],
  [
    'recurrent_dropout',
    'recurrentDropout',
    () => {
      const layer = rnn({ ...sum, recurrentDropout: 1 });
      expect(layer.recurrentDropout).toBe(1);
      expect(layer.apply(ones, { training: true }).toArray()).toEqual([[2]]);
    },
  ],
];

/** Of the layer alone. */
export const layerOptions: Row[] = [
  [
    'activity_regularizer',
    'activityRegularizer',
    () => {
      const layer = rnn({ activityRegularizer: 'l2' });
      const output = layer.apply(x);
      expect(layer.losses).toEqual([expect.closeTo((0.01 * squares(output)) / 2, 6)]);
    },
  ],
];

/** Of R's function and of Keras 3. */
export const laterOptions: Row[] = [
  [
    'return_sequences',
    'returnSequences',
    () => {
      const [last, all] = [rnn(), rnn({ returnSequences: true })];
      last.build([null, null, 2]);
      all.build([null, null, 2]);
      all.setWeights(last.getWeights());
      const sequence = all.apply(x);
      expect(sequence.shape).toEqual([2, 3, 4]);
      const ends = [sequence.data.slice(8, 12), sequence.data.slice(20, 24)].flatMap((each) => [...each]);
      expectNear(last.apply(x), tensor(Float32Array.from(ends), [2, 4]));
    },
  ],
  [
    'return_state',
    'returnState',
    () => {
      const [output, state] = arrays(rnn({ returnState: true }).apply(x));
      expect(state).toEqual(output);
    },
  ],
  [
    'go_backwards',
    'goBackwards',
    () => {
      const layer = rnn({ ...sum, goBackwards: true, returnSequences: true });
      expect(
        layer
          .apply([
            [
              [1, 0],
              [2, 0],
              [4, 0],
            ],
          ])
          .toArray(),
      ).toEqual([[[4], [6], [7]]]);
    },
  ],
  [
    'stateful',
    'stateful',
    () => {
      const layer = rnn({ ...sum, stateful: true });
      expect(arrays([layer.apply(ones), layer.apply(ones)])).toEqual([[[8]], [[16]]]);
    },
  ],
  [
    'unroll',
    'unroll',
    () => {
      const [rolled, unrolled] = [rnn(), rnn({ unroll: true })];
      rolled.build([null, null, 2]);
      unrolled.build([null, null, 2]);
      unrolled.setWeights(rolled.getWeights());
      expect(arrays(unrolled.apply(x))).toEqual(arrays(rolled.apply(x)));
      expect(unrolled.getConfig().unroll).toBe(true);
    },
  ],
];

/** Of a call. */
export const callOptions: Row[] = [
  ['sequence', 'the first argument of apply', () => expect(rnn(sum).apply(ones).toArray()).toEqual([[8]])],
  [
    'mask',
    'the option mask of apply',
    () =>
      expect(
        rnn(sum)
          .apply(ones, { mask: [[true, false, false, true]] })
          .toArray(),
      ).toEqual([[4]]),
  ],
  [
    'training',
    'the option training of apply',
    () => {
      const layer = rnn({ dropout: 0.5, seed: 4 });
      const plain = arrays(layer.apply(x, { training: false }));
      expect(arrays(layer.apply(x))).toEqual(plain);
      expect(arrays(layer.apply(x, { training: true }))).not.toEqual(plain);
    },
  ],
  [
    'initial_state',
    'the option initialState of apply',
    () => {
      const layer = rnn({ ...sum, units: 2 });
      expect(flat(layer.apply(numbersOf(1, 1, 2), { initialState: [[[10, 20]]] }))[0]?.data[0]).toBeGreaterThan(28);
    },
  ],
];
