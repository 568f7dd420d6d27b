import { meanSquare, zeros } from './batches.mjs';
import { randomFrom } from './random.mjs';
import { fallingAdam, Training } from './training.mjs';

/** @typedef {import('./training.mjs').Batch} Batch */

const LENGTH = 24;
const DELAY = 3;

/**
 * Numbers from −1 to 1, and at every step the one of three steps ago (0 at first).
 * @param {import('./random.mjs').Random} random
 * @param {number} samples
 * @returns {Batch} [samples, 24, 1] each
 */
export function drawEcho(random, samples) {
  const x = zeros(samples, LENGTH, 1);
  const y = zeros(samples, LENGTH, 1);
  for (let i = 0; i < x.data.length; i += 1) {
    x.data[i] = random.uniform(-1, 1);
    y.data[i] = i % LENGTH < DELAY ? 0 : /** @type {number} */ (x.data[i - DELAY]);
  }
  return { x, y };
}

/** @type {import('./training.mjs').Recipe} */
export const echo = {
  name: 'echo',
  task: 'say what came three steps ago',
  layers: 'SimpleRNN 12, Dense 1',
  steps: 800,
  file: null,
  read: () => null,
  figure: {
    key: 'mse',
    label: 'mean squared error',
    better: 'lower',
    goal: 0.001,
    digits: 6,
    keras: 0.00013,
    kerasRange: [0.000107, 0.00016],
    baselines: [['always 0', 0.294]],
  },
  start(library, { seed, steps = echo.steps }) {
    const { Dense, Sequential, SimpleRNN } = library;
    library.utils.setRandomSeed(seed);
    const model = new Sequential({
      name: 'echo',
      layers: [new SimpleRNN({ units: 12, returnSequences: true, inputShape: [null, 1] }), new Dense({ units: 1 })],
    });
    model.compile({ optimizer: fallingAdam(library, 0.02, 0.002, steps), loss: 'mse' });
    const random = randomFrom(seed);
    const test = drawEcho(randomFrom(12345), 200);
    return new Training({
      figure: echo.figure,
      model,
      steps,
      batch: () => drawEcho(random, 32),
      evaluate: () => {
        const answers = model.predict(test.x, { batchSize: 200 }).data;
        return { mse: meanSquare(answers.map((value, i) => value - /** @type {number} */ (test.y.data[i]))) };
      },
    });
  },
};
