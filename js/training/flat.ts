import { aligned, Block } from '../runtime/memory.js';
import { kernels } from '../runtime/module.js';
import type { Weight } from '../runtime/weight.js';

/** Room for the gradients of some weights, in one block. */
export class GradientRoom {
  /** The weights, in the model's order. */
  readonly weights: readonly Weight[];
  /** Byte offsets of the weights in a block of this layout. */
  protected readonly offsets: readonly number[];
  /** Bytes of such a block. */
  protected readonly bytes: number;
  readonly #places: Map<Weight, number>;
  readonly #block: Block;

  /** @throws {OutOfMemoryError} */
  constructor(owner: string, weights: readonly Weight[]) {
    const offsets: number[] = [];
    let bytes = 0;
    for (const { size } of weights) {
      offsets.push(bytes);
      bytes += aligned(4 * size);
    }
    const block = new Block(bytes, `${owner}: gradients`);
    this.weights = weights;
    this.offsets = offsets;
    this.bytes = bytes;
    this.#block = block;
    this.#places = new Map(weights.map((weight, index) => [weight, block.address + (offsets[index] as number)]));
  }

  /** Where the gradient of a weight is summed up; 0 if it is not trained. */
  gradientOf(weight: Weight): number {
    return this.#places.get(weight) ?? 0;
  }

  /** Addresses of all gradients, in the order of the weights. */
  get gradients(): readonly number[] {
    return this.offsets.map((offset) => this.#block.address + offset);
  }

  /** Sets all gradients to 0. */
  clear(): void {
    const start = this.#block.address / 4;
    kernels().HEAPF32.fill(0, start, start + this.bytes / 4);
  }

  /** Whether no gradient is NaN or infinite. */
  get isFinite(): boolean {
    return Number.isFinite(kernels()._sum_of_squares(this.#block.address, this.bytes / 4));
  }

  /** Frees the gradients. */
  freeGradients(): void {
    this.#block.free();
  }
}

/**
 * The trained weights of a model in one block, and their gradients in another of the same layout: then an optimizer's
 * step is one call of the kernel.
 */
export class FlatWeights extends GradientRoom {
  readonly #home: Block;

  /** Moves the weights. @throws {OutOfMemoryError} */
  constructor(owner: string, weights: readonly Weight[]) {
    super(owner, weights);
    const home = new Block(this.bytes, `${owner}: weights`);
    kernels().HEAPF32.fill(0, home.address / 4, (home.address + this.bytes) / 4);
    weights.forEach((weight, index) => {
      const offset = this.offsets[index] as number;
      const from = weight.address / 4;
      kernels().HEAPF32.copyWithin((home.address + offset) / 4, from, from + weight.size);
      weight.place(home, offset);
    });
    this.#home = home;
  }

  /** Frees the room of the weights, if they lie elsewhere now or were disposed. */
  leave(isDisposed: boolean): void {
    if (isDisposed || !this.weights.some((weight) => weight.isIn(this.#home))) this.#home.free();
  }
}
