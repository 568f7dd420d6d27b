// The config.json of a .keras file, as Keras 3 or Keras 2 writes it: its structure is checked here, the options of
// each layer are `deserialize`'s, which knows what old versions wrote and what their names meant.
import type { Serialized } from '../family.js';
import { UnsupportedError } from '../runtime/errors.js';
import { asObject, asString } from './json.js';
import { readCompileConfig } from './keras_compile.js';
import { quote, refuse } from './refuse.js';

const MODEL_OPTIONS = new Set(['name', 'trainable', 'dtype', 'layers', 'build_input_shape']);
const MODELS = new Set(['Sequential', 'Functional', 'Model']);

/** A checked model description. */
export interface ModelConfig {
  /** Of the Sequential, as it is in the file. */
  config: Record<string, unknown>;
  /** The model's layers, `{ class_name, config }` each. */
  layers: Serialized[];
  compileConfig: Record<string, unknown> | null;
}

/**
 * Checks a config.json; `compile: false` leaves the training configuration aside.
 * Throws ModelFormatError, and UnsupportedError for a functional model.
 */
export function readModelConfig(json: unknown, compile: boolean): ModelConfig {
  const model = asObject(json, 'config.json');
  const className = asString(model.class_name, "config.json: the model's class_name");
  if (className !== 'Sequential' && MODELS.has(className)) {
    throw new UnsupportedError(`The model is ${className}, a graph of layers; Sequential models are read.`);
  }
  if (className !== 'Sequential' || isCustom(model)) {
    refuse(
      `The model is of the class ${quote(customName(model, className))}, the author's own code; only Keras' own classes can be read.`,
    );
  }
  const config = asObject(model.config, "config.json: the model's config");
  const layers = config.layers;
  if (!Array.isArray(layers) || layers.length === 0) refuse('config.json: the model has no list of layers.');
  for (const key of Object.keys(config)) {
    if (!MODEL_OPTIONS.has(key)) refuse(`config.json: the model has the unknown option ${quote(key)}.`);
  }
  checkBuildConfig(model.build_config, 'the model');
  nameOf(config, 'the model');
  return {
    config,
    layers: (layers as unknown[]).map((layer, index) => readLayer(layer, `layer ${index}`)),
    compileConfig: compile ? readCompileConfig(model.compile_config) : null,
  };
}

/** The version of Keras in a metadata.json ("3.15.1", "2.21.0"). Throws ModelFormatError for any but 2 and 3. */
export function readVersion(json: unknown): string {
  const version = asString(asObject(json, 'metadata.json').keras_version, 'metadata.json: keras_version');
  if (!/^[23]\.\d+/.test(version)) refuse(`The file was written by Keras ${quote(version)}; Keras 2 and 3 are read.`);
  return version;
}

function readLayer(value: unknown, position: string): Serialized {
  const layer = asObject(value, `config.json: ${position}`);
  const className = asString(layer.class_name, `config.json: the class_name of ${position}`);
  const config = asObject(layer.config, `config.json: the config of ${position}`);
  const name = nameOf(config, position);
  if (MODELS.has(className)) {
    throw new UnsupportedError(
      `Layer ${quote(name)} is a model of its own (${className}); models within models are not read.`,
    );
  }
  if (className === 'Lambda') {
    refuse(`Layer ${quote(name)} is a Lambda, which holds Python code; such a model cannot be read.`);
  }
  if (isCustom(layer)) {
    refuse(
      `Layer ${quote(name)} is of the class ${quote(customName(layer, className))}, the author's own code; only Keras' own classes can be read.`,
    );
  }
  checkBuildConfig(layer.build_config, `layer ${quote(name)}`);
  return layer as unknown as Serialized;
}

/** Keras' own classes come without a registered name, from Keras' own modules. */
function isCustom(object: Record<string, unknown>): boolean {
  const { module, registered_name: registered } = object;
  if (typeof registered === 'string' && registered !== object.class_name) return true;
  return typeof module === 'string' && !/^(keras|tf_keras|tensorflow\.keras)(\.|$)/.test(module);
}

function customName(object: Record<string, unknown>, className: string): string {
  return typeof object.registered_name === 'string' ? object.registered_name : className;
}

function nameOf(config: Record<string, unknown>, what: string): string {
  const name = asString(config.name, `config.json: the name of ${what}`);
  if (name === '' || name.length > 256) refuse(`config.json: ${what} has no proper name.`);
  return name;
}

/** Shapes are lists of whole numbers and null, whatever they are called. */
function checkBuildConfig(value: unknown, what: string): void {
  if (value === undefined || value === null) return;
  const wrong = () => refuse(`config.json: the build_config of ${what} is not a shape.`);
  const check = (inner: unknown, depth: number): void => {
    if (inner === null || (Number.isSafeInteger(inner) && (inner as number) >= 0)) return;
    if (typeof inner !== 'object' || depth > 4) wrong();
    for (const item of Object.values(inner as object)) check(item, depth + 1);
  };
  for (const shape of Object.values(asObject(value, `config.json: the build_config of ${what}`))) check(shape, 0);
}
