import { Embedding } from '../layers/embedding.js';
import { InputLayer } from '../layers/input_layer.js';
import { Layer } from '../layers/layer.js';
import { disconnect, type Node, SymbolicTensor } from '../layers/symbolic.js';
import { type Shape, show, showShape } from '../runtime/check.js';
import { ArgumentError } from '../runtime/errors.js';
import { BaseModel } from './model.js';

/** The model that a list of layers belongs to, for messages and paths. */
export interface ListOwner {
  name: string;
  /** Class and name, as `Sequential 'm'`. */
  owner: string;
  trainable: boolean;
  /** Prefix of the paths of the weights. */
  scope: string;
}

/** Symbolic tensors of a list: the input, then the output of each layer. */
export type Tensors = readonly (SymbolicTensor | readonly SymbolicTensor[])[];

/** What an InputLayer made for this first layer holds. */
export function inputDtype(layer: Layer): string {
  return layer instanceof Embedding ? 'int32' : 'float32';
}

/**
 * The list with one more layer, checked as Keras does. An InputLayer is put before a first layer that knows its
 * input shape.
 */
export function extended({ name, owner }: ListOwner, layers: readonly Layer[], given: unknown): Layer[] {
  const layer = given instanceof SymbolicTensor && given.node?.layer instanceof InputLayer ? given.node.layer : given;
  if (!(layer instanceof Layer)) {
    throw new ArgumentError(
      `${owner}: layers: Only instances of \`keras.Layer\` can be added to a Sequential model. Received: ${show(layer)}`,
    );
  }
  layer.alive();
  const [first] = layers;
  if (layer instanceof InputLayer && first instanceof InputLayer) {
    throw new ArgumentError(
      `${owner}: layers: Sequential model '${name}' has already been configured to use input shape ` +
        `${showShape(first.batchShape)}. You cannot add a different Input layer to it.`,
    );
  }
  if (layer instanceof InputLayer && first !== undefined) {
    throw new ArgumentError(`${owner}: layers: an InputLayer can only come first, '${layer.name}' does not`);
  }
  if (layers.some((each) => each.name === layer.name)) {
    throw new ArgumentError(
      `${owner}: layers: All layers added to a Sequential model should have unique names. Name '${layer.name}' ` +
        'is already the name of a layer in this model. Update the `name` argument to pass a unique name.',
    );
  }
  if (first === undefined && layer.batchInputShape !== null) {
    return [new InputLayer({ batchShape: layer.batchInputShape, dtype: inputDtype(layer) }), layer];
  }
  // A model knows its input shape too.
  const shapes = layers.length === 1 && first instanceof BaseModel ? first.inputShapes : null;
  if (shapes?.length === 1) return [new InputLayer({ batchShape: shapes[0] as Shape }), ...layers, layer];
  return [...layers, layer];
}

function nodeOf(tensor: SymbolicTensor | readonly SymbolicTensor[] | undefined): Node {
  const [first] = [tensor].flat() as SymbolicTensor[];
  return first?.node as Node;
}

/**
 * Applies each layer to the output of the one before it, which builds it; the first `kept` tensors are there already.
 * On an error none of the fresh layers stays built or connected.
 */
export function connectAll(list: ListOwner, layers: readonly Layer[], kept: Tensors): Tensors {
  const tensors = [...kept];
  const fresh: Layer[] = [];
  try {
    for (const layer of layers.slice(kept.length)) {
      if (layer instanceof InputLayer) {
        tensors.push(layer.output as SymbolicTensor);
        continue;
      }
      const before = tensors.at(-1) as SymbolicTensor | readonly SymbolicTensor[];
      if (Array.isArray(before)) {
        throw new ArgumentError(
          `${list.owner}: layers: Layer "${layer.name}" expects 1 input(s), but it received ${before.length} input tensors. ` +
            'A layer with several outputs can only come last.',
        );
      }
      if (!layer.built) {
        fresh.push(layer);
        layer.scope = `${list.scope}${list.name}/`;
        if (!list.trainable) layer.trainable = false;
      }
      tensors.push(layer.apply(before as SymbolicTensor));
    }
    return tensors;
  } catch (error) {
    disconnectFrom(layers, tensors, kept.length);
    for (const layer of fresh) layer.unbuild();
    throw error;
  }
}

/** Takes the applications from a place on out of the graph. */
export function disconnectFrom(layers: readonly Layer[], tensors: Tensors, start: number): void {
  for (let index = tensors.length - 1; index >= start; index -= 1) {
    if (!(layers[index] instanceof InputLayer)) disconnect(nodeOf(tensors[index]));
  }
}
