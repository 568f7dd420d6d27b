import type { Arena } from '../runtime/memory.js';
import { kernels } from '../runtime/module.js';
import { Tensor } from '../runtime/tensor.js';
import { type Backward, type Gradients, inReverse } from './backward.js';
import type { Layer } from './layer.js';

/** A mask lent inside the module: uint8, 1 = use the step. */
export interface MaskSpan {
  address: number;
  shape: readonly number[];
}

/** A tensor lent inside the module for the length of a call. */
export interface Span {
  /** Byte offset into the heap; it means nothing while the layout is measured. */
  address: number;
  shape: readonly number[];
  mask: MaskSpan | null;
}

/** What happens inside one recurrent layer, each [batch, steps, units] in processing order. */
export interface Inspection {
  /** The layer looked into; the cell where several cells form one layer. */
  layer: Layer;
  /** h, the state after each step. */
  states: Tensor;
  /** x · kernel; 0 at masked steps. Null for a cell of the user's own. */
  inputContribution: Tensor | null;
  /** h₋₁ · recurrent_kernel; 0 at masked steps. With the bias the two sum up to the pre-activation. */
  recurrentContribution: Tensor | null;
  /** dLoss / dh, of the state after each step. Null without a backward pass, or where no gradient arrives. */
  stateGradient: Tensor | null;
  /** dLoss / dx, [batch, steps, features] in the order of the input. Null as `stateGradient`. */
  inputGradient: Tensor | null;
}

/** What an {@link Inspection} has before the backward pass. */
export const NO_GRADIENTS = { stateGradient: null, inputGradient: null };

/**
 * Takes the losses that calls report when they are carried out. `inputs` are what a loss of `addLoss` depends on, null
 * for nothing; an activity loss says nothing of it.
 */
export type LossSink = (layer: Layer, value: number, inputs?: readonly unknown[] | null) => void;

/** What one application is given besides its inputs. */
export interface CallContext {
  /** Where the call takes room for its outputs and workspace. */
  arena: Arena;
  /** Null: not said; a graph's nodes then go by what they were given. */
  training: boolean | null;
  /** Whether a backward pass will follow. */
  keeps?: boolean;
  /** Whether softmax and sigmoid shall keep their inputs, for the crossentropies. */
  logits?: boolean;
  /** Steps after which back-propagation through time is cut; 0: never. */
  truncate?: number;
  /** Initial states, flat, or null. */
  initialState: readonly Span[] | null;
  /** Whether the inputs' masks were given with the call, and did not just travel with the inputs. Default false. */
  explicitMasks?: boolean;
  /** Is told the losses of activities and of `addLoss`; null where nobody asks. */
  losses: LossSink | null;
  /** Number of steps that the rows of the batch come from: an activity loss is divided by the others. Default 1. */
  stepsInBatch?: number;
  /** Takes what recurrent layers show of themselves; null where nobody asks. */
  inspections: Inspection[] | null;
}

/** The inputs of a softmax or sigmoid. */
export interface Logits {
  activation: string;
  span: Span;
}

/**
 * One application of a layer: what it was given, where its results lie and, later, what its backward pass wants.
 * A layer keeps nothing of it, so that a layer may be applied several times in one graph.
 */
export abstract class Call {
  readonly inputs: readonly Span[];
  /** The results: the output, then the states of a layer with returnState. */
  readonly outputs: readonly Span[];

  constructor(inputs: readonly Span[], outputs: readonly Span[]) {
    this.inputs = inputs;
    this.outputs = outputs;
  }

  /** The first input. */
  get input(): Span {
    return this.inputs[0] as Span;
  }

  /** Overwrites the outputs. It may be repeated on new input at the same place. */
  abstract forward(): void;

  /** What the output is softmax or sigmoid of, if it is of one and that is kept. */
  get logits(): Logits | null {
    return null;
  }

  /** The call that computes a tensor, within this one; null if none does. */
  producer({ address }: Span): Call | null {
    return this.outputs.some((output) => output.address === address) ? this : null;
  }

  /**
   * Lays out the way back: from the gradients that later calls have left of the outputs to those of inputs, initial
   * states and weights. Null if there is nothing to do.
   */
  abstract layOutBackward(gradients: Gradients): Backward | null;
}

/** The call of a layer that hands its input on. */
export class PassCall extends Call {
  override forward(): void {}

  override producer(): null {
    return null;
  }

  // The outputs are views of the inputs, and so are their gradients.
  override layOutBackward(): null {
    return null;
  }
}

/** Calls one after the other. */
export class SequenceCall extends Call {
  readonly #calls: readonly Call[];

  constructor(inputs: readonly Span[], outputs: readonly Span[], calls: readonly Call[]) {
    super(inputs, outputs);
    this.#calls = calls;
  }

  override forward(): void {
    const calls = this.#calls;
    for (let index = 0; index < calls.length; index += 1) (calls[index] as Call).forward();
  }

  override producer(span: Span): Call | null {
    for (let index = this.#calls.length - 1; index >= 0; index -= 1) {
      const found = (this.#calls[index] as Call).producer(span);
      if (found !== null) return found;
    }
    return null;
  }

  override layOutBackward(gradients: Gradients): Backward | null {
    return inReverse([...this.#calls].reverse().map((call) => call.layOutBackward(gradients)));
  }
}

/**
 * Lays a recurrent layer out as Keras computes it: a mask that travels with the input is left aside where states are
 * given beside it, and travels on with the first outputs all the same.
 * @param carriers Number of outputs that carry the mask.
 */
export function besideStates(
  inputs: readonly Span[],
  { initialState, explicitMasks = false }: CallContext,
  carriers: number,
  begin: (inputs: readonly Span[]) => Call,
): Call {
  const [input] = inputs as readonly [Span];
  if (input.mask === null || initialState === null || explicitMasks) return begin(inputs);
  const call = begin([{ ...input, mask: null }]);
  for (const output of call.outputs.slice(0, carriers)) output.mask = input.mask;
  return call;
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

/** Room for a new mask. */
export function takeMask(arena: Arena, shape: readonly number[]): MaskSpan {
  return { address: arena.take(sizeOf(shape)), shape: Object.freeze([...shape]) };
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

/** Copies a result out, without its mask. */
export function readNumbers(span: Span): Tensor {
  const start = span.address / 4;
  return new Tensor(kernels().HEAPF32.slice(start, start + sizeOf(span.shape)), span.shape);
}

/** Copies a mask out. */
export function readMask(mask: MaskSpan): Tensor {
  const bytes = kernels().HEAPU8.subarray(mask.address, mask.address + sizeOf(mask.shape));
  return new Tensor(Float32Array.from(bytes), mask.shape);
}

/** Copies a result out, with its mask. */
export function readSpan(span: Span): Tensor {
  const { data, shape } = readNumbers(span);
  return new Tensor(data, shape, span.mask === null ? null : readMask(span.mask));
}
