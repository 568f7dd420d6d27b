import type { Arena } from '../runtime/memory.js';
import { kernels } from '../runtime/module.js';
import type { Weight } from '../runtime/weight.js';
import { type Span, sizeOf } from './call.js';

/** Where a call writes the gradient of one of its inputs. */
export interface GradientTarget {
  /** Room of the input's size; overwritten. */
  address: number;
  /** To be called when it is written: adds it to what other calls gave. */
  done(): void;
}

/** Carries a call's backward pass out. */
export type Backward = () => void;

const nothing = (): void => {};

interface Gradient {
  address: number;
  count: number;
  isWritten: boolean;
}

/** What is wanted of the gradients of the single lookups in a table, besides their sum. */
export interface Lookups {
  /** Where their squares are summed up. */
  squares: number;
  /** Where their absolute values are; 0 if they are not wanted. */
  sizes: number;
  /** Each is clipped to [-limit, limit] first. */
  limit: number;
}

/**
 * The gradients of all tensors of one layout, laid out call by call from the last to the first. A tensor is known by its
 * address, so that a view (Flatten, the steps of a TimeDistributed) has the gradient of what it is a view of.
 */
export class Gradients {
  readonly arena: Arena;
  /** What all gradients are multiplied by. */
  readonly scale: number;
  /** The weights that a gradient arrives at. */
  readonly reached = new Set<Weight>();
  readonly #tensors = new Map<number, Gradient>();
  readonly #unwanted = new Set<number>();
  readonly #weightAddress: (weight: Weight) => number;
  readonly #lookups: (table: Weight) => Lookups | null;

  /**
   * @param arena That of the forward pass.
   * @param weightAddress Where the gradient of a weight is summed up; 0 if it is not wanted.
   * @param unwanted Tensors whose gradients nobody asks for: inputs of the model.
   * @param scale Factor of the loss, so of all gradients.
   * @param lookups What is wanted of the single lookups in a table besides the sum of their gradients.
   */
  constructor(
    arena: Arena,
    weightAddress: (weight: Weight) => number,
    unwanted: readonly Span[],
    scale = 1,
    lookups: (table: Weight) => Lookups | null = () => null,
  ) {
    this.arena = arena;
    this.scale = scale;
    this.#weightAddress = weightAddress;
    this.#lookups = lookups;
    for (const { address } of unwanted) this.#unwanted.add(address);
  }

  /** Address of the gradient that later calls have left of a tensor; 0 if none of them used it. */
  of({ address }: Span): number {
    return this.#tensors.get(address)?.address ?? 0;
  }

  /** Where to sum up the gradient of a weight; 0 if it is not wanted. */
  weight(weight: Weight): number {
    this.reached.add(weight);
    return this.trains([weight]) ? this.#weightAddress(weight) : 0;
  }

  /** Whether somebody asks for the gradient of one of these weights. */
  trains(weights: readonly Weight[]): boolean {
    return weights.some((weight) => weight.trainable && this.#weightAddress(weight) !== 0);
  }

  /** Whether somebody asks for the gradient of an input. */
  wants({ address }: Span): boolean {
    return !this.#unwanted.has(address);
  }

  /** What is wanted of the single lookups in a table; null if it is the sum of their gradients alone. */
  lookups(table: Weight): Lookups | null {
    return table.trainable ? this.#lookups(table) : null;
  }

  /** Where to write the gradient of an input; null if nobody wants it. */
  into(span: Span): GradientTarget | null {
    if (!this.wants(span)) return null;
    const count = sizeOf(span.shape);
    const known = this.#tensors.get(span.address);
    if (known === undefined) {
      const address = this.arena.take(4 * count);
      this.#tensors.set(span.address, { address, count, isWritten: true });
      return { address, done: nothing };
    }
    const address = this.arena.take(4 * count);
    return { address, done: () => kernels()._add_elements(known.address, known.address, address, count) };
  }
}

/** Carries backward passes out, from the last call to the first. */
export function inReverse(passes: readonly (Backward | null)[]): Backward | null {
  const own = passes.filter((pass) => pass !== null);
  if (own.length === 0) return null;
  return () => {
    for (let index = 0; index < own.length; index += 1) (own[index] as Backward)();
  };
}
