import type { Config } from '../family.js';
import { checkNumber, type Shape, showShape } from '../runtime/check.js';
import { ShapeError } from '../runtime/errors.js';
import { kernels } from '../runtime/module.js';
import { Tensor, type TensorLike, toTensor } from '../runtime/tensor.js';
import type { Backward, Gradients } from './backward.js';
import { Call, type CallContext, type Span, sizeOf, takeSpan } from './call.js';
import { Layer } from './layer.js';
import type { LayerOptions } from './layer_options.js';
import { SymbolicTensor, symbolicMask } from './symbolic.js';

/** Options of {@link Masking}. */
export interface MaskingOptions extends LayerOptions {
  /** A step all of whose features have this value is masked; default 0. */
  maskValue?: number;
}

/**
 * Masks the steps whose features all equal `maskValue`, and sets them to 0.
 * Input and output [batch, steps, features].
 * Follows https://keras.io/api/layers/core_layers/masking/.
 */
export class Masking extends Layer {
  static override readonly className: string = 'Masking';
  static override readonly optionNames: readonly string[] = [...Layer.optionNames, 'maskValue'];

  /** A step of this value alone is masked. */
  readonly maskValue: number;

  constructor(options: MaskingOptions = {}) {
    super(options);
    this.maskValue = checkNumber(this.owner, 'maskValue', options.maskValue ?? 0);
    this.built = true;
  }

  override checkInput(shape: Shape): void {
    if (shape.length < 2) {
      throw new ShapeError(`${this.owner}: inputs: expected at least 2 axes, received shape ${showShape(shape)}`);
    }
  }

  override begin([input]: readonly [Span], context: CallContext): Call {
    return new MaskingCall(this.maskValue, input, context);
  }

  override computeMask(inputs: SymbolicTensor): SymbolicTensor;
  override computeMask(inputs: TensorLike): Tensor;
  override computeMask(inputs: TensorLike | SymbolicTensor): Tensor | SymbolicTensor {
    if (inputs instanceof SymbolicTensor) return symbolicMask(inputs.shape.slice(0, -1));
    const { data, shape } = toTensor(inputs, `${this.owner}: inputs`);
    this.checkInput(shape);
    const features = shape.at(-1) as number;
    const rows = new Float32Array(data.length / features);
    const value = Math.fround(this.maskValue);
    for (let index = 0; index < data.length; index += 1) {
      if (data[index] !== value) rows[Math.floor(index / features)] = 1;
    }
    return new Tensor(rows, shape.slice(0, -1));
  }

  override getConfig(): Config {
    return { ...super.getConfig(), mask_value: this.maskValue };
  }
}

class MaskingCall extends Call {
  readonly #value: number;
  readonly #rows: number;
  readonly #features: number;
  readonly #mask: number;

  constructor(value: number, input: Span, context: CallContext) {
    const shape = Object.freeze(input.shape.slice(0, -1));
    const address = context.arena.take(sizeOf(shape));
    super([input], [takeSpan(context.arena, input.shape, { address, shape })]);
    this.#value = value;
    this.#rows = sizeOf(shape);
    this.#features = input.shape.at(-1) as number;
    this.#mask = address;
  }

  override forward(): void {
    const output = (this.outputs[0] as Span).address;
    kernels()._masking_forward(output, this.#mask, this.input.address, this.#rows, this.#features, this.#value);
  }

  override layOutBackward(gradients: Gradients): Backward | null {
    const dOutputs = gradients.of(this.outputs[0] as Span);
    const into = dOutputs === 0 ? null : gradients.into(this.input);
    if (into === null) return null;
    return () => {
      kernels()._masking_backward(into.address, this.#mask, dOutputs, this.#rows, this.#features);
      into.done();
    };
  }
}
