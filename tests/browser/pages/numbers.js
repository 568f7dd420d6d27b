// What every place must compute to the same bits: run in Node, in a page, in workers, by all of the package's files.

/** Whole-number arithmetic, so that the inputs are the same everywhere. */
function numbers(count, start) {
  const values = new Float32Array(count);
  let state = start;
  for (let index = 0; index < count; index += 1) {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    values[index] = state / 0x40000000 - 1;
  }
  return values;
}

function seededModel({ Dense, Sequential, SimpleRNN }) {
  const drawn = (className, seed) => ({ class_name: className, config: { seed } });
  const initializers = (seed) => ({
    kernelInitializer: drawn('GlorotUniform', seed),
    recurrentInitializer: drawn('Orthogonal', seed + 1),
    biasInitializer: drawn('RandomNormal', seed + 2),
  });
  return new Sequential([
    new SimpleRNN({ units: 19, ...initializers(10), returnSequences: true, inputShape: [23, 5] }),
    new SimpleRNN({ units: 9, ...initializers(20), activation: 'sigmoid', goBackwards: true }),
    new Dense({ units: 3, kernelInitializer: drawn('GlorotUniform', 30), activation: 'softmax' }),
  ]);
}

/**
 * Weights drawn from seeds and predictions made with them; `blocks`: what stays in the module
 * after two further predictions and after dispose, less what was there before.
 */
export function compute(simpleRNN) {
  const { memory } = simpleRNN;
  const before = memory();
  const model = seededModel(simpleRNN);
  const inputs = { data: numbers(4 * 23 * 5, 1), shape: [4, 23, 5] };
  const outputs = Array.from(model.predict(inputs).data);
  const once = memory();
  model.predict(inputs);
  model.predict(inputs);
  const thrice = memory();
  const weights = model.getWeights().map((weight) => Array.from(weight.data ?? weight));
  model.dispose();
  const after = memory();
  return {
    outputs,
    weights,
    grownByRepeating: thrice.bytes - once.bytes,
    keptAfterDispose: after.bytes - before.bytes,
  };
}

/** The outputs of a Keras model file for the inputs of its fixture. */
export async function loaded({ loadModel }, source, inputs) {
  const model = await loadModel(source);
  const outputs = Array.from(model.predict(inputs).data);
  model.dispose();
  return outputs;
}
