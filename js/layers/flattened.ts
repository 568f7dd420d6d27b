import type { Layer } from './layer.js';

/** Every layer within a layer, itself included. */
export function flattenLayers(layer: Layer): Layer[] {
  return [layer, ...layer.sublayers.flatMap(flattenLayers)];
}
