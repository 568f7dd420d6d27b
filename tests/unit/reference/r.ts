// R's layer_simple_rnn: what the first argument, `object`, may be.
import { expect } from '@jest/globals';
import { Input, layerSimpleRNN, Sequential, SimpleRNN, SymbolicTensor, tensor } from 'simple-rnn';
import { hold, numbersOf } from '../held.js';
import type { Row } from './rows.js';

export const rFunction: Row[] = [
  [
    'object missing',
    'layerSimpleRNN(options)',
    () => {
      const layer = layerSimpleRNN({ units: 4 });
      expect(layer).toBeInstanceOf(SimpleRNN);
      expect(layer.built).toBe(false);
    },
  ],
  [
    'object keras_model_sequential()',
    'a Sequential is added to and returned',
    () => {
      const model = hold(new Sequential());
      expect(layerSimpleRNN(model, { units: 4, inputShape: [3, 2] })).toBe(model);
      expect(model.predict(numbersOf(2, 3, 2)).shape).toEqual([2, 4]);
    },
  ],
  [
    'object keras_input()',
    'a symbolic tensor is applied to',
    () => {
      const output = layerSimpleRNN(Input({ shape: [null, 2] }), { units: 4 });
      expect(output).toBeInstanceOf(SymbolicTensor);
      expect((output as SymbolicTensor).shape).toEqual([null, 4]);
      hold((output as SymbolicTensor).node?.layer as never);
    },
  ],
  [
    'object tensor or array',
    'numbers are applied to',
    () => {
      expect(layerSimpleRNN(tensor([[[1, 2]]]), { units: 4 }).shape).toEqual([1, 4]);
      expect(layerSimpleRNN([[[1, 2]]], { units: 4 }).shape).toEqual([1, 4]);
    },
  ],
];
