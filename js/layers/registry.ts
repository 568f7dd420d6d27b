import type { Config, Serialized } from '../family.js';
import { show } from '../runtime/check.js';
import { ArgumentError, ModelFormatError, ShapeError } from '../runtime/errors.js';
import { Layer } from './layer.js';

/** How to read a configuration. */
export interface DeserializeOptions {
  /** Version of the Keras that wrote it; some names had another meaning before 3. */
  kerasVersion?: string;
  /** False saves the initializers' work where every weight is overwritten afterwards. */
  initialize?: boolean;
  /** @internal Layers that appear several times in a file, by Keras' `shared_object_id`. */
  shared?: Map<unknown, Layer>;
}

/** A class whose objects can be made from a configuration. */
export interface LayerClass {
  readonly className: string;
  fromConfig(config: never, options?: DeserializeOptions): Layer;
}

const known = new Map<string, LayerClass>();
const ours = new Set<string>();

/** @internal Our own classes, by name or by an older one; their names cannot be taken by others. */
export function registerOwn(classes: readonly LayerClass[], alias?: string): void {
  for (const type of classes) {
    const name = alias ?? type.className;
    known.set(name, type);
    ours.add(name);
    // Bundlers rename classes; a console shows this.
    Object.defineProperty(type, 'name', { value: type.className, configurable: true });
  }
}

/**
 * Makes a class of your own known by its `static className`, so that configurations and files can name it. A class
 * registered before under this name is replaced.
 * @param type A class derived from `Layer` (a cell too), with a `static className` of its own.
 * @throws {ArgumentError} if it is none, or if the name is one of ours.
 */
export function registerLayer(type: new (...args: never[]) => Layer): void {
  if (typeof type !== 'function' || !(type.prototype instanceof Layer)) {
    throw new ArgumentError(`registerLayer: expected a class derived from Layer, received ${show(type)}`);
  }
  const { className } = type as unknown as typeof Layer;
  if (!Object.hasOwn(type, 'className') || typeof className !== 'string' || !/^\w+$/.test(className)) {
    throw new ArgumentError(`registerLayer: ${show(type)} needs a \`static className\` of its own, letters and digits`);
  }
  if (ours.has(className)) throw new ArgumentError(`registerLayer: '${className}' is a layer of this package`);
  known.set(className, type as unknown as LayerClass);
}

/** @internal Whether a class of this name was made known by `registerLayer`. */
export function isUsers(className: string): boolean {
  return known.has(className) && !ours.has(className);
}

/** @internal Whether a class is one of ours, and not derived from one. */
export function isOwn(type: unknown): boolean {
  return [...ours].some((name) => known.get(name) === type);
}

/** @internal Whether a class of this name is one of ours. */
export function isOurs(className: string): boolean {
  return ours.has(className);
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
  // Old Sequential configurations are bare lists.
  if (typeof config !== 'object' || (Array.isArray(config) && className !== 'Sequential')) {
    throw new ModelFormatError(
      `layers.deserialize: the config of ${className} must be an object, received ${show(config)}`,
    );
  }
  const { shared_object_id: id } = serialized as { shared_object_id?: unknown };
  const shared = id === undefined ? undefined : options.shared?.get(id);
  if (shared?.className === className) return shared as T;
  const name = typeof config.name === 'string' ? ` '${config.name}'` : '';
  const type = known.get(className);
  if (typeof registered === 'string' && registered.includes('>') && registered !== `keras>${className}`) {
    if (type === undefined || ours.has(className)) {
      throw new ModelFormatError(`layer${name}: custom class '${registered}' is not known`);
    }
  }
  if (type === undefined) throw new ModelFormatError(`layer${name}: class '${className}' is not known`);
  const kept = Array.isArray(config) ? config : dropLegacy(className, config);
  if (options.kerasVersion !== undefined && Number.parseInt(options.kerasVersion, 10) < 3)
    oldActivation(kept as Config);
  try {
    const layer = type.fromConfig(kept as never, options);
    layer.skipInitializers = options.initialize === false;
    if (id !== undefined) options.shared?.set(id, layer);
    return layer as T;
  } catch (error) {
    if (error instanceof ArgumentError || error instanceof ShapeError)
      throw new ModelFormatError(`layer${name} (${className}): ${error.message}`, { cause: error });
    if (error instanceof RangeError) throw new ModelFormatError(`layer${name}: the configuration is nested too deeply`);
    throw error;
  }
}

/** `{ module, class_name, config, registered_name }` as Keras 3 writes it, with `build_config` for a built layer. */
export function serialize(layer: Layer): Serialized {
  if (!(layer instanceof Layer)) throw new ArgumentError(`layers.serialize: expected a layer, received ${show(layer)}`);
  const { className, buildConfig } = layer;
  const own = known.get(className) === undefined || ours.has(className);
  return {
    module: own ? layer.kerasModule : null,
    class_name: className,
    config: layer.getConfig(),
    registered_name: own && className !== 'Functional' ? null : className,
    ...(buildConfig === null ? {} : { build_config: buildConfig }),
  };
}
