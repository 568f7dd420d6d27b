import { zeros } from './batches.mjs';
import { randomFrom } from './random.mjs';
import { adam, disposeOf, Training } from './training.mjs';

/** @typedef {import('./training.mjs').Library} Library */
/** @typedef {import('./training.mjs').Batch} Batch */

const BATCH = 32;
const LONGEST = 32;
/** Batches in a row without a fault that solve a length. */
const IN_A_ROW = 10;
/** Steps for one length; after so many without success the network begins anew. */
const PATIENCE = 200;
/** Steps after the goal, to make it firm. */
const FIRMING = 200;

/**
 * Bits as −1 and +1, and after each one whether the number of ones so far is odd.
 * @param {import('./random.mjs').Random} random
 * @param {number} samples
 * @param {number} length
 * @returns {Batch} [samples, length, 1] each
 */
export function drawParity(random, samples, length) {
  const x = zeros(samples, length, 1);
  const y = zeros(samples, length, 1);
  for (let i = 0, odd = 0; i < x.data.length; i += 1) {
    const bit = random.below(2);
    odd = i % length === 0 ? bit : odd ^ bit;
    x.data[i] = 2 * bit - 1;
    y.data[i] = odd;
  }
  return { x, y };
}

/** @param {Library} library */
function compiled(library) {
  const { Dense, Sequential, SimpleRNN } = library;
  const model = new Sequential({
    name: 'parity',
    layers: [
      new SimpleRNN({ units: 8, returnSequences: true, inputShape: [null, 1] }),
      new Dense({ units: 1, activation: 'sigmoid' }),
    ],
  });
  model.compile({ optimizer: adam(library, 0.02), loss: 'binary_crossentropy', metrics: ['accuracy'] });
  return model;
}

/** Share of right answers. @param {import('./training.mjs').Sequential} model @param {Batch} batch */
function accuracy(model, { x, y }) {
  const answers = model.predict(x, { batchSize: x.shape[0] }).data;
  let right = 0;
  for (let i = 0; i < answers.length; i += 1) if (Math.round(answers[i] ?? 0) === y.data[i]) right += 1;
  return right / answers.length;
}

/**
 * Begins with sequences of two bits. Ten batches in a row without a fault double the length, up to 32; two hundred steps
 * with one length and no success, and the network begins anew with fresh weights and two bits.
 */
class ParityTraining extends Training {
  /** Bits of a sequence at this time. */
  length = 2;
  /** How often the network began anew. */
  restarts = 0;
  /** @type {number | null} Step at which the last length was solved. */
  solvedAt = null;
  #faultless = 0;
  #lengthSince = 0;
  #seed;
  #library;

  /** @param {Library} library @param {import('./training.mjs').StartOptions} options */
  constructor(library, { seed, steps = parity.steps }) {
    library.utils.setRandomSeed(seed);
    const random = randomFrom(seed);
    const test = { short: drawParity(randomFrom(777), 1000, 32), long: drawParity(randomFrom(778), 200, 200) };
    super({
      figure: parity.figure,
      model: compiled(library),
      steps,
      batch: () => drawParity(random, BATCH, this.length),
      evaluate: (model) => ({ accuracy: accuracy(model, test.short), accuracyOf200: accuracy(model, test.long) }),
      more: () => ({ length: this.length, restarts: this.restarts }),
    });
    this.#seed = seed;
    this.#library = library;
  }

  /** @override */
  get isDone() {
    return this.step >= this.steps || (this.solvedAt !== null && this.step >= this.solvedAt + FIRMING);
  }

  /** @override */
  trainStep() {
    const logs = super.trainStep();
    this.#faultless = logs.accuracy === 1 ? this.#faultless + 1 : 0;
    if (this.#faultless >= IN_A_ROW && this.length < LONGEST) this.#useLength(2 * this.length);
    else if (this.#faultless >= IN_A_ROW) this.solvedAt ??= this.step;
    else if (this.solvedAt === null && this.step - this.#lengthSince >= PATIENCE) this.#beginAnew();
    return logs;
  }

  /** @param {number} length */
  #useLength(length) {
    this.length = length;
    this.#faultless = 0;
    this.#lengthSince = this.step;
  }

  #beginAnew() {
    this.restarts += 1;
    this.#useLength(2);
    this.#library.utils.setRandomSeed(this.#seed + 1000 * this.restarts);
    const old = this.model;
    this.model = compiled(this.#library);
    disposeOf(old);
  }
}

/** @type {import('./training.mjs').Recipe} */
export const parity = {
  name: 'parity',
  task: 'say after every bit whether the number of ones so far is odd',
  layers: 'SimpleRNN 8, Dense 1 sigmoid',
  steps: 2000,
  file: null,
  read: () => null,
  figure: {
    key: 'accuracy',
    label: 'accuracy on 1000 sequences of 32 bits',
    better: 'higher',
    goal: 1,
    digits: 4,
    keras: 1,
    kerasRange: [1, 1],
    baselines: [['guessing', 0.5]],
  },
  start: (library, options) => new ParityTraining(library, options),
};
