/** Steps per second at speed 1. */
const PACE = 2.5;

/** Calls `tick` at a pace as long as it is on. */
export class Player {
  readonly #tick: () => void;
  #timer = 0;
  #speed = 1;

  constructor(tick: () => void) {
    this.#tick = tick;
  }

  set(on: boolean, speed: number): void {
    if (on === this.#timer > 0 && speed === this.#speed) return;
    clearInterval(this.#timer);
    this.#speed = speed;
    this.#timer = on ? window.setInterval(this.#tick, 1000 / (PACE * speed)) : 0;
  }
}
