import { elements, showShape } from './check.js';
import { DisposedError, ShapeError } from './errors.js';
import type { Block } from './memory.js';
import { kernels } from './module.js';
import { Tensor, type TensorLike, toTensor } from './tensor.js';

/** What a weight is made of, besides its numbers. */
export interface WeightDescription {
  name: string;
  path: string;
  shape: readonly number[];
  trainable: boolean;
  regularizer: unknown;
  constraint: unknown;
}

/**
 * One variable of a layer. It is a handle: its numbers lie in a block of the module and may move,
 * `version` counts changes so that packed copies know when they are stale.
 */
export class Weight {
  /** Keras' name of the variable, as `kernel`. */
  readonly name: string;
  /** Keras' path, as `sequential/simple_rnn/simple_rnn_cell/kernel`. */
  readonly path: string;
  /** Size of each axis. */
  readonly shape: readonly number[];
  /** Always `'float32'`. */
  readonly dtype = 'float32';
  /** Whether training changes it. */
  trainable: boolean;
  /** Regularizer of the weight, or null. */
  readonly regularizer: unknown;
  /** Constraint on the weight, or null. */
  readonly constraint: unknown;
  /** Number of elements. */
  readonly size: number;
  /** @internal Counts writes and moves. */
  version = 0;
  #block: Block | null = null;
  #offset = 0;

  /** @internal */
  constructor(description: WeightDescription) {
    this.name = description.name;
    this.path = description.path;
    this.shape = Object.freeze([...description.shape]);
    this.trainable = description.trainable;
    this.regularizer = description.regularizer;
    this.constraint = description.constraint;
    this.size = elements(description.path, 'shape', description.shape);
  }

  /** @internal Puts the weight at a place in a block; the numbers there become its own. */
  place(block: Block, offset: number): void {
    this.#block = block;
    this.#offset = offset;
    this.version += 1;
  }

  /** @internal Byte offset into the heap. */
  get address(): number {
    if (this.#block === null || this.#block.freed) {
      throw new DisposedError(`weight '${this.path}' was used after dispose()`);
    }
    return this.#block.address + this.#offset;
  }

  /** @internal Zeros, for weights that a loader overwrites. */
  clear(): void {
    kernels().HEAPF32.fill(0, this.address / 4, this.address / 4 + this.size);
  }

  /** A copy of the numbers. @throws {DisposedError} after the layer's `dispose()`. */
  read(): Tensor {
    const start = this.address / 4;
    return new Tensor(kernels().HEAPF32.slice(start, start + this.size), [...this.shape]);
  }

  /**
   * Overwrites the numbers.
   * @param value A tensor or arrays of exactly this weight's shape.
   * @throws {ShapeError} if the shape differs; nothing is changed then.
   */
  write(value: TensorLike): void {
    const tensor = this.check(value, `weight '${this.path}'`, '');
    kernels().HEAPF32.set(tensor.data, this.address / 4);
    this.version += 1;
  }

  /** @internal Reads a value and checks its shape, without writing. */
  check(value: TensorLike, owner: string, keras: string): Tensor {
    const tensor = toTensor(value, owner);
    const { shape } = tensor;
    if (shape.length !== this.shape.length || shape.some((size, axis) => size !== this.shape[axis])) {
      throw new ShapeError(
        `${owner}: ${keras || `weight shape ${showShape(this.shape)} is not compatible with`} provided weight shape ${showShape(shape)}.`,
      );
    }
    return tensor;
  }
}
