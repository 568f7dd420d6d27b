// Kinds that compile a model and train it.
import { exactly, mismatch, short } from './compare.mjs';
import { library, makeModel, readInput, setWeights } from './make.mjs';
import { camelKeys, numbers } from './read.mjs';

const { callbacks, losses, metrics, optimizers } = library;

/** A name as it is; a specification as the object it describes; lists and objects by name alike. */
function read(module, value) {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((each) => read(module, each));
  if ('class_name' in value) return module.get(numbers(value));
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, read(module, each)]));
}

/** The options of `compile` from those of Keras. */
export function compileOptions({ optimizer, loss, loss_weights: lossWeights, metrics: names, weighted_metrics }, hold) {
  const options = { optimizer: read(optimizers, optimizer), loss: read(losses, loss) };
  if (typeof options.optimizer === 'object') hold(options.optimizer);
  if (lossWeights !== undefined) options.lossWeights = lossWeights;
  if (names !== undefined) options.metrics = read(metrics, names);
  if (weighted_metrics !== undefined) options.weightedMetrics = read(metrics, weighted_metrics);
  return options;
}

// The rates of LearningRateScheduler are a table by epoch.
function makeCallback({ class_name: name, config }) {
  const { table, ...options } = numbers(config);
  if (table !== undefined) options.schedule = (epoch) => table[epoch];
  return new callbacks[name](camelKeys(options));
}

function fitOptions({ callbacks: list, class_weight: classWeight, ...config }) {
  const options = { ...camelKeys(config), verbose: 0, nonFinite: 'warn' };
  if (list !== undefined) options.callbacks = list.map(makeCallback);
  if (classWeight !== undefined) options.classWeight = classWeight;
  return options;
}

const readWeights = (value) => (value === undefined ? {} : { sampleWeight: numbers(value) });

/** `x`, `y` and the options that hold data. */
function readData(inputs) {
  const {
    sample_weight: sampleWeight,
    validation_data: validation,
    several,
    several_y: severalY,
    y_int: areLabels,
  } = inputs;
  const targets = (y) => (severalY ? numbers(y).map((each) => library.tensor(each)) : numbers(y));
  const y = targets(inputs.y);
  if (areLabels && ![y].flat(Number.POSITIVE_INFINITY).every(Number.isInteger)) throw new Error('y holds no labels');
  const options = readWeights(sampleWeight);
  if (validation !== undefined) {
    const { sampleWeight: own } = readWeights(validation.sample_weight);
    const x = readInput({ x: validation.x, several });
    options.validationData = own === undefined ? [x, targets(validation.y)] : [x, targets(validation.y), own];
  }
  return { x: readInput(inputs), y, options };
}

/** Every key in its order, and a value for each epoch that was run. */
const sameHistory = (got) => (expected, tolerance) => {
  const keys = exactly(Object.keys(got))(Object.keys(expected));
  if (keys !== null) return `keys: ${keys}`;
  const found = Object.entries(expected).map(([key, values]) => [key, mismatch(got[key], values, tolerance)]);
  const [key, text] = found.find(([, each]) => each !== null) ?? [];
  return key === undefined ? null : `${key}: ${text}; all: ${short(got[key])}`;
};

const atLeast =
  (got) =>
  (bound, { rtol, atol }) =>
    got >= bound - atol - rtol * Math.abs(bound) ? null : `got ${got}, expected at least ${bound}`;

async function trained({ config, weights }, { inputs, hold }) {
  const {
    model: _,
    input_shape: __,
    batch_input_shape: ___,
    compile = config,
    fit = {},
    before_fit: before = [],
  } = config;
  const model = makeModel(config, hold);
  setWeights(model, weights);
  model.compile(compileOptions(compile, hold));
  const { x, y, options } = readData(inputs);
  for (const step of before) {
    if (step === 'reset_state') model.resetStates();
    else if (step === 'predict') model.predict(x);
    else throw new Error(`the runner knows no step '${step}' before fit`);
  }
  const { history } = await model.fit(x, y, { ...fitOptions(fit), ...options });
  return { model, history };
}

async function fit(each, context) {
  const { model, history } = await trained(each, context);
  const { iterations } = model.optimizer;
  return {
    history: sameHistory(history),
    weights: model.getWeights(),
    iterations,
    optimizer_iterations: iterations,
    loss_at_least: atLeast(history.loss.at(-1)),
  };
}

/** Trains one number, so that every epoch ends with other weights; `values` are the logs of the epochs. */
async function watchedFit(options, hold, { epochs, compile, logs, stop }) {
  const model = new library.Sequential([new library.Dense({ units: 1, inputShape: [1] })]);
  hold(model);
  model.compile({ optimizer: 'sgd', loss: 'mse', ...compile });
  const weights = [];
  const before = {
    onEpochEnd(epoch, values) {
      Object.assign(values, logs(epoch));
      weights.push(model.getWeights().map((each) => each.toArray()));
      if (epoch === stop) model.stopTraining = true;
    },
  };
  const stopping = new callbacks.EarlyStopping(options);
  const { epoch } = await model.fit([[1]], [[3]], { epochs, verbose: 0, callbacks: [before, stopping] });
  const last = JSON.stringify(model.getWeights().map((each) => each.toArray()));
  return { stopping, epochs: epoch.length, weightsOf: weights.findIndex((each) => JSON.stringify(each) === last) };
}

async function earlyStopping({ config }, { inputs, hold }) {
  const { external_stop_epoch: stop, ...options } = config;
  const values = inputs.monitor_values;
  const logs = (epoch) => ({ [config.monitor]: values[epoch] });
  const { stopping, epochs, weightsOf } = await watchedFit(camelKeys(options), hold, {
    epochs: values.length,
    logs,
    stop,
  });
  return {
    stopped_epoch: stopping.stoppedEpoch,
    epochs_trained: epochs,
    restored_epoch: (expected) => exactly(weightsOf)(expected) ?? exactly(stopping.bestEpoch)(expected),
    best_epoch: stopping.bestEpoch,
  };
}

/** The direction that a callback finds for what it monitors. */
export async function monitorDirection({ config }, { hold }) {
  const { metrics: names, ...options } = config;
  const compile = { metrics: read(metrics, names) };
  const { stopping } = await watchedFit(camelKeys(options), hold, {
    epochs: 1,
    compile,
    logs: () => ({ [config.monitor]: 1 }),
  });
  return { direction: stopping.direction };
}

export const kinds = { fit, train: fit, early_stopping: earlyStopping, monitor_direction: monitorDirection };
