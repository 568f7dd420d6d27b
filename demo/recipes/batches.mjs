import { randomFrom } from './random.mjs';

/** @typedef {import('./training.mjs').Values} Values */
/** @typedef {import('./training.mjs').Batch} Batch */

/** Zeros. @param {number[]} shape @returns {Values} */
export function zeros(...shape) {
  return { data: new Float32Array(shape.reduce((product, size) => product * size, 1)), shape };
}

/**
 * Examples in another order in every epoch, the last batch as small as it comes.
 * @param {Values} x Samples first.
 * @param {Values} y
 * @param {{ batchSize: number, seed: number }} options
 * @returns {{ perEpoch: number, next: () => Batch }} A batch holds until the next one.
 */
export function epochs(x, y, { batchSize, seed }) {
  const random = randomFrom(seed);
  const samples = x.shape[0] ?? 0;
  const order = Uint32Array.from({ length: samples }, (_, i) => i);
  const pick = picker(batchSize);
  let at = samples;
  return {
    perEpoch: Math.ceil(samples / batchSize),
    next() {
      if (at >= samples) {
        shuffle(order, random);
        at = 0;
      }
      const rows = order.subarray(at, at + batchSize);
      at += batchSize;
      return { x: pick(x, rows), y: pick(y, rows) };
    },
  };
}

/** @param {Uint32Array} order @param {import('./random.mjs').Random} random */
function shuffle(order, random) {
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = random.below(last + 1);
    const value = /** @type {number} */ (order[last]);
    order[last] = /** @type {number} */ (order[other]);
    order[other] = value;
  }
}

/** Copies rows into one array per source. @param {number} most Rows, at most. */
function picker(most) {
  /** @type {Map<Values, Float32Array>} */
  const kept = new Map();
  /** @type {(source: Values, rows: Uint32Array) => Values} */
  return (source, rows) => {
    const size = source.data.length / (source.shape[0] ?? 1);
    const target = kept.get(source) ?? new Float32Array(most * size);
    kept.set(source, target);
    rows.forEach((row, i) => {
      target.set(source.data.subarray(row * size, (row + 1) * size), i * size);
    });
    return { data: target.subarray(0, rows.length * size), shape: [rows.length, ...source.shape.slice(1)] };
  };
}

/** The samples for which `keep` is true. @param {Values} source @param {(index: number) => boolean} keep @returns {Values} */
export function samplesWhere({ data, shape }, keep) {
  const [samples = 0, ...rest] = shape;
  const size = data.length / samples;
  const indices = Array.from({ length: samples }, (_, i) => i).filter(keep);
  const result = zeros(indices.length, ...rest);
  indices.forEach((index, i) => {
    result.data.set(data.subarray(index * size, (index + 1) * size), i * size);
  });
  return result;
}

/** Square root of the mean of squares. @param {ArrayLike<number>} errors */
export function rootMeanSquare(errors) {
  return Math.sqrt(meanSquare(errors));
}

/** @param {ArrayLike<number>} errors */
export function meanSquare(errors) {
  let sum = 0;
  for (let i = 0; i < errors.length; i += 1) sum += /** @type {number} */ (errors[i]) ** 2;
  return sum / errors.length;
}
