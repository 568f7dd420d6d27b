import { aligned, Block } from '../runtime/memory.js';
import { kernels } from '../runtime/module.js';
import type { Weight } from '../runtime/weight.js';

/**
 * The trained weights of a model in one block, and their gradients in another of the same layout: then an optimizer's
 * step is one call of the kernel.
 */
export class FlatWeights {
  /** The weights, in the model's order. */
  readonly weights: readonly Weight[];
  /** Addresses of the gradients, in that order. */
  readonly gradients: readonly number[];
  readonly #places: Map<Weight, number>;
  readonly #block: Block;
  readonly #room: Block;
  readonly #length: number;

  /** Moves the weights. @throws {OutOfMemoryError} */
  constructor(owner: string, weights: readonly Weight[]) {
    const offsets: number[] = [];
    let bytes = 0;
    for (const { size } of weights) {
      offsets.push(bytes);
      bytes += aligned(4 * size);
    }
    const block = new Block(bytes, `${owner}: weights`);
    const room = new Block(bytes, `${owner}: gradients`);
    const { HEAPF32 } = kernels();
    HEAPF32.fill(0, block.address / 4, (block.address + bytes) / 4);
    weights.forEach((weight, index) => {
      const offset = offsets[index] as number;
      const from = weight.address / 4;
      kernels().HEAPF32.copyWithin((block.address + offset) / 4, from, from + weight.size);
      weight.place(block, offset);
    });
    this.weights = weights;
    this.gradients = offsets.map((offset) => room.address + offset);
    this.#places = new Map(weights.map((weight, index) => [weight, this.gradients[index] as number]));
    this.#block = block;
    this.#room = room;
    this.#length = bytes / 4;
  }

  /** Where the gradient of a weight is summed up; 0 if it is not trained. */
  gradientOf(weight: Weight): number {
    return this.#places.get(weight) ?? 0;
  }

  /** Sets all gradients to 0. */
  clear(): void {
    const start = this.#room.address / 4;
    kernels().HEAPF32.fill(0, start, start + this.#length);
  }

  /** Whether no gradient is NaN or infinite. */
  get isFinite(): boolean {
    return Number.isFinite(kernels()._sum_of_squares(this.#room.address, this.#length));
  }

  /** Frees the gradients; the weights stay where they are. */
  freeGradients(): void {
    this.#room.free();
  }

  /** Frees both: the weights have been disposed. */
  free(): void {
    this.#room.free();
    this.#block.free();
  }
}
