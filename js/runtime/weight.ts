import { elements, showShape } from './check.js';
import { DisposedError, ShapeError } from './errors.js';
import { Block } from './memory.js';
import { kernels } from './module.js';
import { Tensor, type TensorLike, toTensor } from './tensor.js';

/** A penalty on a weight. */
export interface WeightRegularizer {
  readonly className: string;
  /** @internal Of numbers that lie in the heap. */
  penalty(address: number, shape: readonly number[]): number;
  /** @internal Adds its gradient, times `factor`, to numbers in the heap. */
  addGradient(gradients: number, address: number, shape: readonly number[], factor: number): void;
}

/** A rule that a weight is held to. */
export interface WeightConstraint {
  readonly className: string;
  /** @internal Changes numbers that lie in the heap. */
  apply(address: number, shape: readonly number[]): void;
}

/** What a weight is made of, besides its numbers. */
export interface WeightDescription {
  name: string;
  path: string;
  shape: readonly number[];
  trainable: boolean;
  regularizer: WeightRegularizer | null;
  constraint: WeightConstraint | null;
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
  /** @internal Whether training changes it while its layer is trainable. */
  readonly declaredTrainable: boolean;
  /** Regularizer of the weight, or null. */
  readonly regularizer: WeightRegularizer | null;
  /** Constraint on the weight, or null. */
  readonly constraint: WeightConstraint | null;
  /** Number of elements. */
  readonly size: number;
  /** @internal Counts writes and moves. */
  version = 0;
  #block: Block | null = null;
  #offset = 0;
  #ownsBlock = false;
  #released = false;

  /** @internal */
  constructor(description: WeightDescription) {
    this.name = description.name;
    this.path = description.path;
    this.shape = Object.freeze([...description.shape]);
    this.trainable = description.trainable;
    this.declaredTrainable = description.trainable;
    this.regularizer = description.regularizer;
    this.constraint = description.constraint;
    this.size = elements(description.path, 'shape', description.shape);
  }

  /** @internal Puts the weight at a place in a block; the numbers there become its own. */
  place(block: Block, offset: number): void {
    if (this.#ownsBlock) this.#block?.free();
    this.#ownsBlock = false;
    this.#block = block;
    this.#offset = offset;
    this.version += 1;
  }

  /** @internal Byte offset into the heap. A weight without a place gets zeros of its own. */
  get address(): number {
    if (this.#released || this.#block?.freed) {
      throw new DisposedError(`weight '${this.path}' was used after dispose()`);
    }
    if (this.#block === null) {
      this.#block = new Block(4 * this.size, `weight '${this.path}'`);
      this.#ownsBlock = true;
      this.version += 1;
      const start = this.#block.address / 4;
      kernels().HEAPF32.fill(0, start, start + this.size);
    }
    return this.#block.address + this.#offset;
  }

  /** @internal Whether the numbers lie in this block. */
  isIn(block: Block): boolean {
    return this.#block === block && !this.#released;
  }

  /** @internal Takes the numbers to a block of their own. */
  moveOut(): void {
    const kept = this.read();
    this.#block = null;
    this.#offset = 0;
    this.write(kept);
  }

  /** @internal Follows its layer's `trainable`. */
  freeze(frozen: boolean): void {
    this.trainable = !frozen && this.declaredTrainable;
  }

  /** @internal Gives its place up for good. */
  release(): void {
    if (this.#ownsBlock) this.#block?.free();
    this.#released = true;
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
