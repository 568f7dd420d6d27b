import { drawSeed, seedAt } from '../runtime/random.js';

/** The numbers from 0 to `count` - 1 in random order: another one at every call, the same after `setRandomSeed`. */
export function permutation(count: number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, index) => index);
  shuffle(order, 0, count);
  return order;
}

/** Shuffles the part from `start` up to `end` in place (Fisher and Yates). */
export function shuffle(order: Uint32Array, start: number, end: number): void {
  const seed = drawSeed(null);
  for (let last = end - 1; last > start; last -= 1) {
    // The upper 32 bits, scaled: a whole number below last - start + 1.
    const other = start + Math.floor((seedAt(seed, last - start).high / 2 ** 32) * (last - start + 1));
    const value = order[last] as number;
    order[last] = order[other] as number;
    order[other] = value;
  }
}
