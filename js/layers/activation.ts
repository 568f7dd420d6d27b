import { activationCode, activationName, defaultParameters } from '../activation_table.js';
import type { ActivationIdentifier } from '../activations.js';
import type { Config } from '../family.js';
import { checkShape, type Shape, show, showShape } from '../runtime/check.js';
import { ArgumentError, ShapeError } from '../runtime/errors.js';
import { kernels } from '../runtime/module.js';
import type { Backward, Gradients } from './backward.js';
import { Call, type CallContext, type Logits, PassCall, type Span, sizeOf, takeSpan } from './call.js';
import { Layer } from './layer.js';
import type { LayerOptions } from './layer_options.js';

/** Options of {@link Activation}. */
export interface ActivationOptions extends LayerOptions {
  /** Name of the activation, or an activation of ours. */
  activation: ActivationIdentifier;
}

/**
 * Applies an activation with its default parameters; softmax and its kin work along the last axis.
 * Input and output of any shape; `glu` halves the last axis.
 * Follows https://keras.io/api/layers/core_layers/activation/.
 */
export class Activation extends Layer {
  static override readonly className: string = 'Activation';
  static override readonly optionNames: readonly string[] = [...Layer.optionNames, 'activation'];

  /** Keras' name of the activation. */
  readonly activation: string;
  /** @internal The numbers that the kernel takes. */
  readonly parameters: readonly [number, number, number];
  #code = -1;

  constructor(options: ActivationOptions = {} as ActivationOptions) {
    super(options);
    if (options.activation === undefined) {
      throw new ArgumentError(`${this.owner}: \`activation\` is needed, received ${show(options.activation)}`);
    }
    this.activation = activationName(this.owner, options.activation);
    if (this.activation === 'threshold') {
      throw new ArgumentError(
        `${this.owner}: \`activation\`: threshold() missing 2 required positional arguments: 'threshold' and 'default_value'`,
      );
    }
    this.parameters = defaultParameters(this.activation);
    this.built = true;
  }

  /** @internal */
  get activationCode(): number {
    if (this.#code < 0) this.#code = activationCode(this.activation);
    return this.#code;
  }

  override checkInput(shape: Shape): void {
    const last = shape.at(-1);
    if (this.activation === 'glu' && (last === undefined || (last !== null && last % 2 !== 0))) {
      throw new ShapeError(`${this.owner}: inputs: glu needs a last axis of even size, received ${showShape(shape)}`);
    }
  }

  override begin([input]: readonly [Span], context: CallContext): Call {
    if (this.activation === 'linear') return new PassCall([input], [input]);
    return new ActivationCall(this, input, context);
  }

  override computeOutputShape(inputShape: Shape): Shape {
    const shape = checkShape(this.owner, 'inputShape', inputShape, true, true);
    this.checkInput(shape);
    const last = shape.at(-1);
    return this.activation === 'glu' && typeof last === 'number' ? [...shape.slice(0, -1), last / 2] : shape;
  }

  override getConfig(): Config {
    return { ...super.getConfig(), activation: this.activation };
  }
}

class ActivationCall extends Call {
  readonly #layer: Activation;
  readonly #rows: number;
  readonly #columns: number;

  constructor(layer: Activation, input: Span, context: CallContext) {
    super([input], [takeSpan(context.arena, layer.computeOutputShape(input.shape) as readonly number[], input.mask)]);
    this.#layer = layer;
    this.#columns = input.shape.at(-1) ?? 1;
    this.#rows = sizeOf(input.shape) / this.#columns;
  }

  override forward(): void {
    const { activationCode: code, parameters } = this.#layer;
    const [a, b, c] = parameters;
    const output = (this.outputs[0] as Span).address;
    kernels()._activation_forward(output, this.input.address, this.#rows, this.#columns, code, a, b, c);
  }

  override get logits(): Logits {
    return { activation: this.#layer.activation, span: this.input };
  }

  override layOutBackward(gradients: Gradients): Backward | null {
    const [output] = this.outputs as readonly [Span];
    const dOutputs = gradients.of(output);
    const into = dOutputs === 0 ? null : gradients.into(this.input);
    if (into === null) return null;
    const { activationCode: code, parameters } = this.#layer;
    const [a, b, c] = parameters;
    return () => {
      const saved = kernels().activationSavesInputs(code, a, b, c) ? this.input.address : output.address;
      kernels()._activation_backward(into.address, dOutputs, saved, this.#rows, this.#columns, code, a, b, c);
      into.done();
    };
  }
}
