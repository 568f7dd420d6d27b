import type { Config } from '../family.js';
import { checkInteger, type Shape, showShape } from '../runtime/check.js';
import { ShapeError } from '../runtime/errors.js';
import { kernels } from '../runtime/module.js';
import { type Backward, type Gradients, inReverse } from './backward.js';
import { Call, type CallContext, PassCall, type Span, sizeOf, takeSpan } from './call.js';
import type { LayerOptions } from './layer_options.js';
import { type MaskNumbers, Merge, MergedMask } from './merge.js';

/** Options of {@link Concatenate}. */
export interface ConcatenateOptions extends LayerOptions {
  /** The axis along which the inputs are joined, the batch counted as axis 0; default -1, the last one. */
  axis?: number;
}

/**
 * Joins a list of tensors along an axis; all other sizes are the same. Where any input has a mask the output has one:
 * an input without a mask counts as used throughout. Masks of inputs joined along the last axis are united: a step is
 * used if any of them uses it; along another axis they are joined.
 * Follows https://keras.io/api/layers/merging_layers/concatenate/.
 *
 * @example new Concatenate().apply([tensor([[1, 2]]), tensor([[3]])]) // [[1, 2, 3]]
 */
export class Concatenate extends Merge {
  static override readonly className: string = 'Concatenate';
  static override readonly optionNames: readonly string[] = [...Merge.optionNames, 'axis'];

  /** The axis along which the inputs are joined. */
  readonly axis: number;

  constructor(options: ConcatenateOptions = {}) {
    super(options);
    this.axis = checkInteger(this.owner, 'axis', options.axis ?? -1, -8, 7);
  }

  override get isRowwise(): boolean {
    const [shape] = this.buildShape === null ? [] : this.readShapes(this.buildShape);
    return super.isRowwise && this.axis !== 0 && this.axis !== -(shape?.length ?? 0);
  }

  protected override notAList(given: string): string {
    return `A \`Concatenate\` layer should be called on a list of at least 1 input. Received: input_shape=${given}`;
  }

  // The axis, counted from the front.
  private axisOf({ length }: Shape): number {
    const axis = this.axis < 0 ? this.axis + length : this.axis;
    if (axis >= 0 && axis < length) return axis;
    throw new ShapeError(
      `${this.owner}: inputs: \`axis\` ${this.axis} is not in the range [${-length}, ${length}) of inputs with ${length} axes`,
    );
  }

  protected override mergedShape(shapes: readonly Shape[]): Shape {
    const [first] = shapes as [Shape];
    const axis = this.axisOf(first);
    const known = [...first];
    let size: number | null = 0;
    for (const shape of shapes) {
      const fits =
        shape.length === first.length &&
        shape.every((each, at) => at === axis || each === null || known[at] === null || each === known[at]);
      if (!fits) {
        throw new ShapeError(
          `${this.owner}: inputs: A \`Concatenate\` layer requires inputs with matching shapes except for the ` +
            `concatenation axis. Received: input_shape=[${shapes.map(showShape).join(', ')}]`,
        );
      }
      shape.forEach((each, at) => {
        known[at] ??= each;
      });
      const own = shape[axis] as number | null;
      size = size === null || own === null ? null : size + own;
    }
    return first.map((each, at) => (at === axis ? size : each));
  }

  override maskShape(shapes: readonly Shape[], masks: readonly (Shape | null)[]): Shape | null {
    if (masks.every((mask) => mask === null)) return null;
    masks.forEach((mask, index) => {
      const { length } = shapes[index] as Shape;
      if (mask === null || mask.length === length - 1 || mask.length === length) return;
      throw new ShapeError(
        `${this.owner}: mask: shape ${showShape(mask)} does not go with inputs of shape ${showShape(shapes[index] as Shape)}`,
      );
    });
    return this.mergedShape(shapes).slice(0, -1);
  }

  override joinMasks(
    out: MaskNumbers,
    shapes: readonly (readonly number[])[],
    masks: readonly (MaskNumbers | null)[],
  ): void {
    const axis = this.axisOf(shapes[0] as Shape);
    // Along the last axis all masks lie on one another; along another one they lie side by side.
    const isLast = axis === (shapes[0] as Shape).length - 1;
    const total = isLast ? out.data.length : sizeOf(out.shape.slice(axis));
    let before = 0;
    out.data.fill(0);
    shapes.forEach((shape, index) => {
      const own = isLast ? total : sizeOf(shape.slice(axis, -1));
      const count = sizeOf(shape.slice(0, -1));
      const mask = masks[index] ?? null;
      // A mask with as many axes as its input: a step is used if any entry of its last axis is.
      const width = mask === null ? 1 : mask.data.length / count;
      for (let at = 0; at < count; at += 1) {
        const to = Math.floor(at / own) * total + before + (at % own);
        if (mask === null || isUsed(mask.data, at * width, width)) out.data[to] = 1;
      }
      before += isLast ? 0 : own;
    });
  }

  override begin(inputs: readonly Span[], context: CallContext): Call {
    if (inputs.length === 1) return new PassCall(inputs, [inputs[0] as Span]);
    const shape = this.mergedShape(inputs.map((input) => input.shape)) as readonly number[];
    const mask = new MergedMask(this, inputs, context.arena);
    return new ConcatenateCall(inputs, takeSpan(context.arena, shape, mask.span), this.axisOf(shape), mask);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), axis: this.axis };
  }
}

function isUsed(mask: MaskNumbers['data'], start: number, width: number): boolean {
  for (let index = start; index < start + width; index += 1) if (mask[index] !== 0) return true;
  return false;
}

class ConcatenateCall extends Call {
  readonly #rows: number;
  readonly #width: number;
  readonly #widths: readonly number[];
  readonly #mask: MergedMask;

  constructor(inputs: readonly Span[], output: Span, axis: number, mask: MergedMask) {
    super(inputs, [output]);
    this.#rows = sizeOf(output.shape.slice(0, axis));
    this.#width = 4 * sizeOf(output.shape.slice(axis));
    this.#widths = inputs.map(({ shape }) => 4 * sizeOf(shape.slice(axis)));
    this.#mask = mask;
  }

  override forward(): void {
    let { address } = this.outputs[0] as Span;
    for (let index = 0; index < this.inputs.length; index += 1) {
      const input = (this.inputs[index] as Span).address;
      const width = this.#widths[index] as number;
      kernels()._copy_rows(address, input, 1, this.#rows, width, 0, this.#width, 0, width);
      address += width;
    }
    this.#mask.forward();
  }

  override layOutBackward(gradients: Gradients): Backward | null {
    const dOutputs = gradients.of(this.outputs[0] as Span);
    if (dOutputs === 0) return null;
    let from = dOutputs;
    const parts = this.inputs.map((input, index) => {
      const width = this.#widths[index] as number;
      const start = from;
      from += width;
      const into = gradients.into(input);
      if (into === null) return null;
      return () => {
        kernels()._copy_rows(into.address, start, 1, this.#rows, width, 0, width, 0, this.#width);
        into.done();
      };
    });
    return inReverse(parts);
  }
}
