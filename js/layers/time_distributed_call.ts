import { kernels } from '../runtime/module.js';
import { type Backward, type Gradients, type GradientTarget, inReverse } from './backward.js';
import { Call, type CallContext, type MaskSpan, type Span, sizeOf, takeMask, takeSpan } from './call.js';
import type { Layer } from './layer.js';

// The layer within is told what concerns it alone. @param steps That it sees as one batch.
function inner(context: CallContext, steps: number): CallContext {
  return { ...context, initialState: null, stepsInBatch: (context.stepsInBatch ?? 1) * steps };
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
    const rows: Span = {
      address: input.address,
      shape: joined(input.shape),
      mask: mask === null ? null : { address: mask.address, shape: joined(mask.shape) },
    };
    const call = layer.open([rows], inner(context, steps));
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
  readonly #layer: Layer;
  // One for all steps, or one for each where a backward pass follows.
  readonly #calls: readonly Call[];

  constructor(layer: Layer, input: Span, shape: readonly number[], context: CallContext) {
    const { arena } = context;
    const { mask } = input;
    const stepOf = ([batch, , ...rest]: readonly number[]): number[] => [batch as number, ...rest];
    super([input], [takeSpan(arena, shape, mask)]);
    this.#layer = layer;
    this.#calls = Array.from({ length: context.keeps ? (input.shape[1] as number) : 1 }, () => {
      const step = takeSpan(arena, stepOf(input.shape), mask === null ? null : takeMask(arena, stepOf(mask.shape)));
      return layer.open([step], inner(context, 1));
    });
  }

  override forward(): void {
    const steps = this.input.shape[1] as number;
    const output = this.outputs[0] as Span;
    for (let index = 0; index < steps; index += 1) {
      const call = this.#calls[index % this.#calls.length] as Call;
      copyStep(call.input, this.input, index, 4, 'take');
      const { mask } = this.input;
      if (mask !== null) copyStep(call.input.mask as MaskSpan, mask, index, 1, 'take');
      call.forward();
      copyStep(call.outputs[0] as Span, output, index, 4, 'put');
    }
  }

  override layOutBackward(gradients: Gradients): Backward | null {
    const [output] = this.outputs as readonly [Span];
    const dOutputs = gradients.of(output);
    const isWanted = gradients.wants(this.input) || gradients.trains(this.#layer.weights);
    if (dOutputs === 0 || !isWanted) return null;
    const given = { ...output, address: dOutputs };
    const passes = this.#calls.map((call, index): Backward | null => {
      const [made] = call.outputs as readonly [Span];
      const into = gradients.into(made) as GradientTarget;
      const pass = call.layOutBackward(gradients);
      return () => {
        copyStep({ ...made, address: into.address }, given, index, 4, 'take');
        pass?.();
      };
    });
    const target = this.#calls.every(({ input }) => gradients.of(input) !== 0) ? gradients.into(this.input) : null;
    const collect = (): void => {
      if (target === null) return;
      this.#calls.forEach(({ input }, index) => {
        const step = { ...input, address: gradients.of(input) };
        copyStep(step, { ...this.input, address: target.address }, index, 4, 'put');
      });
      target.done();
    };
    return inReverse([...passes.reverse(), collect]);
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
