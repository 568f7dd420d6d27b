import { checkOptions, showShape } from '../runtime/check.js';
import { ArgumentError, ShapeError } from '../runtime/errors.js';
import { Arena } from '../runtime/memory.js';
import { kernels, trapped } from '../runtime/module.js';
import { type Tensor, type TensorLike, toTensor } from '../runtime/tensor.js';
import type { Weight } from '../runtime/weight.js';
import { type Backward, Gradients } from './backward.js';
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
import type { Layer } from './layer.js';
import type { ApplyOptions } from './layer_options.js';

/** Options of {@link gradients}. */
export interface GradientOptions extends ApplyOptions {
  /** One per returned tensor, shaped like it; null for zeros. Default: ones for the first. */
  cotangents?: readonly (TensorLike | null)[] | null;
  /** Steps after which back-propagation through time is cut; 0, the default: never. */
  truncate?: number;
}

/** What {@link gradients} gives. */
export interface GradientResult {
  /** Σ outputs · cotangents + regularization. */
  loss: number;
  /** Penalties of weights and outputs. */
  regularization: number;
  /** Everything that the layer returns, flat. */
  outputs: Tensor[];
  gradients: {
    /** In the order of `weights`; null for weights that are not trained. */
    weights: (Tensor | null)[];
    /** One per input; null where no gradient arrives, as for token ids. */
    x: (Tensor | null)[];
    /** One per initial state that was given, flat. */
    initialState: (Tensor | null)[];
  };
}

interface Layout {
  inputs: Span[];
  states: Span[];
  call: Call;
  seeds: { address: number; done(): void }[];
  weights: Map<Weight, number>;
  dInputs: number[];
  dStates: number[];
  backward: Backward | null;
}

/**
 * The gradients of loss = Σ outputs · cotangents + regularization, by back-propagation (through time).
 * @param layer A layer or a model; built at first use.
 * @param x As for `apply`.
 * @throws {ShapeError} {ArgumentError} if something does not fit, {UnsupportedError} naming a layer without a backward pass.
 */
export function gradients(
  layer: Layer,
  x: TensorLike | readonly TensorLike[],
  options?: GradientOptions,
): GradientResult {
  const owner = `${layer.owner}: gradients`;
  const known = ['mask', 'training', 'initialState', 'cotangents', 'truncate'];
  const { cotangents = null, truncate = 0, ...given } = checkOptions(owner, options, known);
  const read = layer.readApplication(x, given);
  const arena = new Arena(owner);
  let activity = 0;
  const layOut = (): Layout => {
    const inputs = read.inputs.map((input, index) => {
      const mask = read.masks[index] ?? null;
      return takeSpan(arena, input.shape, mask === null ? null : takeMask(arena, mask.shape));
    });
    const states = (read.initialState ?? []).map((state) => takeSpan(arena, state.shape, null));
    const context: CallContext = {
      arena,
      training: read.training,
      keeps: true,
      truncate,
      initialState: read.initialState === null ? null : states,
      explicitMasks: read.explicitMasks,
      losses: (_, value) => {
        activity += value;
      },
      inspections: null,
    };
    const call = layer.open(inputs, context);
    const weights = new Map(layer.trainableWeights.map((weight) => [weight, arena.take(4 * weight.size)]));
    const room = new Gradients(arena, (weight) => weights.get(weight) ?? 0, []);
    const seeds = call.outputs.map((output) => room.into(output) as NonNullable<ReturnType<Gradients['into']>>);
    const backward = call.layOutBackward(room);
    const dInputs = inputs.map((input) => room.of(input));
    return { inputs, states, call, seeds, weights, dInputs, dStates: states.map((state) => room.of(state)), backward };
  };
  try {
    arena.measure();
    layOut();
    arena.commit();
    const made = layOut();
    read.inputs.forEach((input, index) => {
      const span = made.inputs[index] as Span;
      writeSpan(span, input);
      if (span.mask !== null) writeMask(span.mask, read.masks[index] as Tensor);
    });
    read.initialState?.forEach((state, index) => {
      writeSpan(made.states[index] as Span, state);
    });
    made.call.forward();
    const outputs = made.call.outputs.map(readNumbers);
    let loss = 0;
    outputs.forEach((output, index) => {
      const seed = made.seeds[index] as { address: number; done(): void };
      const cotangent = readCotangent(owner, cotangents, index, output);
      kernels().HEAPF32.set(cotangent, seed.address / 4);
      seed.done();
      for (let each = 0; each < cotangent.length; each += 1) {
        loss += (cotangent[each] as number) * (output.data[each] as number);
      }
    });
    for (const [weight, address] of made.weights) kernels().HEAPF32.fill(0, address / 4, address / 4 + weight.size);
    made.backward?.();
    let regularization = activity;
    for (const [{ regularizer, address, shape }, gradient] of made.weights) {
      if (regularizer === null) continue;
      regularization += regularizer.penalty(address, shape);
      regularizer.addGradient(gradient, address, shape, 1);
    }
    const at = (address: number, { shape }: Span): Tensor | null =>
      address === 0 ? null : readNumbers({ address, shape, mask: null });
    return {
      loss: loss + regularization,
      regularization,
      outputs,
      gradients: {
        weights: layer.weights.map((weight) => {
          const address = made.weights.get(weight);
          return address === undefined ? null : readNumbers({ address, shape: weight.shape, mask: null });
        }),
        x: made.inputs.map((input, index) => at(made.dInputs[index] as number, input)),
        initialState: made.states.map((state, index) => at(made.dStates[index] as number, state)),
      },
    };
  } catch (error) {
    throw trapped(error);
  } finally {
    arena.free();
  }
}

function readCotangent(
  owner: string,
  cotangents: readonly (TensorLike | null)[] | null,
  index: number,
  { shape, data }: Tensor,
): Float32Array {
  if (cotangents === null) return new Float32Array(data.length).fill(index === 0 ? 1 : 0);
  if (!Array.isArray(cotangents))
    throw new ArgumentError(`${owner}: \`cotangents\` must be a list, one per returned tensor`);
  const given = cotangents[index] as TensorLike | null | undefined;
  if (given === null || given === undefined) return new Float32Array(data.length);
  const tensor = toTensor(given, `${owner}: cotangents[${index}]`);
  if (showShape(tensor.shape) === showShape(shape)) return tensor.data;
  throw new ShapeError(
    `${owner}: cotangents[${index}]: expected shape ${showShape(shape)}, received ${showShape(tensor.shape)}`,
  );
}
