// Methods of TensorFlow 1.4's SimpleRNN: the nodes of a graph.
import { expect } from '@jest/globals';
import { ArgumentError } from 'simple-rnn';
import { type Row, twice } from './rows.js';

export const nodeMethods: Row[] = [
  [
    'get_input_at',
    'getInputAt',
    () => {
      const { layer, inputs } = twice();
      expect([layer.getInputAt(0), layer.getInputAt(1)]).toEqual(inputs);
      expect(() => layer.getInputAt(2)).toThrow(/Asked to get input at node 2, but the layer has only 2 inbound nodes/);
    },
  ],
  [
    'get_input_mask_at',
    'getInputMaskAt',
    () => {
      const { layer, mask } = twice();
      expect(layer.getInputMaskAt(0)).toBe(null);
      expect(layer.getInputMaskAt(1)).toBe(mask);
    },
  ],
  [
    'get_input_shape_at',
    'getInputShapeAt',
    () => {
      const { layer } = twice();
      expect([layer.getInputShapeAt(0), layer.getInputShapeAt(1)]).toEqual([
        [null, 5, 2],
        [null, null, 2],
      ]);
    },
  ],
  [
    'get_output_at',
    'getOutputAt',
    () => {
      const { layer, outputs } = twice();
      expect([layer.getOutputAt(0), layer.getOutputAt(1)]).toEqual(outputs);
      expect(() => layer.getOutputAt(-1)).toThrow(ArgumentError);
    },
  ],
  [
    'get_output_mask_at',
    'getOutputMaskAt',
    () => {
      const { layer, mask } = twice();
      expect([layer.getOutputMaskAt(0), layer.getOutputMaskAt(1)]).toEqual([null, mask]);
    },
  ],
  [
    'get_output_shape_at',
    'getOutputShapeAt',
    () => {
      const { layer } = twice();
      expect([layer.getOutputShapeAt(0), layer.getOutputShapeAt(1)]).toEqual([
        [null, 5, 4],
        [null, null, 4],
      ]);
    },
  ],
];
