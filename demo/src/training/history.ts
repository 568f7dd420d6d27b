import type { Measure, Snapshot } from './protocol.js';

/** Points of a curve: a place on each axis. */
export interface Points {
  readonly x: readonly number[];
  readonly y: readonly number[];
}

/** What a training was like so far: the loss of every batch, and the figures on the way. */
export class History {
  #losses = new Float32Array(1024);
  #count = 0;
  #measures: Measure[] = [];

  clear(): void {
    this.#count = 0;
    this.#measures = [];
  }

  add({ losses, measures }: Pick<Snapshot, 'losses' | 'measures'>): void {
    if (this.#count + losses.length > this.#losses.length) {
      const longer = new Float32Array(2 * (this.#count + losses.length));
      longer.set(this.#losses.subarray(0, this.#count));
      this.#losses = longer;
    }
    this.#losses.set(losses, this.#count);
    this.#count += losses.length;
    this.#measures.push(...measures);
  }

  /** The losses, the step of the first one being 1; where there are more than `most`, means of as many in a row as it takes. */
  losses(most: number): Points {
    const size = Math.max(1, Math.ceil(this.#count / most));
    const x: number[] = [];
    const y: number[] = [];
    for (let from = 0; from < this.#count; from += size) {
      const part = this.#losses.subarray(from, Math.min(from + size, this.#count));
      x.push(from + (part.length + 1) / 2);
      y.push(part.reduce((sum, loss) => sum + loss, 0) / part.length);
    }
    return { x, y };
  }

  /** The recipe's figure, from random weights (step 0) on. */
  measures(): Points {
    return { x: this.#measures.map(({ step }) => step), y: this.#measures.map(({ value }) => value) };
  }
}

/** The mean of the last `span` numbers or so at each point, that a noisy curve shows where it goes. */
export function smoothed({ x, y }: Points, span: number): Points {
  const keep = 1 - 1 / Math.max(1, span);
  let [sum, weight] = [0, 0];
  const means = y.map((value) => {
    sum = keep * sum + value;
    weight = keep * weight + 1;
    return sum / weight;
  });
  return { x, y: means };
}
