import type { Cell } from '../state/page_state.js';
import { prefersStillness } from './dom.js';
import { type Palette, rampColour } from './palette.js';
import { type Time, TimeView } from './time_view.js';

/** A line from a cell of the step before to the opened one; `weight` of −1 … +1 sets colour and width. */
export interface Link {
  readonly unit: number;
  readonly weight: number;
}

/** Milliseconds in which a new column appears. */
const FADE = 220;

/** The heat map of `[steps, units]` numbers of −1 … +1, filled as far as time has come. */
export class HeatMap extends TimeView {
  #values: Float32Array = new Float32Array(0);
  #units = 1;
  #open: Cell | null = null;
  #cursor: Cell | null = null;
  #links: readonly Link[] = [];
  #fadeFrom = 0;

  /** `kind`: the class of its element. */
  constructor(kind = 'heat-map') {
    super(kind);
  }

  setValues(values: Float32Array, units: number): void {
    this.#values = values;
    this.#units = units;
    this.draw();
  }

  /** The cell whose arithmetic is open, with the links that matter most. */
  setOpen(open: Cell | null, links: readonly Link[]): void {
    this.#open = open;
    this.#links = links;
    this.draw();
  }

  /** The cell that is looked at. */
  setCursor(cursor: Cell | null): void {
    this.#cursor = cursor;
    this.draw();
  }

  override setTime(time: Time): void {
    const oneMore = time.steps === this.time.steps && time.done === this.time.done + 1;
    if (time.done !== this.time.done) this.#fadeFrom = oneMore && !prefersStillness() ? performance.now() : 0;
    super.setTime(time);
  }

  /** The cell at a place in CSS pixels from the canvas' corner, if it is filled. */
  cellAt(x: number, y: number): Cell | null {
    const step = this.stepAt(x);
    const unit = Math.floor((y / this.height) * this.#units);
    return step > 0 && unit >= 0 && unit < this.#units ? { step, unit } : null;
  }

  /** The middle of a cell, in CSS pixels from the canvas' corner. */
  middleOf({ step, unit }: Cell): { x: number; y: number } {
    return { x: this.centre(step), y: ((unit + 0.5) * this.height) / this.#units };
  }

  protected paint(palette: Palette, now: number): void {
    const share = this.#fadeFrom ? Math.min(1, (now - this.#fadeFrom) / FADE) : 1;
    this.#paintLabels(palette);
    this.#paintEmpty(palette);
    for (let step = 1; step <= this.time.done; step++) {
      this.context.globalAlpha = step === this.time.done ? Math.max(0, share) : 1;
      this.#paintColumn(palette, step);
    }
    this.context.globalAlpha = 1;
    this.#paintHead(palette);
    if (this.#open && this.#open.step <= this.time.done) {
      this.#paintLinks(palette, this.#open);
      this.#frame(palette, this.#open, palette.text, 2);
    }
    if (this.#cursor) this.#frame(palette, this.#cursor, palette.accent, 2);
    if (share < 1) this.draw();
    else this.#fadeFrom = 0;
  }

  /** Top edge of a unit's row, on a whole device pixel. */
  #y(unit: number): number {
    return this.snap((unit * this.height) / this.#units);
  }

  /** Gaps between the cells, where there is room for them. */
  get #gap(): number {
    return Math.min(this.height / this.#units, this.columnWidth) >= 9 ? 1 : 0;
  }

  #paintColumn(palette: Palette, step: number): void {
    const { context } = this;
    const [left, right] = [this.x(step), this.x(step + 1)];
    const gapX = this.columnWidth >= 9 ? 1 : 0;
    for (let unit = 0; unit < this.#units; unit++) {
      const value = this.#values[(step - 1) * this.#units + unit] ?? Number.NaN;
      context.fillStyle = rampColour(palette, value);
      const [top, bottom] = [this.#y(unit), this.#y(unit + 1)];
      context.fillRect(left, top, right - left - gapX, bottom - top - this.#gap);
    }
  }

  /** Steps to come: a dot in the middle of each row's place, so that zero and nothing look different. */
  #paintEmpty(palette: Palette): void {
    const { context } = this;
    const every = Math.max(1, Math.round((this.#units * 12) / this.height));
    context.fillStyle = palette.muted;
    context.globalAlpha = 0.55;
    for (let step = this.time.done + 1; step <= this.time.steps; step++) {
      for (let unit = 0; unit < this.#units; unit += every) {
        const y = ((unit + every / 2) * this.height) / this.#units;
        if (y < this.height) context.fillRect(this.snap(this.centre(step)) - 1, this.snap(y) - 1, 2, 2);
      }
    }
    context.globalAlpha = 1;
  }

  /** A line at the right of the last column that is done: the head of the player. */
  #paintHead(palette: Palette): void {
    if (this.time.done === this.time.steps) return;
    this.context.fillStyle = palette.accent;
    this.context.fillRect(this.x(this.time.done + 1) - 1, 0, 2, this.height);
  }

  #paintLinks(palette: Palette, open: Cell): void {
    if (open.step < 2) return;
    const { context } = this;
    const to = { x: this.x(open.step) + 2, y: this.middleOf(open).y };
    context.lineCap = 'round';
    for (const pass of [0, 1]) {
      for (const { unit, weight } of this.#links) {
        const from = this.middleOf({ step: open.step - 1, unit });
        // as wide as the way is long, but within the canvas
        const bow = this.columnWidth < 28 ? Math.min(10 + 0.3 * Math.abs(to.y - from.y), to.x) : 6;
        const size = 1 + (this.columnWidth < 28 ? 2 : 4) * Math.abs(weight);
        context.lineWidth = pass ? size : size + 2;
        context.strokeStyle = pass ? rampColour(palette, 0.75 * Math.sign(weight)) : palette.surface;
        context.beginPath();
        context.moveTo(from.x, from.y);
        context.bezierCurveTo(
          Math.min(from.x, to.x - bow) + (bow > 6 ? 0 : to.x - from.x - 6),
          from.y,
          to.x - bow,
          to.y,
          to.x,
          to.y,
        );
        context.stroke();
      }
    }
  }

  #frame(palette: Palette, { step, unit }: Cell, colour: string, size: number): void {
    const { context } = this;
    const [left, top] = [this.x(step), this.#y(unit)];
    const width = this.x(step + 1) - left - (this.columnWidth >= 9 ? 1 : 0);
    const height = Math.max(this.#y(unit + 1) - top - this.#gap, 2);
    context.strokeStyle = palette.surface;
    context.lineWidth = 1;
    context.strokeRect(left - size - 0.5, top - size - 0.5, width + 2 * size + 1, height + 2 * size + 1);
    context.strokeStyle = colour;
    context.lineWidth = size;
    context.strokeRect(left - size / 2, top - size / 2, width + size, height + size);
  }

  #paintLabels(palette: Palette): void {
    const rowHeight = this.height / this.#units;
    const every = [1, 2, 4, 8, 16, 32].find((n) => n * rowHeight >= 15) ?? 64;
    this.context.textAlign = 'right';
    this.context.textBaseline = 'middle';
    for (let unit = 0; unit < this.#units; unit += every) {
      const y = Math.max(6, (unit + 0.5) * rowHeight);
      this.text(String(unit), this.left - 7, y, 11, palette.muted);
    }
  }
}
