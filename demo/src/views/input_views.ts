import { fixed } from '../maths/format.js';
import type { Palette } from './palette.js';
import { TimeView } from './time_view.js';

const LABEL = 16;

/** Labels of the steps along the bottom, as many as fit. */
abstract class InputView extends TimeView {
  #labels: readonly string[] = [];

  setLabels(labels: readonly string[]): void {
    this.#labels = labels;
    this.draw();
  }

  protected paintLabels(palette: Palette): void {
    const { context } = this;
    context.textAlign = 'center';
    context.textBaseline = 'alphabetic';
    context.font = `400 11px ${palette.font}`;
    const widest = Math.max(...this.#labels.map((label) => context.measureText(label).width)) + 6;
    const every = Math.max(1, Math.ceil(widest / this.columnWidth));
    const last = this.#labels.length - 1;
    this.#labels.forEach((label, t) => {
      const pointed = t + 1 === this.time.hovered;
      if ((last - t) % every === 0 || pointed) {
        const hidden = this.time.hovered && !pointed && Math.abs(t + 1 - this.time.hovered) < every;
        if (!hidden)
          this.text(
            label,
            this.#within(t + 1, label),
            this.height - 3,
            11,
            pointed ? palette.text : palette.muted,
            pointed ? 700 : 400,
          );
      }
    });
  }

  /** The middle of a column, moved so that the label stays inside the picture. */
  #within(step: number, label: string): number {
    const half = this.context.measureText(label).width / 2 + 1;
    return Math.min(this.width - half, this.centre(step));
  }

  protected faded(step: number): number {
    return step <= this.time.done ? 1 : 0.35;
  }
}

/** Columns of numbers, from 0 up or down. */
export class InputBars extends InputView {
  #values: readonly number[] = [];
  #bottom = 0;
  #top = 1;
  #digits = 0;

  constructor() {
    super('input-bars');
  }

  /** `digits` behind the decimal point of the numbers written beside the columns. */
  setValues(values: readonly number[], bottom: number, top: number, digits: number): void {
    [this.#values, this.#bottom, this.#top, this.#digits] = [values, bottom, top, digits];
    this.draw();
  }

  protected paint(palette: Palette): void {
    this.paintHover(palette);
    const { context } = this;
    const room = this.height - LABEL - 1 - (this.#bottom < 0 ? 26 : 13);
    const scale = room / (this.#top - this.#bottom);
    const base = this.snap(13 + this.#top * scale);
    context.textAlign = 'center';
    context.textBaseline = 'alphabetic';
    this.#values.forEach((value, t) => {
      this.#paintColumn(palette, t + 1, value, base, value * scale);
    });
    context.fillStyle = palette.line;
    context.fillRect(this.left, base, this.right - this.left, 1);
    this.paintLabels(palette);
  }

  #paintColumn(palette: Palette, step: number, value: number, base: number, height: number): void {
    const { context } = this;
    context.globalAlpha = this.faded(step);
    context.fillStyle = palette.muted;
    const gap = Math.max(1, this.columnWidth * 0.15);
    const left = this.snap(this.x(step) + gap);
    const length = Math.max(1, this.snap(Math.abs(height)));
    context.fillRect(left, height < 0 ? base : base - length, this.snap(this.x(step + 1) - gap) - left, length);
    context.globalAlpha = 1;
    const isNarrow = this.columnWidth < 20 + 5 * this.#digits;
    if (isNarrow && step !== this.time.hovered) return;
    const y = height < 0 ? base + length + 11 : base - length - 3;
    this.text(fixed(value, this.#digits), this.centre(step), y, 10.5, palette.muted);
  }
}

/** Rows of pixels, each turned upright: its left end is below. */
export class InputPixels extends InputView {
  #rows: readonly (readonly number[])[] = [];

  constructor() {
    super('input-pixels');
  }

  setValues(rows: readonly (readonly number[])[]): void {
    this.#rows = rows;
    this.draw();
  }

  protected paint(palette: Palette): void {
    this.paintHover(palette);
    const { context } = this;
    const base = this.height - LABEL - 2;
    this.#rows.forEach((row, t) => {
      const size = base / row.length;
      row.forEach((value, pixel) => {
        const top = this.snap(base - (pixel + 1) * size);
        const bottom = this.snap(base - pixel * size);
        context.globalAlpha = this.faded(t + 1);
        context.fillStyle = palette.line;
        context.fillRect(this.x(t + 1), top, this.x(t + 2) - this.x(t + 1) - 1, bottom - top - 1);
        context.globalAlpha = this.faded(t + 1) * value;
        context.fillStyle = palette.text;
        context.fillRect(this.x(t + 1), top, this.x(t + 2) - this.x(t + 1) - 1, bottom - top - 1);
      });
    });
    context.globalAlpha = 1;
    this.paintLabels(palette);
  }
}

/** One letter, or a short word, a step. */
export class InputLetters extends InputView {
  #letters: readonly string[] = [];

  constructor() {
    super('input-letters');
  }

  setValues(letters: readonly string[]): void {
    this.#letters = letters;
    this.draw();
  }

  protected paint(palette: Palette): void {
    this.paintHover(palette);
    const { context } = this;
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    this.#letters.forEach((letter, t) => {
      context.globalAlpha = this.faded(t + 1);
      context.strokeStyle = t + 1 === this.time.done ? palette.accent : palette.line;
      context.lineWidth = 1.5;
      context.strokeRect(this.x(t + 1) + 1, 2, this.columnWidth - 4, this.height - 4);
      const size = letter.length > 1 ? Math.min(14, this.columnWidth / 3.1) : 20;
      this.text(letter, this.centre(t + 1) - 1, this.height / 2 + 1, size, palette.text, 600);
    });
    context.globalAlpha = 1;
  }
}
