import { elements, showShape } from '../runtime/check.js';
import { ShapeError } from '../runtime/errors.js';
import { Block } from '../runtime/memory.js';
import { kernels } from '../runtime/module.js';
import { Tensor } from '../runtime/tensor.js';

/** The states that a stateful layer keeps between calls, [batch, size] each, in the module. */
export class RecurrentState {
  readonly #owner: () => string;
  readonly #sizes: readonly number[];
  #block: Block | null = null;
  /** Rows of the states; null while they are not known. */
  batch: number | null = null;
  /** Whether a graph has fixed the batch size; otherwise `reset` forgets it. */
  fixed = false;

  constructor(owner: () => string, sizes: readonly number[]) {
    this.#owner = owner;
    this.#sizes = sizes;
  }

  /** Whether the batch size is known. */
  get exists(): boolean {
    return this.batch !== null;
  }

  /** Whether there are numbers yet. */
  get isFilled(): boolean {
    return this.#block !== null;
  }

  /** Takes the batch size of a call. @throws {ShapeError} with Keras' text if there is another one already. */
  enter(batch: number): void {
    if (this.batch !== null && batch !== this.batch) {
      throw new ShapeError(
        `${this.#owner()}: inputs: If an RNN is stateful, the batch size of the input sequences must be the same as the ` +
          `batch size of the initial state. \n- Expected batch size: ${this.batch}\n- Received batch size: ${batch}`,
      );
    }
    for (const size of this.#sizes) elements(this.#owner(), 'states', [batch, size]);
    this.batch = batch;
  }

  /** Byte offset of a state; zeros are reserved at first. */
  address(index: number): number {
    const batch = this.batch as number;
    if (this.#block === null) {
      const total = this.#sizes.reduce((sum, size) => sum + size, 0);
      this.#block = new Block(4 * batch * total, `${this.#owner()}: states`);
      const start = this.#block.address / 4;
      kernels().HEAPF32.fill(0, start, start + batch * total);
    }
    let before = 0;
    for (let each = 0; each < index; each += 1) before += this.#sizes[each] as number;
    return this.#block.address + 4 * batch * before;
  }

  /** Copies, one by one; null without states. */
  read(): Tensor[] | null {
    const { batch } = this;
    if (batch === null) return null;
    return this.#sizes.map((size, index) => {
      const start = this.address(index) / 4;
      return new Tensor(kernels().HEAPF32.slice(start, start + batch * size), [batch, size]);
    });
  }

  /** Overwrites the states by others that were checked. */
  write(states: readonly Tensor[]): void {
    states.forEach((state, index) => {
      kernels().HEAPF32.set(state.data, this.address(index) / 4);
    });
  }

  /** Zeros; without a fixed batch size the states are given up. */
  reset(): void {
    if (!this.fixed) this.free();
    else if (this.#block !== null) {
      const start = this.#block.address / 4;
      kernels().HEAPF32.fill(0, start, start + this.#block.bytes / 4);
    }
  }

  /** Gives the states up. */
  free(): void {
    this.#block?.free();
    this.#block = null;
    this.batch = null;
    this.fixed = false;
  }
}

/** Checks one state. @throws {ShapeError} with Keras' text. */
export function checkState(
  owner: string,
  name: string,
  index: number,
  expected: readonly [number | null, number],
  shape: readonly (number | null)[],
): void {
  const [batch, size] = expected;
  const fits = shape.length === 2 && shape[1] === size && (batch === null || shape[0] === null || shape[0] === batch);
  if (fits) return;
  throw new ShapeError(
    `${owner}: State ${index} is incompatible with layer ${name}: expected shape=${showShape(expected)}, ` +
      `found shape=${showShape(shape)}`,
  );
}
