// One training, the same everywhere: in Node, in a page, in the page's worker.
import { numbers } from './numbers.js';

const [SAMPLES, STEPS, FEATURES] = [320, 20, 4];

function seededModel({ Dense, Dropout, Sequential, SimpleRNN }) {
  const drawn = (className, seed) => ({ class_name: className, config: { seed } });
  const model = new Sequential([
    new SimpleRNN({
      units: 24,
      kernelInitializer: drawn('GlorotUniform', 1),
      recurrentInitializer: drawn('Orthogonal', 2),
      recurrentDropout: 0.1,
      seed: 3,
      inputShape: [STEPS, FEATURES],
    }),
    new Dropout({ rate: 0.1, seed: 4 }),
    new Dense({ units: 1, kernelInitializer: drawn('GlorotUniform', 5) }),
  ]);
  model.compile({ optimizer: 'adam', loss: 'mse' });
  return model;
}

/** FNV-1a of the bits of all weights. */
function hashOf(weights) {
  let hash = 0x811c9dc5;
  for (const { data } of weights) {
    for (const byte of new Uint8Array(data.buffer, data.byteOffset, data.byteLength)) {
      hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
    }
  }
  return hash.toString(16);
}

/**
 * 1,000 steps: the hash of the weights, the losses, and what the module here has come to hold meanwhile.
 * @param toWorker Null: here.
 */
export async function train(simpleRNN, toWorker) {
  simpleRNN.utils.setRandomSeed(6);
  const model = seededModel(simpleRNN);
  const x = { data: numbers(SAMPLES * STEPS * FEATURES, 1), shape: [SAMPLES, STEPS, FEATURES] };
  const y = { data: numbers(SAMPLES, 2), shape: [SAMPLES, 1] };
  const before = simpleRNN.memory().bytes;
  const trained = toWorker === null ? model : await toWorker(model);
  const losses = [];
  await trained.fit(x, y, { epochs: 100, verbose: 0, callbacks: { onEpochEnd: (_, { loss }) => losses.push(loss) } });
  const hash = hashOf(await trained.getWeights());
  const held = simpleRNN.memory().bytes - before;
  trained.dispose();
  model.dispose();
  return { hash, losses, held };
}
