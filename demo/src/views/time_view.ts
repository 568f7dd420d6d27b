import { element } from './dom.js';
import type { Palette } from './palette.js';

/** How many steps there are, how many are done, and which one the pointer is on (from 1; 0: none). */
export interface Time {
  readonly steps: number;
  readonly done: number;
  readonly hovered: number;
}

/** Width of the labels to the left of the first column, in CSS pixels. */
const GUTTER_WIDE = 40;
const GUTTER_NARROW = 30;
const MARGIN = 4;

/**
 * A picture with time to the right: one column a step, all views of a page in the same columns.
 * It takes arrays and draws; it knows no model. A subclass draws within `paint`.
 */
export abstract class TimeView {
  readonly canvas = element('canvas');
  readonly element = element('div', { class: 'strip' }, this.canvas);
  protected readonly context: CanvasRenderingContext2D;
  protected time: Time = { steps: 1, done: 1, hovered: 0 };
  protected palette: Palette | null = null;
  protected width = 0;
  protected height = 0;
  #ratio = 1;
  #frame = 0;

  constructor(kind: string) {
    const context = this.canvas.getContext('2d');
    if (!context) throw new Error('this browser draws no canvas');
    this.context = context;
    this.element.classList.add(kind);
    new ResizeObserver(() => this.draw()).observe(this.element);
  }

  setPalette(palette: Palette): void {
    this.palette = palette;
    this.draw();
  }

  setTime(time: Time): void {
    this.time = time;
    this.draw();
  }

  /** The step (from 1) at a place given in CSS pixels from the canvas' left edge; 0 outside. */
  stepAt(x: number): number {
    const step = Math.floor((x - this.left) / this.columnWidth) + 1;
    return step >= 1 && step <= this.time.steps ? step : 0;
  }

  protected get left(): number {
    return this.width < 520 ? GUTTER_NARROW : GUTTER_WIDE;
  }

  /** Right edge of the last column. */
  protected get right(): number {
    return this.width - MARGIN;
  }

  protected get columnWidth(): number {
    return (this.right - this.left) / this.time.steps;
  }

  /** Left edge of the column of a step (from 1), on a whole device pixel. */
  protected x(step: number): number {
    return this.snap(this.left + (step - 1) * this.columnWidth);
  }

  protected centre(step: number): number {
    return this.left + (step - 0.5) * this.columnWidth;
  }

  protected snap(length: number): number {
    return Math.round(length * this.#ratio) / this.#ratio;
  }

  /** Asks for a drawing before the next frame. */
  protected draw(): void {
    if (!this.#frame) this.#frame = requestAnimationFrame((now) => this.#drawNow(now));
  }

  protected text(text: string, x: number, y: number, size: number, colour: string, weight = 400): void {
    const { context } = this;
    context.font = `${weight} ${size}px ${this.palette?.font}`;
    context.fillStyle = colour;
    context.fillText(text, x, y);
  }

  /** A soft ground below the column that the pointer is on. */
  protected paintHover(palette: Palette): void {
    if (!this.time.hovered) return;
    const { context } = this;
    context.fillStyle = palette.line;
    context.globalAlpha = 0.5;
    context.fillRect(this.x(this.time.hovered), 0, this.columnWidth, this.height);
    context.globalAlpha = 1;
  }

  protected abstract paint(palette: Palette, now: number): void;

  #drawNow(now: number): void {
    this.#frame = 0;
    if (!this.palette) return;
    const { clientWidth, clientHeight } = this.element;
    if (clientWidth === 0 || clientHeight === 0) return;
    this.width = clientWidth;
    this.height = clientHeight;
    this.#ratio = window.devicePixelRatio || 1;
    const [width, height] = [Math.round(clientWidth * this.#ratio), Math.round(clientHeight * this.#ratio)];
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
    }
    this.context.setTransform(this.#ratio, 0, 0, this.#ratio, 0, 0);
    this.context.clearRect(0, 0, clientWidth, clientHeight);
    this.paint(this.palette, now);
  }
}
