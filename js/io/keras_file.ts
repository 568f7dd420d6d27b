// The .keras file: a zip archive of metadata.json, config.json and model.weights.h5.
import { deserialize } from '../layers/index.js';
import { InputLayer } from '../layers/input_layer.js';
import type { Layer } from '../layers/layer.js';
import { SimpleRNN } from '../layers/simple_rnn.js';
import { Sequential } from '../models/sequential.js';
import type { Shape } from '../runtime/check.js';
import { ArgumentError, ModelFormatError, ShapeError } from '../runtime/errors.js';
import { Hdf5 } from './hdf5.js';
import { MAX_JSON_BYTES, parseJson } from './json.js';
import { type ModelConfig, readModelConfig, readVersion } from './keras_config.js';
import { type LayerWeights, readWeights } from './keras_weights.js';
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
export function readKerasFile(archive: Zip, compile: boolean): Sequential {
  const json = (name: string) => parseJson(archive.read(name, MAX_JSON_BYTES), name);
  const kerasVersion = readVersion(json('metadata.json'));
  const model = readModelConfig(json('config.json'), compile);
  if (!archive.has(WEIGHTS)) {
    const other = archive.names.find((name) => name.startsWith('model.weights'));
    refuse(`The file has no ${WEIGHTS}${other === undefined ? '' : `, but ${quote(other)}, which is not read`}.`);
  }
  const layers = model.layers.map((layer) => deserialize(layer, { kerasVersion, initialize: false }) as Layer);
  const planned = blamingTheFile(() => plan(withInput(layers, model)));
  const weights = readWeights(new Hdf5(archive.read(WEIGHTS, MAX_WEIGHT_BYTES)), planned);
  return blamingTheFile(() => build(model, layers, weights));
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

/** The layers, with the input shape that the model was built for in front if the first layer says none. */
function withInput(layers: Layer[], model: ModelConfig): Layer[] {
  const first = layers[0] as Layer;
  const shape = model.config.build_input_shape;
  if (!(first instanceof InputLayer) && first.batchInputShape === null && shape !== undefined) {
    layers.unshift(new InputLayer({ batchShape: shape as Shape }));
  }
  return layers;
}

/** What weights each layer will have, found by walking the shapes through the layers. */
function plan(layers: readonly Layer[]): LayerWeights[] {
  const first = layers[0] as Layer;
  let shape: Shape | Shape[] | null = first instanceof InputLayer ? first.batchShape : first.batchInputShape;
  if (shape === null) {
    return refuse(`The file does not say the input shape of layer ${quote(first.name)}, the first one.`);
  }
  const planned: LayerWeights[] = [];
  for (const layer of layers) {
    if (layer === first && layer instanceof InputLayer) continue;
    if (Array.isArray(shape[0])) {
      refuse(`Layer ${quote(layer.name)} follows a layer with several outputs, which a Sequential model cannot have.`);
    }
    checkState(layer, shape as Shape);
    planned.push({ className: layer.className, name: layer.name, weights: layer.plannedWeights(shape as Shape) });
    shape = layer.computeOutputShape(shape as Shape);
  }
  return planned;
}

function checkState(layer: Layer, shape: Shape): void {
  if (!(layer instanceof SimpleRNN) || !layer.stateful) return;
  const batch = shape[0] ?? refuse(`Layer ${quote(layer.name)} is stateful, but the file does not say the batch size.`);
  if (batch * layer.units > MAX_STATE) {
    refuse(`Layer ${quote(layer.name)} is stateful with a batch of ${batch}: its state is too large.`);
  }
}

/** The model itself: from here on only memory can run out. */
function build(model: ModelConfig, layers: Layer[], weights: readonly Float32Array[][]): Sequential {
  const { name, trainable = true } = model.config as { name: string; trainable?: boolean };
  const sequential = new Sequential({ layers, name, trainable });
  try {
    for (const [i, layer] of sequential.layers.entries()) {
      for (const [k, weight] of layer.weights.entries())
        weight.write({ data: (weights[i] as Float32Array[])[k] as Float32Array, shape: weight.shape });
    }
  } catch (error) {
    sequential.dispose();
    throw error;
  }
  sequential.compileConfig = model.compileConfig;
  return sequential;
}
