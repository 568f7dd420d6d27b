import { plain } from '../maths/axis.js';
import { percent } from '../maths/format.js';
import { inkFor, type Palette, rampColour } from './palette.js';
import { TimeView } from './time_view.js';

/** Answers as diamonds beside the truth as dots joined by a line. */
export class OutputLine extends TimeView {
  #values: readonly number[] = [];
  #truth: readonly number[] = [];
  #bottom = 0;
  #top = 1;

  constructor() {
    super('output-line');
  }

  setValues(values: readonly number[], truth: readonly number[], bottom: number, top: number): void {
    this.#values = values;
    this.#truth = truth;
    this.#bottom = bottom;
    this.#top = top;
    this.draw();
  }

  protected paint(palette: Palette): void {
    this.paintHover(palette);
    this.#paintAxis(palette);
    this.#paintTruth(palette);
    for (let step = 1; step <= this.time.done; step++) this.#paintAnswer(palette, step);
  }

  #y(value: number): number {
    const share = (Math.min(Math.max(value, this.#bottom), this.#top) - this.#bottom) / (this.#top - this.#bottom);
    return this.height - 6 - share * (this.height - 16);
  }

  #paintAxis(palette: Palette): void {
    this.context.textAlign = 'right';
    this.context.textBaseline = 'middle';
    for (const value of [this.#bottom, (this.#bottom + this.#top) / 2, this.#top]) {
      this.context.fillStyle = palette.line;
      this.context.fillRect(this.left, this.snap(this.#y(value)), this.right - this.left, 1);
      this.text(plain(value), this.left - 7, this.#y(value), 11, palette.muted);
    }
  }

  #paintTruth(palette: Palette): void {
    const { context } = this;
    const known = this.#truth
      .map((value, t) => ({ value, x: this.centre(t + 1) }))
      .filter(({ value }) => !Number.isNaN(value));
    context.strokeStyle = palette.muted;
    context.lineWidth = 1.5;
    context.beginPath();
    for (const { value, x } of known) context.lineTo(x, this.#y(value));
    context.stroke();
    context.fillStyle = palette.muted;
    for (const { value, x } of known) {
      context.beginPath();
      context.arc(x, this.#y(value), 3, 0, 2 * Math.PI);
      context.fill();
    }
  }

  #paintAnswer(palette: Palette, step: number): void {
    const { context } = this;
    const value = this.#values[step - 1] ?? 0;
    const last = step === this.time.done;
    const size = last ? 7 : 4.5;
    const [x, y] = [this.centre(step), this.#y(value)];
    context.beginPath();
    context.moveTo(x, y - size);
    context.lineTo(x + size, y);
    context.lineTo(x, y + size);
    context.lineTo(x - size, y);
    context.closePath();
    context.fillStyle = palette.accent;
    context.fill();
    context.strokeStyle = palette.surface;
    context.lineWidth = 1.5;
    context.stroke();
  }
}

/** Probabilities of a few classes as a grid: a row a class, the leading one written out. */
export class OutputGrid extends TimeView {
  #values: readonly (readonly number[])[] = [];
  #classes: readonly string[] = [];
  #truth = -1;

  constructor() {
    super('output-grid');
  }

  setValues(values: readonly (readonly number[])[], classes: readonly string[], truth: number): void {
    this.#values = values;
    this.#classes = classes;
    this.#truth = truth;
    this.draw();
  }

  protected paint(palette: Palette): void {
    const { context } = this;
    const rowHeight = this.height / this.#classes.length;
    const y = (k: number) => this.snap(k * rowHeight);
    context.textBaseline = 'middle';
    this.#classes.forEach((name, k) => {
      const real = k === this.#truth;
      context.textAlign = 'right';
      this.text(name, this.left - 7, y(k) + rowHeight / 2, 11, real ? palette.text : palette.muted, real ? 700 : 400);
      if (real) this.text('▸', this.left - 16, y(k) + rowHeight / 2, 11, palette.accent, 700);
    });
    context.textAlign = 'center';
    this.#values.forEach((column, t) => {
      if (t >= this.time.done) return;
      const best = Math.max(...column);
      column.forEach((probability, k) => {
        context.fillStyle = rampColour(palette, probability);
        context.fillRect(this.x(t + 1), y(k), this.x(t + 2) - this.x(t + 1) - 1, y(k + 1) - y(k) - 1);
        if (probability === best) {
          const text =
            this.columnWidth > 64 ? `${this.#classes[k]}   ${percent(probability)}` : (this.#classes[k] ?? '');
          this.text(
            text,
            this.centre(t + 1),
            y(k) + rowHeight / 2,
            Math.min(12, rowHeight),
            inkFor(palette, probability),
            700,
          );
        }
      });
    });
    this.#paintEmpty(palette, rowHeight);
  }

  #paintEmpty(palette: Palette, rowHeight: number): void {
    this.context.fillStyle = palette.line;
    for (let step = this.time.done + 1; step <= this.time.steps; step++) {
      this.#classes.forEach((_, k) => {
        this.context.fillRect(this.snap(this.centre(step)) - 1, this.snap((k + 0.5) * rowHeight) - 1, 2, 2);
      });
    }
  }
}

/** The likeliest few of many classes in each column, the true one framed. */
export class OutputRanking extends TimeView {
  static readonly shown = 4;
  #values: readonly (readonly number[])[] = [];
  #classes: readonly string[] = [];
  #truth: readonly number[] = [];

  constructor() {
    super('output-ranking');
  }

  setValues(values: readonly (readonly number[])[], classes: readonly string[], truth: readonly number[]): void {
    this.#values = values;
    this.#classes = classes;
    this.#truth = truth;
    this.draw();
  }

  protected paint(palette: Palette): void {
    this.paintHover(palette);
    this.#values.forEach((column, t) => {
      if (t >= this.time.done) return;
      const order = column.map((_, k) => k).sort((a, b) => (column[b] ?? 0) - (column[a] ?? 0));
      order.slice(0, OutputRanking.shown).forEach((k, place) => {
        this.#paintPlace(palette, t + 1, place, k, column[k] ?? 0);
      });
    });
  }

  #paintPlace(palette: Palette, step: number, place: number, k: number, probability: number): void {
    const { context } = this;
    const rowHeight = this.height / OutputRanking.shown;
    const [left, top] = [this.x(step) + 1, this.snap(place * rowHeight)];
    const [width, height] = [this.columnWidth - 3, rowHeight - 3];
    context.fillStyle = rampColour(palette, probability);
    context.fillRect(left, top + 1, width, height);
    if (k === this.#truth[step - 1]) {
      context.strokeStyle = palette.text;
      context.lineWidth = 2;
      context.strokeRect(left + 1, top + 2, width - 2, height - 2);
    }
    const name = this.#classes[k] ?? '';
    const ink = inkFor(palette, probability);
    const middle = top + rowHeight / 2;
    context.textBaseline = 'middle';
    if (this.columnWidth > 58) {
      context.textAlign = 'left';
      this.text(name, left + 8, middle, 13, ink, 700);
      context.textAlign = 'right';
      this.text(percent(probability), left + width - 7, middle, 11, ink);
    } else {
      context.textAlign = 'center';
      this.text(name, left + width / 2, middle, name.length > 1 ? 11 : 13, ink, 700);
    }
  }
}
