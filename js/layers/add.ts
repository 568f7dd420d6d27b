import { AXES_BYTES, broadcastAxes, writeAxes } from '../runtime/broadcast.js';
import { type Shape, showShape } from '../runtime/check.js';
import { ShapeError } from '../runtime/errors.js';
import { kernels } from '../runtime/module.js';
import { type Backward, type Gradients, inReverse } from './backward.js';
import { Call, type CallContext, PassCall, SequenceCall, type Span, sizeOf, takeSpan } from './call.js';
import type { LayerOptions } from './layer_options.js';
import { type MaskNumbers, Merge, MergedMask } from './merge.js';

/** Options of {@link Add}. */
export type AddOptions = LayerOptions;

/**
 * Adds a list of tensors of one shape. Axes of size 1 are repeated; a tensor with fewer axes gets axes of size 1 after
 * the batch. The output has a mask where all inputs have one: a step is used if any of them uses it.
 * Follows https://keras.io/api/layers/merging_layers/add/.
 *
 * @example new Add().apply([tensor([[1, 2]]), tensor([[3, 4]])]) // [[4, 6]]
 */
export class Add extends Merge {
  static override readonly className: string = 'Add';

  protected override mergedShape(shapes: readonly Shape[]): Shape {
    const batches = new Set(shapes.map(([batch]) => batch as number | null).filter((batch) => batch !== null));
    if (batches.size > 1) {
      throw new ShapeError(
        `${this.owner}: inputs: Cannot merge tensors with different batch sizes. Received tensors with shapes [${shapes.map(showShape).join(', ')}]`,
      );
    }
    const [batch = null] = batches;
    const rows = shapes.map((shape) => shape.slice(1));
    return [batch, ...rows.reduce<Shape>((merged, row) => this.mergeRows(merged, row), [])];
  }

  private mergeRows(a: Shape, b: Shape): Shape {
    if (a.length < b.length) return this.mergeRows(b, a);
    const front = a.length - b.length;
    return a.map((size, axis) => {
      const other = axis < front ? 1 : (b[axis - front] as number | null);
      if (axis < front) return size;
      if (size === null || other === null) return null;
      if (size !== other && size !== 1 && other !== 1) {
        throw new ShapeError(
          `${this.owner}: inputs: Inputs have incompatible shapes. Received shapes ${showShape(a)} and ${showShape(b)}`,
        );
      }
      return size === 1 ? other : size;
    });
  }

  override maskShape(shapes: readonly Shape[], masks: readonly (Shape | null)[]): Shape | null {
    if (masks.some((mask) => mask === null)) return null;
    const all = widened(shapes, masks as readonly Shape[]);
    return all.reduce((a, b) =>
      a.map((size, axis) => {
        const other = b[axis] as number | null;
        if (size === null || other === null) return null;
        if (size === other || other === 1) return size;
        if (size === 1) return other;
        throw new ShapeError(
          `${this.owner}: mask: masks of shapes ${(masks as readonly Shape[]).map(showShape).join(' and ')} do not go together`,
        );
      }),
    );
  }

  override joinMasks(
    out: MaskNumbers,
    shapes: readonly (readonly number[])[],
    masks: readonly (MaskNumbers | null)[],
  ): void {
    const all = masks as readonly MaskNumbers[];
    const sizes = widened(
      shapes,
      all.map(({ shape }) => shape),
    ) as (readonly number[])[];
    out.data.fill(0);
    all.forEach(({ data }, index) => {
      orRepeated(out, data, sizes[index] as readonly number[]);
    });
  }

  override begin(inputs: readonly Span[], context: CallContext): Call {
    const [first] = inputs as [Span];
    if (inputs.length === 1) return new PassCall(inputs, [first]);
    const shapes = inputs.map(({ shape }) => shape);
    const mask = new MergedMask(this, inputs, context.arena);
    const output = takeSpan(context.arena, this.mergedShape(shapes) as readonly number[], mask.span);
    const sums = layOutSums(inputs, output, context);
    return new AddCall(inputs, output, sums, mask);
  }
}

/** With axes of size 1 after the batch where an input has fewer axes, and in front where a mask still has fewer. */
function widened(shapes: readonly Shape[], parts: readonly Shape[]): Shape[] {
  const rank = Math.max(...shapes.map(({ length }) => length));
  const ones = (count: number): number[] => new Array<number>(count).fill(1);
  const all = parts.map(([batch, ...rest], index) => [
    batch as number | null,
    ...ones(rank - (shapes[index] as Shape).length),
    ...rest,
  ]);
  const longest = Math.max(...all.map(({ length }) => length));
  return all.map((part) => [...ones(longest - part.length), ...part]);
}

// out |= mask, whose axes of size 1 are repeated.
function orRepeated({ data: out, shape }: MaskNumbers, mask: MaskNumbers['data'], sizes: readonly number[]): void {
  for (let index = 0; index < out.length; index += 1) {
    let rest = index;
    let from = 0;
    let stride = 1;
    for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
      const size = shape[axis] as number;
      const own = sizes[axis] as number;
      if (own !== 1) from += stride * (rest % size);
      rest = Math.floor(rest / size);
      stride *= own;
    }
    if (mask[from] !== 0) out[index] = 1;
  }
}

// One call per addition, from the first input on. A sum that is not as large as the output yet has room of its own.
function layOutSums(inputs: readonly Span[], output: Span, context: CallContext): SumCall[] {
  const shapes = widened(
    inputs.map(({ shape }) => shape),
    inputs.map(({ shape }) => shape),
  ) as (readonly number[])[];
  const count = sizeOf(output.shape);
  const sums: SumCall[] = [];
  let sum = inputs[0] as Span;
  let shape = shapes[0] as readonly number[];
  for (let index = 1; index < inputs.length; index += 1) {
    const other = shapes[index] as readonly number[];
    const whole = shape.map((size, axis) => Math.max(size, other[axis] as number));
    const target = sizeOf(whole) === count ? output : takeSpan(context.arena, whole, null);
    sums.push(new SumCall([sum, inputs[index] as Span], target, [shape, other], context));
    sum = target;
    shape = whole;
  }
  return sums;
}

class SumCall extends Call {
  /** How an operand is repeated; null if none is. */
  readonly #axes: readonly number[] | null;
  readonly #axesAddress: number;
  readonly #count: number;
  readonly #shapes: readonly [readonly number[], readonly number[]];

  constructor(
    operands: readonly [Span, Span],
    output: Span,
    [left, right]: readonly [readonly number[], readonly number[]],
    { arena }: CallContext,
  ) {
    super(operands, [output]);
    const isSame = left.every((size, axis) => size === right[axis]);
    this.#shapes = [left, right];
    this.#count = sizeOf(left);
    this.#axes = isSame ? null : broadcastAxes(left, right);
    this.#axesAddress = isSame ? 0 : arena.take(AXES_BYTES);
  }

  override forward(): void {
    const { address } = this.outputs[0] as Span;
    const left = this.input.address;
    const right = (this.inputs[1] as Span).address;
    if (this.#axes === null) {
      kernels()._add_elements(address, left, right, this.#count);
      return;
    }
    writeAxes(this.#axesAddress, this.#axes);
    kernels()._add_broadcast(address, left, right, this.#axesAddress, this.#axes.length / 3);
  }

  override layOutBackward(gradients: Gradients): Backward | null {
    const dOutputs = gradients.of(this.outputs[0] as Span);
    if (dOutputs === 0) return null;
    const whole = this.#shapes[0].map((size, axis) => Math.max(size, this.#shapes[1][axis] as number));
    const parts = this.inputs.map((operand, index) => {
      // A sum in place has its gradient already.
      const into = operand.address === (this.outputs[0] as Span).address ? null : gradients.into(operand);
      if (into === null) return null;
      const shape = this.#shapes[index as 0 | 1];
      const count = sizeOf(shape);
      const axes = broadcastAxes(shape, whole);
      const axesAddress = gradients.arena.take(AXES_BYTES);
      return () => {
        const start = into.address / 4;
        kernels().HEAPF32.fill(0, start, start + count);
        writeAxes(axesAddress, axes);
        kernels()._add_broadcast_gradient(into.address, dOutputs, axesAddress, axes.length / 3);
        into.done();
      };
    });
    return inReverse(parts);
  }
}

class AddCall extends SequenceCall {
  readonly #mask: MergedMask;

  constructor(inputs: readonly Span[], output: Span, sums: readonly SumCall[], mask: MergedMask) {
    super(inputs, [output], sums);
    this.#mask = mask;
  }

  override forward(): void {
    super.forward();
    this.#mask.forward();
  }
}
