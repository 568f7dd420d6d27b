// Properties of TensorFlow 1.4's SimpleRNN.
import { expect } from '@jest/globals';
import { ArgumentError, Dense, Input, regularizers, type SimpleRNN, type Tensor } from 'simple-rnn';
import { hold } from '../held.js';
import { type Row, rnn, twice, x } from './rows.js';

// A property that only a layer with exactly one node has.
function ofOneNode(property: keyof SimpleRNN, what: string, check: (value: unknown, layer: SimpleRNN) => void) {
  return () => {
    const layer = rnn({ returnSequences: true });
    expect(() => layer[property]).toThrow(new RegExp(`is not connected, no ${what} to return`));
    layer.apply(Input({ shape: [5, 2] }));
    check(layer[property], layer);
    expect(() => twice().layer[property]).toThrow(ArgumentError);
    expect(() => twice().layer[property]).toThrow(/has multiple inbound nodes, hence the notion of .* is ill-defined/);
  };
}

function frozenOrNot() {
  const layer = rnn();
  layer.build([null, null, 2]);
  layer.addWeight({ name: 'fixed', trainable: false });
  return layer;
}
const names = (weights: readonly { name: string }[]) => weights.map(({ name }) => name);

const trainable = ['kernel', 'recurrent_kernel', 'bias'];

export const properties: Row[] = [
  [
    'activity_regularizer',
    'activityRegularizer',
    () => {
      expect(rnn().activityRegularizer).toBe(null);
      expect(rnn({ activityRegularizer: regularizers.l1({ l1: 2 }) }).activityRegularizer?.className).toBe('L1');
    },
  ],
  ['dtype', 'dtype', () => expect(rnn().dtype).toBe('float32')],
  [
    'graph',
    'graph',
    () => {
      const layer = rnn();
      expect(layer.graph).toEqual([]);
      const dense = hold(new Dense({ units: 1 }));
      dense.apply(layer.apply(Input({ shape: [5, 2] })));
      expect(layer.graph.map((node) => node.layer)).toEqual([layer, dense]);
    },
  ],
  ['input', 'input', ofOneNode('input', 'input', (value, layer) => expect(value).toBe(layer.getInputAt(0)))],
  [
    'input_mask',
    'inputMask',
    () => {
      ofOneNode('inputMask', 'input mask', (value) => expect(value).toBe(null))();
      const [sequence, mask, state] = [Input({ shape: [5, 2] }), Input({ shape: [5] }), Input({ shape: [4] })];
      const layer = rnn();
      layer.apply(sequence, { mask, initialState: state });
      expect(layer.inputMask).toEqual([mask, null]);
    },
  ],
  [
    'input_shape',
    'inputShape',
    () => {
      const layer = rnn();
      expect(() => layer.inputShape).toThrow(/has no defined input shape/);
      layer.apply(Input({ shape: [5, 2] }));
      layer.apply(Input({ shape: [5, 2] }));
      expect(layer.inputShape).toEqual([null, 5, 2]);
      layer.apply(Input({ shape: [6, 2] }));
      expect(() => layer.inputShape).toThrow(/different input shapes/);
    },
  ],
  [
    'losses',
    'losses',
    () => {
      const layer = rnn({ kernelRegularizer: 'l2', activityRegularizer: 'l2' });
      expect(layer.losses).toEqual([]);
      const { data } = layer.apply(x) as Tensor;
      const kernel = layer.weights[0]?.read().data as Float32Array;
      const squares = (values: Float32Array) => values.reduce((sum, value) => sum + value * value, 0);
      expect(layer.losses).toEqual([
        expect.closeTo((0.01 * squares(data)) / 2, 6),
        expect.closeTo(0.01 * squares(kernel), 6),
      ]);
    },
  ],
  [
    'name',
    'name',
    () => {
      expect(rnn().name).toMatch(/^simple_rnn(_\d+)?$/);
      expect(rnn({ name: 'own' }).name).toBe('own');
    },
  ],
  [
    'non_trainable_variables',
    'nonTrainableVariables',
    () => expect(names(frozenOrNot().nonTrainableVariables)).toEqual(['fixed']),
  ],
  [
    'non_trainable_weights',
    'nonTrainableWeights',
    () => {
      const layer = frozenOrNot();
      expect(names(layer.nonTrainableWeights)).toEqual(['fixed']);
      layer.trainable = false;
      expect(layer.nonTrainableWeights).toEqual(layer.weights);
    },
  ],
  ['output', 'output', ofOneNode('output', 'output', (value, layer) => expect(value).toBe(layer.getOutputAt(0)))],
  [
    'output_mask',
    'outputMask',
    () => {
      ofOneNode('outputMask', 'output mask', (value) => expect(value).toBe(null))();
      const mask = Input({ shape: [5] });
      const layer = rnn({ returnSequences: true, returnState: true });
      layer.apply(Input({ shape: [5, 2] }), { mask });
      expect(layer.outputMask).toEqual([mask, null]);
    },
  ],
  [
    'output_shape',
    'outputShape',
    () => {
      const layer = rnn({ returnState: true });
      expect(() => layer.outputShape).toThrow(/has no defined output shape/);
      layer.apply(Input({ shape: [5, 2] }));
      layer.apply(Input({ shape: [7, 2] }));
      expect(layer.outputShape).toEqual([
        [null, 4],
        [null, 4],
      ]);
      expect(() => twice().layer.outputShape).toThrow(/different output shapes/);
    },
  ],
  [
    'scope_name',
    'scopeName',
    () => {
      const layer = rnn({ name: 'scoped' });
      layer.build([null, null, 2]);
      expect(layer.scopeName).toBe('scoped');
      expect(layer.weights.every(({ path }) => path.startsWith('scoped/simple_rnn_cell/'))).toBe(true);
    },
  ],
  [
    'trainable_variables',
    'trainableVariables',
    () => expect(names(frozenOrNot().trainableVariables)).toEqual(trainable),
  ],
  [
    'trainable_weights',
    'trainableWeights',
    () => {
      const layer = frozenOrNot();
      expect(names(layer.trainableWeights)).toEqual(trainable);
      layer.trainable = false;
      expect(layer.trainableWeights).toEqual([]);
    },
  ],
  [
    'updates',
    'updates',
    () => {
      const layer = rnn();
      expect(layer.updates).toEqual([]);
      layer.addUpdate(['weight', 1]);
      expect(layer.updates).toEqual([['weight', 1]]);
    },
  ],
  [
    'variables',
    'variables',
    () => {
      const layer = frozenOrNot();
      expect(layer.variables).toEqual(layer.weights);
    },
  ],
  [
    'weights',
    'weights',
    () => {
      expect(rnn().weights).toEqual([]);
      const layer = frozenOrNot();
      expect(names(layer.weights)).toEqual(['fixed', ...trainable]);
      expect(layer.weights[1]?.read().shape).toEqual([2, 4]);
      layer.weights[3]?.write([1, 2, 3, 4]);
      expect(layer.getWeights()[3]?.toArray()).toEqual([1, 2, 3, 4]);
    },
  ],
];
