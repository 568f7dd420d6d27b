import { powerTicks } from '../maths/axis.js';
import type { Palette } from './palette.js';
import { TimeView } from './time_view.js';

/** Powers of ten in view below the largest number, at least and at most. */
const LEAST = 2;
const MOST = 6;

/** One number above 0 for each step, as a line on a log scale; what is too small lies on the ground. */
export class NormStrip extends TimeView {
  #values: readonly number[] = [];
  #to = 1;
  #decades = LEAST;

  constructor() {
    super('norms');
  }

  setValues(values: readonly number[]): void {
    this.#values = values;
    const largest = Math.max(0, ...values.filter(Number.isFinite));
    this.#to = largest > 0 ? 10 ** Math.ceil(Math.log10(largest) - 1e-9) : 1;
    const positive = values.filter((value) => value > 0);
    const span = Math.ceil(Math.log10(this.#to / Math.min(this.#to, ...positive)) - 1e-9);
    this.#decades = Math.min(MOST, Math.max(LEAST, span));
    this.draw();
  }

  protected paint(palette: Palette): void {
    const { context } = this;
    this.paintHover(palette);
    context.textAlign = 'right';
    context.textBaseline = 'middle';
    for (const { value, label } of powerTicks(this.#to / 10 ** this.#decades, this.#to, Math.floor(this.height / 22))) {
      const y = this.snap(this.#y(value));
      context.fillStyle = palette.line;
      context.fillRect(this.left, y, this.right - this.left, 1);
      this.text(label, this.left - 5, y, 10, palette.muted);
    }
    context.strokeStyle = palette.accent;
    context.lineWidth = 1.5;
    context.beginPath();
    this.#values.forEach((value, t) => {
      context.lineTo(this.centre(t + 1), this.#y(value));
    });
    context.stroke();
    context.fillStyle = palette.accent;
    this.#values.forEach((value, t) => {
      context.beginPath();
      context.arc(this.centre(t + 1), this.#y(value), 2.5, 0, 2 * Math.PI);
      context.fill();
    });
  }

  #y(value: number): number {
    const share = 1 + Math.log10(Math.max(value, 1e-30) / this.#to) / this.#decades;
    return this.height - 6 - Math.max(0, share) * (this.height - 14);
  }
}
