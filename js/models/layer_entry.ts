import type { Config } from '../family.js';
import { Layer } from '../layers/layer.js';
import { isUsers, serialize } from '../layers/registry.js';
import { BaseModel } from './model.js';

/** Classes of Keras that create nothing when they are built. */
const NEVER_BUILT = new Set(['InputLayer', 'Activation', 'ActivityRegularization', 'Dropout', 'Masking', 'Reshape']);

/** What Keras writes for a layer within a model: the layer, and the shapes that it was built for. */
export function layerEntry(layer: Layer): Config {
  if (layer instanceof BaseModel) return layer.toJSON();
  const entry: Config = { ...serialize(layer) };
  const build = buildConfig(layer);
  if (build !== null) entry.build_config = build;
  return entry;
}

function buildConfig(layer: Layer): Config | null {
  const { buildShape, className } = layer;
  if (buildShape === null) return null;
  if (isUsers(className) ? layer.build === Layer.prototype.build : NEVER_BUILT.has(className)) return null;
  const state = layer.inboundNodes[0]?.options.initialState;
  if (state === undefined) return { input_shape: structuredClone(buildShape) };
  const shapes = state.map(({ shape }) => [...shape]);
  const isList = layer.inboundNodes[0]?.options.stateIsList ?? true;
  return {
    shapes_dict: {
      sequences_shape: structuredClone(buildShape),
      initial_state_shape: isList ? shapes : shapes[0],
    },
  };
}
