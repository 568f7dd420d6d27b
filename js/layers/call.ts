import type { Arena } from '../runtime/memory.js';
import { kernels } from '../runtime/module.js';
import { Tensor } from '../runtime/tensor.js';

/** A mask lent inside the module: uint8, 1 = use the step. */
export interface MaskSpan {
  address: number;
  shape: readonly number[];
}

/** A tensor lent inside the module for the length of a call. */
export interface Span {
  /** Byte offset into the heap; 0 while the layout is measured. */
  address: number;
  shape: readonly number[];
  mask: MaskSpan | null;
}

/** What one application is given besides its input. */
export interface CallContext {
  /** Where the call takes room for its outputs and workspace. */
  arena: Arena;
  training: boolean;
  /** Initial states, one span each, or null. */
  initialState: readonly Span[] | null;
}

/**
 * One application of a layer: what it was given, where its results lie and, later, what its backward pass wants.
 * A layer keeps nothing of it, so that a layer may be applied several times in one graph.
 */
export abstract class Call {
  readonly input: Span;
  /** The results: the output, then the states of a layer with returnState. */
  readonly outputs: readonly Span[];

  constructor(input: Span, outputs: readonly Span[]) {
    this.input = input;
    this.outputs = outputs;
  }

  /** One kernel call: overwrites the outputs. It may be repeated on new input at the same place. */
  abstract forward(): void;
}

/** The call of a layer that hands its input on. */
export class PassCall extends Call {
  override forward(): void {}
}

/** Number of elements. */
export function sizeOf(shape: readonly number[]): number {
  let count = 1;
  for (const size of shape) count *= size;
  return count;
}

/** Room for a new tensor. */
export function takeSpan(arena: Arena, shape: readonly number[], mask: MaskSpan | null): Span {
  return { address: arena.take(4 * sizeOf(shape)), shape: Object.freeze([...shape]), mask };
}

/** Copies a tensor in. */
export function writeSpan(span: Span, tensor: Tensor): void {
  kernels().HEAPF32.set(tensor.data, span.address / 4);
}

/** Copies a mask in: every number but 0 becomes 1. */
export function writeMask(mask: MaskSpan, tensor: Tensor): void {
  const heap = kernels().HEAPU8;
  for (let index = 0; index < tensor.data.length; index += 1) {
    heap[mask.address + index] = tensor.data[index] !== 0 ? 1 : 0;
  }
}

/** Copies a result out, with its mask. */
export function readSpan(span: Span): Tensor {
  const start = span.address / 4;
  const data = kernels().HEAPF32.slice(start, start + sizeOf(span.shape));
  const { mask } = span;
  if (mask === null) return new Tensor(data, span.shape);
  const bytes = kernels().HEAPU8.subarray(mask.address, mask.address + sizeOf(mask.shape));
  return new Tensor(data, span.shape, new Tensor(Float32Array.from(bytes), mask.shape));
}
