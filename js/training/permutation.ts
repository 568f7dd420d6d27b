import { drawSeed, type Seed } from '../runtime/random.js';

/** The numbers from 0 to `count` - 1 in random order: another one at every call, the same after `setRandomSeed`. */
export function permutation(count: number): Uint32Array {
  const order = inOrder(count);
  shuffle(order, 0, count);
  return order;
}

/** The numbers from 0 to `count` - 1. */
export function inOrder(count: number): Uint32Array {
  const order = new Uint32Array(count);
  for (let index = 0; index < count; index += 1) order[index] = index;
  return order;
}

/** Shuffles the part from `start` up to `end` in place (Fisher and Yates). */
export function shuffle(order: Uint32Array, start: number, end: number): void {
  const draw = highWords(drawSeed(null));
  for (let last = end - 1; last > start; last -= 1) {
    const other = start + Math.floor((draw() / 2 ** 32) * (last - start + 1));
    const value = order[last] as number;
    order[last] = order[other] as number;
    order[other] = value;
  }
}

/**
 * The upper 32 bits of SplitMix64's numbers, one by one: those of `seedAt`, in 32-bit halves instead of bigints, which
 * are several times slower.
 */
export function highWords({ high, low }: Seed): () => number {
  return () => {
    const sum = low + 0x7f4a7c15;
    high = (high + 0x9e3779b9 + (sum > 0xffffffff ? 1 : 0)) >>> 0;
    low = sum >>> 0;
    let [h, l] = [high ^ (high >>> 30), low ^ ((low >>> 30) | (high << 2))];
    [h, l] = [multiplyHigh(h, l, 0xbf58476d, 0x1ce4e5b9), Math.imul(l, 0x1ce4e5b9)];
    [h, l] = [h ^ (h >>> 27), l ^ ((l >>> 27) | (h << 5))];
    h = multiplyHigh(h, l, 0x94d049bb, 0x133111eb);
    return (h ^ (h >>> 31)) >>> 0;
  };
}

/** The upper half of the lower 64 bits of a product of two 64-bit numbers, given in halves. */
function multiplyHigh(aHigh: number, aLow: number, bHigh: number, bLow: number): number {
  const [a1, a0, b1, b0] = [aLow >>> 16, aLow & 0xffff, bLow >>> 16, bLow & 0xffff];
  const middle = a1 * b0 + ((a0 * b0) >>> 16);
  const carried = a0 * b1 + (middle % 65536);
  const high = a1 * b1 + Math.floor(middle / 65536) + Math.floor(carried / 65536);
  return (high + Math.imul(aHigh, bLow) + Math.imul(aLow, bHigh)) | 0;
}
