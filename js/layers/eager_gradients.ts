import { Arena } from '../runtime/memory.js';
import { kernels, trapped } from '../runtime/module.js';
import type { Tensor } from '../runtime/tensor.js';
import type { Weight } from '../runtime/weight.js';
import { type Backward, Gradients, type GradientTarget } from './backward.js';
import {
  type Call,
  type CallContext,
  readNumbers,
  type Span,
  takeMask,
  takeSpan,
  writeMask,
  writeSpan,
} from './call.js';
import type { EagerInputs } from './eager.js';

/** What {@link evaluateGradients} is given, all checked. */
export interface GradientInputs extends Omit<EagerInputs, 'losses' | 'inspections'> {
  /** Those whose gradients are wanted. */
  weights: readonly Weight[];
  /** Steps after which back-propagation through time is cut; 0: never. */
  truncate: number;
  /** dLoss / dOutput of an output, as many numbers. */
  seed(output: Tensor, index: number): Float32Array;
  /** Adds to the gradients of the weights, which lie at these addresses. */
  penalize(addresses: ReadonlyMap<Weight, number>): void;
}

/** What {@link evaluateGradients} gives; null where no gradient arrives. */
export interface EagerGradients {
  outputs: Tensor[];
  /** Sum of the losses reported on the way. */
  losses: number;
  inputs: (Tensor | null)[];
  states: (Tensor | null)[];
  weights: ReadonlyMap<Weight, Tensor>;
}

interface Layout {
  inputs: readonly Span[];
  states: readonly Span[];
  call: Call;
  seeds: readonly GradientTarget[];
  weights: ReadonlyMap<Weight, number>;
  gradients: Gradients;
  backward: Backward | null;
}

/** Applies a layer once, there and back, in memory of its own that is freed at the end. */
export function evaluateGradients(
  owner: string,
  begin: (inputs: readonly Span[], context: CallContext) => Call,
  given: GradientInputs,
): EagerGradients {
  const arena = new Arena(`${owner}: gradients`);
  let losses = 0;
  const report = (_: unknown, value: number) => {
    losses += value;
  };
  try {
    arena.measure();
    layOut(begin, arena, given, report);
    arena.commit();
    const made = layOut(begin, arena, given, report);
    const { call, weights, gradients } = made;
    write(made, given);
    const zeros = [...weights].map(([weight, address]) => [address / 4, weight.size] as const);
    for (const [start, size] of zeros) kernels().HEAPF32.fill(0, start, start + size);
    // A batch without rows has nothing to go through.
    const isEmpty = given.inputs.some(({ data }) => data.length === 0);
    if (!isEmpty) call.forward();
    const outputs = call.outputs.map(readNumbers);
    outputs.forEach((output, index) => {
      const { address, done } = made.seeds[index] as GradientTarget;
      kernels().HEAPF32.set(given.seed(output, index), address / 4);
      done();
    });
    if (!isEmpty) made.backward?.();
    given.penalize(weights);
    const read = (address: number, shape: readonly number[]): Tensor | null =>
      address === 0 ? null : readNumbers({ address, shape, mask: null });
    return {
      outputs,
      losses,
      inputs: made.inputs.map((input) => read(gradients.of(input), input.shape)),
      states: made.states.map((state) => read(gradients.of(state), state.shape)),
      weights: new Map([...weights].map(([weight, address]) => [weight, read(address, weight.shape) as Tensor])),
    };
  } catch (error) {
    throw trapped(error);
  } finally {
    arena.free();
  }
}

function layOut(
  begin: (inputs: readonly Span[], context: CallContext) => Call,
  arena: Arena,
  given: GradientInputs,
  losses: CallContext['losses'],
): Layout {
  const { training, explicitMasks = false, truncate } = given;
  const inputs = given.inputs.map((input, index) => {
    const mask = given.masks[index] ?? null;
    return takeSpan(arena, input.shape, mask === null ? null : takeMask(arena, mask.shape));
  });
  const states = (given.initialState ?? []).map((state) => takeSpan(arena, state.shape, null));
  const call = begin(inputs, {
    arena,
    training,
    keeps: true,
    truncate,
    initialState: given.initialState === null ? null : states,
    explicitMasks,
    losses,
    inspections: null,
  });
  const weights = new Map(given.weights.map((weight) => [weight, arena.take(4 * weight.size)]));
  const gradients = new Gradients(arena, (weight) => weights.get(weight) ?? 0, []);
  const seeds = call.outputs.map((output) => gradients.into(output) as GradientTarget);
  const backward = call.layOutBackward(gradients);
  return { inputs, states, call, seeds, weights, gradients, backward };
}

function write({ inputs, states }: Layout, given: GradientInputs): void {
  inputs.forEach((span, index) => {
    writeSpan(span, given.inputs[index] as Tensor);
    if (span.mask !== null) writeMask(span.mask, given.masks[index] as Tensor);
  });
  states.forEach((state, index) => {
    writeSpan(state, given.initialState?.[index] as Tensor);
  });
}
