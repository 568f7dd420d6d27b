// What every place must compute to the same bits: run in Node, in a page, in workers, by all of the package's files.

/** Whole-number arithmetic, so that the inputs are the same everywhere. */
export function numbers(count, start) {
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

/** FNV-1a of the bits of all weights. */
function hashOf(model) {
  let hash = 0x811c9dc5;
  for (const { data } of model.getWeights()) {
    for (const bits of new Uint32Array(data.buffer, data.byteOffset, data.length)) {
      hash = Math.imul(hash ^ bits, 0x01000193) >>> 0;
    }
  }
  return hash.toString(16);
}

/** 1,000 training steps of a seeded model on shuffled batches, with dropout: a hash of the weights, and the loss. */
export async function train(simpleRNN) {
  const { Dense, Dropout, Sequential, SimpleRNN, utils } = simpleRNN;
  utils.setRandomSeed(40);
  const model = new Sequential([
    new SimpleRNN({ units: 11, returnSequences: true, dropout: 0.1, inputShape: [13, 5] }),
    new SimpleRNN({ units: 9, recurrentDropout: 0.1 }),
    new Dropout({ rate: 0.1 }),
    new Dense({ units: 1 }),
  ]);
  model.compile({ optimizer: 'adam', loss: 'mse', metrics: ['mae'] });
  const x = { data: numbers(30 * 13 * 5, 2), shape: [30, 13, 5] };
  const y = { data: numbers(30, 3), shape: [30, 1] };
  const { history } = await model.fit(x, y, { epochs: 250, batchSize: 8, verbose: 0 });
  const result = {
    hash: hashOf(model),
    steps: model.optimizer.iterations,
    losses: [history.loss[0], history.loss[249], history.mae[249]],
  };
  model.dispose();
  return result;
}

/** The outputs of a Keras model file for the inputs of its fixture. */
export async function loaded({ loadModel }, source, inputs) {
  const model = await loadModel(source);
  const outputs = Array.from(model.predict(inputs).data);
  model.dispose();
  return outputs;
}
