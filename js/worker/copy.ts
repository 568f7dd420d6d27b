// A model as data: what a worker makes the same model of.
import type { Config, Serialized } from '../family.js';
import { deserialize, serialize } from '../layers/index.js';
import type { InputShape } from '../layers/layer_options.js';
import { isOwn, isUsers } from '../layers/registry.js';
import { RNN } from '../layers/rnn.js';
import type { OptimizerState } from '../models/model.js';
import { flattenLayers } from '../models/predictor.js';
import type { TrainableModel } from '../models/trainable.js';
import type { Shape } from '../runtime/check.js';
import { UnsupportedError } from '../runtime/errors.js';
import type { Tensor } from '../runtime/tensor.js';
import type { Weight } from '../runtime/weight.js';
import { refusing } from './wire.js';

/** Numbers of a model, and how it is trained. */
export interface ModelState {
  /** Of the inputs, batch first; null while they are not known. */
  inputShapes: readonly Shape[] | null;
  weights: Tensor[];
  /** Of each stateful layer; null while it has none. */
  states: unknown[];
  /** Masks that each layer with a seed of its own has drawn. */
  draws: number[];
  /** Keras' compile_config; null before `compile`. */
  compileConfig: Config | null;
  /** Null before the first step. */
  optimizer: OptimizerState | null;
  /** What the optimizer leaves out of weight decay: places in `weights`, and names. */
  excluded: { variables: number[]; names: readonly string[] } | null;
}

/** A whole model. */
export interface ModelCopy extends ModelState {
  config: Serialized;
  isBuilt: boolean;
}

/**
 * @param hasOwnWorker Whether the worker is the user's, and may know classes of his.
 * @throws {UnsupportedError} naming what cannot be sent.
 */
export function copyModel(model: TrainableModel, hasOwnWorker: boolean): ModelCopy {
  for (const layer of flattenLayers(model)) {
    const { className, name } = layer;
    if (isOwn(layer.constructor) || (hasOwnWorker && isUsers(className))) continue;
    throw new UnsupportedError(
      `toWorker: layer '${name}' is of a class of your own, ${className}, whose code cannot be sent. Register it by ` +
        "registerLayer, also in a worker script of yours that imports 'simple-rnn/worker-script', and hand that worker in: " +
        'toWorker(model, { worker })',
    );
  }
  return { config: refusing('toWorker', () => serialize(model)), isBuilt: model.built, ...stateOf(model) };
}

/** What changes when a model is trained: copies. */
export function stateOf(model: TrainableModel): ModelState {
  const { optimizerInUse: optimizer, compileConfig, optimizerState } = model;
  const state: ModelState = {
    inputShapes: model.inputShapes,
    weights: model.getWeights(),
    states: statefulLayers(model).map(({ states }) => states),
    draws: seedsOf(model).map(({ draws }) => draws),
    compileConfig,
    optimizer: optimizerState && {
      ...optimizerState,
      variables: optimizerState.variables.map(({ shape, data }) => ({ shape, data: data.slice() })),
    },
    excluded: null,
  };
  if (optimizer === null) return state;
  if (compileConfig === null) {
    throw new UnsupportedError(
      `toWorker: ${model.owner}: it was compiled with a function (loss, metric or learning rate), whose code cannot be sent`,
    );
  }
  // The learning rate may have changed since.
  const config = refusing('toWorker', () => optimizer.getConfig());
  state.compileConfig = { ...compileConfig, optimizer: { class_name: optimizer.className, config } };
  const variables = optimizer.built ? optimizer.variables.map((variable) => variable.read()) : null;
  state.optimizer = variables && {
    name: optimizer.name,
    variables: variables.map(({ data, shape }) => ({ shape, data: Float64Array.from(data) })),
  };
  state.excluded = optimizer.excluded && {
    variables: optimizer.excluded.variables.map((each) => model.weights.indexOf(each)).filter((index) => index >= 0),
    names: optimizer.excluded.names,
  };
  return state;
}

/** Gives a model of the same layers the numbers of another one. */
export function applyState(
  model: TrainableModel,
  { inputShapes, weights, states, draws, compileConfig, optimizer, excluded }: ModelState,
): void {
  // Built there, by its first data.
  if (!model.built && weights.length > 0) {
    model.build((inputShapes?.length === 1 ? inputShapes[0] : inputShapes) as InputShape);
  }
  model.setWeights(weights);
  statefulLayers(model).forEach((layer, index) => {
    layer.resetStates(states[index] as never);
  });
  seedsOf(model).forEach((generator, index) => {
    generator.draws = draws[index] as number;
  });
  if (model.optimizerInUse !== null && compileConfig !== null) {
    model.compileAs(compileConfig, optimizer);
  } else {
    // Compiled at first use, like a model from a file.
    model.compileConfig = compileConfig;
    model.optimizerState = optimizer;
  }
  if (excluded !== null) {
    const variables = excluded.variables.map((index) => model.weights[index] as Weight);
    model.optimizer?.excludeFromWeightDecay({ variables, names: excluded.names });
  }
}

/** The same model anew. @throws {ModelFormatError} for a class that is not registered here. */
export function restoreModel(copy: ModelCopy): TrainableModel {
  const model = deserialize<TrainableModel>(copy.config, { initialize: !copy.isBuilt, shared: new Map() });
  applyState(model, copy);
  return model;
}

function statefulLayers(model: TrainableModel): RNN[] {
  return flattenLayers(model).filter((layer) => layer instanceof RNN && layer.stateful) as RNN[];
}

function seedsOf(model: TrainableModel): { draws: number }[] {
  return flattenLayers(model).flatMap((layer) => {
    const { seedGenerator } = layer as { seedGenerator?: { seed: number | null; draws: number } | null };
    return seedGenerator && seedGenerator.seed !== null ? [seedGenerator] : [];
  });
}
