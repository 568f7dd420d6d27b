import { InputLayer, type InputLayerOptions } from './input_layer.js';
import type { SymbolicTensor } from './symbolic.js';

/**
 * The beginning of a graph: a symbolic tensor for layers to be applied to.
 * Follows https://keras.io/api/layers/core_layers/input/.
 * @param options `shape` of one row (null for a length that varies), or `batchShape` with the batch size.
 * @throws {ArgumentError} {ShapeError} if neither is there, or a size is none.
 *
 * @example Input({ shape: [null, 8] })
 */
export function Input(options: InputLayerOptions): SymbolicTensor {
  return new InputLayer(options).output as SymbolicTensor;
}
