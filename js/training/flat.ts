import type { Lookups } from '../layers/backward.js';
import type { LookupRule } from '../optimizers/squares.js';
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
  // Of tables: the squares of the gradients of single lookups, and their sizes or workspace behind them.
  readonly #squares = new Map<Weight, number>();
  readonly #rule: LookupRule | null;
  readonly #all: number;

  /**
   * @param tables Weights that are looked up in, and whose lookups count one by one as `rule` says.
   * @throws {OutOfMemoryError}
   */
  constructor(
    owner: string,
    weights: readonly Weight[],
    tables: readonly Weight[] = [],
    rule: LookupRule | null = null,
  ) {
    const offsets: number[] = [];
    let bytes = 0;
    for (const { size } of weights) {
      offsets.push(bytes);
      bytes += aligned(4 * size);
    }
    const room = tables.reduce((sum, { size }) => sum + 2 * aligned(4 * size), bytes);
    const block = new Block(room, `${owner}: gradients`);
    this.weights = weights;
    this.offsets = offsets;
    this.bytes = bytes;
    this.#block = block;
    this.#rule = rule;
    this.#all = room;
    this.#places = new Map(weights.map((weight, index) => [weight, block.address + (offsets[index] as number)]));
    let next = block.address + bytes;
    for (const table of tables) {
      this.#squares.set(table, next);
      next += 2 * aligned(4 * table.size);
    }
  }

  /** Where the gradient of a weight is summed up; 0 if it is not trained. */
  gradientOf(weight: Weight): number {
    return this.#places.get(weight) ?? 0;
  }

  /** Where the squares of the gradients of a table's single lookups are summed up; 0 if they are not wanted. */
  squaresOf(weight: Weight): number {
    return this.#squares.get(weight) ?? 0;
  }

  /** Where and how the lookups in a table are summed up besides; null if that is not wanted. */
  lookupsOf(table: Weight): Lookups | null {
    const squares = this.squaresOf(table);
    if (squares === 0 || this.#rule === null) return null;
    const { limit, hasSizes } = this.#rule;
    return { squares, sizes: hasSizes ? squares + aligned(4 * table.size) : 0, limit };
  }

  /** Addresses of all gradients, in the order of the weights. */
  get gradients(): readonly number[] {
    return this.offsets.map((offset) => this.#block.address + offset);
  }

  /** Sets all gradients to 0. */
  clear(): void {
    const start = this.#block.address / 4;
    kernels().HEAPF32.fill(0, start, start + this.#all / 4);
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
  constructor(owner: string, weights: readonly Weight[], tables: readonly Weight[], rule: LookupRule | null) {
    super(owner, weights, tables, rule);
    let home: Block;
    try {
      home = new Block(this.bytes, `${owner}: weights`);
    } catch (error) {
      this.freeGradients();
      throw error;
    }
    kernels().HEAPF32.fill(0, home.address / 4, (home.address + this.bytes) / 4);
    weights.forEach((weight, index) => {
      const offset = this.offsets[index] as number;
      const from = weight.address / 4;
      kernels().HEAPF32.copyWithin((home.address + offset) / 4, from, from + weight.size);
      weight.place(home, offset);
    });
    this.#home = home;
  }

  /**
   * Frees the room of the weights, if they lie elsewhere now or were disposed. @returns whether it did.
   * @param isForced Whether those that are left, of layers that are no longer the model's, have to move out.
   */
  leave(isForced: boolean): boolean {
    const left = this.weights.filter((weight) => weight.isIn(this.#home));
    if (isForced) for (const weight of left) weight.moveOut();
    else if (left.length > 0) return false;
    this.#home.free();
    return true;
  }
}
