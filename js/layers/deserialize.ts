import type { Config, Serialized } from '../family.js';
import { show } from '../runtime/check.js';
import { ArgumentError, ModelFormatError, ShapeError } from '../runtime/errors.js';
import { Activation } from './activation.js';
import { Dense } from './dense.js';
import { Dropout } from './dropout.js';
import { Embedding } from './embedding.js';
import { Flatten } from './flatten.js';
import { InputLayer } from './input_layer.js';
import { Layer } from './layer.js';
import { Masking } from './masking.js';
import { SimpleRNN } from './simple_rnn.js';

/** How to read a configuration. */
export interface DeserializeOptions {
  /** Version of the Keras that wrote it; some names had another meaning before 3. */
  kerasVersion?: string;
  /** False saves the initializers' work where every weight is overwritten afterwards. */
  initialize?: boolean;
}

/** Makes an object of one class from its configuration. */
type Maker<T> = (config: Config, options: DeserializeOptions) => T;

type LayerClass = { className: string; fromConfig(config: Config): Layer };

const CLASSES = [
  Activation,
  Dense,
  Dropout,
  Embedding,
  Flatten,
  InputLayer,
  Masking,
  SimpleRNN,
] as unknown as LayerClass[];

const layerMakers = new Map<string, Maker<Layer>>(
  CLASSES.map((type) => [type.className, (config) => type.fromConfig(config)]),
);
const modelMakers = new Map<string, Maker<unknown>>();

/** @internal Lets `deserialize` make a kind of model; the models' room calls it. */
export function registerModel(className: string, make: Maker<unknown>): void {
  modelMakers.set(className, make);
}

// What older versions of Keras wrote and what says nothing today.
function dropLegacy(className: string, config: Config): Config {
  const kept: Config = Object.create(null);
  for (const [key, value] of Object.entries(config)) {
    if (key === 'implementation' || key === 'num_constants' || key === 'enable_caching_device') continue;
    if (key === 'time_major' && value === false) continue;
    if (key === 'quantization_config' && value === null) continue;
    if ((key === 'ragged' || key === 'sparse') && !value && className !== 'InputLayer') continue;
    if (key === 'input_length' && className === 'Embedding') continue;
    if (key === 'batch_input_shape' && value === null) continue;
    kept[key] = value;
  }
  return kept;
}

// Keras 2's hard_sigmoid is clip(0.2 x + 0.5, 0, 1), Keras 3's relu6(x + 3) / 6.
function oldActivation(config: Config): void {
  if (config.activation === 'hard_sigmoid') config.activation = 'hard_sigmoid_keras2';
}

/**
 * Makes a layer (or model) from what Keras writes: `{ class_name, config }`, in either spelling of the keys.
 * @returns the layer; `deserialize<Sequential>` for a model.
 * @throws {ModelFormatError} for an unknown class, an unknown option or a value that does not fit; it names them.
 */
export function deserialize<T = Layer>(serialized: Serialized, options: DeserializeOptions = {}): T {
  if (serialized === null || typeof serialized !== 'object' || typeof serialized.class_name !== 'string') {
    throw new ModelFormatError(`layers.deserialize: expected { class_name, config }, received ${show(serialized)}`);
  }
  const { class_name: className, registered_name: registered } = serialized;
  const config = serialized.config ?? {};
  if (typeof config !== 'object' || Array.isArray(config)) {
    throw new ModelFormatError(
      `layers.deserialize: the config of ${className} must be an object, received ${show(config)}`,
    );
  }
  const name = typeof config.name === 'string' ? ` '${config.name}'` : '';
  const makeModel = modelMakers.get(className);
  const makeLayer = layerMakers.get(className);
  if (typeof registered === 'string' && registered.includes('>') && registered !== `keras>${className}`) {
    throw new ModelFormatError(`layer${name}: custom class '${registered}' is not known`);
  }
  if (makeModel !== undefined) return makeModel(config, options) as T;
  if (makeLayer === undefined) throw new ModelFormatError(`layer${name}: class '${className}' is not known`);
  const kept = dropLegacy(className, config);
  if (options.kerasVersion !== undefined && Number.parseInt(options.kerasVersion, 10) < 3) oldActivation(kept);
  try {
    const layer = makeLayer(kept, options);
    layer.skipInitializers = options.initialize === false;
    return layer as T;
  } catch (error) {
    if (error instanceof ArgumentError || error instanceof ShapeError)
      throw new ModelFormatError(`layer${name} (${className}): ${error.message}`);
    throw error;
  }
}

/** `{ module, class_name, config, registered_name }`, as Keras 3 writes it. */
export function serialize(layer: Layer): Serialized {
  if (!(layer instanceof Layer)) throw new ArgumentError(`layers.serialize: expected a layer, received ${show(layer)}`);
  return { module: 'keras.layers', class_name: layer.className, config: layer.getConfig(), registered_name: null };
}
