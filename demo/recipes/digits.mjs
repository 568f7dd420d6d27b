import { epochs, samplesWhere, zeros } from './batches.mjs';
import { fallingAdam, Training } from './training.mjs';

/** @typedef {import('./training.mjs').Values} Values */

const SIZE = 8;
const CLASSES = 10;
const RECORD = SIZE * SIZE + 1;

/** Every sixth example is kept for the test. @param {number} index */
export const isTest = (index) => index % 6 === 5;

/** Share of examples whose likeliest class is the right one. @param {any} model @param {Values} x @param {Values} y */
function accuracy(model, x, y) {
  const answers = model.predict(x, { batchSize: 256 }).data;
  let right = 0;
  for (let i = 0; i < y.data.length; i += 1) {
    const row = answers.subarray(i * CLASSES, (i + 1) * CLASSES);
    if (row.indexOf(Math.max(...row)) === y.data[i]) right += 1;
  }
  return right / y.data.length;
}

/** @type {import('./training.mjs').Recipe} */
export const digits = {
  name: 'digits',
  task: 'read a hand-written digit, row by row',
  layers: 'SimpleRNN 48, Dropout 0.2, Dense 10 softmax',
  steps: 1410,
  file: 'digits.bin',
  /** Records of 64 pixels (0 white … 16 black) and a label. @returns {{ x: Values, y: Values }} x [n, 8, 8] of 0..1, y [n] */
  read(bytes) {
    const count = Math.floor(bytes.length / RECORD);
    const x = zeros(count, SIZE, SIZE);
    const y = zeros(count);
    for (let i = 0; i < count; i += 1) {
      const record = bytes.subarray(i * RECORD, (i + 1) * RECORD);
      x.data.set(
        Float32Array.from(record.subarray(0, -1), (pixel) => pixel / 16),
        i * SIZE * SIZE,
      );
      y.data[i] = /** @type {number} */ (record[RECORD - 1]);
    }
    return { x, y };
  },
  figure: {
    key: 'accuracyOfTest',
    label: 'accuracy on the 299 test digits',
    better: 'higher',
    goal: 0.96,
    digits: 4,
    keras: 0.9732,
    kerasRange: [0.9666, 0.9766],
    baselines: [['the nearest neighbour', 0.9799]],
  },
  start(library, { data, seed, steps = digits.steps }) {
    const { Dense, Dropout, Sequential, SimpleRNN } = library;
    library.utils.setRandomSeed(seed);
    const model = new Sequential({
      name: 'digits',
      layers: [
        new SimpleRNN({ units: 48, inputShape: [SIZE, SIZE] }),
        new Dropout({ rate: 0.2 }),
        new Dense({ units: CLASSES, activation: 'softmax' }),
      ],
    });
    model.compile({
      optimizer: fallingAdam(library, 0.005, 0.00025, steps),
      loss: 'sparse_categorical_crossentropy',
      metrics: ['accuracy'],
    });
    const part = (/** @type {(index: number) => boolean} */ keep) => ({
      x: samplesWhere(data.x, keep),
      y: samplesWhere(data.y, keep),
    });
    const trained = part((index) => !isTest(index));
    const test = part(isTest);
    const { next, perEpoch } = epochs(trained.x, trained.y, { batchSize: 32, seed });
    return new Training({
      figure: digits.figure,
      model,
      steps,
      batch: next,
      evaluate: () => ({
        accuracyOfTest: accuracy(model, test.x, test.y),
        accuracyOfTraining: accuracy(model, trained.x, trained.y),
      }),
      more: ({ step }) => ({ epoch: step / perEpoch, epochs: steps / perEpoch }),
    });
  },
};
