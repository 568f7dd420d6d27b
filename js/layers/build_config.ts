import type { Config } from '../family.js';
import type { Layer } from './layer.js';
import { isOurs } from './registry.js';

/** Classes of Keras that create nothing when they are built. */
const NEVER_BUILT = new Set(['InputLayer', 'Activation', 'ActivityRegularization', 'Dropout', 'Masking', 'Reshape']);

/** What Keras notes of the shapes that a layer was built for; null where it notes nothing. */
export function buildConfigOf(layer: Layer, hasOwnBuild: boolean): Config | null {
  const { buildShape, className } = layer;
  if (buildShape === null || (isOurs(className) ? NEVER_BUILT.has(className) : !hasOwnBuild)) return null;
  const shape = structuredClone(buildShape);
  const { initialState, stateIsList = true } = layer.inboundNodes[0]?.options ?? {};
  if (initialState === undefined) return { input_shape: shape };
  const states = initialState.map((state) => [...state.shape]);
  return { shapes_dict: { sequences_shape: shape, initial_state_shape: stateIsList ? states : states[0] } };
}
