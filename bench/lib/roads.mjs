// The roads through the package that are more than a plain SimpleRNN, each beside plain forwards of the same work:
// { name, beside, run }, run(i) the i-th call and `beside` the name of the entry that it is compared with; those that
// others are compared with have `beside` null. All through `model.predict`, as a user calls it.
import { makeInput, makeWeights } from './data.mjs';

const INPUTS = 4; // rotated, so that no result can be reused

/** Plays for every sample; half of the steps of each, the same in every process. */
const everyStep = (count) => new Float32Array(count).fill(1);
const halfTheSteps = (count) => Float32Array.from({ length: count }, (_, i) => ((i * 2654435761) >>> 0) & 1024 && 1);

/** All entries of a shape of one SimpleRNN. library: what `simple-rnn` exports. */
export function roadsOf(library, shape) {
  const { Bidirectional, Input, Model, RNN, Sequential, SimpleRNN, SimpleRNNCell, StackedRNNCells } = library;
  const { B, T, F } = shape;
  const [{ units, returnSequences }] = shape.layers;
  const inputs = Array.from({ length: INPUTS }, (_, i) => makeInput(shape, i));
  const [{ kernel, recurrent, bias }] = makeWeights(shape);
  const values = [
    { data: kernel, shape: [F, units] },
    { data: recurrent, shape: [units, units] },
    { data: bias, shape: [units] },
  ];
  const first = { inputShape: [T, F] };
  const recurrentLayer = (more = {}) => new SimpleRNN({ units, returnSequences, ...more });

  const entry = (name, beside, model, call) => ({ name, beside, model, run: (i) => call(inputs[i % INPUTS]) });
  const single = (name, beside, layers, weights) => {
    const model = new Sequential(layers);
    if (weights) model.setWeights(weights);
    return entry(name, beside, model, (x) => model.predict(x));
  };
  /** A model with a second input. */
  const wired = (name, secondShape, apply, second) => {
    const x = Input({ shape: [T, F] });
    const other = Input({ shape: secondShape });
    const model = new Model({ inputs: [x, other], outputs: apply(x, other) });
    model.setWeights(values);
    return entry(name, 'plain', model, (data) => model.predict([data, second]));
  };
  const masked = (name, mask) => wired(name, [T], (x, m) => recurrentLayer().apply(x, { mask: m }), mask);

  const plain = single('plain', null, [recurrentLayer(first)], values);
  const backwards = single('go_backwards', 'plain', [recurrentLayer({ ...first, goBackwards: true })], values);
  const twice = entry('plain twice', null, plain.model, (x) => {
    plain.model.predict(x);
    return plain.model.predict(x);
  });
  const both = (mergeMode) =>
    single(
      `Bidirectional, ${mergeMode}`,
      'plain twice',
      [new Bidirectional({ layer: recurrentLayer(), mergeMode, ...first })],
      [...values, ...values],
    );
  const cell = () => new SimpleRNNCell({ units });
  const state = makeWeights(shape, 2)[0].kernel;
  const initial = Float32Array.from({ length: B * units }, (_, i) => state[i % state.length]);
  return [
    plain,
    masked('mask, all steps used', everyStep(B * T)),
    masked('mask, half of them', halfTheSteps(B * T)),
    wired('initial state', [units], (x, h) => recurrentLayer().apply(x, { initialState: h }), initial),
    single('stateful', 'plain', [recurrentLayer({ batchInputShape: [B, T, F], stateful: true })], values),
    backwards,
    twice,
    both('concat'),
    both('sum'),
    single('two layers', null, [new SimpleRNN({ units, returnSequences: true, ...first }), recurrentLayer()]),
    single('RNN of two cells', 'two layers', [new RNN({ cell: [cell(), cell()], returnSequences, ...first })]),
    single('RNN of StackedRNNCells', 'two layers', [
      new RNN({ cell: new StackedRNNCells({ cells: [cell(), cell()] }), returnSequences, ...first }),
    ]),
  ];
}

const WIDTH = 4;

/** Layers so small that little but the call is left, one after the other: chains, and a block of five applications. */
const graphs = {
  Dense: {
    applications: 1,
    add:
      ({ Dense }) =>
      ([x]) => [new Dense({ units: WIDTH }).apply(x)],
  },
  Activation: {
    applications: 1,
    add:
      ({ Activation }) =>
      ([x]) => [new Activation({ activation: 'tanh' }).apply(x)],
  },
  'two inputs, shared Dense, Concatenate, Add': {
    applications: 5,
    inputs: 2,
    add: ({ Add, Concatenate, Dense }) => {
      const shared = new Dense({ units: WIDTH });
      return ([a, b]) => {
        const left = shared.apply(a);
        const right = shared.apply(b);
        const joined = new Dense({ units: WIDTH }).apply(new Concatenate().apply([left, right]));
        return [new Add().apply([joined, left]), right];
      };
    },
  },
};

/** The names of the graphs. */
export const graphNames = Object.keys(graphs);

/** A functional model of `blocks` equal parts: { applications, run, model }, applications those of all parts. */
export function graphOf(library, name, blocks) {
  const { applications, inputs = 1, add } = graphs[name];
  const { Input, Model } = library;
  const first = Array.from({ length: inputs }, () => Input({ shape: [WIDTH] }));
  const grow = add(library);
  let last = first;
  for (let block = 0; block < blocks; block++) last = grow(last);
  const model = new Model({ inputs: first, outputs: last[0] });
  const data = first.map(() => Float32Array.of(1, -1, 0.5, 0));
  const given = inputs === 1 ? data[0] : data;
  return { applications: applications * blocks, model, run: () => model.predict(given) };
}
