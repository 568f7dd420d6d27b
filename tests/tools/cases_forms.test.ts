// Forms of cases that the runner knows and that the files in tests/fixtures do not use. The numbers are those of the
// test suites of Keras and TensorFlow.js.
import { expect, test } from '@jest/globals';
import { judge } from '../cases/judge.mjs';

const spec = (name: string, config: object = {}) => ({ class_name: name, config });
const filled = (shape: number[], value: number): unknown => {
  const [size, ...rest] = shape;
  return size === undefined ? value : Array.from({ length: size }, () => filled(rest, value));
};
const dense = spec('Dense', { units: 5 });
const meanCell = spec('RNN', { cell: spec('MeanCell', { state_size: [4, 5] }), return_state: true });
const tfjs = { source: { repo: 'tensorflow/tfjs' } };

const cases: { kind: string; config: object; [key: string]: unknown }[] = [
  {
    id: 'a layer of a test, with a mask',
    kind: 'time_distributed_forward',
    applies: 'needs_custom_layer',
    config: spec('TimeDistributed', { layer: spec('MaskedDense', { units: 1 }) }),
    inputs: {
      x: [
        [
          [0, 1, 2, 3],
          [4, 5, 6, 7],
        ],
      ],
      mask: [[false, true]],
    },
    weights: { kernel: filled([4, 1], 0.01) },
    expected: { output: [[[0], [0.22]]] },
  },
  {
    id: 'a model in a wrapper, weights from initializers',
    kind: 'time_distributed_forward',
    config: spec('TimeDistributed', {
      layer: spec('Sequential', {
        layers: [spec('Dense', { units: 3, activation: 'softmax', kernel_initializer: 'ones' })],
      }),
    }),
    inputs: { x: filled([1, 2, 5], 1) },
    expected: { output: filled([1, 2, 3], 1 / 3) },
  },
  {
    id: 'a list of one state size',
    kind: 'layer_shape',
    config: spec('RNN', { cell: spec('OneStateRNNCell', { units: 5, state_size: [5] }) }),
    inputs: { x_shape: [3, 2, 4] },
    expected: { output_shape: [3, 5], num_trainable_weights: 2, num_non_trainable_weights: 0 },
  },
  {
    id: 'steps of two axes, states of two widths',
    kind: 'rnn_function',
    config: spec('MeanCell'),
    inputs: { x: [[[[1], [2]]], [[[10], [20]]]], initial_states: [filled([2, 4], 0), filled([2, 3], 1)] },
    expected: {
      last_output: filled([2, 4], -8.25),
      outputs: filled([2, 1, 4], -8.25),
      states: [filled([2, 4], 8.25), filled([2, 3], 9.25)],
    },
  },
  {
    id: 'indices of one axis',
    kind: 'layer_forward',
    config: spec('Embedding', { input_dim: 3, output_dim: 1 }),
    inputs: { x: [2, 1, 0] },
    weights: { embeddings: [[0], [2], [3]] },
    expected: { output: [[3], [2], [0]] },
  },
  {
    id: 'several inputs',
    kind: 'layer_forward',
    config: spec('Add'),
    inputs: { x: [[[1, 2]], [[3, 4]]], several: true },
    expected: { output: [[4, 6]] },
  },
  {
    id: 'masks of several outputs',
    kind: 'compute_mask_of_output',
    config: spec('SimpleRNN', { units: 5, return_sequences: true, return_state: true }),
    inputs: { x_shape: [1, 2, 2], mask: [[true, false]] },
    expected: { mask: [[[true, false]], null] },
  },
  {
    id: 'a mask that does not fit',
    kind: 'mask_shape_check',
    config: spec('TimeDistributed', { layer: dense }),
    inputs: { x_shape: [4, 5, 3], mask_shape: [4, 6] },
    expected: { error_type: 'ValueError', message_regex: 'incompatible with the input shape' },
  },
  {
    id: 'statistics',
    kind: 'initializer_property',
    config: spec('VarianceScaling', { scale: 2, mode: 'fan_out', seed: 1234 }),
    inputs: { shape: [25, 20] },
    expected: { std: 0.316, mean_lt: 0.1, mean_gt: -0.1, shape: [25, 20] },
    tolerance: { rtol: 0, atol: 0.1 },
  },
  {
    id: 'bounds',
    kind: 'constraint_property',
    config: spec('MinMaxNorm', { min_value: 0.2, max_value: 0.5 }),
    inputs: {
      w: [
        [1, 0.1],
        [2, 0.3],
      ],
    },
    expected: { column_norms_ge: 0.2, column_norms_le: 0.5 },
  },
  {
    id: 'an array as initializer',
    kind: 'initializer_value',
    config: { module: 'initializers', identifier: [[1, 2]] },
    inputs: { shape: [1, 2] },
    expected: { value: [[1, 2]] },
  },
  {
    id: 'an array as initializer of another shape',
    kind: 'error',
    config: { module: 'initializers', identifier: [[1, 2]], requested_shape: [10, 10] },
    expected: { error_type: 'ValueError', message_regex: 'Expected `shape` to be' },
  },
  {
    id: 'a look-up of nothing',
    kind: 'identifier',
    config: { module: 'constraints', identifier: null },
    expected: { resolves_to: null },
  },
  {
    id: 'a regularizer called',
    kind: 'error',
    config: spec('OrthogonalRegularizer', { factor: 0.1 }),
    inputs: { x_shape: [4, 4, 4] },
    expected: { error_type: 'ValueError', message: 'Inputs to OrthogonalRegularizer must have rank 2.' },
  },
  {
    id: 'too few states, in words of TensorFlow.js',
    kind: 'error',
    config: meanCell,
    inputs: { x: filled([2, 3, 2], 1), initial_state: [filled([2, 4], 1)] },
    expected: { error_type: 'ValueError', message_regex: 'An initialState was passed that is not compatible with' },
    ...tfjs,
  },
  {
    id: 'a model as a list of layers',
    kind: 'error',
    config: { model: [spec('SimpleRNN', { units: 5, stateful: true })], input_shape: [3, 2] },
    expected: { error_type: 'Error', message_regex: 'needs to know its batch size' },
    ...tfjs,
  },
  {
    id: 'targets of another shape, for a model as a list of layers',
    kind: 'error',
    config: {
      model: [spec('SimpleRNN', { units: 3 }), spec('Dense', { units: 2 })],
      input_shape: [4, 3],
      loss: 'categorical_crossentropy',
      y_shape: [2, 5],
    },
    expected: { error_type: 'Error', message_regex: 'to have shape' },
    ...tfjs,
  },
  {
    id: 'a training that begins with steps of its own',
    kind: 'train',
    config: {
      model: [spec('Dense', { units: 1, use_bias: false, kernel_initializer: 'ones' })],
      input_shape: [1],
      optimizer: spec('SGD', { learning_rate: 0.25 }),
      loss: 'mse',
      metrics: ['mae'],
      fit: { epochs: 2, batch_size: 1 },
      before_fit: ['predict', 'reset_state'],
    },
    inputs: { x: [[1]], y: [[3]], sample_weight: [1] },
    expected: {
      history: { loss: [4, 1], mae: [2, 1] },
      weights: [[[2.5]]],
      optimizer_iterations: 2,
      loss_at_least: 1,
    },
  },
  {
    id: 'a callback that finds its direction',
    kind: 'monitor_direction',
    config: { mode: 'auto', monitor: 'val_accuracy', metrics: ['accuracy'] },
    expected: { direction: 'max' },
  },
  {
    id: 'a learning rate',
    kind: 'lr_schedule',
    config: spec('ExponentialDecay', { initial_learning_rate: 1, decay_steps: 1, decay_rate: 0.5 }),
    inputs: { steps: [0, 1, 2] },
    expected: { lr: [1, 0.5, 0.25] },
  },
];

test.each(cases.map((each) => [each.id as string, each] as const))('%s', async (_, each) => {
  const tolerance = { rtol: 1e-6, atol: 1e-6 };
  expect(await judge({ applies: 'in_scope', tolerance, ...each })).toEqual({ verdict: 'passed' });
});
