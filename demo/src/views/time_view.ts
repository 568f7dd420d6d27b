import { CanvasView } from './canvas_view.js';
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
export abstract class TimeView extends CanvasView {
  protected time: Time = { steps: 1, done: 1, hovered: 0 };

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

  /** A soft ground below the column that the pointer is on. */
  protected paintHover(palette: Palette): void {
    if (!this.time.hovered) return;
    const { context } = this;
    context.fillStyle = palette.line;
    context.globalAlpha = 0.5;
    context.fillRect(this.x(this.time.hovered), 0, this.columnWidth, this.height);
    context.globalAlpha = 1;
  }
}
