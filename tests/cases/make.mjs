// Makes what a case names, by the package's public names, and gives it weights and inputs.
import * as names from 'simple-rnn';
import './helper_cells.mjs';
import { leaves, numbers, shapeOf } from './read.mjs';

/** The public names, to be looked up. */
export const library = { ...names };

const words = (text) => new Set(text.split(' '));

/** The classes and modules that can be used alone. A metric is told from the loss of its name by the kind of the case. */
const CLASSES = {
  layers: words(
    'SimpleRNN SimpleRNNCell RNN StackedRNNCells Bidirectional TimeDistributed Dense Embedding Masking Dropout ' +
      'Activation ActivityRegularization Flatten Reshape RepeatVector Concatenate Add InputLayer Sequential Functional ' +
      'OneStateRNNCell TwoStatesRNNCell MeanCell MaskedDense',
  ),
  initializers: words(
    'Zeros Ones Constant Identity IdentityInitializer RandomNormal RandomUniform TruncatedNormal VarianceScaling ' +
      'GlorotUniform GlorotNormal HeUniform HeNormal LecunUniform LecunNormal Orthogonal OrthogonalInitializer',
  ),
  regularizers: words('L1 L2 L1L2 OrthogonalRegularizer'),
  constraints: words('MaxNorm NonNeg UnitNorm MinMaxNorm'),
  losses: words(
    'MeanSquaredError MeanAbsoluteError MeanAbsolutePercentageError MeanSquaredLogarithmicError Huber LogCosh Hinge ' +
      'SquaredHinge CategoricalHinge Poisson KLDivergence BinaryCrossentropy BinaryFocalCrossentropy CosineSimilarity ' +
      'Dice Tversky CategoricalCrossentropy CategoricalFocalCrossentropy SparseCategoricalCrossentropy ' +
      'CategoricalGeneralizedCrossEntropy CTC Circle',
  ),
  optimizers: words('SGD RMSprop Adam AdamW Nadam Adamax Adagrad Adadelta Ftrl Lion Lamb Adafactor Muon'),
  schedules: words(
    'ExponentialDecay PiecewiseConstantDecay PolynomialDecay InverseTimeDecay CosineDecay CosineDecayRestarts',
  ),
};
const MODULES = words('activations initializers regularizers constraints layers losses metrics optimizers schedules');

/** `'layers'`, `'initializers'`, …, or null for a class that comes with training. */
export function familyOf(className) {
  return Object.keys(CLASSES).find((family) => CLASSES[family].has(className)) ?? null;
}

/** Whether a look-up in this module needs no training. */
export const isModule = (name) => MODULES.has(name);

/** An object from `{ class_name, config }`, with Keras' names of the arguments, or from `{ module, identifier }`. */
export function make(spec, hold = () => {}) {
  if ('identifier' in spec) return lookUp(spec);
  const { class_name: name, config } = numbers(spec);
  const family = familyOf(name);
  if (family !== 'layers') {
    const made = library[family].get({ class_name: name, config });
    if (family === 'optimizers') hold(made);
    return made;
  }
  const type = library[name];
  const layer = type === undefined ? library.layers.deserialize({ class_name: name, config }) : type.fromConfig(config);
  hold(layer);
  return layer;
}

/** A model: `get_config()` of Keras, or a list of layers with the shape of their input. */
export function makeModel(config, hold) {
  const { model = config, input_shape: row, batch_input_shape: batch } = config;
  if (!Array.isArray(model)) return make(model, hold);
  const input = new library.InputLayer({ batchShape: batch ?? [null, ...row] });
  const made = new library.Sequential([input, ...model.map((spec) => make(spec, hold))]);
  hold(made);
  return made;
}

const isArrayOfNumbers = (value) => typeof [value].flat(Number.POSITIVE_INFINITY)[0] !== 'object';

/**
 * The arrays of `weights` in the order of `variables`: by name, a list of arrays in order, `{ forward, backward }`,
 * or a list of such groups, one per cell or layer.
 */
function inOrder(weights, variables) {
  if (isArrayOfNumbers(weights)) {
    variables.shift();
    return [weights];
  }
  if (Array.isArray(weights)) return weights.flatMap((each) => inOrder(each, variables));
  const { forward, backward } = weights;
  if (forward) return [...inOrder(forward, variables), ...inOrder(backward, variables)];
  const names = Object.keys(weights);
  return variables.splice(0, names.length).map(({ name }) => {
    if (!(name in weights)) throw new Error(`the case has no weight '${name}', it has ${names.join(', ')}`);
    return weights[name];
  });
}

/** Sets all weights of a layer or model; where the case gives none the initializers' stay. */
export function setWeights(owner, weights) {
  if (weights === undefined || weights === null || typeof weights === 'string') return;
  const variables = [...owner.weights];
  const values = Array.isArray(weights)
    ? weights.flatMap((each) => inOrder(each, variables))
    : inOrder(weights, variables);
  owner.setWeights(values.map((value) => library.tensor(numbers(value))));
}

/** A layer of a case, built for a shape and with the case's weights. */
export function built({ config, weights }, shape, hold) {
  const layer = make(config, hold);
  layer.build(shape);
  setWeights(layer, weights);
  return layer;
}

/** `x` of a case, a list for several inputs; `x_shape` says what nested lists lose. */
export function readInput(inputs) {
  const { x, x_shape: shape, several } = inputs;
  if (several) return x.map((each) => library.tensor(numbers(each)));
  return shape === undefined ? numbers(x) : { data: Float32Array.from([numbers(x)].flat(shape.length)), shape };
}

/** Shape of the input of a case, or the shapes of several. */
export function inputShape({ x, x_shape: shape, several }) {
  return several ? x.map(shapeOf) : (shape ?? shapeOf(x));
}

/** One state [batch, units], or a list of them. */
export function readStates(value) {
  const states = numbers(value);
  return shapeOf(states).length <= 2 ? library.tensor(states) : leaves(states, 2).map((each) => library.tensor(each));
}

/** Options of `apply` from the inputs of a case. */
export function applyOptions(inputs) {
  const options = {};
  if (inputs.mask !== undefined) options.mask = inputs.mask;
  if (inputs.initial_state !== undefined) options.initialState = readStates(inputs.initial_state);
  if (inputs.training !== undefined) options.training = inputs.training;
  return options;
}

/** What a layer gives, as one list: outputs, then states, cell by cell. */
export function applied(layer, inputs) {
  return [layer.apply(readInput(inputs), applyOptions(inputs))].flat(Number.POSITIVE_INFINITY);
}

/** What a cell gives on one step: its output, then its states. */
export function called(cell, inputs) {
  const given = cell.call(library.tensor(readInput(inputs)), readStates(inputs.states), { training: false });
  return given.flat(Number.POSITIVE_INFINITY);
}

/** The function of ours for a Keras module and identifier. */
export const lookUp = ({ module, identifier }) => library[module].get(numbers(identifier));
