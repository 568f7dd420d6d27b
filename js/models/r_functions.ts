import { Bidirectional, type BidirectionalOptions } from '../layers/bidirectional.js';
import type { Cell } from '../layers/cells.js';
import { Layer, type Outputs, type SymbolicOutputs } from '../layers/layer.js';
import type { LayerOptions } from '../layers/layer_options.js';
import { RNN, type RNNOptions } from '../layers/rnn.js';
import { SimpleRNN, type SimpleRNNOptions } from '../layers/simple_rnn.js';
import { SimpleRNNCell, type SimpleRNNCellOptions } from '../layers/simple_rnn_cell.js';
import { StackedRNNCells } from '../layers/stacked_rnn_cells.js';
import { SymbolicTensor } from '../layers/symbolic.js';
import { TimeDistributed, type TimeDistributedOptions } from '../layers/time_distributed.js';
import { show } from '../runtime/check.js';
import { ArgumentError } from '../runtime/errors.js';
import { Tensor, type TensorLike } from '../runtime/tensor.js';
import { Sequential } from './sequential.js';

/**
 * A layer as R's keras3 makes it: given a Sequential it adds the layer and returns the model, given a symbolic tensor, a
 * tensor or arrays it applies the layer, and without an object (or with null) it returns the layer.
 */
export interface LayerFunction<O, L extends Layer> {
  (options: O): L;
  (object: null | undefined, options: O): L;
  (object: Sequential, options: O): Sequential;
  <T extends SymbolicOutputs = SymbolicTensor>(object: SymbolicTensor, options: O): NoInfer<T>;
  <T extends Outputs = Tensor>(object: TensorLike, options: O): NoInfer<T>;
}

// Nothing else has this form: options hold no data.
function isData(value: unknown): boolean {
  if (value instanceof Tensor || value instanceof SymbolicTensor || Array.isArray(value)) return true;
  return value !== null && typeof value === 'object' && 'data' in value && 'shape' in value;
}

// Whether a part of the layer, a cell for instance, was given in the options, and is the caller's.
function holdsGiven(layer: Layer, options: object): boolean {
  const given: readonly unknown[] = Object.values(options).flat();
  return layer.sublayers.some((part) => given.includes(part) || holdsGiven(part, options));
}

function layerFunction<O, L extends Layer>(name: string, type: new (options: O) => L): LayerFunction<O, L> {
  const compose = (...given: readonly unknown[]): unknown => {
    const [object, options] = given.length > 1 || isData(given[0]) ? given : [null, given[0]];
    const layer = new type(options as O);
    if (object === null || object === undefined) return layer;
    if (object instanceof Sequential) {
      object.add(layer);
      return object;
    }
    if (isData(object)) {
      try {
        return layer.apply(object as TensorLike);
      } finally {
        // In a graph the layer lives on; on data nobody else can reach it.
        if (!(object instanceof SymbolicTensor) && !holdsGiven(layer, options as object)) layer.dispose();
      }
    }
    throw new ArgumentError(
      `${name}: \`object\` must be a Sequential model, a symbolic tensor, data or null, received ${object instanceof Layer ? object.owner : show(object)}`,
    );
  };
  return compose as LayerFunction<O, L>;
}

/**
 * R's `layer_simple_rnn`: a {@link SimpleRNN}, added to a model, applied, or alone.
 * Follows https://keras3.posit.co/reference/layer_simple_rnn.html.
 *
 * @example layerSimpleRNN(new Sequential(), { units: 4, inputShape: [10, 8] })
 * @throws {ArgumentError} as the class does, or if `object` is nothing that a layer goes with.
 */
export const layerSimpleRNN: LayerFunction<SimpleRNNOptions, SimpleRNN> = layerFunction('layerSimpleRNN', SimpleRNN);

/**
 * R's `layer_rnn`: an {@link RNN} with any cell, added to a model, applied, or alone.
 * Follows https://keras3.posit.co/reference/layer_rnn.html.
 */
export const layerRNN: LayerFunction<RNNOptions, RNN> = layerFunction('layerRNN', RNN);

/**
 * R's `layer_bidirectional`: a {@link Bidirectional} layer, added to a model, applied, or alone.
 * Follows https://keras3.posit.co/reference/layer_bidirectional.html.
 */
export const layerBidirectional: LayerFunction<BidirectionalOptions, Bidirectional> = layerFunction(
  'layerBidirectional',
  Bidirectional,
);

/**
 * R's `layer_time_distributed`: a {@link TimeDistributed} layer, added to a model, applied, or alone.
 * Follows https://keras3.posit.co/reference/layer_time_distributed.html.
 */
export const layerTimeDistributed: LayerFunction<TimeDistributedOptions, TimeDistributed> = layerFunction(
  'layerTimeDistributed',
  TimeDistributed,
);

/**
 * R's `rnn_cell_simple`: a {@link SimpleRNNCell}.
 * Follows https://keras3.posit.co/reference/rnn_cell_simple.html.
 */
export function rnnCellSimple(options: SimpleRNNCellOptions): SimpleRNNCell {
  return new SimpleRNNCell(options);
}

/**
 * R's `rnn_cells_stack`: cells one on top of the other.
 * Follows https://keras3.posit.co/reference/rnn_cells_stack.html.
 * @param cells First to last.
 * @param options What every layer takes: `name`, `trainable`, …
 */
export function rnnCellsStack(cells: readonly Cell[], options: LayerOptions = {}): StackedRNNCells {
  return new StackedRNNCells({ ...options, cells });
}
