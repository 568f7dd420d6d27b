import { Embedding } from '../layers/embedding.js';
import { InputLayer } from '../layers/input_layer.js';
import { Layer } from '../layers/layer.js';
import { type Shape, show, showShape } from '../runtime/check.js';
import { ArgumentError } from '../runtime/errors.js';

/** The model that a list of layers belongs to, for messages and paths. */
export interface ListOwner {
  name: string;
  /** Class and name, as `Sequential 'm'`. */
  owner: string;
}

/** What an InputLayer made for this first layer holds. */
export function inputDtype(layer: Layer): string {
  return layer instanceof Embedding ? 'int32' : 'float32';
}

/**
 * The list with one more layer, checked as Keras does. An InputLayer is put before a first layer that knows its
 * input shape.
 */
export function extended({ name, owner }: ListOwner, layers: readonly Layer[], layer: unknown): Layer[] {
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
  return [...layers, layer];
}

/** The input shape of every layer and, last, the output shape (a list where the last layer has several outputs). */
export function shapesThrough(
  { owner }: ListOwner,
  layers: readonly Layer[],
  inputShape: Shape,
): readonly (Shape | Shape[])[] {
  const shapes: (Shape | Shape[])[] = [inputShape];
  for (const layer of layers) {
    const shape = shapes.at(-1) as Shape | Shape[];
    if (Array.isArray(shape[0])) {
      throw new ArgumentError(
        `${owner}: layers: Layer "${layer.name}" expects 1 input(s), but it received ${shape.length} input tensors. ` +
          'A layer with several outputs can only come last.',
      );
    }
    layer.checkInput(shape as Shape);
    shapes.push(layer.computeOutputShape(shape as Shape));
  }
  return shapes;
}

/** Builds all layers that are not built yet. On an error none of them stays built. */
export function buildAll(list: ListOwner, layers: readonly Layer[], inputShape: Shape, trainable: boolean): void {
  const shapes = shapesThrough(list, layers, inputShape);
  const fresh: Layer[] = [];
  try {
    layers.forEach((layer, index) => {
      if (!layer.built) {
        fresh.push(layer);
        layer.scope = `${list.name}/`;
        if (!trainable) layer.trainable = false;
        layer.build(shapes[index] as Shape);
      }
      layer.enterModel(shapes[index] as Shape);
    });
  } catch (error) {
    for (const layer of fresh) layer.unbuild();
    throw error;
  }
}
