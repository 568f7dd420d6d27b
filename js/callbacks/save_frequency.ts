import { checkInteger } from '../runtime/check.js';
import { ArgumentError } from '../runtime/errors.js';

/** Counts batches until something is to be saved. */
export class SaveFrequency {
  readonly #every: number | null;
  #seen = 0;
  #last = -1;

  /** @param every `'epoch'`, or a number of batches. @param text Keras' own words for anything else. */
  constructor(owner: string, every: 'epoch' | number, text: string) {
    if (every !== 'epoch' && typeof every !== 'number') throw new ArgumentError(`${owner}: ${text}`);
    this.#every = every === 'epoch' ? null : checkInteger(owner, 'saveFreq', every, 1, Number.MAX_SAFE_INTEGER);
  }

  /** Whether epochs are counted, not batches. */
  get isPerEpoch(): boolean {
    return this.#every === null;
  }

  /** Counts a batch; whether it is one to save after. */
  isDue(batch: number): boolean {
    if (this.#every === null) return false;
    // Batches count from 0 in each epoch.
    this.#seen += batch <= this.#last ? batch + 1 : batch - this.#last;
    this.#last = batch;
    if (this.#seen < this.#every) return false;
    this.#seen = 0;
    return true;
  }
}
