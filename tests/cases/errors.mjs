// The kind `error`: the steps of a case, of which one must fail with an error of ours about the same thing.
import { compileOptions, monitorDirection } from './fit.mjs';
import { applied, familyOf, isModule, library, lookUp, make, makeModel } from './make.mjs';
import { filled, numbers, shapeOf } from './read.mjs';

const { Input, tensor } = library;
const OF_TRAINING = ['loss', 'optimizer', 'metrics', 'y_shape'];

/** What the runner does not know of a case, in a word, or null. */
export function unknownOf({ config }) {
  if ('inputs' in config || 'model' in config || 'monitor' in config) return null;
  if ('module' in config) return isModule(config.module) ? null : config.module;
  if (!('class_name' in config)) return Object.keys(config)[0] ?? 'nothing named';
  return familyOf(config.class_name) === null ? config.class_name : null;
}

// A model with two inputs: a sequence for a SimpleRNN, and features beside its output.
function twoInputs(hold) {
  const sequence = Input({ shape: [6, 3] });
  const features = Input({ shape: [2] });
  const state = new library.SimpleRNN({ units: 2 }).apply(sequence);
  const joined = new library.Concatenate({}).apply([state, features]);
  const model = new library.Model({ inputs: [sequence, features], outputs: joined });
  hold(model);
  return model;
}

// The `units` of a layer or of the layer or cell within it.
function unitsOf(config) {
  if (config === null || typeof config !== 'object') return null;
  return config.units ?? Object.values(config).map(unitsOf).find(Number.isInteger) ?? null;
}

// As many states of zeros as the case asks for.
function countedStates({ config }, count, [batch]) {
  return Array.from({ length: count }, () => tensor(filled([batch, unitsOf(config)])));
}

function construct({ config }, inputs, hold) {
  if ('inputs' in config) return twoInputs(hold);
  if ('module' in config) return lookUp(config);
  if ('model' in config) return makeModel(config, hold);
  if (config.class_name === 'MeanCell' && shapeOf(inputs.x).length > 0) {
    return make(
      { class_name: 'RNN', config: { cell: { ...config, config: { state_size: 4, ...config.config } } } },
      hold,
    );
  }
  return make(config, hold);
}

// What is done to the object when a case lists no steps: it is built and called on what there is.
function impliedSteps({ config }, inputs) {
  if ('monitor' in config) return ['watch'];
  if ('model' in config && OF_TRAINING.some((name) => name in config)) return ['construct', 'compile', 'fit'];
  if ('build_shape' in inputs) return ['construct', 'build', 'call'];
  if ('input_shape' in inputs) return ['construct', 'call_symbolic'];
  const isCalled = ['x', 'y_pred', 'x_shape', 'call_shape', 'shape', 'requested_shape', 'w'].some(
    (key) => key in inputs,
  );
  return isCalled || 'requested_shape' in config ? ['construct', 'call'] : ['construct'];
}

function call(object, inputs, each) {
  if (familyOf(each.config.class_name) === 'losses') {
    object(numbers(inputs.y_true), numbers(inputs.y_pred));
  } else if (familyOf(each.config.class_name) !== 'layers') {
    const { shape, requested_shape: requested = each.config.requested_shape ?? shape, x, w, x_shape: sizes } = inputs;
    object(requested ?? (sizes === undefined ? numbers(x ?? w) : filled(sizes)));
  } else if (inputs.call_shape !== undefined) object.apply(filled(inputs.call_shape));
  else if (inputs.initial_state_count !== undefined) {
    const initialState = countedStates(each, inputs.initial_state_count, inputs.x_shape);
    object.apply(filled(inputs.x_shape), { initialState });
  } else if (inputs.x === undefined) object.apply(filled(inputs.x_shape));
  else applied(object, inputs);
}

// Two of Keras' cases differ from the others by what is done alone: their names say what.
const UNCOMPILED = 'err-fit-uncompiled';
const BOTH_WEIGHTS = 'err-fit-both-weights';

function compile(model, _, { id, config }, hold) {
  if (id === UNCOMPILED) return;
  const { optimizer = 'sgd', loss = 'mse', ...others } = config;
  model.compile(compileOptions({ optimizer, loss, ...others }, hold));
}

/** Trains on data of one number throughout. */
function fit(model, inputs, { id, config }) {
  const { x_shape: own, batch_input_shape: whole, input_shape: row } = config;
  const known = own ?? inputs.x_shape ?? whole ?? (row && [2, ...row]);
  const xShape = known ?? shapeOf(inputs.x);
  const samples = xShape[0];
  const ySizes = config.y_shape ?? [samples, ...[model.outputShape].flat().slice(1)];
  const options = { verbose: 0 };
  if (config.sample_weight_shape !== undefined) options.sampleWeight = filled(config.sample_weight_shape, 1);
  if (config.validation_split !== undefined) options.validationSplit = config.validation_split;
  if (id === BOTH_WEIGHTS) Object.assign(options, { sampleWeight: filled([samples], 1), classWeight: { 0: 1, 1: 2 } });
  return model.fit(filled(xShape, 0.5), filled(ySizes, 1), options);
}

const STEPS = {
  watch: (_, __, each, hold) => monitorDirection(each, { hold }),
  compile,
  fit,
  build: (object, inputs, { config }) => {
    const shape = config.class_name.endsWith('Cell') ? [null, 3] : [null, 6, 3];
    object.build(inputs.build_shape ?? shape);
  },
  call,
  call_symbolic: (object, inputs) => object.apply(Input({ batchShape: inputs.input_shape })),
  call_other_feature_size: (object, inputs) => object.apply(numbers(inputs.x_other)),
  call_other_batch_size: (object, inputs) => object.apply(numbers(inputs.x_other)),
  set_weights: (object, inputs) => object.setWeights(inputs.weights_shapes.map((shape) => filled(shape, 1))),
  reset_state: (object) => object.resetState(),
  predict: (object) => object.predict(filled([4, 6, 3], 1)),
};

/** Carries the case out. Gives what was thrown and at which step, or null. */
export async function carryOut(each, { inputs, hold }) {
  const steps = each.steps?.map(({ op }) => op) ?? impliedSteps(each, each.inputs ?? {});
  let object;
  for (const step of steps) {
    if (step !== 'construct' && !(step in STEPS)) throw new Error(`the runner knows no step '${step}'`);
    try {
      if (step === 'construct') object = construct(each, inputs, hold);
      else await STEPS[step](object, inputs, each, hold);
    } catch (error) {
      return { error, step, isEarly: step !== (each.expected.fails_at ?? steps.at(-1)) };
    }
  }
  return null;
}
