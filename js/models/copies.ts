import type { Layer } from '../layers/layer.js';

let table: Map<Layer, Layer> | null = null;

/**
 * Copies the layers of a model: each once, also where models within share it. On an error the copies are given up.
 * @param make Is handed what gives the copy of a layer.
 */
export function withCopies<T>(make: (copyOf: (layer: Layer) => Layer) => T): T {
  const outer = table;
  const copies = outer ?? new Map<Layer, Layer>();
  table = copies;
  try {
    return make((layer) => {
      const copy = copies.get(layer) ?? layer.clone();
      copies.set(layer, copy);
      return copy;
    });
  } catch (error) {
    if (outer === null) for (const copy of copies.values()) copy.dispose();
    throw error;
  } finally {
    table = outer;
  }
}
