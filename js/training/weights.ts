import type { MaskSpan } from '../layers/call.js';
import { product, type Sizes, spread } from '../losses/shapes.js';
import type { Arena } from '../runtime/memory.js';
import { kernels } from '../runtime/module.js';
import { Tensor } from '../runtime/tensor.js';

/** Sample weights of a batch in the heap: float32 of their own shape. */
export interface WeightSpan {
  address: number;
  shape: Sizes;
}

// Which number of `from` goes with each of `to`; null if they are the same.
function indexMap(owner: string, argument: string, from: Sizes, to: Sizes, samplewise: boolean): Uint32Array | null {
  if (product(from) === product(to)) return null;
  const indices = new Tensor(
    Float32Array.from({ length: product(from) }, (_, index) => index),
    from,
  );
  return Uint32Array.from(spread(owner, argument, indices, to, samplewise));
}

/** A mask in the shape of a loss's values. */
export class ValueMask {
  /** Bytes, 1 for values that count. */
  readonly address: number;
  readonly #source: number;
  readonly #map: Uint32Array | null;

  /** @throws {ShapeError} if it cannot be repeated to it. */
  constructor(owner: string, arena: Arena, mask: MaskSpan, to: Sizes) {
    this.#map = indexMap(owner, 'mask', mask.shape, to, true);
    this.#source = mask.address;
    this.address = this.#map === null ? mask.address : arena.take(this.#map.length);
  }

  /** Repeats the mask of this batch. */
  fill(): void {
    const map = this.#map;
    if (map === null) return;
    const { HEAPU8 } = kernels();
    for (let index = 0; index < map.length; index += 1) {
      HEAPU8[this.address + index] = HEAPU8[this.#source + (map[index] as number)] as number;
    }
  }
}

/** Sample weights times a mask, in the shape of values. */
export class ValueWeights {
  /** float32; 0 where neither is there. */
  readonly address: number;
  /** How many values share a weight that was given. */
  readonly repeats: number;
  readonly #size: number;
  readonly #weights: number;
  readonly #weightMap: Uint32Array | null;
  readonly #mask: number;
  readonly #maskMap: Uint32Array | null;
  readonly #isCopy: boolean;

  /** @param samplewise As for `spread`. @throws {ShapeError} if one cannot be repeated to it. */
  constructor(
    owner: string,
    arena: Arena,
    weights: WeightSpan | null,
    mask: MaskSpan | null,
    to: Sizes,
    samplewise: boolean,
  ) {
    this.#size = product(to);
    this.#weightMap = weights && indexMap(owner, 'sampleWeight', weights.shape, to, samplewise);
    this.#maskMap = mask && indexMap(owner, 'mask', mask.shape, to, true);
    this.repeats = weights === null ? 1 : this.#size / product(weights.shape);
    this.#weights = weights?.address ?? 0;
    this.#mask = mask?.address ?? 0;
    this.#isCopy = mask !== null || this.#weightMap !== null;
    this.address = this.#isCopy ? arena.take(4 * this.#size) : this.#weights;
  }

  /** Computes those of this batch. */
  fill(): void {
    if (!this.#isCopy) return;
    const { HEAPF32, HEAPU8 } = kernels();
    const [start, weights] = [this.address / 4, this.#weights / 4];
    for (let index = 0; index < this.#size; index += 1) {
      let value = 1;
      if (weights !== 0) value = HEAPF32[weights + (this.#weightMap?.[index] ?? index)] as number;
      if (this.#mask !== 0) value *= HEAPU8[this.#mask + (this.#maskMap?.[index] ?? index)] as number;
      HEAPF32[start + index] = value;
    }
  }
}
