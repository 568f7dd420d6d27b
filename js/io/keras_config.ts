// The config.json of a .keras file, as Keras 3 or Keras 2 writes it: its structure is checked here, the options of
// each layer are `deserialize`'s, which knows what old versions wrote and what their names meant.
import type { Serialized } from '../family.js';
import { isUsers } from '../layers/registry.js';
import { asObject, asString } from './json.js';
import { readCompileConfig } from './keras_compile.js';
import { quote, refuse } from './refuse.js';

const MODEL_OPTIONS: Record<string, ReadonlySet<string>> = {
  Sequential: new Set(['name', 'trainable', 'dtype', 'layers', 'build_input_shape']),
  Functional: new Set(['name', 'trainable', 'dtype', 'layers', 'input_layers', 'output_layers']),
};
const MODELS = new Set(['Sequential', 'Functional', 'Model']);
/** Where a wrapper keeps the layers within. */
const PARTS = ['layer', 'backward_layer', 'cell', 'cells'];

/** A checked model description. */
export interface ModelConfig {
  /** The model, `{ class_name, config }`, as it is in the file. */
  model: Serialized;
  compileConfig: Record<string, unknown> | null;
}

/** Checks a config.json; `compile: false` leaves the training configuration aside. Throws ModelFormatError. */
export function readModelConfig(json: unknown, compile: boolean): ModelConfig {
  const model = asObject(json, 'config.json');
  const className = asString(model.class_name, "config.json: the model's class_name");
  if (!MODELS.has(className) || isCustom(model)) {
    refuse(
      `The model is of the class ${quote(customName(model, className))}, the author's own code; only Keras' own classes can be read.`,
    );
  }
  checkBuildConfig(model.build_config, 'the model');
  checkModel(asObject(model.config, "config.json: the model's config"), className, 'the model');
  return {
    model: model as unknown as Serialized,
    compileConfig: compile ? readCompileConfig(model.compile_config) : null,
  };
}

/** The parts of a model, and of the models within. */
function checkModel(config: Record<string, unknown>, className: string, what: string): void {
  if (!Array.isArray(config.layers) || config.layers.length === 0) {
    refuse(`config.json: ${what} has no list of layers.`);
  }
  const options = MODEL_OPTIONS[className === 'Sequential' ? className : 'Functional'] as ReadonlySet<string>;
  for (const key of Object.keys(config)) {
    if (!options.has(key)) refuse(`config.json: ${what} has the unknown option ${quote(key)}.`);
  }
  nameOf(config, what);
  (config.layers as unknown[]).forEach((layer, index) => {
    checkLayer(layer, `layer ${index}${what === 'the model' ? '' : ` of ${what}`}`);
  });
}

/** The version of Keras in a metadata.json ("3.15.1", "2.21.0"). Throws ModelFormatError for any but 2 and 3. */
export function readVersion(json: unknown): string {
  const version = asString(asObject(json, 'metadata.json').keras_version, 'metadata.json: keras_version');
  if (!/^[23]\.\d+/.test(version)) refuse(`The file was written by Keras ${quote(version)}; Keras 2 and 3 are read.`);
  return version;
}

function checkLayer(value: unknown, position: string): void {
  const layer = asObject(value, `config.json: ${position}`);
  const className = asString(layer.class_name, `config.json: the class_name of ${position}`);
  const config = asObject(layer.config, `config.json: the config of ${position}`);
  const name = nameOf(config, position);
  if (className === 'Lambda') {
    refuse(`Layer ${quote(name)} is a Lambda, which holds Python code; such a model cannot be read.`);
  }
  if (isCustom(layer) && !isUsers(className)) {
    refuse(
      `Layer ${quote(name)} is of the class ${quote(customName(layer, className))}, the author's own code; only Keras' ` +
        'own classes can be read, and those made known by registerLayer.',
    );
  }
  checkBuildConfig(layer.build_config, `layer ${quote(name)}`);
  if (MODELS.has(className)) checkModel(config, className, `layer ${quote(name)}`);
  for (const part of PARTS) {
    const inner = [config[part]].flat();
    inner.forEach((each) => {
      if (typeof each === 'object' && each !== null && 'class_name' in each)
        checkLayer(each, `the ${part} of layer ${quote(name)}`);
    });
  }
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
