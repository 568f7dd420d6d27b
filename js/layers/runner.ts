import type { Arena } from '../runtime/memory.js';
import { kernels, trapped } from '../runtime/module.js';
import { Tensor } from '../runtime/tensor.js';
import { type Call, type CallContext, type Inspection, readNumbers, type Span, sizeOf, takeSpan } from './call.js';
import type { Layer } from './layer.js';

/** Shapes of a model's inputs, batch first. */
export type Shapes = readonly (readonly number[])[];

/**
 * A model laid out in an arena for inputs of certain shapes: carried out again and again, it allocates nothing in the
 * module. It is stale when the arena has moved.
 */
export class Runner {
  readonly #arena: Arena;
  readonly #generation: number;
  readonly #shapes: Shapes;
  readonly #starts: readonly number[];
  readonly #lengths: readonly number[];
  readonly #call: Call | null;
  readonly #outputs: readonly Span[];
  readonly #output: Span;
  readonly #outputLength: number;

  constructor(model: Layer, arena: Arena, shapes: Shapes, inspections: Inspection[] | null = null) {
    arena.measure();
    layOut(model, arena, shapes, inspections);
    arena.commit();
    const { inputs, call } = layOut(model, arena, shapes, inspections);
    this.#arena = arena;
    this.#generation = arena.generation;
    this.#shapes = inputs.map(({ shape }) => shape);
    this.#starts = inputs.map(({ address }) => address / 4);
    this.#lengths = shapes.map(sizeOf);
    this.#call = this.#lengths.includes(0) ? null : call;
    this.#outputs = call.outputs;
    this.#output = this.#outputs[0] as Span;
    this.#outputLength = sizeOf(this.#output.shape);
  }

  /** Bytes that a layout for these shapes would take. */
  static measure(model: Layer, arena: Arena, shapes: Shapes): number {
    arena.measure();
    layOut(model, arena, shapes, null);
    return arena.size;
  }

  /** Whether the addresses still hold. */
  get stale(): boolean {
    return this.#generation !== this.#arena.generation;
  }

  /** Whether it was laid out for these shapes. */
  isFor(shapes: Shapes): boolean {
    return this.#shapes.length === shapes.length && shapes.every((shape, index) => this.fits(index, shape));
  }

  private fits(index: number, shape: readonly number[]): boolean {
    const own = this.#shapes[index] as readonly number[];
    if (own.length !== shape.length) return false;
    for (let axis = 0; axis < own.length; axis += 1) if (own[axis] !== shape[axis]) return false;
    return true;
  }

  /**
   * The numbers of input `index`, if `x` can be taken as it is: a tensor of exactly its shape or, where the model's
   * input shape is known (`bare`), a Float32Array of its length. Null otherwise.
   */
  accepts(index: number, x: unknown, bare: boolean): Float32Array | null {
    const length = this.#lengths[index];
    if (x instanceof Tensor) return x.data?.length === length && this.fits(index, x.shape) ? x.data : null;
    return bare && x instanceof Float32Array && x.length === length && x.length > 0 ? x : null;
  }

  /** Copies the numbers of one input in, of the right count. */
  put(index: number, data: Float32Array): void {
    try {
      kernels().HEAPF32.set(data, this.#starts[index] as number);
    } catch (error) {
      throw trapped(error);
    }
  }

  /** Carries the model out on what was put in. */
  run(): void {
    try {
      this.#call?.forward();
    } catch (error) {
      throw trapped(error);
    }
  }

  /** A copy of the results of the last run: one tensor, or a list where there are several outputs. */
  results(): Tensor | Tensor[] {
    if (this.#outputs.length > 1) return this.#outputs.map(readNumbers);
    const start = this.#output.address / 4;
    return new Tensor(kernels().HEAPF32.slice(start, start + this.#outputLength), this.#output.shape);
  }
}

function layOut(
  model: Layer,
  arena: Arena,
  shapes: Shapes,
  inspections: Inspection[] | null,
): { inputs: Span[]; call: Call } {
  const inputs = shapes.map((shape) => takeSpan(arena, shape, null));
  const context: CallContext = { arena, training: false, initialState: null, losses: null, inspections };
  return { inputs, call: model.open(inputs, context) };
}
