import { Chain } from '../layers/chain.js';
import type { Layer } from '../layers/layer.js';
import { SimpleRNN } from '../layers/simple_rnn.js';
import type { Shape } from '../runtime/check.js';
import { ShapeError } from '../runtime/errors.js';
import { Arena } from '../runtime/memory.js';
import { Tensor } from '../runtime/tensor.js';
import { rowsOf } from './input.js';

// Up to this size, one pass takes all rows.
const PASS_BYTES = 64 * 2 ** 20;
const KEPT_CHAINS = 4;
const DEFAULT_BATCH = 32;

/** Carries the layers of a built model out: keeps them laid out for the last few batch shapes. */
export class Predictor {
  readonly #owner: string;
  readonly #layers: readonly Layer[];
  readonly #inputShape: Shape;
  // Whether a row's size is known, so that bare typed arrays are taken.
  readonly #bare: boolean;
  readonly #arena: Arena;
  #chains: Chain[] = [];
  #last: Chain | null = null;

  constructor(owner: string, layers: readonly Layer[], inputShape: Shape) {
    this.#owner = owner;
    this.#layers = layers;
    this.#inputShape = inputShape;
    this.#bare = inputShape.slice(1).every((size) => size !== null);
    this.#arena = new Arena(`${owner}: predict`);
  }

  /** The results, if `x` has exactly the shape of the call before; null otherwise. */
  repeat(x: unknown): Tensor | Tensor[] | null {
    const chain = this.#last;
    if (chain === null) return null;
    const data = chain.accepts(x, this.#bare);
    if (data === null) return null;
    chain.run(data);
    return chain.results();
  }

  /** The results for checked rows. @param asked Rows per pass, or null. */
  predict(input: Tensor, asked: number | null): Tensor | Tensor[] {
    const rows = input.shape[0] as number;
    const size = this.rowsPerPass(asked, input.shape);
    if (rows <= size) return this.pass(input);
    const parts: (Tensor | Tensor[])[] = [];
    for (let row = 0; row < rows; row += size) parts.push(this.pass(rowsOf(input, row, Math.min(rows, row + size))));
    return joined(parts, rows);
  }

  private pass(input: Tensor): Tensor | Tensor[] {
    const chain = this.chainFor(input.shape);
    chain.run(input.data);
    return chain.results();
  }

  // A stateful model has its own batch size, and whole batches alone go through it.
  private rowsPerPass(asked: number | null, shape: readonly number[]): number {
    const rows = shape[0] as number;
    if (this.#layers.some((layer) => layer instanceof SimpleRNN && layer.stateful)) {
      const own = this.#inputShape[0] as number;
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
    const bytes = Chain.measure(this.#layers, this.#arena, shape);
    return bytes <= PASS_BYTES ? rows : Math.max(DEFAULT_BATCH, Math.floor((rows * PASS_BYTES) / bytes));
  }

  private chainFor(shape: readonly number[]): Chain {
    let chain = this.#chains.find((each) => !each.stale && each.isFor(shape));
    if (chain === undefined) {
      this.#last = null;
      chain = new Chain(this.#layers, this.#arena, shape);
      this.#chains = [chain, ...this.#chains.filter((each) => !each.stale)].slice(0, KEPT_CHAINS);
    }
    this.#last = chain;
    return chain;
  }

  /** Frees the memory; the next call takes it again. */
  free(): void {
    this.#last = null;
    this.#chains = [];
    this.#arena.free();
  }
}

function joined(parts: readonly (Tensor | Tensor[])[], rows: number): Tensor | Tensor[] {
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
