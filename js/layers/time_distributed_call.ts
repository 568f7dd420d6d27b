import { kernels } from '../runtime/module.js';
import type { Backward, Gradients } from './backward.js';
import { Call, type CallContext, type MaskSpan, type Span, sizeOf, takeMask, takeSpan } from './call.js';
import type { Layer } from './layer.js';

// The layer within is told what concerns it alone.
function inner(context: CallContext, losses: CallContext['losses']): CallContext {
  return { ...context, initialState: null, losses };
}

// [batch, steps, …] as [batch · steps, …].
function joined([batch, steps, ...rest]: readonly number[]): readonly number[] {
  return Object.freeze([(batch as number) * (steps as number), ...rest]);
}

/** All steps at once: they are rows of one batch, and nothing is copied. */
export class MergedCall extends Call {
  readonly #call: Call;

  constructor(layer: Layer, input: Span, shape: readonly number[], context: CallContext) {
    const { mask } = input;
    const steps = input.shape[1] as number;
    const { losses } = context;
    // A loss of the layer's is divided by batch · steps, and has to be the sum over the steps of losses divided by batch.
    const sink = losses === null ? null : (each: Layer, value: number) => losses(each, value * steps);
    const rows: Span = {
      address: input.address,
      shape: joined(input.shape),
      mask: mask === null ? null : { address: mask.address, shape: joined(mask.shape) },
    };
    const call = layer.open([rows], inner(context, sink));
    super([input], [{ address: (call.outputs[0] as Span).address, shape: Object.freeze([...shape]), mask }]);
    this.#call = call;
  }

  override forward(): void {
    this.#call.forward();
  }

  // The steps lie where the sequence lies, and so do their gradients.
  override layOutBackward(gradients: Gradients): Backward | null {
    return this.#call.layOutBackward(gradients);
  }
}

/** One step after the other: for layers that look at the whole batch, keep something, or are the user's own. */
export class StepwiseCall extends Call {
  readonly #call: Call;
  readonly #step: Span;

  constructor(layer: Layer, input: Span, shape: readonly number[], context: CallContext) {
    const { arena } = context;
    const { mask } = input;
    const stepOf = ([batch, , ...rest]: readonly number[]): number[] => [batch as number, ...rest];
    const step = takeSpan(arena, stepOf(input.shape), mask === null ? null : takeMask(arena, stepOf(mask.shape)));
    super([input], [takeSpan(arena, shape, mask)]);
    this.#step = step;
    this.#call = layer.open([step], inner(context, context.losses));
  }

  override forward(): void {
    const steps = this.input.shape[1] as number;
    const output = this.outputs[0] as Span;
    for (let index = 0; index < steps; index += 1) {
      copyStep(this.#step, this.input, index, 4, 'take');
      const { mask } = this.input;
      if (mask !== null) copyStep(this.#step.mask as MaskSpan, mask, index, 1, 'take');
      this.#call.forward();
      copyStep(this.#call.outputs[0] as Span, output, index, 4, 'put');
    }
  }
}

type Numbers = Pick<Span, 'address' | 'shape'>;

// Copies between one step [batch, …] and its place in a sequence [batch, steps, …]; `bytes` of one entry.
function copyStep(step: Numbers, sequence: Numbers, index: number, bytes: number, direction: 'take' | 'put'): void {
  const [batch, steps, ...rest] = sequence.shape as [number, number, ...number[]];
  const width = bytes * sizeOf(rest);
  const place = sequence.address + index * width;
  const [to, toStride, from, fromStride] =
    direction === 'take' ? [step.address, width, place, steps * width] : [place, steps * width, step.address, width];
  kernels()._copy_rows(to, from, 1, batch, width, 0, toStride, 0, fromStride);
}
