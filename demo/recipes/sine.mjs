import { rootMeanSquare, zeros } from './batches.mjs';
import { randomFrom } from './random.mjs';
import { fallingAdam, Training } from './training.mjs';

/** @typedef {import('./training.mjs').Values} Values */

const LENGTH = 64;
const ALONE = 24;
/** Steps at the beginning that are not judged: the network has to find the period first. */
const LEAD = 8;
const SAMPLES = 200;

/**
 * Sines with a period of 12 to 20 steps and any phase, clean and with noise of deviation 0.1.
 * @param {import('./random.mjs').Random} random
 * @param {number} samples
 * @param {number} length
 * @returns {{ clean: Values, noisy: Values }} [samples, length, 1] each
 */
export function drawSines(random, samples, length) {
  const clean = zeros(samples, length, 1);
  const noisy = zeros(samples, length, 1);
  for (let sample = 0; sample < samples; sample += 1) {
    const pace = (2 * Math.PI) / random.uniform(12, 20);
    const phase = random.uniform(0, 2 * Math.PI);
    for (let t = 0; t < length; t += 1) {
      const value = Math.sin(pace * t + phase);
      clean.data[sample * length + t] = value;
      noisy.data[sample * length + t] = value + 0.1 * random.normal();
    }
  }
  return { clean, noisy };
}

/** The steps from `start` up to `end`, of one number each. @param {Values} values @returns {Values} */
function steps({ data, shape }, /** @type {number} */ start, /** @type {number} */ end) {
  const [samples = 0, length = 0] = shape;
  const part = zeros(samples, end - start, 1);
  for (let i = 0; i < samples; i += 1) {
    part.data.set(data.subarray(i * length + start, i * length + end), i * (end - start));
  }
  return part;
}

/**
 * What the model says after each of the first 64 steps, and then for 24 steps with its own answers for input.
 * @param {any} model
 * @param {Values} noisy [samples, 64 or more, 1]
 * @returns {Float32Array[]} per step [samples]
 */
export function goOn(model, noisy) {
  const [samples = 0] = noisy.shape;
  const [rnn, dense] = model.layers;
  /** @type {Float32Array[]} */
  const answers = [];
  let states = rnn.getInitialState(samples);
  for (let t = 0; t < LENGTH + ALONE - 1; t += 1) {
    const data = t < LENGTH ? steps(noisy, t, t + 1).data : answers[t - 1];
    /** @type {any[]} */
    const [output, next] = rnn.step({ data, shape: [samples, 1] }, states);
    states = next;
    answers.push(dense.apply(output).data);
  }
  return answers;
}

/** @type {import('./training.mjs').Recipe} */
export const sine = {
  name: 'sine',
  task: 'say the next value of a noisy sine, then go on alone',
  layers: 'SimpleRNN 16, Dense 1',
  steps: 1500,
  file: null,
  read: () => null,
  figure: {
    key: 'errorOfNext',
    label: 'root mean square error of the next value',
    better: 'lower',
    goal: 0.08,
    digits: 4,
    keras: 0.0627,
    kerasRange: [0.0573, 0.0633],
    baselines: [
      ['the last value', 0.3036],
      ['linear, of 16 values', 0.0916],
    ],
  },
  start(library, { seed, steps: count = sine.steps }) {
    const { Dense, Sequential, SimpleRNN } = library;
    library.utils.setRandomSeed(seed);
    const model = new Sequential({
      name: 'sine',
      layers: [new SimpleRNN({ units: 16, returnSequences: true, inputShape: [null, 1] }), new Dense({ units: 1 })],
    });
    model.compile({ optimizer: fallingAdam(library, 0.02, 0.002, count), loss: 'mse' });
    const random = randomFrom(seed);
    const test = drawSines(randomFrom(12345), SAMPLES, LENGTH + ALONE);
    return new Training({
      figure: sine.figure,
      model,
      steps: count,
      batch: () => {
        const { clean, noisy } = drawSines(random, 32, LENGTH + 1);
        return { x: steps(noisy, 0, LENGTH), y: steps(clean, 1, LENGTH + 1) };
      },
      evaluate: () => {
        const answers = goOn(model, test.noisy);
        const errors = answers.map((answer, t) => {
          const truth = steps(test.clean, t + 1, t + 2).data;
          return answer.map((value, i) => value - /** @type {number} */ (truth[i]));
        });
        const over = (/** @type {number} */ from, /** @type {number} */ to) =>
          rootMeanSquare(errors.slice(from, to).flatMap((each) => [...each]));
        return { errorOfNext: over(LEAD, LENGTH), errorOf24Alone: over(LENGTH - 1, LENGTH + ALONE - 1) };
      },
    });
  },
};
