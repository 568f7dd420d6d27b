import { activationCode } from '../activation_table.js';
import type { ActivationIdentifier } from '../activations.js';
import * as constraints from '../constraints.js';
import type { Config } from '../family.js';
import * as initializers from '../initializers.js';
import * as regularizers from '../regularizers.js';
import { checkBoolean, checkNumber, checkSeed, checkSize, type Shape, show } from '../runtime/check.js';
import { ArgumentError, UnsupportedError } from '../runtime/errors.js';
import { Block } from '../runtime/memory.js';
import { kernels } from '../runtime/module.js';
import type { Weight } from '../runtime/weight.js';
import { activationOption, type WeightOptions, weightOptions } from './arguments.js';
import type { Call } from './call.js';
import { Layer } from './layer.js';
import type { LayerOptions, WeightSpec } from './layer_options.js';

/** Options of SimpleRNN that belong to its cell. */
export interface SimpleRNNCellOptions extends LayerOptions {
  /** Size of the state and of the output. */
  units: number;
  /** Default `'tanh'`; null is linear. */
  activation?: ActivationIdentifier;
  /** Default true. */
  useBias?: boolean;
  /** Default `'glorot_uniform'`. */
  kernelInitializer?: initializers.InitializerIdentifier;
  /** Default `'orthogonal'`. */
  recurrentInitializer?: initializers.InitializerIdentifier;
  /** Default `'zeros'`. */
  biasInitializer?: initializers.InitializerIdentifier;
  /** Penalty on the kernel; kept in the configuration until there is training. Default null. */
  kernelRegularizer?: regularizers.RegularizerIdentifier;
  /** Penalty on the recurrent kernel. Default null. */
  recurrentRegularizer?: regularizers.RegularizerIdentifier;
  /** Penalty on the bias. Default null. */
  biasRegularizer?: regularizers.RegularizerIdentifier;
  /** Rule for the kernel; kept in the configuration until there is training. Default null. */
  kernelConstraint?: constraints.ConstraintIdentifier;
  /** Rule for the recurrent kernel. Default null. */
  recurrentConstraint?: constraints.ConstraintIdentifier;
  /** Rule for the bias. Default null. */
  biasConstraint?: constraints.ConstraintIdentifier;
  /** Share of the inputs dropped in training, from 0 to 1; default 0. Clamped, as Keras does. */
  dropout?: number;
  /** Share of the state dropped in training, from 0 to 1; default 0. */
  recurrentDropout?: number;
  /** Seed of the dropout masks; null draws from the global generator. */
  seed?: number | null;
}

/** Names of {@link SimpleRNNCellOptions} besides those of every layer. */
export const CELL_OPTIONS = [
  'units',
  'activation',
  'useBias',
  'kernelInitializer',
  'recurrentInitializer',
  'biasInitializer',
  'kernelRegularizer',
  'recurrentRegularizer',
  'biasRegularizer',
  'kernelConstraint',
  'recurrentConstraint',
  'biasConstraint',
  'dropout',
  'recurrentDropout',
  'seed',
] as const;

function checkRate(owner: string, argument: string, value: unknown): number {
  return Math.min(1, Math.max(0, checkNumber(owner, argument, value)));
}

/** The weights of a SimpleRNN and one step's arithmetic: h = activation(x · kernel + bias + h₋₁ · recurrent_kernel). */
export class SimpleRNNCell extends Layer {
  static override readonly className: string = 'SimpleRNNCell';
  static override readonly optionNames: readonly string[] = [...Layer.optionNames, ...CELL_OPTIONS];

  readonly units: number;
  /** Keras' name of the activation. */
  readonly activation: string;
  readonly useBias: boolean;
  readonly dropout: number;
  readonly recurrentDropout: number;
  readonly seed: number | null;
  readonly kernelOptions: WeightOptions;
  readonly recurrentOptions: WeightOptions;
  readonly biasOptions: WeightOptions;
  #code = -1;
  #packed: Block | null = null;
  #packedVersion = -1;

  /** @param owner The layer to name in messages. */
  constructor(options: SimpleRNNCellOptions, owner = 'SimpleRNNCell') {
    super(options);
    const { units } = options;
    if (typeof units === 'number' && units > 0 && Number.isFinite(units) && !Number.isInteger(units)) {
      throw new ArgumentError(
        `${owner}: \`units\`: state_size must be an integer, or a list/tuple of integers (one for each state tensor). Received: units=${units}`,
      );
    }
    this.units = checkSize(
      owner,
      'units',
      units,
      `Received an invalid value for argument \`units\`, expected a positive integer, got ${show(units)}.`,
    );
    this.activation = activationOption(owner, options.activation, 'tanh');
    this.useBias = checkBoolean(owner, 'useBias', options.useBias ?? true);
    this.kernelOptions = weightOptions(owner, options, 'kernel', 'glorot_uniform');
    this.recurrentOptions = weightOptions(owner, options, 'recurrent', 'orthogonal');
    this.biasOptions = weightOptions(owner, options, 'bias', 'zeros');
    this.dropout = checkRate(owner, 'dropout', options.dropout ?? 0);
    this.recurrentDropout = checkRate(owner, 'recurrentDropout', options.recurrentDropout ?? 0);
    this.seed = checkSeed(owner, options.seed);
  }

  protected override weightSpecs(inputShape: Shape): WeightSpec[] {
    const features = inputShape.at(-1) as number;
    const { units } = this;
    return [
      { name: 'kernel', shape: [features, units], ...this.kernelOptions },
      { name: 'recurrent_kernel', shape: [units, units], ...this.recurrentOptions },
      ...(this.useBias ? [{ name: 'bias', shape: [units], ...this.biasOptions }] : []),
    ];
  }

  /** Size of one input step, known once built. */
  get features(): number {
    return (this.weights[0] as Weight).shape[0] as number;
  }

  /** The kernel's number of the activation. */
  get activationCode(): number {
    if (this.#code < 0) this.#code = activationCode(this.activation);
    return this.#code;
  }

  /** Address of the packed weights, packed anew if a weight has changed. */
  packed(): number {
    const [kernel, recurrent, bias] = this.weights as [Weight, Weight, Weight | undefined];
    const version = kernel.version + recurrent.version + (bias === undefined ? 0 : bias.version);
    if (version !== this.#packedVersion) {
      this.alive();
      const { features, units } = this;
      this.#packed ??= new Block(kernels().simpleRnnPackedBytes(features, units), `${this.owner}: packed weights`);
      kernels().simpleRnnPack(
        this.#packed.address,
        kernel.address,
        recurrent.address,
        bias === undefined ? 0 : bias.address,
        features,
        units,
      );
      this.#packedVersion = version;
    }
    return (this.#packed as Block).address;
  }

  override begin(): Call {
    throw new UnsupportedError(`${this.owner} computes within a SimpleRNN only`);
  }

  override getConfig(): Config {
    const { kernelOptions, recurrentOptions, biasOptions } = this;
    return {
      ...super.getConfig(),
      units: this.units,
      activation: this.activation,
      use_bias: this.useBias,
      kernel_initializer: initializers.serialize(kernelOptions.initializer),
      recurrent_initializer: initializers.serialize(recurrentOptions.initializer),
      bias_initializer: initializers.serialize(biasOptions.initializer),
      kernel_regularizer: regularizers.serialize(kernelOptions.regularizer),
      recurrent_regularizer: regularizers.serialize(recurrentOptions.regularizer),
      bias_regularizer: regularizers.serialize(biasOptions.regularizer),
      kernel_constraint: constraints.serialize(kernelOptions.constraint),
      recurrent_constraint: constraints.serialize(recurrentOptions.constraint),
      bias_constraint: constraints.serialize(biasOptions.constraint),
      dropout: this.dropout,
      recurrent_dropout: this.recurrentDropout,
      seed: this.seed,
    };
  }

  protected override freeMemory(): void {
    super.freeMemory();
    this.#packed?.free();
    this.#packed = null;
    this.#packedVersion = -1;
  }
}
