// The groups of a Keras weights file: which one belongs to which layer.
import { Layer } from '../layers/layer.js';
import { toCamelCase, toSnakeCase } from '../layers/names.js';

/** A layer and its group; the model itself has the path "". */
export interface Container {
  path: string;
  layer: Layer;
  /** The layer of a model that it is a part of, or itself: what messages name. */
  owner: Layer;
}

/** What Keras calls the layers within a layer, in its order. */
const PARTS = ['backward_layer', 'cell', 'cells', 'forward_layer', 'layer'];

/**
 * Every layer, cell and model within a model, once each, with Keras' names of the groups: "layers/dense_1",
 * "layers/bidirectional/forward_layer/cell", "layers/functional/layers/rnn/cell/cells/simple_rnn_cell".
 * @param root Name of the group that holds a model's layers.
 * @param doubled Whether layers with weights count twice where names are numbered.
 */
export function containersOf(model: Layer, root = 'layers', doubled = false): Container[] {
  const found = new Map<Layer, Container>();
  const visit = (layer: Layer, path: string, owner: Layer): void => {
    if (found.has(layer)) return;
    found.set(layer, { path, layer, owner });
    for (const [name, part] of partsOf(layer, root)) {
      const inner = path === '' ? name : `${path}/${name}`;
      if (part instanceof Layer) visit(part, inner, owner);
      else visitAll(part, inner, name === root ? null : owner);
    }
  };
  // The layers of a list; their owner is null where each is a layer of a model.
  const visitAll = (layers: readonly Layer[], path: string, owner: Layer | null): void => {
    const used = new Map<string, number>();
    for (const layer of layers) {
      const name = toSnakeCase(layer.className);
      const count = used.get(name) ?? 0;
      used.set(name, count + (doubled && owner === null && layer.weights.length > 0 ? 2 : 1));
      visit(layer, `${path}/${count === 0 ? name : `${name}_${count}`}`, owner ?? layer);
    }
  };
  visit(model, '', model);
  return [...found.values()];
}

function partsOf(layer: Layer, root: string): [string, Layer | readonly Layer[]][] {
  const parts: [string, Layer | readonly Layer[]][] = [];
  for (const name of ['layers', ...PARTS]) {
    const value = (layer as unknown as Record<string, unknown>)[toCamelCase(name)];
    const key = name === 'layers' ? root : name;
    if (value instanceof Layer) parts.push([key, value]);
    else if (Array.isArray(value) && value.every((each) => each instanceof Layer)) parts.push([key, value]);
  }
  return parts;
}
