import { elements, showShape } from '../runtime/check.js';
import { ArgumentError, ShapeError } from '../runtime/errors.js';
import { Block } from '../runtime/memory.js';
import { kernels } from '../runtime/module.js';
import { Tensor, toTensor } from '../runtime/tensor.js';

/** A state as users give it, and what it has to fit. */
interface StateOwner {
  /** Layer and argument, for the message. */
  owner: string;
  name: string;
  batch: number;
  units: number;
}

// [[1, 2], [3, 4]]: one state; [state] or [[[1, 2], [3, 4]]]: a list of states.
function isMatrix(value: readonly unknown[]): boolean {
  const first = value[0];
  return Array.isArray(first) && !Array.isArray(first[0]);
}

/** Reads one state [batch, units], bare or in a list of one. */
export function readState(value: unknown, { owner, name, batch, units }: StateOwner): Tensor {
  let state = value;
  if (Array.isArray(value) && !isMatrix(value)) {
    if (value.length !== 1) {
      throw new ArgumentError(`${owner}: layer has 1 state(s) but was passed ${value.length} initial state(s)`);
    }
    state = value[0];
  }
  const tensor = toTensor(state, owner);
  if (tensor.shape.length !== 2 || tensor.shape[0] !== batch || tensor.shape[1] !== units) {
    throw new ShapeError(
      `${owner}: State 0 is incompatible with layer ${name}: expected shape=${showShape([batch, units])}, ` +
        `found shape=${showShape(tensor.shape)}`,
    );
  }
  return tensor;
}

/** The state that a stateful layer keeps between calls, [batch, units] in the module. */
export class RecurrentState {
  readonly #units: number;
  #block: Block | null = null;
  /** Rows of the state, once it is there. */
  batch = 0;
  /** Whether a model has fixed the batch size; otherwise `reset` forgets it. */
  fixed = false;

  constructor(units: number) {
    this.#units = units;
  }

  /** Whether there is a state. */
  get exists(): boolean {
    return this.#block !== null;
  }

  /** Byte offset into the heap; zeros are reserved at first. */
  address(owner: string, batch: number): number {
    if (this.#block === null) {
      this.#block = new Block(4 * elements(owner, 'states', [batch, this.#units]), `${owner}: states`);
      this.batch = batch;
      this.fill();
    }
    return this.#block.address;
  }

  private fill(): void {
    const start = (this.#block as Block).address / 4;
    kernels().HEAPF32.fill(0, start, start + this.batch * this.#units);
  }

  /** @throws {ShapeError} with Keras' text if the batch size is another. */
  checkBatch(owner: string, batch: number): void {
    if (this.#block !== null && batch !== this.batch) {
      throw new ShapeError(
        `${owner}: inputs: If an RNN is stateful, the batch size of the input sequences must be the same as the ` +
          `batch size of the initial state. \n- Expected batch size: ${this.batch}\n- Received batch size: ${batch}`,
      );
    }
  }

  /** A copy, or null without a state. */
  read(): Tensor | null {
    if (this.#block === null) return null;
    const start = this.#block.address / 4;
    return new Tensor(kernels().HEAPF32.slice(start, start + this.batch * this.#units), [this.batch, this.#units]);
  }

  /** Overwrites the state by one that was checked. */
  write(state: Tensor): void {
    kernels().HEAPF32.set(state.data, (this.#block as Block).address / 4);
  }

  /** Zeros; without a fixed batch size the state is given up. */
  reset(): void {
    if (this.fixed) this.fill();
    else this.free();
  }

  /** Gives the state up. */
  free(): void {
    this.#block?.free();
    this.#block = null;
    this.batch = 0;
    this.fixed = false;
  }
}
