// The kind `gradient`: what `gradients` gives for a layer, a model or one step of a cell.
import { short } from './compare.mjs';
import { applyOptions, built, inputShape, library, makeModel, readInput, readStates, setWeights } from './make.mjs';
import { flatStates, leaves, numbers } from './read.mjs';

// Keras computes these in float64, we in float32.
const RELATIVE = 1e-4;

const isModel = ({ class_name: name }) => ['Sequential', 'Functional'].includes(name);
const flat = (value) => [numbers(value)].flat(Number.POSITIVE_INFINITY);

// What differs by more than 1e-4 of the largest entry.
function apart(got, expected) {
  if (expected === null) return got === null ? null : `got ${short(got)}, expected no gradient`;
  const all = flat(expected);
  const data = typeof got === 'number' ? [got] : (got?.data ?? []);
  if (data.length !== all.length) return `got ${short(got)}, expected ${all.length} numbers`;
  const bound = RELATIVE * Math.max(...all.map(Math.abs), 1e-3);
  const index = all.findIndex((value, at) => !(Math.abs(data[at] - value) <= bound));
  return index < 0 ? null : `element ${index}: got ${data[index]}, expected ${all[index]}`;
}

function apartInOrder(got, expected) {
  if (got.length !== expected.length) return `${got.length} arrays, expected ${expected.length}`;
  return got.map((each, index) => apart(each, expected[index])).find((found) => found !== null) ?? null;
}

/** Arrays by weights' names, or in groups of those, in one list. */
function listed(weights) {
  if (Array.isArray(weights)) return weights.flatMap(listed);
  return Object.values(weights).flatMap((each) => (Array.isArray(each) ? [each] : listed(each)));
}

function owner({ config, weights }, { inputs, hold }) {
  if (!isModel(config)) return built({ config, weights }, inputShape(inputs), hold);
  const model = makeModel(config, hold);
  setWeights(model, weights);
  return model;
}

function gradient(each, context) {
  const { inputs } = context;
  const { cotangent, cotangents = [cotangent], states } = inputs;
  const options = { ...applyOptions(inputs), cotangents: cotangents.map(numbers) };
  if (states !== undefined) options.states = readStates(states);
  const made = library.gradients(owner(each, context), readInput(inputs), options);
  const { gradients } = made;
  const differences = {
    weights: (expected) => apartInOrder(gradients.weights, listed(expected)),
    x: (expected) => apartInOrder(gradients.x, inputs.several ? expected : [expected]),
    initial_state: (expected) => apartInOrder(gradients.initialState, leaves(expected, 2)),
    states: (expected) => apartInOrder(gradients.states, leaves(expected, 2)),
  };
  return {
    loss: (expected) => apart(made.loss, expected),
    regularization: (expected) => apart(made.regularization, expected),
    output: (expected) => apartInOrder(made.outputs, [expected]),
    outputs: (expected) => apartInOrder(made.outputs, expected),
    states: (expected) => apartInOrder(made.states, flatStates(expected)),
    gradients: (expected) =>
      Object.entries(expected)
        .map(([key, value]) => {
          const found = key in differences ? differences[key](value) : 'no such gradients';
          return found === null ? null : `${key}: ${found}`;
        })
        .find((found) => found !== null) ?? null,
  };
}

export const kinds = { gradient };
