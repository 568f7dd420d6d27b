// Kinds that run a layer or a model on data: outputs and states, call after call.
import { mismatch } from './compare.mjs';
import { applied, built, called, inputShape, library, make, makeModel, readInput, setWeights } from './make.mjs';
import { flatStates, shapeOf } from './read.mjs';

const sameStates = (got) => (expected, tolerance) => mismatch(got, flatStates(expected), tolerance);

/**
 * What one call gave, by the names that cases use. `outputs` holds all tensors unless the case lists states apart;
 * only Bidirectional without a merge mode has two outputs.
 */
function named(spec, flat, expected) {
  const isPair = spec.class_name === 'Bidirectional' && spec.config.merge_mode === null;
  const hasStates = 'states' in expected || 'states_in_order' in expected;
  const main = isPair ? 2 : 1;
  const answers = { outputs: hasStates ? flat.slice(0, main) : flat };
  if (!isPair) answers.output = flat[0];
  if (flat.length > main) answers.states = sameStates(flat.slice(main));
  return answers;
}

const run = (layer, inputs) => (inputs.states === undefined ? applied(layer, inputs) : called(layer, inputs));

function layerForward(each, { inputs, hold }) {
  const layer = built(each, inputShape(inputs), hold);
  return named(each.config, run(layer, inputs), each.expected);
}

/** Goes through the steps; `call` gives the answers of one call. */
function inOrder({ steps }, call, reset) {
  const answers = {};
  const [outputs, states] = [[], []];
  for (const { op, check, inputs } of steps) {
    if (op === 'reset_state') {
      reset();
      continue;
    }
    if (op !== 'call' && op !== 'predict') throw new Error(`the runner knows no step '${op}'`);
    const given = call(inputs);
    if (check === undefined) continue;
    const index = /^outputs_in_order\[(\d+)\]$/.exec(check)?.[1];
    if (index === undefined) Object.assign(answers, given);
    else outputs[Number(index)] = given.output ?? given.outputs;
    if (given.states !== undefined) states.push(given.states);
  }
  if (outputs.length > 0) answers.outputs_in_order = outputs;
  if (states.length > 0) answers.states_in_order = eachOf(states);
  return answers;
}

const eachOf = (checks) => (expected, tolerance) => {
  if (expected.length !== checks.length) return `states of ${checks.length} calls, expected ${expected.length}`;
  return checks.map((check, index) => check(expected[index], tolerance)).find((found) => found !== null) ?? null;
};

function layerSteps(each, { inputs, hold }) {
  const first = each.steps.find(({ op }) => op === 'call').inputs ?? inputs;
  const layer = built(each, inputShape(first), hold);
  return inOrder(
    each,
    (given) => named(each.config, run(layer, given ?? inputs), each.expected),
    () => layer.resetState(),
  );
}

function predicted(model, inputs) {
  const given = [model.predict(readInput(inputs))].flat();
  return given.length === 1 ? { output: given[0], outputs: given } : { outputs: given };
}

function madeModel({ config, weights }, hold) {
  const model = makeModel(config, hold);
  setWeights(model, weights);
  return model;
}

const modelForward = (each, { inputs, hold }) => predicted(madeModel(each, hold), inputs);

function modelSteps(each, { inputs, hold }) {
  const model = madeModel(each, hold);
  return inOrder(
    each,
    (given) => predicted(model, given ?? inputs),
    () => model.resetStates(),
  );
}

/** The cell in an RNN that gives sequences and states. */
function rnnFunction({ config }, { inputs, hold }) {
  const { initial_states: states, x } = inputs;
  const sizes = states.map((state) => shapeOf(state).at(-1));
  const cell = { ...config, config: { state_size: sizes.length === 1 ? sizes[0] : sizes, ...config.config } };
  const rnn = make({ class_name: 'RNN', config: { cell, return_sequences: true, return_state: true } }, hold);
  const initialState = states.map((state) => library.tensor(state));
  const [outputs, ...last] = [rnn.apply(x, { initialState })].flat(Number.POSITIVE_INFINITY);
  const [batch, steps, units] = outputs.shape;
  const rows = Array.from({ length: batch }, (_, row) => (row * steps + steps - 1) * units);
  const lastOutput = rows.map((start) => [...outputs.data.subarray(start, start + units)]);
  return { outputs, last_output: library.tensor(lastOutput), states: sameStates(last) };
}

export const kinds = {
  layer_forward: layerForward,
  rnn_cell_forward: layerForward,
  bidirectional_forward: layerForward,
  time_distributed_forward: layerForward,
  layer_steps: layerSteps,
  rnn_cell_steps: layerSteps,
  model_forward: modelForward,
  predict: modelForward,
  model_steps: modelSteps,
  rnn_function: rnnFunction,
};
