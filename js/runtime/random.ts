import { checkInteger } from './check.js';

// One generator for everything that has no seed of its own: splitmix64 in two halves, which gives the kernels
// their 64-bit seeds. The numbers themselves are drawn in the core.
const STEP = 0x9e3779b97f4a7c15n;
let state = BigInt(Math.floor(Math.random() * 2 ** 53));
let seedings = 0;

/** A 64-bit seed in two halves, each an unsigned 32-bit number. */
export interface Seed {
  low: number;
  high: number;
}

/**
 * Seeds everything that has no seed of its own: after it the same calls draw the same numbers.
 * @param seed A whole number from 0 on.
 * @throws {ArgumentError} for anything else.
 */
export function setRandomSeed(seed: number): void {
  state = BigInt(checkInteger('setRandomSeed', 'seed', seed, 0, Number.MAX_SAFE_INTEGER));
  seedings += 1;
}

/** Where the global generator stands, and how often it was seeded. */
export function randomState(): { state: bigint; seedings: number } {
  return { state, seedings };
}

/** Puts the global generator where another one stood. */
export function setRandomState(value: bigint): void {
  state = value;
}

/** The seed to use: that of the caller, or the next one of the global generator. */
export function drawSeed(seed: number | null): Seed {
  if (seed !== null) return split(BigInt.asUintN(64, BigInt(seed)));
  state = BigInt.asUintN(64, state + STEP);
  return split(mix(state));
}

function mix(value: bigint): bigint {
  let mixed = BigInt.asUintN(64, (value ^ (value >> 30n)) * 0xbf58476d1ce4e5b9n);
  mixed = BigInt.asUintN(64, (mixed ^ (mixed >> 27n)) * 0x94d049bb133111ebn);
  return mixed ^ (mixed >> 31n);
}

function split(value: bigint): Seed {
  return { low: Number(value & 0xffffffffn), high: Number(value >> 32n) };
}

/** The seed of draw `index` of a generator that starts at `start`. */
export function seedAt(start: Seed, index: number): Seed {
  const state = (BigInt(start.high) << 32n) | BigInt(start.low);
  return split(mix(BigInt.asUintN(64, state + STEP * BigInt(index + 1))));
}
