// The .keras file: a zip archive of metadata.json, config.json and model.weights.h5.
import { deserialize } from '../layers/index.js';
import type { Layer } from '../layers/layer.js';
import { RNN } from '../layers/rnn.js';
import { Functional } from '../models/functional.js';
import type { BaseModel } from '../models/model.js';
import { Sequential } from '../models/sequential.js';
import type { Shape } from '../runtime/check.js';
import { ArgumentError, ModelFormatError, ShapeError } from '../runtime/errors.js';
import { Hdf5 } from './hdf5.js';
import { MAX_JSON_BYTES, parseJson } from './json.js';
import { readModelConfig, readVersion } from './keras_config.js';
import { containersOf } from './keras_containers.js';
import { readOptimizer } from './keras_optimizer.js';
import { placeWeights } from './keras_weights.js';
import { quote, refuse } from './refuse.js';
import type { Zip } from './zip.js';

const WEIGHTS = 'model.weights.h5';
const MAX_WEIGHT_BYTES = 2 ** 30;
/** A stateful layer's state is the one thing whose size the weights do not vouch for. */
const MAX_STATE = 2 ** 22;

/**
 * The model in a .keras archive. Nothing is allocated in the module before every name and shape of the weights was
 * found to agree with the configuration; no initializer runs. Throws ModelFormatError, UnsupportedError,
 * OutOfMemoryError; then nothing is left behind.
 */
export function readKerasFile(archive: Zip, compile: boolean): Sequential | Functional {
  const json = (name: string) => parseJson(archive.read(name, MAX_JSON_BYTES), name);
  const kerasVersion = readVersion(json('metadata.json'));
  const { model: serialized, compileConfig } = readModelConfig(json('config.json'), compile);
  if (!archive.has(WEIGHTS)) {
    const other = archive.names.find((name) => name.startsWith('model.weights'));
    refuse(`The file has no ${WEIGHTS}${other === undefined ? '' : `, but ${quote(other)}, which is not read`}.`);
  }
  const model = blamingTheFile(() =>
    deserialize<BaseModel>(serialized, { kerasVersion, initialize: false, shared: new Map() }),
  );
  try {
    if (!(model instanceof Sequential || model instanceof Functional)) {
      return refuse(`The model is of the class ${quote(serialized.class_name)}, which is no model.`);
    }
    blamingTheFile(() => fill(model, archive, compileConfig !== null));
    model.compileConfig = compileConfig;
    return model;
  } catch (error) {
    model.dispose();
    throw error;
  }
}

/** What would be the caller's mistake elsewhere is the file's here. */
function blamingTheFile<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof ArgumentError || error instanceof ShapeError) throw new ModelFormatError(error.message);
    throw error;
  }
}

/** Puts the numbers in, which takes the memory for them. */
function fill(model: BaseModel, archive: Zip, isCompiled: boolean): void {
  if (!model.built) refuse(`The file does not say the input shape of the model ${quote(model.name)}.`);
  for (const { layer } of containersOf(model)) checkState(layer);
  const file = new Hdf5(archive.read(WEIGHTS, MAX_WEIGHT_BYTES));
  const places = placeWeights(file, model);
  const optimizer = isCompiled ? readOptimizer(file, model) : null;
  const numbers = places.map(({ path }) => file.floats(path).data);
  places.forEach(({ weight }, index) => {
    weight.write({ data: numbers[index] as Float32Array, shape: weight.shape });
  });
  model.optimizerState = optimizer;
}

function checkState(layer: Layer): void {
  if (!(layer instanceof RNN && layer.stateful)) return;
  const batch = ((layer.buildShape as Shape | null)?.[0] ?? null) as number | null;
  if (batch === null) refuse(`Layer ${quote(layer.name)} is stateful, but the file does not say the batch size.`);
  if (layer.flatSizes.some((size) => (batch as number) * size > MAX_STATE)) {
    refuse(`Layer ${quote(layer.name)} is stateful with a batch of ${batch}: its state is too large.`);
  }
}
