/** How many training steps a pace allows by now: one at once, then so many a second, and a tenth of a second's saved up. */
export class Allowance {
  #pace = Number.POSITIVE_INFINITY;
  #steps = 0;
  #last = 0;

  /** From a standstill. `now`: milliseconds, as everywhere here. */
  start(now: number): void {
    this.#steps = 1;
    this.#last = now;
  }

  /** `pace`: steps a second, at most; Infinity: as fast as it goes. */
  set pace(pace: number) {
    this.#pace = pace;
  }

  /** Adds what the time since the last call allows. */
  advance(now: number): void {
    const elapsed = now - this.#last;
    this.#last = now;
    // not by the product below: clocks of browsers stand still for up to a millisecond, and Infinity · 0 is NaN
    if (this.#pace === Number.POSITIVE_INFINITY) this.#steps = this.#pace;
    else this.#steps = Math.min(this.#steps + (this.#pace * elapsed) / 1000, Math.max(1, this.#pace / 10));
  }

  /** Whether a step is allowed. */
  get isDue(): boolean {
    return this.#steps >= 1;
  }

  /** A step was made. */
  take(): void {
    this.#steps--;
  }

  /** Milliseconds after which it is worth looking again. */
  get wait(): number {
    return this.isDue ? 0 : Math.min(1000 / this.#pace, 40);
  }
}
