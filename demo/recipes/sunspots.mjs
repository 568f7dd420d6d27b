import { epochs, rootMeanSquare, zeros } from './batches.mjs';
import { fallingAdam, Training } from './training.mjs';

/** @typedef {import('./training.mjs').Values} Values */
/** @typedef {{ first_year: number, values: number[] }} Series Mean sunspot number of each year. */

/** Years that the network reads. */
export const WINDOW = 24;
/** The last year that it is trained to forecast. */
export const LAST_TRAINED = 1950;

/** Sunspots of a year to what the network reads. @param {number} sunspots */
export const encode = (sunspots) => Math.sqrt(sunspots) / 10;
/** What the network answers to sunspots of a year. @param {number} z */
export const decode = (z) => (10 * Math.max(z, 0)) ** 2;

/**
 * For each target year from `first` to `last` the 24 years before, oldest first, and the year itself, encoded.
 * @param {Series} series
 * @param {number} first
 * @param {number} last
 * @returns {{ x: Values, y: Values, sunspots: number[] }} x [years, 24, 1], y [years, 1]
 */
export function windows({ first_year: start, values }, first, last) {
  const years = last - first + 1;
  const x = zeros(years, WINDOW, 1);
  const y = zeros(years, 1);
  const encoded = values.map(encode);
  for (let i = 0; i < years; i += 1) {
    const at = first - start + i;
    x.data.set(encoded.slice(at - WINDOW, at), i * WINDOW);
    y.data.set([/** @type {number} */ (encoded[at])], i);
  }
  return { x, y, sunspots: values.slice(first - start, last - start + 1) };
}

/** @param {any} model @param {ReturnType<typeof windows>} years */
function errorOn(model, { x, sunspots }) {
  const answers = model.predict(x).data;
  return rootMeanSquare(sunspots.map((truth, i) => decode(answers[i]) - truth));
}

/** @type {import('./training.mjs').Recipe} */
export const sunspots = {
  name: 'sunspots',
  task: 'forecast the sunspots of the next year from those of 24 years',
  layers: 'SimpleRNN 12, Dense 1, L2 of 3e-4 on the three kernels',
  steps: 800,
  file: 'sunspots.json',
  /** @returns {Series} */
  read: (bytes) => JSON.parse(new TextDecoder().decode(bytes)),
  figure: {
    key: 'errorOfTest',
    label: 'root mean square error 1951–2008, in sunspots',
    better: 'lower',
    goal: 18.67,
    digits: 2,
    keras: 17.98,
    kerasRange: [15.48, 18.65],
    baselines: [
      ['the value of last year', 32.79],
      ['the value 11 years ago', 37.73],
      ['AR(9)', 18.67],
    ],
  },
  start(library, { data, seed, steps = sunspots.steps }) {
    const { Dense, Sequential, SimpleRNN } = library;
    library.utils.setRandomSeed(seed);
    const regularizer = library.regularizers.l2({ l2: 3e-4 });
    const kernels = { kernelRegularizer: regularizer };
    const model = new Sequential({
      name: 'sunspots',
      layers: [
        new SimpleRNN({ units: 12, inputShape: [WINDOW, 1], ...kernels, recurrentRegularizer: regularizer }),
        new Dense({ units: 1, ...kernels }),
      ],
    });
    model.compile({ optimizer: fallingAdam(library, 0.02, 0.001, steps), loss: 'mse' });
    const trained = windows(data, data.first_year + WINDOW, LAST_TRAINED);
    const test = windows(data, LAST_TRAINED + 1, data.first_year + data.values.length - 1);
    const { next, perEpoch } = epochs(trained.x, trained.y, { batchSize: 32, seed });
    return new Training({
      figure: sunspots.figure,
      model,
      steps,
      batch: next,
      evaluate: () => ({ errorOfTest: errorOn(model, test), errorOfTraining: errorOn(model, trained) }),
      more: ({ step }) => ({ epoch: step / perEpoch, epochs: steps / perEpoch }),
    });
  },
};
