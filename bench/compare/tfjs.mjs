// The models of specs.mjs in TensorFlow.js, on its cpu backend.
import { load, versions as versionsOf } from '../adapters/_tfjs.mjs';

export const versions = () => versionsOf('cpu');

const zeros = { kernelInitializer: 'zeros', recurrentInitializer: 'zeros' };
const NAMES = { silu: 'swish' };
const UNKNOWN = ['hard_sigmoid', 'leaky_relu']; // hard_sigmoid is another function there

function makeLayer(tf, layer, returnState) {
  const { type, units, useBias, returnSequences, goBackwards, mergeMode } = layer;
  const activation = NAMES[layer.activation] ?? layer.activation;
  const cell = { activation, useBias, ...zeros };
  if (type === 'stack') {
    const cells = units.map((size) => tf.layers.simpleRNNCell({ units: size, ...cell }));
    return tf.layers.rnn({ cell: cells, returnSequences });
  }
  const dense = () => tf.layers.dense({ units, activation, useBias, kernelInitializer: 'zeros' });
  if (type === 'dense') return dense();
  if (type === 'time_distributed') return tf.layers.timeDistributed({ layer: dense() });
  const rnn = tf.layers.simpleRNN({ units, ...cell, returnSequences, goBackwards, returnState });
  return type === 'bidirectional' ? tf.layers.bidirectional({ layer: rnn, mergeMode }) : rnn;
}

function build(tf, spec) {
  const { steps, features, vocabulary, front, layers, states } = spec;
  const isIds = front?.startsWith('embedding') ?? false;
  const x = tf.input({ shape: isIds ? [steps] : [steps, features] });
  const inputs = [x];
  let value = x;
  if (isIds) {
    const maskZero = front === 'embedding_mask';
    value = tf.layers.embedding({ inputDim: vocabulary, outputDim: features, maskZero }).apply(value);
  }
  if (front === 'masking') value = tf.layers.masking({ maskValue: 0 }).apply(value);
  const outputs = [];
  layers.forEach((layer, index) => {
    if (index === 0 && states) {
      const h = tf.input({ shape: [layer.units] });
      inputs.push(h);
      const [output, state] = makeLayer(tf, layer, true).apply(value, { initialState: [h] });
      outputs.push(state);
      value = output;
    } else value = makeLayer(tf, layer, false).apply(value);
  });
  return tf.model({ inputs, outputs: [value, ...outputs] });
}

/** What computes a model, or null for one that this library does not know. */
export async function prepare() {
  const tf = await load('cpu');
  const toTensor = ({ data, shape }) => tf.tensor(data, shape);
  return async (spec, weights, { x, h }) => {
    if (spec.layers.some(({ activation }) => UNKNOWN.includes(activation))) return null;
    const model = build(tf, spec);
    const outputs = tf.tidy(() => {
      model.setWeights(weights.map(toTensor));
      const given = h === null ? toTensor(x) : [toTensor(x), toTensor(h)];
      return [model.predict(given, { batchSize: spec.batch })].flat().map((each) => each.dataSync());
    });
    model.dispose();
    return outputs;
  };
}
