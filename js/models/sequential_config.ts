import type { Config, Serialized } from '../family.js';
import type { Layer } from '../layers/layer.js';
import { FLOAT32_POLICY } from '../layers/layer_options.js';
import { type DeserializeOptions, deserialize, serialize } from '../layers/registry.js';
import { type Shape, show } from '../runtime/check.js';
import { ModelFormatError } from '../runtime/errors.js';
import { BaseModel } from './model.js';

const ENTRIES = ['name', 'trainable', 'dtype', 'layers', 'build_input_shape', 'buildInputShape'];

/** What Keras writes for a layer within a model. */
export function modelEntry(layer: Layer): Config {
  return layer instanceof BaseModel ? layer.toJSON() : { ...serialize(layer) };
}

/** The configuration of a Sequential, with Keras' keys in Keras' order. */
export function writeConfig(
  name: string,
  trainable: boolean,
  layers: readonly Layer[],
  inputShape: Shape | null,
): Config {
  const config: Config = { name, trainable, dtype: { ...FLOAT32_POLICY }, layers: layers.map(modelEntry) };
  if (inputShape !== null) config.build_input_shape = [...inputShape];
  return config;
}

/** What `fromConfig` reads. */
export interface SequentialParts {
  name: string | undefined;
  trainable: boolean;
  layers: Layer[];
  /** Shape to build for, if the layers do not say it themselves. */
  inputShape: Shape | null;
}

/** Reads a configuration, new or old (the bare list of layers). @throws {ModelFormatError} naming what is wrong. */
export function readConfig(config: unknown, options: DeserializeOptions): SequentialParts {
  const given = (Array.isArray(config) ? { layers: config } : config) as Config;
  if (given === null || typeof given !== 'object' || !Array.isArray(given.layers)) {
    throw new ModelFormatError(`Sequential: the configuration must have a list of layers, received ${show(config)}`);
  }
  for (const key of Object.keys(given)) {
    if (!ENTRIES.includes(key)) throw new ModelFormatError(`Sequential: unknown entry '${key}' in the configuration`);
  }
  const layers: Layer[] = [];
  try {
    for (const entry of given.layers as Serialized[]) layers.push(deserialize(entry, options));
  } catch (error) {
    for (const layer of layers) layer.dispose();
    throw error;
  }
  const shape = given.build_input_shape ?? given.buildInputShape;
  return {
    name: given.name as string | undefined,
    trainable: (given.trainable ?? true) as boolean,
    layers,
    inputShape: Array.isArray(shape) && !Array.isArray(shape[0]) ? (shape as Shape) : null,
  };
}
