import { kernels } from '../runtime/module.js';
import { drawSeed, type Seed, seedAt } from '../runtime/random.js';

/** Gives one layer's dropout masks their seeds: the same seed gives the same sequence of masks, to the bit. */
export class SeedGenerator {
  /** As given; null: drawn from the global generator. */
  readonly seed: number | null;
  /** Masks drawn so far. */
  draws = 0;
  #start: Seed | null = null;

  constructor(seed: number | null) {
    this.seed = seed;
  }

  /** @internal Fills `count` numbers of the heap: 0 with probability `rate`, else 1 / (1 - rate). */
  fillMask(address: number, count: number, rate: number): void {
    this.#start ??= drawSeed(this.seed);
    const { low, high } = seedAt(this.#start, this.draws);
    this.draws += 1;
    kernels().dropoutMask(address, count, rate, low, high);
  }
}
