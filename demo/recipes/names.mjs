import { epochs, samplesWhere, zeros } from './batches.mjs';
import { fallingAdam, Training } from './training.mjs';

/** @typedef {import('./training.mjs').Values} Values */

/** Token 0 pads, 1 starts a name, 2 ends it. */
export const ALPHABET = '_^$abcdefghijklmnopqrstuvwxyz';
const START = 1;
const END = 2;
const TOKENS = ALPHABET.length;

/** Every tenth name is kept for validation. @param {number} index */
export const isValidation = (index) => index % 10 === 9;

/**
 * Names as tokens: x the start and the letters, y the letters and the end, padded with 0 on the right.
 * @param {readonly string[]} names
 * @returns {{ x: Values, y: Values }} [names, longest + 1] each
 */
export function tokens(names) {
  const length = Math.max(...names.map((name) => name.length)) + 1;
  const x = zeros(names.length, length);
  const y = zeros(names.length, length);
  names.forEach((name, i) => {
    const letters = [...name].map((letter) => ALPHABET.indexOf(letter));
    x.data.set([START, ...letters], i * length);
    y.data.set([...letters, END], i * length);
  });
  return { x, y };
}

/** Bits per character, the end of a name counted as one. @param {any} model @param {Values} x @param {Values} y */
function bits(model, x, y) {
  const answers = model.predict(x, { batchSize: 256 }).data;
  let sum = 0;
  let characters = 0;
  for (let i = 0; i < y.data.length; i += 1) {
    const token = /** @type {number} */ (y.data[i]);
    if (token === 0) continue;
    sum -= Math.log2(answers[i * TOKENS + token]);
    characters += 1;
  }
  return sum / characters;
}

/** @type {import('./training.mjs').Recipe} */
export const names = {
  name: 'names',
  task: 'say which letter of a first name comes next',
  layers: 'Embedding 29 → 16 masked, SimpleRNN 96, Dropout 0.2, Dense 29 softmax',
  steps: 2380,
  file: 'names.txt',
  /** @returns {string[]} */
  read: (bytes) => new TextDecoder().decode(bytes).split('\n').filter(Boolean),
  figure: {
    key: 'bitsOfValidation',
    label: 'bits per character on the names kept for validation',
    better: 'lower',
    goal: 3.196,
    digits: 3,
    keras: 2.974,
    kerasRange: [2.974, 2.981],
    baselines: [
      ['the letter before (2-gram)', 3.496],
      ['two letters before (3-gram)', 3.16],
      ['three letters before (4-gram)', 2.974],
    ],
  },
  start(library, { data, seed, steps = names.steps }) {
    const { Dense, Dropout, Embedding, Sequential, SimpleRNN } = library;
    library.utils.setRandomSeed(seed);
    const model = new Sequential({
      name: 'names',
      layers: [
        new Embedding({ inputDim: TOKENS, outputDim: 16, maskZero: true, inputShape: [null] }),
        new SimpleRNN({ units: 96, returnSequences: true }),
        new Dropout({ rate: 0.2 }),
        new Dense({ units: TOKENS, activation: 'softmax' }),
      ],
    });
    model.compile({
      optimizer: fallingAdam(library, 0.005, 0.0001, steps),
      loss: 'sparse_categorical_crossentropy',
    });
    const all = tokens(data);
    const part = (/** @type {(index: number) => boolean} */ keep) => ({
      x: samplesWhere(all.x, keep),
      y: samplesWhere(all.y, keep),
    });
    const trained = part((index) => !isValidation(index));
    const validation = part(isValidation);
    const { next, perEpoch } = epochs(trained.x, trained.y, { batchSize: 64, seed });
    return new Training({
      figure: names.figure,
      model,
      steps,
      batch: next,
      evaluate: () => ({ bitsOfValidation: bits(model, validation.x, validation.y) }),
      more: ({ step }) => ({ epoch: step / perEpoch, epochs: steps / perEpoch }),
    });
  },
};
