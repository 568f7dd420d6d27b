import { CanvasView } from './canvas_view.js';
import { type Palette, rampColour } from './palette.js';

/** Lines in a plane: N sequences of up to T points, and the one that is shown. */
export interface TrajectoryData {
  /** [N, T, 2] */
  readonly paths: Float32Array;
  /** Points of each line. */
  readonly lengths: readonly number[];
  /** The class of each line, from 0. */
  readonly classes: readonly number[];
  readonly classCount: number;
  /** What stands at the end of each line, or nothing. */
  readonly marks: readonly string[];
  /** The line of the sequence in the picture, [steps, 2]. */
  readonly shown: Float32Array;
}

const MARGIN = 12;

/** Hidden states as points in a plane, a line a sequence, coloured by class; the picture's own sequence leads. */
export class Trajectories extends CanvasView {
  #data: TrajectoryData | null = null;
  #done = 0;
  #steps = 1;
  /** The largest places on both axes; they shrink slowly, so that a moving picture stays calm. */
  #extent: readonly [number, number] = [1, 1];

  constructor() {
    super('trajectories');
  }

  /** `isMoving`: the same lines a moment later. */
  setValues(data: TrajectoryData, isMoving: boolean): void {
    this.#data = data;
    const extent = (axis: 0 | 1) => {
      const largest = Math.max(1e-6, largestOf(data.shown, axis), largestOf(data.paths, axis));
      return isMoving ? Math.max(largest, 0.92 * this.#extent[axis]) : largest;
    };
    this.#extent = [extent(0), extent(1)];
    this.draw();
  }

  /** Steps done of the sequence in the picture. */
  setTime(done: number, steps: number): void {
    this.#done = done;
    this.#steps = steps;
    this.draw();
  }

  protected paint(palette: Palette): void {
    const data = this.#data;
    if (!data) return;
    this.#paintCross(palette);
    const steps = data.paths.length / 2 / data.lengths.length;
    // time goes on for all of them as for the one in the picture
    const share = this.#done / this.#steps;
    data.lengths.forEach((length, n) => {
      const done = Math.round(share * length);
      const line = data.paths.subarray(2 * n * steps, 2 * (n * steps + done));
      const colour = classColour(palette, data.classes[n] ?? 0, data.classCount);
      this.context.globalAlpha = 0.55;
      this.#paintLine(line, colour, 1.25);
      this.context.globalAlpha = 1;
      this.#paintEnd(palette, line, colour, data.marks[n] ?? '');
    });
    this.#paintShown(palette, data.shown.subarray(0, 2 * this.#done));
  }

  #place(line: Float32Array, point: number): [number, number] {
    const [x, y] = [this.width / 2, this.height / 2];
    const scale = Math.min((x - MARGIN) / this.#extent[0], (y - MARGIN) / this.#extent[1]);
    return [x + (line[2 * point] ?? 0) * scale, y - (line[2 * point + 1] ?? 0) * scale];
  }

  #paintCross(palette: Palette): void {
    const { context } = this;
    context.fillStyle = palette.line;
    context.fillRect(0, this.snap(this.height / 2), this.width, 1);
    context.fillRect(this.snap(this.width / 2), 0, 1, this.height);
  }

  #paintLine(line: Float32Array, colour: string, width: number): void {
    const { context } = this;
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.lineJoin = 'round';
    context.beginPath();
    for (let point = 0; point < line.length / 2; point++) context.lineTo(...this.#place(line, point));
    context.stroke();
  }

  #paintEnd(palette: Palette, line: Float32Array, colour: string, mark: string): void {
    if (line.length === 0) return;
    const { context } = this;
    const [x, y] = this.#place(line, line.length / 2 - 1);
    if (mark) {
      context.textAlign = 'center';
      context.textBaseline = 'middle';
      context.strokeStyle = palette.surface;
      context.lineWidth = 3;
      context.font = `700 12px ${palette.font}`;
      context.strokeText(mark, x, y);
      this.text(mark, x, y, 12, colour, 700);
      return;
    }
    context.fillStyle = colour;
    context.beginPath();
    context.arc(x, y, 2.5, 0, 2 * Math.PI);
    context.fill();
  }

  #paintShown(palette: Palette, line: Float32Array): void {
    const { context } = this;
    this.#paintLine(line, palette.surface, 4.5);
    this.#paintLine(line, palette.text, 2);
    for (let point = 0; point < line.length / 2; point++) {
      const [x, y] = this.#place(line, point);
      const isLast = point === line.length / 2 - 1;
      context.fillStyle = isLast ? palette.accent : palette.text;
      context.beginPath();
      context.arc(x, y, isLast ? 5 : 2.2, 0, 2 * Math.PI);
      context.fill();
    }
  }
}

/** Two classes are the ends of the page's scale; more are hues in a circle. */
export function classColour(palette: Palette, index: number, count: number): string {
  if (count === 2) return rampColour(palette, index ? 0.85 : -0.85);
  const lightness = palette.isDark ? 68 : 40;
  return `hsl(${Math.round((360 * index) / count)} 75% ${lightness}%)`;
}

/** The largest of every second number, without its sign. */
function largestOf(places: Float32Array, axis: 0 | 1): number {
  let most = 0;
  for (let i = axis; i < places.length; i += 2) most = Math.max(most, Math.abs(places[i] ?? 0));
  return most;
}
