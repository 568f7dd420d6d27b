import { linearTicks, logTicks, plain, type Tick } from '../maths/axis.js';
import { CanvasView } from './canvas_view.js';
import type { Palette } from './palette.js';

/** A curve against the training's steps, with its axes. */
export interface CurveData {
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** The same, smoothed: drawn on top, the curve itself then faint; null: none. */
  readonly smooth: readonly number[] | null;
  /** Whether every power of ten takes the same height. */
  readonly isLog: boolean;
  /** A line to be reached; null: none. */
  readonly goal: number | null;
  /** Right end of the axis of steps, at least. */
  readonly end: number;
}

const LEFT = 40;
const BOTTOM = 16;
const TOP = 6;
const RIGHT = 8;

/** A line of numbers over training steps. */
export class Curve extends CanvasView {
  #data: CurveData = { x: [], y: [], smooth: null, isLog: false, goal: null, end: 1 };
  #from = 0;
  #to = 1;

  constructor() {
    super('curve');
  }

  setValues(data: CurveData): void {
    this.#data = data;
    [this.#from, this.#to] = rangeOf(data);
    this.draw();
  }

  protected paint(palette: Palette): void {
    const { x, y, smooth } = this.#data;
    this.#paintAxes(palette);
    this.#paintGoal(palette);
    this.#paintLine(x, y, smooth ? palette.edge : palette.accent, smooth ? 1 : 2);
    if (smooth) this.#paintLine(x, smooth, palette.accent, 2);
    const last = (smooth ?? y).at(-1);
    if (last === undefined || !Number.isFinite(last)) return;
    this.context.fillStyle = palette.accent;
    this.context.beginPath();
    this.context.arc(this.#x(x.at(-1) ?? 0), this.#y(last), 3.5, 0, 2 * Math.PI);
    this.context.fill();
  }

  #x(step: number): number {
    return LEFT + (step / this.#data.end) * (this.width - LEFT - RIGHT);
  }

  #y(value: number): number {
    const place = this.#data.isLog ? (number: number) => Math.log10(Math.max(number, 1e-30)) : Number;
    const [from, to] = [place(this.#from), place(this.#to)];
    const share = Math.min(1, Math.max(0, (place(value) - from) / (to - from || 1)));
    return this.height - BOTTOM - share * (this.height - BOTTOM - TOP);
  }

  #paintAxes(palette: Palette): void {
    const { context } = this;
    const lines = Math.max(2, Math.floor((this.height - BOTTOM) / 26));
    const ticks = this.#data.isLog ? logTicks(this.#from, this.#to, lines) : linearTicks(this.#from, this.#to, lines);
    context.textBaseline = 'middle';
    context.textAlign = 'right';
    for (const { value, label } of ticks) {
      const y = this.snap(this.#y(value));
      context.fillStyle = palette.line;
      context.fillRect(LEFT, y, this.width - LEFT - RIGHT, 1);
      this.text(label, LEFT - 6, Math.max(6, y), 11, palette.muted);
    }
    context.textBaseline = 'alphabetic';
    const steps: Tick[] = linearTicks(0, this.#data.end, Math.max(2, Math.floor(this.width / 70)));
    steps.forEach(({ value, label }, i) => {
      const x = this.#x(value);
      context.fillStyle = palette.line;
      context.fillRect(this.snap(x), this.height - BOTTOM, 1, 4);
      context.textAlign = i === 0 ? 'left' : x > this.width - 24 ? 'right' : 'center';
      const text = i === 0 ? 'step 0' : label;
      this.text(text, x > this.width - 24 ? this.width : x, this.height - 2, 11, palette.muted);
    });
  }

  #paintGoal(palette: Palette): void {
    const { goal } = this.#data;
    if (goal === null) return;
    const { context } = this;
    const y = this.snap(this.#y(goal)) + 0.5;
    context.strokeStyle = palette.right;
    context.lineWidth = 1.5;
    context.setLineDash([5, 4]);
    context.beginPath();
    context.moveTo(LEFT, y);
    context.lineTo(this.width - RIGHT, y);
    context.stroke();
    context.setLineDash([]);
    context.textAlign = 'right';
    context.textBaseline = y < 20 ? 'top' : 'bottom';
    this.text(`goal ${plain(goal)}`, this.width - RIGHT, y < 20 ? y + 3 : y - 2, 11, palette.right, 600);
  }

  #paintLine(x: readonly number[], y: readonly number[], colour: string, width: number): void {
    const { context } = this;
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.lineJoin = 'round';
    context.beginPath();
    x.forEach((step, i) => {
      const value = y[i] ?? Number.NaN;
      if (Number.isFinite(value)) context.lineTo(this.#x(step), this.#y(value));
    });
    context.stroke();
  }
}

/** What the axis of values spans: all of the curve and the goal, with some room. */
function rangeOf({ y, goal, isLog }: CurveData): [number, number] {
  const values = [...y, ...(goal === null ? [] : [goal])].filter(
    (value) => Number.isFinite(value) && !(isLog && value <= 0),
  );
  if (values.length === 0) return isLog ? [0.1, 1] : [0, 1];
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const room = 0.08 * (most - least) || 0.1 * Math.abs(most) || 1;
  return isLog ? [0.85 * least, 1.1 * most] : [least - room, most + room];
}
