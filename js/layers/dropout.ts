import type { Config } from '../family.js';
import { AXES_BYTES, broadcastAxes, writeAxes } from '../runtime/broadcast.js';
import { checkSeed, type Shape, show, showShape } from '../runtime/check.js';
import { ArgumentError, ShapeError } from '../runtime/errors.js';
import { kernels } from '../runtime/module.js';
import type { Backward, Gradients } from './backward.js';
import { Call, type CallContext, PassCall, type Span, sizeOf, takeSpan } from './call.js';
import { Layer } from './layer.js';
import type { LayerOptions } from './layer_options.js';
import { SeedGenerator } from './seed_generator.js';

/** Options of {@link Dropout}. */
export interface DropoutOptions extends LayerOptions {
  /** Share of the inputs set to 0 in training, from 0 to 1. */
  rate: number;
  /** Shape of the random mask: 1 where it is shared, null where it has the input's size; default: the input's shape. */
  noiseShape?: readonly (number | null)[] | null;
  /** Seed of the masks; null draws from the global generator. */
  seed?: number | null;
}

/**
 * Sets inputs to 0 at random in training and multiplies the others by 1 / (1 - rate); otherwise hands its input on.
 * Each call draws a new mask. Input and output of any shape.
 * Follows https://keras.io/api/layers/regularization_layers/dropout/.
 *
 * @throws {ArgumentError} for a rate outside of 0 to 1.
 */
export class Dropout extends Layer {
  static override readonly className: string = 'Dropout';
  static override readonly optionNames: readonly string[] = [...Layer.optionNames, 'rate', 'noiseShape', 'seed'];

  /** Share of the inputs set to 0 in training. */
  readonly rate: number;
  /** Shape of the random mask, or null. */
  readonly noiseShape: readonly (number | null)[] | null;
  /** Seed of the masks, or null. */
  readonly seed: number | null;
  /** Where the masks come from, with the number drawn so far; null where nothing is dropped. */
  readonly seedGenerator: SeedGenerator | null;

  constructor(options: DropoutOptions = {} as DropoutOptions) {
    super(options);
    const { rate } = options;
    if (typeof rate !== 'number' || !(rate >= 0 && rate <= 1)) {
      throw new ArgumentError(
        `${this.owner}: Invalid value received for argument \`rate\`. Expected a float value between 0 and 1. ` +
          `Received: rate=${show(rate)}`,
      );
    }
    this.rate = rate;
    this.noiseShape = readNoiseShape(this.owner, options.noiseShape ?? null);
    this.seed = checkSeed(this.owner, options.seed);
    this.seedGenerator = rate > 0 ? new SeedGenerator(this.seed) : null;
    this.built = true;
  }

  override get isRowwise(): boolean {
    return super.isRowwise && this.noiseShape === null;
  }

  /** @internal Shape of the mask for an input, with as many axes. @throws {ShapeError} if it cannot be repeated to it. */
  maskShape(shape: readonly number[]): readonly number[] {
    const { noiseShape } = this;
    if (noiseShape === null) return shape;
    const sizes = noiseShape.map((size, axis) => size ?? shape[axis] ?? 1);
    const missing = shape.length - sizes.length;
    if (missing < 0 || sizes.some((size, axis) => size !== 1 && size !== shape[missing + axis])) {
      throw new ShapeError(
        `${this.owner}: \`noiseShape\` ${showShape(noiseShape)} does not go with inputs of shape ${showShape(shape)}`,
      );
    }
    return [...new Array<number>(missing).fill(1), ...sizes];
  }

  override begin([input]: readonly [Span], context: CallContext): Call {
    const { seedGenerator } = this;
    if (context.training !== true || seedGenerator === null) return new PassCall([input], [input]);
    return new DropoutCall(this, seedGenerator, input, context);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), rate: this.rate, seed: this.seed, noise_shape: this.noiseShape };
  }
}

function readNoiseShape(owner: string, value: unknown): Shape | null {
  if (value === null) return null;
  const text = `${owner}: Invalid value received for argument \`noise_shape\`. Expected`;
  if (!Array.isArray(value)) {
    throw new ArgumentError(`${text} a tuple or list of integers. Received: noise_shape=${show(value)}`);
  }
  if (value.length > 8)
    throw new ShapeError(`${owner}: \`noiseShape\` has ${value.length} axes, at most 8 are possible`);
  return Array.from(value as unknown[], (size, index) => {
    if (size === null) return null;
    if (typeof size !== 'number' || !Number.isInteger(size)) {
      throw new ArgumentError(
        `${text} all elements to be integers or None. Received element at index ${index}: ${show(size)} (type: ${typeof size})`,
      );
    }
    if (size <= 0) {
      throw new ArgumentError(
        `${text} all dimensions to be positive integers or None. Received negative or zero value at index ${index}: ${size}`,
      );
    }
    return size;
  });
}

class DropoutCall extends Call {
  readonly #rate: number;
  readonly #seeds: SeedGenerator;
  readonly #mask: number;
  readonly #maskCount: number;
  readonly #count: number;
  /** How the mask is repeated; null where it has the input's shape. */
  readonly #axes: readonly number[] | null;
  readonly #axesAddress: number;

  constructor(layer: Dropout, seeds: SeedGenerator, input: Span, { arena }: CallContext) {
    super([input], [takeSpan(arena, input.shape, input.mask)]);
    const shape = layer.maskShape(input.shape);
    this.#rate = layer.rate;
    this.#seeds = seeds;
    this.#count = sizeOf(input.shape);
    this.#maskCount = sizeOf(shape);
    this.#mask = arena.take(4 * this.#maskCount);
    this.#axes = this.#maskCount === this.#count ? null : broadcastAxes(input.shape, shape);
    this.#axesAddress = this.#axes === null ? 0 : arena.take(AXES_BYTES);
  }

  override forward(): void {
    const { address } = this.outputs[0] as Span;
    const input = this.input.address;
    this.#seeds.fillMask(this.#mask, this.#maskCount, this.#rate);
    this.multiply(address, input);
  }

  // Multiplied by the mask as it is.
  private multiply(outputs: number, inputs: number): void {
    if (this.#axes === null) {
      kernels()._multiply_elements(outputs, inputs, this.#mask, this.#count);
      return;
    }
    writeAxes(this.#axesAddress, this.#axes);
    kernels()._multiply_broadcast(outputs, inputs, this.#mask, this.#axesAddress, this.#axes.length / 3);
  }

  override layOutBackward(gradients: Gradients): Backward | null {
    const dOutputs = gradients.of(this.outputs[0] as Span);
    const into = dOutputs === 0 ? null : gradients.into(this.input);
    if (into === null) return null;
    return () => {
      this.multiply(into.address, dOutputs);
      into.done();
    };
  }
}
