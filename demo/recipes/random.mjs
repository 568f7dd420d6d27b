/** @typedef {ReturnType<typeof randomFrom>} Random */

/** A small generator (mulberry32), the same numbers for the same seed everywhere. @param {number} seed */
export function randomFrom(seed) {
  let state = Math.imul(seed, 0x9e3779b1) | 0;
  /** A number from 0 up to 1. */
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    /** From `low` up to `high`. @param {number} low @param {number} high */
    uniform: (low, high) => low + (high - low) * next(),
    /** A whole number from 0 up to, and without, `end`. @param {number} end */
    below: (end) => Math.floor(next() * end),
    /** Normal, mean 0, deviation 1 (Box and Muller). */
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
  };
}
