import type { Config } from '../family.js';
import { MAXIMUM_DIMENSION, type Shape, show, showShape } from '../runtime/check.js';
import { ArgumentError, ShapeError } from '../runtime/errors.js';
import { type Call, PassCall, type Span, sizeOf } from './call.js';
import { Layer } from './layer.js';
import type { InputShape, LayerOptions } from './layer_options.js';

/** Options of {@link Reshape}. */
export interface ReshapeOptions extends LayerOptions {
  /** Shape of one row of the output, without the batch; one size may be -1, which is found from the input. */
  targetShape: readonly number[];
}

/**
 * Gives each row another shape: [batch, …] -> [batch, …targetShape]. It hands no mask on.
 * Follows https://keras.io/api/layers/reshaping_layers/reshape/.
 *
 * @example new Reshape({ targetShape: [-1, 2] }).computeOutputShape([null, 6]) // [null, 3, 2]
 * @throws {ArgumentError} for sizes below -1 and for more than one -1.
 */
export class Reshape extends Layer {
  static override readonly className: string = 'Reshape';
  static override readonly optionNames: readonly string[] = [...Layer.optionNames, 'targetShape'];

  /** Shape of one row of the output; -1 is found from the input. */
  readonly targetShape: readonly number[];

  constructor(options: ReshapeOptions = {} as ReshapeOptions) {
    super(options);
    this.targetShape = readTarget(this.owner, options.targetShape);
    this.built = true;
  }

  override get supportsMasking(): boolean {
    return false;
  }

  override checkInput(shape: Shape): void {
    if (shape.length < 1) throw this.incompatible(`expected min_ndim=1, found ndim=${shape.length}`, shape);
    this.resolve(shape.slice(1));
  }

  // The shape of one output row for the shape of one input row.
  private resolve(row: Shape): Shape {
    const { targetShape: target } = this;
    if (row.includes(null)) return target.map((size) => (size === -1 ? null : size));
    const size = sizeOf(row as number[]);
    const known = sizeOf(target.filter((each) => each !== -1));
    const received = `Received: input_shape=${showShape(row)}, target_shape=${showShape(target)}`;
    const text = `${this.owner}: inputs: The total size of the tensor must be unchanged`;
    if (!target.includes(-1)) {
      if (size !== known) throw new ShapeError(`${text}. ${received}`);
      return target;
    }
    if (known === 0 || size % known !== 0) {
      throw new ShapeError(
        `${text}, however, the input size cannot by divided by the specified dimensions in target_shape. ${received}`,
      );
    }
    return target.map((each) => (each === -1 ? size / known : each));
  }

  override computeOutputShape(inputShape: InputShape): Shape {
    const [shape] = this.readShapes(inputShape) as [Shape];
    this.checkInput(shape);
    return [shape[0] as number | null, ...this.resolve(shape.slice(1))];
  }

  override begin([input]: readonly [Span]): Call {
    const shape = Object.freeze(this.computeOutputShape(input.shape) as readonly number[]);
    return new PassCall([input], [{ address: input.address, shape, mask: null }]);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), target_shape: [...this.targetShape] };
  }
}

function readTarget(owner: string, value: unknown): readonly number[] {
  const isShape = Array.isArray(value) && Array.from(value).every(Number.isInteger);
  if (!isShape)
    throw new ArgumentError(`${owner}: \`targetShape\` must be an array of whole numbers, received ${show(value)}`);
  const target = [...(value as number[])];
  const received = `Received: target_shape=${showShape(target)}.`;
  if (target.some((size) => size < -1)) {
    throw new ArgumentError(
      `${owner}: Each dimension in \`target_shape\` must be a non-negative integer, or \`-1\` for a single unknown dimension. ${received}`,
    );
  }
  if (target.filter((size) => size === -1).length > 1) {
    throw new ArgumentError(
      `${owner}: There must be at most one unknown dimension (-1) in \`target_shape\`. ${received}`,
    );
  }
  if (target.length > 7 || target.some((size) => size > MAXIMUM_DIMENSION)) {
    throw new ShapeError(
      `${owner}: \`targetShape\` has more than 7 axes, or a size above ${MAXIMUM_DIMENSION}. ${received}`,
    );
  }
  return Object.freeze(target);
}
