import { flattenLayers } from '../layers/flattened.js';
import type { Layer } from '../layers/layer.js';
import { RNN } from '../layers/rnn.js';
import { Runner, type Shapes } from '../layers/runner.js';
import type { Shape } from '../runtime/check.js';
import { BusyError, ShapeError } from '../runtime/errors.js';
import { Arena } from '../runtime/memory.js';
import { Tensor } from '../runtime/tensor.js';
import { rowsOf } from './input.js';

export { flattenLayers };

// Up to this size, one pass takes all rows.
const PASS_BYTES = 64 * 2 ** 20;
const KEPT_RUNNERS = 4;
const DEFAULT_BATCH = 32;

/** Carries a built model out: keeps it laid out for the last few batch shapes. */
export class Predictor {
  readonly #owner: string;
  readonly #model: Layer;
  readonly #inputShapes: readonly Shape[];
  // Whether a row's size is known, so that bare typed arrays are taken.
  readonly #bare: readonly boolean[];
  readonly #arena: Arena;
  #runners: Runner[] = [];
  #last: Runner | null = null;
  #isComputing = false;

  constructor(owner: string, model: Layer, inputShapes: readonly Shape[]) {
    this.#owner = owner;
    this.#model = model;
    this.#inputShapes = inputShapes;
    this.#bare = inputShapes.map((shape) => shape.slice(1).every((size) => size !== null));
    this.#arena = new Arena(`${owner}: predict`);
  }

  /** The results, if `x` has exactly the shapes of the call before; null otherwise. */
  repeat(x: unknown): Tensor | Tensor[] | null {
    const runner = this.#last;
    if (runner === null || this.#isComputing) return null;
    const { length } = this.#bare;
    if (length === 1) {
      if (!this.take(runner, 0, x)) return null;
    } else {
      if (!Array.isArray(x) || x.length !== length) return null;
      for (let index = 0; index < length; index += 1) if (!this.take(runner, index, x[index])) return null;
    }
    this.#isComputing = true;
    try {
      runner.run();
      return runner.results();
    } finally {
      this.#isComputing = false;
    }
  }

  // Copies one input in if it has the right form. If the next one has not, the slow road overwrites it.
  private take(runner: Runner, index: number, x: unknown): boolean {
    const data = runner.accepts(index, x, this.#bare[index] as boolean);
    if (data !== null) runner.put(index, data);
    return data !== null;
  }

  /** The results for checked rows. @param asked Rows per pass, or null. @throws {BusyError} within another call. */
  predict(inputs: readonly Tensor[], asked: number | null): Tensor | Tensor[] {
    this.checkIdle();
    this.#isComputing = true;
    try {
      return this.passes(inputs, asked);
    } finally {
      this.#isComputing = false;
    }
  }

  /** The memory is one call's: layers of a user's own could ask for another on the way. @throws {BusyError} then. */
  checkIdle(): void {
    if (!this.#isComputing) return;
    throw new BusyError(
      `${this.#owner} is computing: a layer of its own cannot call its predict, change or dispose it`,
    );
  }

  private passes(inputs: readonly Tensor[], asked: number | null): Tensor | Tensor[] {
    const rows = (inputs[0] as Tensor).shape[0] as number;
    const size = this.rowsPerPass(
      asked,
      inputs.map(({ shape }) => shape),
    );
    if (rows <= size) return this.pass(inputs);
    const parts: (Tensor | Tensor[])[] = [];
    for (let row = 0; row < rows; row += size) {
      parts.push(this.pass(inputs.map((input) => rowsOf(input, row, Math.min(rows, row + size)))));
    }
    return joined(parts, rows);
  }

  private pass(inputs: readonly Tensor[]): Tensor | Tensor[] {
    const runner = this.runnerFor(inputs.map(({ shape }) => shape));
    inputs.forEach(({ data }, index) => {
      runner.put(index, data);
    });
    runner.run();
    return runner.results();
  }

  // A stateful model has its own batch size, and whole batches alone go through it.
  private rowsPerPass(asked: number | null, shapes: Shapes): number {
    const rows = shapes[0]?.[0] as number;
    if (isStateful(this.#model)) {
      const own = (this.#inputShapes[0]?.[0] ?? rows) as number;
      const size = asked ?? own;
      if (rows === 0 || rows % size !== 0 || size !== own) {
        throw new ShapeError(
          `${this.#owner}: x: If an RNN is stateful, the batch size of the input sequences must be the same as the ` +
            `batch size of the initial state. \n- Expected batch size: ${own}\n- Received batch size: ${size === own ? rows : size}`,
        );
      }
      return size;
    }
    if (asked !== null) return asked;
    if (rows <= DEFAULT_BATCH) return rows;
    const bytes = Runner.measure(this.#model, this.#arena, shapes);
    return bytes <= PASS_BYTES ? rows : Math.max(DEFAULT_BATCH, Math.floor((rows * PASS_BYTES) / bytes));
  }

  private runnerFor(shapes: Shapes): Runner {
    let runner = this.#runners.find((each) => !each.stale && each.isFor(shapes));
    if (runner === undefined) {
      this.#last = null;
      runner = new Runner(this.#model, this.#arena, shapes);
      this.#runners = [runner, ...this.#runners.filter((each) => !each.stale)].slice(0, KEPT_RUNNERS);
    }
    this.#last = runner;
    return runner;
  }

  /** Frees the memory; the next call takes it again. */
  free(): void {
    this.#last = null;
    this.#runners = [];
    this.#arena.free();
  }
}

/** Whether a layer keeps states between calls. */
export function isStateful(layer: Layer): boolean {
  return flattenLayers(layer).some((each) => each instanceof RNN && each.stateful);
}

/** Results of several passes, one behind the other. */
export function joined(parts: readonly (Tensor | Tensor[])[], rows: number): Tensor | Tensor[] {
  if (!Array.isArray(parts[0])) return joinRows(parts as Tensor[], rows);
  return parts[0].map((_, output) =>
    joinRows(
      (parts as Tensor[][]).map((part) => part[output] as Tensor),
      rows,
    ),
  );
}

function joinRows(parts: readonly Tensor[], rows: number): Tensor {
  const [first] = parts as readonly [Tensor, ...Tensor[]];
  const whole = new Float32Array(parts.reduce((sum, { data }) => sum + data.length, 0));
  let offset = 0;
  for (const { data } of parts) {
    whole.set(data, offset);
    offset += data.length;
  }
  return new Tensor(whole, [rows, ...first.shape.slice(1)]);
}
