import { activationCode } from '../activation_table.js';
import type { ActivationIdentifier } from '../activations.js';
import * as constraints from '../constraints.js';
import type { Config } from '../family.js';
import * as initializers from '../initializers.js';
import * as regularizers from '../regularizers.js';
import { checkBoolean, checkShape, checkSize, type Shape, show } from '../runtime/check.js';
import { ShapeError } from '../runtime/errors.js';
import { Block } from '../runtime/memory.js';
import { kernels } from '../runtime/module.js';
import type { Weight } from '../runtime/weight.js';
import { activationOption, type WeightOptions, weightOptions } from './arguments.js';
import type { Backward, Gradients, GradientTarget } from './backward.js';
import { Call, type CallContext, type Logits, type Span, sizeOf, takeSpan } from './call.js';
import { Layer } from './layer.js';
import type { LayerOptions, WeightSpec } from './layer_options.js';
import { PackedWeights } from './packed.js';

/** Options of {@link Dense}. */
export interface DenseOptions extends LayerOptions {
  /** Size of the last axis of the output. */
  units: number;
  /** Default null: linear. */
  activation?: ActivationIdentifier;
  /** Default true. */
  useBias?: boolean;
  /** Default `'glorot_uniform'`. */
  kernelInitializer?: initializers.InitializerIdentifier;
  /** Default `'zeros'`. */
  biasInitializer?: initializers.InitializerIdentifier;
  /** Penalty on the kernel, see `losses`. Default null. */
  kernelRegularizer?: regularizers.RegularizerIdentifier;
  /** Penalty on the bias. Default null. */
  biasRegularizer?: regularizers.RegularizerIdentifier;
  /** Rule that training holds the kernel to. Default null. */
  kernelConstraint?: constraints.ConstraintIdentifier;
  /** Rule for the bias. Default null. */
  biasConstraint?: constraints.ConstraintIdentifier;
}

/**
 * Fully connected layer: activation(x · kernel + bias) on the last axis.
 * Input [batch, …, features], output [batch, …, units].
 * Follows https://keras.io/api/layers/core_layers/dense/.
 */
export class Dense extends Layer {
  static override readonly className: string = 'Dense';
  static override readonly optionNames: readonly string[] = [
    ...Layer.optionNames,
    'units',
    'activation',
    'useBias',
    'kernelInitializer',
    'biasInitializer',
    'kernelRegularizer',
    'biasRegularizer',
    'kernelConstraint',
    'biasConstraint',
  ];

  /** Size of the last axis of the output. */
  readonly units: number;
  /** Keras' name of the activation. */
  readonly activation: string;
  /** Whether there is a bias. */
  readonly useBias: boolean;
  readonly #kernel: WeightOptions;
  readonly #bias: WeightOptions;
  #code = -1;
  #packed: Block | null = null;
  #packedVersion = -1;

  constructor(options: DenseOptions = {} as DenseOptions) {
    super(options);
    const { owner } = this;
    this.units = checkSize(
      owner,
      'units',
      options.units,
      `Received an invalid value for \`units\`, expected a positive integer. Received: units=${show(options.units)}`,
    );
    this.activation = activationOption(owner, options.activation, 'linear');
    this.useBias = checkBoolean(owner, 'useBias', options.useBias ?? true);
    this.#kernel = weightOptions(owner, options, 'kernel', 'glorot_uniform');
    this.#bias = weightOptions(owner, options, 'bias', 'zeros');
  }

  /** @internal Size of the last axis of the input, known once built. */
  get features(): number {
    return (this.ownWeights[0] as Weight).shape[0] as number;
  }

  /** @internal */
  get activationCode(): number {
    if (this.#code < 0) this.#code = activationCode(this.activation);
    return this.#code;
  }

  override checkInput(shape: Shape): void {
    if (shape.length < 2) throw this.incompatible(`expected min_ndim=2, found ndim=${shape.length}`, shape);
    const features = shape.at(-1) as number | null;
    if (features === null) throw new ShapeError(`${this.owner}: inputs: the size of the last axis must be known`);
    if (this.built && features !== this.features) {
      throw this.incompatible(
        `expected axis -1 of input shape to have value ${this.features}, but received input with shape`,
        shape,
      );
    }
  }

  protected override weightSpecs(inputShape: Shape): WeightSpec[] {
    const features = inputShape.at(-1) as number;
    return [
      { name: 'kernel', shape: [features, this.units], ...this.#kernel },
      ...(this.useBias ? [{ name: 'bias', shape: [this.units], ...this.#bias }] : []),
    ];
  }

  /** @internal The kernel as the backward pass wants it. */
  readonly backwardPacked = new PackedWeights(
    this,
    () => kernels().denseBackwardPackedBytes(this.features, this.units),
    (address) =>
      kernels().denseBackwardPack(address, (this.ownWeights[0] as Weight).address, this.features, this.units),
  );

  /** @internal Address of the packed weights, packed anew if a weight has changed. */
  packed(): number {
    const [kernel, bias] = this.ownWeights as [Weight, Weight | undefined];
    const version = kernel.version + (bias === undefined ? 0 : bias.version);
    if (version !== this.#packedVersion) {
      this.alive();
      const { features, units } = this;
      this.#packed ??= new Block(kernels().densePackedBytes(features, units), `${this.owner}: packed weights`);
      kernels().densePack(this.#packed.address, kernel.address, bias === undefined ? 0 : bias.address, features, units);
      this.#packedVersion = version;
    }
    return (this.#packed as Block).address;
  }

  override begin([input]: readonly [Span], context: CallContext): Call {
    return new DenseCall(this, input, context);
  }

  override computeOutputShape(inputShape: Shape): Shape {
    const shape = checkShape(this.owner, 'inputShape', inputShape, true, true);
    this.checkInput(shape);
    return [...shape.slice(0, -1), this.units];
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      units: this.units,
      activation: this.activation,
      use_bias: this.useBias,
      kernel_initializer: initializers.serialize(this.#kernel.initializer),
      bias_initializer: initializers.serialize(this.#bias.initializer),
      kernel_regularizer: regularizers.serialize(this.#kernel.regularizer),
      bias_regularizer: regularizers.serialize(this.#bias.regularizer),
      kernel_constraint: constraints.serialize(this.#kernel.constraint),
      bias_constraint: constraints.serialize(this.#bias.constraint),
      quantization_config: null,
    };
  }

  protected override freeMemory(): void {
    super.freeMemory();
    this.backwardPacked?.free();
    this.#packed?.free();
    this.#packed = null;
    this.#packedVersion = -1;
  }
}

class DenseCall extends Call {
  readonly #layer: Dense;
  readonly #rows: number;
  // Where the inputs of a softmax or sigmoid are kept.
  readonly #logits: Span | null;

  constructor(layer: Dense, input: Span, context: CallContext) {
    super([input], [takeSpan(context.arena, [...input.shape.slice(0, -1), layer.units], input.mask)]);
    this.#layer = layer;
    this.#rows = sizeOf(input.shape) / layer.features;
    const keeps = context.logits === true && (layer.activation === 'softmax' || layer.activation === 'sigmoid');
    this.#logits = keeps ? takeSpan(context.arena, this.output.shape, null) : null;
    layer.packed();
  }

  private get output(): Span {
    return this.outputs[0] as Span;
  }

  override get logits(): Logits | null {
    return this.#logits && { activation: this.#layer.activation, span: this.#logits };
  }

  override forward(): void {
    const layer = this.#layer;
    const output = this.output.address;
    const { features, units, activationCode: code } = layer;
    if (this.#logits === null) {
      kernels()._dense_forward(output, this.input.address, layer.packed(), this.#rows, features, units, code);
      return;
    }
    const { address } = this.#logits;
    const linear = activationCode('linear');
    kernels()._dense_forward(address, this.input.address, layer.packed(), this.#rows, features, units, linear);
    kernels()._activation_forward(output, address, this.#rows, units, code, 0, 0, 0);
  }

  override layOutBackward(gradients: Gradients): Backward | null {
    const { output } = this;
    const dLogits = this.#logits === null ? 0 : gradients.of(this.#logits);
    const dOutputs = gradients.of(output);
    if (dLogits === 0) return dOutputs === 0 ? null : this.backward(gradients, dOutputs, this.#layer.activationCode);
    const linear = this.backward(gradients, dLogits, activationCode('linear'));
    if (dOutputs === 0) return linear;
    const more = gradients.into(this.#logits as Span) as GradientTarget;
    const { units, activationCode: code } = this.#layer;
    return () => {
      kernels()._activation_backward(more.address, dOutputs, output.address, this.#rows, units, code, 0, 0, 0);
      more.done();
      linear();
    };
  }

  private backward(gradients: Gradients, dOutputs: number, code: number): Backward {
    const layer = this.#layer;
    const { features, units } = layer;
    const [kernel, bias] = layer.ownWeights as [Weight, Weight | undefined];
    const into = gradients.into(this.input);
    const dKernel = gradients.weight(kernel);
    const dBias = bias === undefined ? 0 : gradients.weight(bias);
    const workspace = gradients.arena.scratch(kernels().denseBackwardWorkspaceBytes(features, units));
    void layer.backwardPacked.address;
    return () => {
      kernels()._dense_backward(
        into?.address ?? 0,
        dKernel,
        dBias,
        workspace,
        dOutputs,
        this.input.address,
        this.output.address,
        layer.packed(),
        layer.backwardPacked.address,
        this.#rows,
        features,
        units,
        code,
        1,
      );
      into?.done();
    };
  }
}
