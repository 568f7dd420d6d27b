import type { Config } from '../family.js';
import { type Shape, show, showShape } from '../runtime/check.js';
import { ArgumentError, ShapeError, UnsupportedError } from '../runtime/errors.js';
import { toTensor } from '../runtime/tensor.js';
import type { Call, CallContext, Span } from './call.js';
import { Layer, type MaskResult } from './layer.js';
import type { InputShape, LayerOptions, MaskArgument } from './layer_options.js';
import { serialize } from './registry.js';
import { type Argument, isTensorList, SymbolicTensor } from './symbolic.js';
import { MergedCall, StepwiseCall } from './time_distributed_call.js';

/** Options of {@link TimeDistributed}. */
export interface TimeDistributedOptions extends LayerOptions {
  /** The layer to apply to each step; it is used as it is. */
  layer: Layer;
}

/**
 * Applies a layer to each step of a sequence, with the same weights: input [batch, steps, …], output
 * [batch, steps, …size of the layer's output]. A mask [batch, steps, …] travels on; the layer is given what belongs to
 * its step. What the layer adds to the losses is summed over the steps.
 * Follows https://keras.io/api/layers/recurrent_layers/time_distributed/.
 *
 * @example new TimeDistributed({ layer: new Dense({ units: 3 }) })
 * @throws {ArgumentError} if it is no layer.
 */
export class TimeDistributed extends Layer {
  static override readonly className: string = 'TimeDistributed';
  static override readonly optionNames: readonly string[] = [...Layer.optionNames, 'layer'];
  static override readonly partNames: readonly string[] = ['layer'];

  /** The layer applied to each step. */
  readonly layer: Layer;

  constructor(options: TimeDistributedOptions = {} as TimeDistributedOptions) {
    super(options);
    const { layer } = options;
    if (!(layer instanceof Layer)) {
      throw new ArgumentError(
        `${this.owner}: \`layer\`: Please initialize \`TimeDistributed\` layer with a \`keras.layers.Layer\` instance. ` +
          `Received: ${show(layer)}`,
      );
    }
    this.layer = layer;
    if (!this.trainable) layer.trainable = false;
  }

  override get sublayers(): readonly Layer[] {
    // The base class asks before the layer is there.
    return this.layer === undefined ? [] : [this.layer];
  }

  override get supportsMasking(): boolean {
    return true;
  }

  // What the layer within sees: one step.
  private stepShape(shape: Shape): Shape {
    if (shape.length < 3) {
      throw new ShapeError(
        `${this.owner}: inputs: \`TimeDistributed\` Layer should be passed an \`input_shape\` with at least 3 dimensions, ` +
          `received: ${showShape(shape)}`,
      );
    }
    if (shape[1] === 0)
      throw new ShapeError(`${this.owner}: inputs: at least 1 step is needed, received ${showShape(shape)}`);
    return [shape[0] as number | null, ...shape.slice(2)];
  }

  override checkInput(shape: Shape): void {
    this.layer.checkInputs([this.stepShape(shape)]);
  }

  protected override createWeights(inputShape: InputShape): void {
    this.buildPart(this.layer, this.stepShape(inputShape as Shape));
  }

  override enterGraph([shape]: readonly [Shape]): void {
    this.layer.enterGraph([this.stepShape(shape)]);
  }

  override computeOutputShape(inputShape: InputShape): Shape {
    const [shape] = this.readShapes(inputShape) as [Shape];
    const outputs = this.layer.outputShapes([this.stepShape(shape)]);
    const [output] = outputs as [Shape];
    if (outputs.length === 1) return [output[0] as number | null, shape[1] as number | null, ...output.slice(1)];
    throw new UnsupportedError(
      `${this.owner}: \`layer\`: ${this.layer.owner} gives ${outputs.length} tensors; only a layer with one output can be distributed`,
    );
  }

  // @throws {ShapeError} with Keras' texts.
  private checkMask(mask: Shape, shape: Shape): void {
    const text = `${this.owner}: mask: The \`mask\` passed to the \`TimeDistributed\` layer`;
    if (mask.length < 2) {
      throw new ShapeError(
        `${text} must be at least 2D (e.g., \`(batch_size, timesteps)\`), but it has ${mask.length} dimension(s) with shape ${showShape(mask)}.`,
      );
    }
    const differs = (axis: 0 | 1): boolean => {
      const [own, expected] = [mask[axis], shape[axis]];
      return own !== null && expected !== null && own !== expected;
    };
    if (!differs(0) && !differs(1)) return;
    throw new ShapeError(
      `${text} has a shape ${showShape(mask)} that is incompatible with the input shape ${showShape(shape)}. The first two ` +
        "dimensions of the mask (batch size and timesteps) must match the input's first two dimensions. " +
        `Expected mask shape prefix: ${showShape(shape.slice(0, 2))}.`,
    );
  }

  protected override readMask(mask: unknown, shape: Shape): Argument {
    const read = mask instanceof SymbolicTensor ? mask : toTensor(mask, `${this.owner}: mask`, true);
    this.checkMask(read.shape, shape);
    return read;
  }

  override begin(inputs: readonly Span[], context: CallContext): Call {
    const [input] = inputs as [Span];
    const output = this.computeOutputShape(input.shape) as readonly number[];
    if (input.mask !== null) this.checkMask(input.mask.shape, input.shape);
    const type = this.layer.isRowwise ? MergedCall : StepwiseCall;
    return new type(this.layer, input, output, context);
  }

  override computeMask(_inputs: unknown, mask: MaskArgument | readonly MaskArgument[] = null): MaskResult {
    const first: unknown = isTensorList(mask) ? mask[0] : mask;
    if (first === null || first === undefined) return null;
    return first instanceof SymbolicTensor ? first : toTensor(first, `${this.owner}: mask`, true);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), layer: serialize(this.layer) };
  }

  protected override copy(): this {
    return this.recreate({ layer: this.layer.clone() });
  }
}
