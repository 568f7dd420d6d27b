// The models of specs.mjs in this package.
import {
  Bidirectional,
  Dense,
  Embedding,
  Input,
  Masking,
  Model,
  RNN,
  SimpleRNN,
  SimpleRNNCell,
  TimeDistributed,
} from 'simple-rnn';

export { configure } from 'simple-rnn';

// What is overwritten is not drawn.
const zeros = { kernelInitializer: 'zeros', recurrentInitializer: 'zeros' };

function makeLayer({ type, units, activation, useBias, returnSequences, goBackwards, unroll, mergeMode }, returnState) {
  const cell = { activation, useBias, ...zeros };
  if (type === 'stack') {
    return new RNN({ cell: units.map((size) => new SimpleRNNCell({ units: size, ...cell })), returnSequences, unroll });
  }
  const options = { units, activation, useBias, kernelInitializer: 'zeros' };
  if (type === 'dense') return new Dense(options);
  if (type === 'time_distributed') return new TimeDistributed({ layer: new Dense(options) });
  const rnn = new SimpleRNN({ units, ...cell, returnSequences, goBackwards, unroll, returnState });
  return type === 'bidirectional' ? new Bidirectional({ layer: rnn, mergeMode }) : rnn;
}

/** A functional model; with `states` it takes and gives the first layer's state besides. */
export function build(spec) {
  const { steps, features, vocabulary, front, layers, states } = spec;
  const isIds = front?.startsWith('embedding') ?? false;
  const x = Input({ shape: isIds ? [steps] : [steps, features] });
  const inputs = [x];
  let value = x;
  if (isIds) {
    const maskZero = front === 'embedding_mask';
    value = new Embedding({ inputDim: vocabulary, outputDim: features, maskZero }).apply(value);
  }
  if (front === 'masking') value = new Masking().apply(value);
  const outputs = [];
  layers.forEach((layer, index) => {
    if (index === 0 && states) {
      const h = Input({ shape: [layer.units] });
      inputs.push(h);
      const [output, state] = makeLayer(layer, true).apply(value, { initialState: h });
      outputs.push(state);
      value = output;
    } else value = makeLayer(layer, false).apply(value);
  });
  return new Model({ inputs, outputs: [value, ...outputs] });
}

/** Each output's numbers. */
export function run(model, { x, h }) {
  const given = h === null ? x : [x, h];
  return [model.predict(given)].flat().map(({ data }) => data);
}
