// Methods and attributes of tf.keras.layers.SimpleRNNCell.
import { expect } from '@jest/globals';
import { SimpleRNNCell, SymbolicTensor, type Tensor } from 'simple-rnn';
import { arrays, hold, numbersOf } from '../held.js';
import type { Row } from './rows.js';

const input = numbersOf(3, 2);
const state = numbersOf(3, 4);
const cell = (options: object = {}): SimpleRNNCell => hold(new SimpleRNNCell({ units: 4, ...options }));

// A mask is drawn once, kept, and drawn anew after the reset.
const mask = (option: string, get: 'getDropoutMask' | 'getRecurrentDropoutMask', like: typeof input) => () => {
  expect(cell()[get](like)).toBe(null);
  const dropping = cell({ [option]: 0.5, seed: 2 });
  const drawn = dropping[get](like) as Tensor;
  expect(drawn.shape).toEqual(like.shape);
  expect(new Set(drawn.data)).toEqual(new Set([0, 2]));
  expect(dropping[get](like)).toBe(drawn);
};
const reset = (option: string, get: 'getDropoutMask' | 'getRecurrentDropoutMask') => () => {
  const large = numbersOf(16, 16);
  const dropping = hold(new SimpleRNNCell({ units: 16, [option]: 0.5, seed: 2 }));
  const drawn = dropping[get](large);
  dropping[option === 'dropout' ? 'resetDropoutMask' : 'resetRecurrentDropoutMask']();
  expect(dropping[get](large)?.data).not.toEqual(drawn?.data);
};

export const cellMethods: Row[] = [
  ['__init__', 'constructor', () => expect(cell({ name: 'mine' })).toMatchObject({ units: 4, name: 'mine' })],
  [
    'call',
    'call',
    () => {
      const layer = cell();
      const [output, next] = layer.call(input, state);
      expect(output.shape).toEqual([3, 4]);
      expect(arrays(layer.call(input, [state]))).toEqual(arrays([output, [next]]));
      expect(arrays(layer.call(input, state, { training: true }))).toEqual(arrays([output, next]));
    },
  ],
  [
    'from_config',
    'fromConfig',
    () => {
      const config = cell({ useBias: false, seed: 5 }).getConfig();
      const again = SimpleRNNCell.fromConfig(config);
      expect(again).toBeInstanceOf(SimpleRNNCell);
      expect(again.getConfig()).toEqual(config);
    },
  ],
  ['get_dropout_mask', 'getDropoutMask', mask('dropout', 'getDropoutMask', input)],
  [
    'get_initial_state',
    'getInitialState',
    () =>
      expect(arrays(cell().getInitialState(2))).toEqual([
        [
          [0, 0, 0, 0],
          [0, 0, 0, 0],
        ],
      ]),
  ],
  ['get_recurrent_dropout_mask', 'getRecurrentDropoutMask', mask('recurrentDropout', 'getRecurrentDropoutMask', state)],
  ['reset_dropout_mask', 'resetDropoutMask', reset('dropout', 'getDropoutMask')],
  ['reset_recurrent_dropout_mask', 'resetRecurrentDropoutMask', reset('recurrentDropout', 'getRecurrentDropoutMask')],
  [
    'symbolic_call',
    'symbolicCall',
    () => {
      const layer = cell();
      const [output, next] = layer.symbolicCall(symbolic(null, 2), [symbolic(null, 4)]);
      expect([output.shape, (next as SymbolicTensor[])[0]?.shape]).toEqual([
        [null, 4],
        [null, 4],
      ]);
      expect(layer.inboundNodes).toEqual([]);
    },
  ],
];

const symbolic = (...shape: (number | null)[]) => new SymbolicTensor(shape);

export const cellAttributes: Row[] = [
  [
    'input',
    'input',
    () => {
      const layer = cell();
      layer.call(input, state);
      layer.call(numbersOf(1, 2), numbersOf(1, 4));
      expect((layer.input as Tensor).shape).toEqual([3, 2]);
      expect(() => cell().input).toThrow(/is not connected, no input to return/);
    },
  ],
  [
    'output',
    'output',
    () => {
      const layer = cell();
      const [output] = layer.call(input, state);
      layer.call(numbersOf(1, 2), numbersOf(1, 4));
      expect(layer.output).toBe(output);
      expect(() => cell().output).toThrow(/is not connected, no output to return/);
    },
  ],
];
