import type { Layer } from '../layers/layer.js';
import { Functional } from './functional.js';

/** Most applications of layers that a graph out of a configuration may have, those within models included. */
export const MAXIMUM_APPLICATIONS = 2 ** 14;

const known = new WeakMap<Layer, number>();

/** Number of applications that one application of a layer stands for. */
export function graphSize(layer: Layer): number {
  let size = known.get(layer);
  if (size === undefined) {
    const parts = layer instanceof Functional ? layer.nodes.map((node) => node.layer) : layer.sublayers;
    size = parts.reduce((sum, part) => sum + graphSize(part), 1);
    if (layer instanceof Functional) known.set(layer, size);
  }
  return size;
}
