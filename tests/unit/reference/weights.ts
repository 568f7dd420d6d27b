// Methods of TensorFlow 1.4's SimpleRNN: weights, losses, updates.
import { expect } from '@jest/globals';
import { ArgumentError, Input, initializers, tensor } from 'simple-rnn';
import { type Row, rnn, x } from './rows.js';

export const weightMethods: Row[] = [
  [
    'add_loss',
    'addLoss',
    () => {
      const layer = rnn();
      layer.addLoss(2.5);
      layer.addLoss(1, { inputs: x });
      expect(layer.losses).toEqual([2.5, 1]);
      expect(() => layer.addLoss('2' as never)).toThrow(ArgumentError);
    },
  ],
  [
    'add_update',
    'addUpdate',
    () => {
      const layer = rnn({ name: 'u' });
      layer.build([null, null, 2]);
      const update = [layer.weights[0], tensor([[1, 2]])];
      layer.addUpdate([update, update]);
      expect(layer.updates).toEqual([update, update]);
    },
  ],
  [
    'add_variable',
    'addVariable',
    () => {
      const layer = rnn();
      const made = layer.addVariable({ name: 'scale', shape: [2], initializer: 'ones', trainable: false });
      expect(made).toMatchObject({ name: 'scale', shape: [2], trainable: false, dtype: 'float32' });
      expect(made.read().toArray()).toEqual([1, 1]);
      expect(layer.addVariable({ name: 'scale', shape: [2] })).toBe(made);
      expect(layer.addVariable({ name: 'other' })).not.toBe(made);
    },
  ],
  [
    'add_weight',
    'addWeight',
    () => {
      const layer = rnn();
      const made = layer.addWeight({
        name: 'extra',
        shape: [2, 3],
        initializer: initializers.constant({ value: 7 }),
        regularizer: 'l2',
        constraint: 'non_neg',
      });
      expect(made).toMatchObject({ name: 'extra', shape: [2, 3], trainable: true });
      expect([made.regularizer?.className, made.constraint?.className]).toEqual(['L2', 'NonNeg']);
      expect(made.read().toArray()).toEqual([
        [7, 7, 7],
        [7, 7, 7],
      ]);
      expect(layer.weights).toContain(made);
    },
  ],
  [
    'build',
    'build',
    () => {
      const layer = rnn();
      expect(layer.built).toBe(false);
      layer.build([null, 3, 2]);
      expect([layer.built, layer.weights.length]).toEqual([true, 3]);
    },
  ],
  [
    'count_params',
    'countParams',
    () => {
      const layer = rnn();
      expect(() => layer.countParams()).toThrow(
        /You tried to call `count_params` on layer 'simple_rnn.*', but the layer isn't built/,
      );
      layer.build([null, null, 2]);
      expect(layer.countParams()).toBe(4 * (2 + 4 + 1));
    },
  ],
  [
    'get_losses_for',
    'getLossesFor',
    () => {
      const layer = rnn({ kernelRegularizer: 'l2', activityRegularizer: 'l1' });
      const input = tensor([[[1, 2]]]);
      const output = layer.apply(input);
      const l1 = 0.01 * output.data.reduce((sum, value) => sum + Math.abs(value), 0);
      expect(layer.getLossesFor(input)).toEqual([expect.closeTo(l1, 6)]);
      const kernel = layer.weights[0]?.read().data.reduce((sum, value) => sum + value * value, 0) as number;
      expect(layer.getLossesFor()).toEqual([expect.closeTo(0.01 * kernel, 6)]);
      expect(layer.getLossesFor(tensor([[[1, 2]]]))).toEqual([]);
    },
  ],
  [
    'get_updates_for',
    'getUpdatesFor',
    () => {
      const layer = rnn();
      const [a, b] = [Input({ shape: [2, 2] }), Input({ shape: [2, 2] })];
      layer.addUpdate(['for a', 1], a);
      layer.addUpdate(
        [
          ['for both', 2],
          ['too', 3],
        ],
        [a, b],
      );
      layer.addUpdate(['always', 4]);
      expect(layer.getUpdatesFor(a)).toEqual([
        ['for a', 1],
        ['for both', 2],
        ['too', 3],
      ]);
      expect(layer.getUpdatesFor([b])).toEqual([
        ['for both', 2],
        ['too', 3],
      ]);
      expect(layer.getUpdatesFor()).toEqual([['always', 4]]);
    },
  ],
  [
    'get_weights',
    'getWeights',
    () => {
      const layer = rnn();
      expect(layer.getWeights()).toEqual([]);
      layer.build([null, null, 2]);
      expect(layer.getWeights().map(({ shape }) => shape)).toEqual([[2, 4], [4, 4], [4]]);
    },
  ],
  [
    'set_weights',
    'setWeights',
    () => {
      const layer = rnn({ units: 1, activation: 'linear' });
      layer.build([null, null, 2]);
      layer.setWeights([[[1], [10]], [[0.5]], [100]]);
      expect(
        layer
          .apply([
            [
              [1, 2],
              [3, 4],
            ],
          ])
          .toArray(),
      ).toEqual([[143 + 0.5 * 121]]);
      expect(() => layer.setWeights([[[1], [10]]])).toThrow(
        /weight list of length 1, but the layer was expecting 3 weights/,
      );
    },
  ],
];
