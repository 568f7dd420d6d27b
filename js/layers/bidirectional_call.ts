import { kernels } from '../runtime/module.js';
import { type Backward, type Gradients, inReverse } from './backward.js';
import type { Bidirectional } from './bidirectional.js';
import { Call, type CallContext, type Span, sizeOf, takeSpan } from './call.js';
import type { RNN } from './rnn.js';

/** A strided copy of rows [batch, steps, width]. */
interface RowCopy {
  to: Span;
  /** Byte offset of the first row in `to`. */
  offset: number;
  from: Span;
  /** Whether the last step becomes the first. */
  flipped: boolean;
}

/** Both directions, and what makes their outputs one. */
export class BidirectionalCall extends Call {
  readonly #layer: Bidirectional;
  readonly #halves: readonly [Call, Call];
  readonly #copies: readonly RowCopy[];
  /** The two outputs in the order of the input, where they are to be added or multiplied into the first. */
  readonly #operands: readonly [Span, Span] | null;

  constructor(layer: Bidirectional, inputs: readonly Span[], context: CallContext) {
    const made = layer.mergeMode === 'concat' ? sideBySide(layer, inputs, context) : apart(layer, inputs, context);
    const [forward, backward] = made.halves;
    super(inputs, [...made.outputs, ...forward.outputs.slice(1), ...backward.outputs.slice(1)]);
    this.#layer = layer;
    this.#halves = made.halves;
    this.#copies = made.copies;
    this.#operands = made.operands;
  }

  override forward(): void {
    const [forward, backward] = this.#halves;
    forward.forward();
    backward.forward();
    const copies = this.#copies;
    for (let index = 0; index < copies.length; index += 1) copyRows(copies[index] as RowCopy);
    if (this.#operands !== null) this.merge(...this.#operands);
  }

  private merge({ address, shape }: Span, other: Span): void {
    const module = kernels();
    const count = sizeOf(shape);
    const merged = (this.outputs[0] as Span).address;
    if (this.#layer.mergeMode === 'mul') {
      module._multiply_elements(merged, address, other.address, count);
      return;
    }
    module._add_elements(merged, address, other.address, count);
    if (this.#layer.mergeMode === 'ave') module._scale_elements(merged, merged, 0.5, count);
  }

  override layOutBackward(gradients: Gradients): Backward | null {
    const passes: (Backward | null)[] = [];
    if (this.#operands !== null) passes.push(...this.unmerge(this.#operands, gradients));
    for (const copy of [...this.#copies].reverse()) passes.push(layOutCopyBack(copy, gradients));
    for (const half of [...this.#halves].reverse()) passes.push(half.layOutBackward(gradients));
    return inReverse(passes);
  }

  private unmerge(operands: readonly [Span, Span], gradients: Gradients): (Backward | null)[] {
    const [output] = this.outputs as readonly [Span];
    const dOutputs = gradients.of(output);
    if (dOutputs === 0) return [];
    const count = sizeOf(output.shape);
    const { mergeMode } = this.#layer;
    return operands.map((operand, index) => {
      const into = gradients.into(operand);
      if (into === null) return null;
      const other = operands[1 - index] as Span;
      return () => {
        if (mergeMode === 'mul') kernels()._multiply_elements(into.address, dOutputs, other.address, count);
        else kernels()._scale_elements(into.address, dOutputs, mergeMode === 'ave' ? 0.5 : 1, count);
        into.done();
      };
    });
  }
}

interface Layout {
  halves: readonly [Call, Call];
  outputs: readonly Span[];
  copies: readonly RowCopy[];
  operands: readonly [Span, Span] | null;
}

// Each direction takes its share of the initial states.
function contexts(layer: Bidirectional, context: CallContext): [CallContext, CallContext] {
  const { initialState } = context;
  const count = layer.forwardLayer.flatSizes.length;
  return [
    { ...context, initialState: initialState?.slice(0, count) ?? null },
    { ...context, initialState: initialState?.slice(count) ?? null },
  ];
}

// Whether a layer can write its outputs where it is told to.
function placeable(half: RNN, { losses }: CallContext): boolean {
  return half.isKernel && (half.activityRegularizer === null || losses === null);
}

// Both directions write into one tensor, each into its columns.
function sideBySide(layer: Bidirectional, inputs: readonly Span[], context: CallContext): Layout {
  const [input] = inputs as [Span];
  const [batch, steps] = input.shape as [number, number];
  const { returnSequences, widths } = layer;
  const stride = widths[0] + widths[1];
  const shape = returnSequences ? [batch, steps, stride] : [batch, stride];
  const output = takeSpan(context.arena, shape, returnSequences ? input.mask : null);
  const given = contexts(layer, context);
  const copies: RowCopy[] = [];
  const layOut = (half: RNN, index: 0 | 1): Call => {
    const offset = index === 0 ? 0 : 4 * widths[0];
    const backwards = index === 1;
    if (placeable(half, context)) {
      half.alive();
      return half.layOut(inputs, given[index], { span: output, offset, stride, backwards });
    }
    const call = half.open(inputs, given[index]);
    copies.push({ to: output, offset, from: call.outputs[0] as Span, flipped: backwards && returnSequences });
    return call;
  };
  const { forwardLayer, backwardLayer } = layer;
  return { halves: [layOut(forwardLayer, 0), layOut(backwardLayer, 1)], outputs: [output], copies, operands: null };
}

// Each direction has outputs of its own; the backward ones end up in the order of the input.
function apart(layer: Bidirectional, inputs: readonly Span[], context: CallContext): Layout {
  const [forwardContext, backwardContext] = contexts(layer, context);
  const { forwardLayer, backwardLayer, returnSequences } = layer;
  const forward = forwardLayer.open(inputs, forwardContext);
  const ahead = forward.outputs[0] as Span;
  const copies: RowCopy[] = [];
  let backward: Call;
  let behind: Span;
  if (!returnSequences) {
    backward = backwardLayer.open(inputs, backwardContext);
    behind = backward.outputs[0] as Span;
  } else {
    const [batch, steps] = ahead.shape as [number, number];
    behind = takeSpan(context.arena, [batch, steps, layer.widths[1]], ahead.mask);
    if (placeable(backwardLayer, context)) {
      backwardLayer.alive();
      const place = { span: behind, offset: 0, stride: layer.widths[1], backwards: true };
      backward = backwardLayer.layOut(inputs, backwardContext, place);
    } else {
      backward = backwardLayer.open(inputs, backwardContext);
      copies.push({ to: behind, offset: 0, from: backward.outputs[0] as Span, flipped: true });
    }
  }
  const both = [ahead, behind] as const;
  const halves = [forward, backward] as const;
  return layer.mergeMode === null
    ? { halves, outputs: both, copies, operands: null }
    : {
        halves,
        outputs: [context.keeps ? takeSpan(context.arena, ahead.shape, ahead.mask) : ahead],
        copies,
        operands: both,
      };
}

// The gradient of what was copied.
function layOutCopyBack({ to, offset, from, flipped }: RowCopy, gradients: Gradients): Backward | null {
  const dTo = gradients.of(to);
  const into = dTo === 0 ? null : gradients.into(from);
  if (into === null) return null;
  const [batch, steps] = from.shape.length === 3 ? (from.shape as [number, number]) : [from.shape[0] as number, 1];
  const width = 4 * (from.shape.at(-1) as number);
  const stride = 4 * (to.shape.at(-1) as number);
  const start = dTo + offset + (flipped ? (steps - 1) * stride : 0);
  const step = flipped ? -stride : stride;
  return () => {
    kernels()._copy_rows(into.address, start, batch, steps, width, steps * width, width, steps * stride, step);
    into.done();
  };
}

function copyRows({ to, offset, from, flipped }: RowCopy): void {
  const [batch, steps] = from.shape.length === 3 ? (from.shape as [number, number]) : [from.shape[0] as number, 1];
  const width = 4 * (from.shape.at(-1) as number);
  const stride = 4 * (to.shape.at(-1) as number);
  const start = from.address + (flipped ? (steps - 1) * width : 0);
  const step = flipped ? -width : width;
  kernels()._copy_rows(to.address + offset, start, batch, steps, width, steps * stride, stride, steps * width, step);
}
