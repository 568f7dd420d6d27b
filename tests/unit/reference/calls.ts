// Methods of TensorFlow 1.4's SimpleRNN: making it, calling it, its configuration and states.
import { expect } from '@jest/globals';
import { Input, SimpleRNN, SymbolicTensor, type Tensor } from 'simple-rnn';
import { arrays, expectNear, flat, hold, numbersOf } from '../held.js';
import { type Row, rnn, twice, x } from './rows.js';

export const callMethods: Row[] = [
  ['__init__', 'constructor', () => expect(rnn({ name: 'mine' })).toMatchObject({ units: 4, name: 'mine' })],
  [
    '__call__',
    'apply',
    () => {
      const layer = rnn();
      expect(layer.apply(x).shape).toEqual([2, 4]);
      const state = numbersOf(2, 4);
      expect(arrays(layer.apply(x, { initialState: state }))).not.toEqual(arrays(layer.apply(x)));
      expect(layer.apply(Input({ shape: [null, 2] }))).toBeInstanceOf(SymbolicTensor);
    },
  ],
  [
    '__deepcopy__',
    'clone',
    () => {
      const layer = rnn({ stateful: true, dropout: 0.5, seed: 3, name: 'kept' });
      layer.apply(x);
      const copy = hold(layer.clone());
      expect(copy.getConfig()).toEqual(layer.getConfig());
      expect(arrays(copy.getWeights())).toEqual(arrays(layer.getWeights()));
      expect(arrays(copy.states)).toEqual(arrays(layer.states));
      expect(arrays(copy.apply(x))).toEqual(arrays(layer.apply(x)));
      copy.resetStates();
      expect(layer.states).not.toBe(null);
      const connected = twice().layer;
      expect(hold(connected.clone()).inboundNodes).toEqual([]);
    },
  ],
  [
    'apply',
    'apply',
    () => {
      const layer = rnn({ returnState: true });
      const [output, state] = layer.apply<Tensor[]>(x, {
        mask: [
          [1, 0, 1],
          [1, 1, 1],
        ],
        training: false,
      }) as [Tensor, Tensor];
      expect(output.toArray()).toEqual(state.toArray());
    },
  ],
  [
    'call',
    'call',
    () => {
      const layer = rnn({ returnSequences: true });
      const options = {
        mask: [
          [1, 0, 1],
          [1, 1, 1],
        ],
        training: false,
        initialState: [numbersOf(2, 4)],
      };
      expect(arrays(layer.call(x, options))).toEqual(arrays(layer.apply(x, options)));
    },
  ],
  [
    'compute_mask',
    'computeMask',
    () => {
      const mask = [[1, 0, 1]];
      expect((rnn({ returnSequences: true }).computeMask(x, mask) as Tensor).toArray()).toEqual(mask);
      expect(rnn().computeMask(x, mask)).toBe(null);
      expect(rnn({ returnState: true }).computeMask(x, mask)).toEqual([null, null]);
    },
  ],
  [
    'from_config',
    'fromConfig',
    () => {
      const layer = SimpleRNN.fromConfig({ units: 3, return_sequences: true, name: 'again' });
      expect(layer).toBeInstanceOf(SimpleRNN);
      expect(layer).toMatchObject({ units: 3, returnSequences: true, name: 'again', built: false });
    },
  ],
  [
    'get_config',
    'getConfig',
    () => {
      const config = rnn({ goBackwards: true }).getConfig();
      expect(Object.keys(config).slice(0, 5)).toEqual([
        'name',
        'trainable',
        'dtype',
        'return_sequences',
        'return_state',
      ]);
      expect(SimpleRNN.fromConfig(config).getConfig()).toEqual(config);
    },
  ],
  [
    'get_constants',
    'getConstants',
    () => {
      const layer = rnn({ dropout: 0.5, recurrentDropout: 0.25, seed: 1 });
      expect(layer.getConstants(x)).toEqual([1, 1]);
      const [input, state] = layer.getConstants(x, true) as [Tensor, Tensor];
      expect([input.shape, state.shape]).toEqual([
        [2, 2],
        [2, 4],
      ]);
      expect([...input.data].every((value) => value === 0 || value === 2)).toBe(true);
      expect([...state.data].every((value) => value === 0 || value === Math.fround(1 / 0.75))).toBe(true);
    },
  ],
  [
    'get_initial_state',
    'getInitialState',
    () => {
      expect(arrays(rnn().getInitialState(x))).toEqual([
        [
          [0, 0, 0, 0],
          [0, 0, 0, 0],
        ],
      ]);
      expect(rnn().getInitialState(3)[0]?.shape).toEqual([3, 4]);
    },
  ],
  [
    'preprocess_input',
    'preprocessInput',
    () => {
      const layer = rnn({
        biasInitializer: 'ones',
        returnSequences: true,
        recurrentInitializer: 'zeros',
        activation: null,
      });
      // Without memory and activation the layer is its input projection.
      expectNear(layer.preprocessInput(x), layer.apply(x));
      expect(layer.preprocessInput(x).shape).toEqual([2, 3, 4]);
    },
  ],
  [
    'reset_states',
    'resetStates',
    () => {
      const layer = rnn({ stateful: true, batchInputShape: [2, 3, 2] });
      const first = arrays(layer.apply(x));
      expect(arrays(layer.apply(x))).not.toEqual(first);
      layer.resetStates();
      expect(arrays(layer.apply(x))).toEqual(first);
      layer.resetStates([numbersOf(2, 4)]);
      expect([...(layer.states?.[0]?.data ?? [])]).toEqual([...numbersOf(2, 4).data]);
    },
  ],
  [
    'step',
    'step',
    () => {
      const layer = rnn();
      const [output] = flat(layer.apply(x)) as [Tensor];
      let states = layer.getInitialState(x);
      for (let step = 0; step < 3; step += 1) {
        const data = new Float32Array(
          [0, 1].flatMap((row) => [...x.data.slice(6 * row + 2 * step, 6 * row + 2 * step + 2)]),
        );
        const [now, next] = layer.step({ data, shape: [2, 2] }, states);
        expect(next[0].toArray()).toEqual(now.toArray());
        states = next;
      }
      expectNear(states[0] as Tensor, output);
    },
  ],
];
