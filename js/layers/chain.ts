import type { Arena } from '../runtime/memory.js';
import { kernels, trapped } from '../runtime/module.js';
import { Tensor, type TensorLike } from '../runtime/tensor.js';
import { type Call, readSpan, type Span, sizeOf, takeSpan } from './call.js';
import type { Layer } from './layer.js';

/**
 * Layers one after the other, laid out in an arena for one input shape: carried out again and again, a chain
 * allocates nothing in the module. It is stale when the arena has moved.
 */
export class Chain {
  readonly #arena: Arena;
  readonly #generation: number;
  readonly #shape: readonly number[];
  readonly #inputIndex: number;
  readonly #inputLength: number;
  readonly #calls: readonly Call[];
  readonly #outputs: readonly Span[];
  readonly #output: Span;
  readonly #outputLength: number;

  constructor(layers: readonly Layer[], arena: Arena, shape: readonly number[]) {
    arena.measure();
    layOut(layers, arena, shape);
    arena.commit();
    const { input, calls } = layOut(layers, arena, shape);
    this.#arena = arena;
    this.#generation = arena.generation;
    this.#shape = input.shape;
    this.#inputIndex = input.address / 4;
    this.#inputLength = sizeOf(shape);
    this.#calls = this.#inputLength === 0 ? [] : calls;
    this.#outputs = calls.at(-1)?.outputs ?? [input];
    this.#output = this.#outputs[0] as Span;
    this.#outputLength = sizeOf(this.#output.shape);
  }

  /** Bytes that a chain of this shape would take. */
  static measure(layers: readonly Layer[], arena: Arena, shape: readonly number[]): number {
    arena.measure();
    layOut(layers, arena, shape);
    return arena.size;
  }

  /** Whether the addresses still hold. */
  get stale(): boolean {
    return this.#generation !== this.#arena.generation;
  }

  /** Whether the chain was laid out for this shape. */
  isFor(shape: readonly number[]): boolean {
    const own = this.#shape;
    if (own.length !== shape.length) return false;
    for (let axis = 0; axis < own.length; axis += 1) if (own[axis] !== shape[axis]) return false;
    return true;
  }

  /**
   * The numbers, if `x` can be taken as it is: a tensor of exactly this shape or, where the model's input shape is
   * known (`bare`), a Float32Array of its length. Null otherwise.
   */
  accepts(x: unknown, bare: boolean): Float32Array | null {
    if (x instanceof Tensor) return x.data?.length === this.#inputLength && this.isFor(x.shape) ? x.data : null;
    return bare && x instanceof Float32Array && x.length === this.#inputLength && x.length > 0 ? x : null;
  }

  /** Carries the chain out on numbers of the right count. */
  run(data: Float32Array): void {
    try {
      kernels().HEAPF32.set(data, this.#inputIndex);
      const calls = this.#calls;
      for (let index = 0; index < calls.length; index += 1) (calls[index] as Call).forward();
    } catch (error) {
      throw trapped(error);
    }
  }

  /** A copy of the results of the last run: one tensor, or a list where the last layer has several outputs. */
  results(): Tensor | Tensor[] {
    if (this.#outputs.length > 1) return this.#outputs.map((span) => withoutMask(readSpan(span)));
    const start = this.#output.address / 4;
    return new Tensor(kernels().HEAPF32.slice(start, start + this.#outputLength), this.#output.shape);
  }
}

function withoutMask(tensor: Tensor): Tensor {
  return new Tensor(tensor.data, tensor.shape);
}

function layOut(layers: readonly Layer[], arena: Arena, shape: readonly number[]): { input: Span; calls: Call[] } {
  const input = takeSpan(arena, shape, null);
  const context = { arena, training: false, initialState: null };
  const calls: Call[] = [];
  let span = input;
  for (const layer of layers) {
    const call = layer.begin(span, context);
    calls.push(call);
    span = call.outputs[0] as Span;
  }
  return { input, calls };
}

/** What happens inside one recurrent layer, each [batch, steps, units] in processing order. */
export interface Inspection {
  /** The layer looked into. */
  layer: Layer;
  /** h, the state after each step. */
  states: Tensor;
  /** x · kernel; 0 at masked steps. */
  inputContribution: Tensor;
  /** h₋₁ · recurrent_kernel; 0 at masked steps. With the bias the two sum up to the pre-activation. */
  recurrentContribution: Tensor;
}

/** A layer that can be looked into. */
export interface Inspectable {
  /** @internal Lays out room for three results; to be run before the layer's own call. */
  beginInspection(input: Span, arena: Arena): { outputs: readonly Span[]; forward(): void };
}

/** Carries layers out once and looks into the recurrent ones. */
export function inspectLayers(layers: readonly Layer[], arena: Arena, input: Tensor): Inspection[] {
  const found: Inspection[] = [];
  const pass = (): void => {
    found.length = 0;
    const context = { arena, training: false, initialState: null };
    let span = takeSpan(arena, input.shape, null);
    const runs = arena.committed && input.data.length > 0;
    if (arena.committed) kernels().HEAPF32.set(input.data, span.address / 4);
    for (const layer of layers) {
      if ('beginInspection' in layer) {
        const inspection = (layer as unknown as Inspectable).beginInspection(span, arena);
        if (runs) inspection.forward();
        const [states, inputContribution, recurrentContribution] = inspection.outputs.map((output) =>
          arena.committed ? readSpan(output) : new Tensor(new Float32Array(0), [0]),
        ) as [Tensor, Tensor, Tensor];
        found.push({ layer, states, inputContribution, recurrentContribution });
      }
      const call = layer.begin(span, context);
      if (runs) call.forward();
      span = call.outputs[0] as Span;
    }
  };
  try {
    arena.measure();
    pass();
    arena.commit();
    pass();
    return found;
  } catch (error) {
    throw trapped(error);
  }
}

/** Whatever a model takes for its input. */
export type ModelInput = TensorLike | ArrayBufferView;
