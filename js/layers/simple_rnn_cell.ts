import { activationCode } from '../activation_table.js';
import type { ActivationIdentifier } from '../activations.js';
import * as constraints from '../constraints.js';
import type { Config } from '../family.js';
import * as initializers from '../initializers.js';
import * as regularizers from '../regularizers.js';
import {
  checkBoolean,
  checkNumber,
  checkOptions,
  checkSeed,
  checkShape,
  checkSize,
  elements,
  type Shape,
  show,
  showShape,
} from '../runtime/check.js';
import { ArgumentError, ShapeError } from '../runtime/errors.js';
import { Block } from '../runtime/memory.js';
import { kernels } from '../runtime/module.js';
import { Tensor, type TensorLike, toTensor } from '../runtime/tensor.js';
import type { Weight } from '../runtime/weight.js';
import { activationOption, type WeightOptions, weightOptions } from './arguments.js';
import { stepCell } from './cell_step.js';
import type { CellOptions } from './cells.js';
import { Layer } from './layer.js';
import type { InputShape, LayerOptions, WeightSpec } from './layer_options.js';
import { PackedWeights } from './packed.js';
import { checkState } from './recurrent_state.js';
import { SeedGenerator } from './seed_generator.js';
import { type SpectrumResult, spectrum } from './spectrum.js';
import { isSymbolic, SymbolicTensor } from './symbolic.js';

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
  /** Penalty on the kernel, see `losses`. Default null. */
  kernelRegularizer?: regularizers.RegularizerIdentifier;
  /** Penalty on the recurrent kernel. Default null. */
  recurrentRegularizer?: regularizers.RegularizerIdentifier;
  /** Penalty on the bias. Default null. */
  biasRegularizer?: regularizers.RegularizerIdentifier;
  /** Rule that training holds the kernel to. Default null. */
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

/**
 * The weights of a SimpleRNN and one step's arithmetic: h = activation(x · kernel + bias + h₋₁ · recurrent_kernel).
 * Follows https://keras.io/api/layers/recurrent_layers/simple_rnn_cell/.
 *
 * @example new RNN({ cell: new SimpleRNNCell({ units: 4 }), returnSequences: true })
 * @throws {ArgumentError} for unknown options and wrong values.
 */
export class SimpleRNNCell extends Layer {
  static override readonly className: string = 'SimpleRNNCell';
  static override readonly optionNames: readonly string[] = [...Layer.optionNames, ...CELL_OPTIONS];

  /** Size of the state and of the output. */
  readonly units: number;
  /** Keras' name of the activation. */
  readonly activation: string;
  /** Whether there is a bias. */
  readonly useBias: boolean;
  /** Share of the inputs dropped in training. */
  readonly dropout: number;
  /** Share of the state dropped in training. */
  readonly recurrentDropout: number;
  /** Seed of the dropout masks, or null. */
  readonly seed: number | null;
  /** Where the dropout masks come from, with the number drawn so far; null where nothing is dropped. */
  readonly seedGenerator: SeedGenerator | null;
  /** @internal */
  readonly kernelOptions: WeightOptions;
  /** @internal */
  readonly recurrentOptions: WeightOptions;
  /** @internal */
  readonly biasOptions: WeightOptions;
  #code = -1;
  #packed: Block | null = null;
  #packedVersion = -1;
  #dropoutMask: Tensor | null = null;
  #recurrentDropoutMask: Tensor | null = null;
  #first: { input: Tensor; output: Tensor } | null = null;

  /** @param owner The layer to name in messages. */
  constructor(options: SimpleRNNCellOptions = {} as SimpleRNNCellOptions, owner = 'SimpleRNNCell') {
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
    this.seedGenerator = this.dropout > 0 || this.recurrentDropout > 0 ? new SeedGenerator(this.seed) : null;
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
    return (this.ownWeights[0] as Weight).shape[0] as number;
  }

  /** The kernel's number of the activation. */
  get activationCode(): number {
    if (this.#code < 0) this.#code = activationCode(this.activation);
    return this.#code;
  }

  /** @internal Both kernels as the backward pass wants them. */
  readonly backwardPacked = new PackedWeights(
    this,
    () => kernels().simpleRnnBackwardPackedBytes(this.features, this.units),
    (address) => {
      const [kernel, recurrent] = this.ownWeights as [Weight, Weight];
      kernels().simpleRnnBackwardPack(address, kernel.address, recurrent.address, this.features, this.units);
    },
  );

  /** Address of the packed weights, packed anew if a weight has changed. */
  packed(): number {
    const [kernel, recurrent, bias] = this.ownWeights as [Weight, Weight, Weight | undefined];
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

  override get sublayers(): readonly Layer[] {
    return [];
  }

  /** Size of the state. */
  get stateSize(): number {
    return this.units;
  }

  /** Size of the output. */
  get outputSize(): number {
    return this.units;
  }

  /** Initializer of the kernel. */
  get kernelInitializer(): initializers.Initializer {
    return this.kernelOptions.initializer;
  }

  /** Initializer of the recurrent kernel. */
  get recurrentInitializer(): initializers.Initializer {
    return this.recurrentOptions.initializer;
  }

  /** Initializer of the bias. */
  get biasInitializer(): initializers.Initializer {
    return this.biasOptions.initializer;
  }

  /** Penalty on the kernel, or null. */
  get kernelRegularizer(): regularizers.Regularizer | null {
    return this.kernelOptions.regularizer;
  }

  /** Penalty on the recurrent kernel, or null. */
  get recurrentRegularizer(): regularizers.Regularizer | null {
    return this.recurrentOptions.regularizer;
  }

  /** Penalty on the bias, or null. */
  get biasRegularizer(): regularizers.Regularizer | null {
    return this.biasOptions.regularizer;
  }

  /** Rule for the kernel, or null. */
  get kernelConstraint(): constraints.Constraint | null {
    return this.kernelOptions.constraint;
  }

  /** Rule for the recurrent kernel, or null. */
  get recurrentConstraint(): constraints.Constraint | null {
    return this.recurrentOptions.constraint;
  }

  /** Rule for the bias, or null. */
  get biasConstraint(): constraints.Constraint | null {
    return this.biasOptions.constraint;
  }

  override checkInput(shape: Shape): void {
    if (shape.length !== 2) throw this.incompatible(`expected ndim=2, found ndim=${shape.length}`, shape);
    const features = shape[1] as number | null;
    if (features === null) throw new ShapeError(`${this.owner}: inputs: the size of the last axis must be known`);
    if (this.built && features !== this.features) {
      throw this.incompatible(
        `expected axis -1 of input shape to have value ${this.features}, but received input with shape`,
        shape,
      );
    }
  }

  override computeOutputShape(inputShape: InputShape): Shape {
    const [shape] = this.readShapes(inputShape) as [Shape];
    this.checkInput(shape);
    return [shape[0] as number | null, this.units];
  }

  /** Zeros: a list of one state [batchSize, units]. @throws {ShapeError} if it is no size. */
  getInitialState(batchSize: number): Tensor[] {
    const owner = `${this.owner}: getInitialState`;
    checkShape(owner, 'batchSize', [batchSize], false, true);
    const size = elements(owner, 'batchSize', [batchSize, this.units]);
    return [new Tensor(new Float32Array(size), [batchSize, this.units])];
  }

  /**
   * One step.
   * @param sequence The inputs of the step, [batch, features].
   * @param states The state [batch, units], or a list of it.
   * @param options `training`: whether dropout applies; its masks are drawn at first use and kept until they are reset.
   * @returns the output and the new state, which are the same numbers; the state in a list if `states` is one.
   * @throws {ShapeError} {ArgumentError} if shapes or the number of states do not fit.
   */
  override call(
    sequence: TensorLike,
    states: TensorLike | readonly TensorLike[],
    options?: Partial<CellOptions>,
    // biome-ignore lint/suspicious/noExplicitAny: the form of the states is the caller's.
  ): any {
    this.alive();
    const { training = false } = checkOptions(`${this.owner}: call`, options, ['training']);
    checkBoolean(this.owner, 'training', training);
    if (isSymbolic(sequence) || isSymbolic(states)) return this.symbolicCall(sequence as never, states as never);
    const input = toTensor(sequence, `${this.owner}: sequence`);
    this.checkInput(input.shape);
    const { state, isList } = this.readState(states, input.shape[0] as number);
    if (!this.built) this.build(input.shape);
    const output = stepCell(this, input, toTensor(state, `${this.owner}: states`), {
      input: training ? this.getDropoutMask(input) : null,
      recurrent: training ? this.getRecurrentDropoutMask(state as TensorLike) : null,
    });
    this.#first ??= { input, output };
    return [output, isList ? [output] : output];
  }

  /** The same as {@link call}. */
  // biome-ignore lint/suspicious/noExplicitAny: a cell is applied to inputs and states.
  override apply(sequence: any, states?: any, options?: any): any {
    return this.call(sequence, states, options);
  }

  private readState(states: unknown, batch: number | null): { state: unknown; isList: boolean } {
    const owner = `${this.owner}: states`;
    const single = states instanceof SymbolicTensor || !isListOfStates(states);
    if (!single && (states as unknown[]).length !== 1) {
      throw new ArgumentError(`${owner}: the cell has 1 state, received ${(states as unknown[]).length}`);
    }
    const state = single ? states : (states as unknown[])[0];
    const { shape } = state instanceof SymbolicTensor ? state : toTensor(state, owner);
    checkState(owner, this.name, 0, [batch, this.units], shape);
    return { state, isList: !single };
  }

  /**
   * What {@link call} would give, as specifications: shapes without numbers, and no part of any graph. Builds the cell.
   * @returns the output and the state, in the form of `states`.
   */
  symbolicCall(
    sequence: SymbolicTensor,
    states: SymbolicTensor | readonly SymbolicTensor[],
  ): [SymbolicTensor, SymbolicTensor | SymbolicTensor[]] {
    this.alive();
    if (!(sequence instanceof SymbolicTensor)) {
      throw new ArgumentError(
        `${this.owner}: symbolicCall: \`sequence\` must be a symbolic tensor, received ${show(sequence)}`,
      );
    }
    const { shape } = sequence;
    this.checkInput(shape);
    const { isList } = this.readState(states, shape[0] as number | null);
    if (!this.built) this.build(shape);
    const output = new SymbolicTensor([shape[0] as number | null, this.units]);
    return [output, isList ? [output] : output];
  }

  /**
   * The factors of the inputs in training: 0 with probability `dropout`, else 1 / (1 - dropout). Drawn at first use for
   * direct calls of the cell and kept until {@link resetDropoutMask}; within a layer masks belong to the call.
   * @returns shaped like `stepInput`; null if nothing is dropped.
   */
  getDropoutMask(stepInput: TensorLike): Tensor | null {
    if (this.dropout === 0) return null;
    this.#dropoutMask ??= this.drawMask(toTensor(stepInput, `${this.owner}: stepInput`), this.dropout);
    return this.checkMask(this.#dropoutMask, stepInput, 'resetDropoutMask');
  }

  /** As {@link getDropoutMask}, for the state: shaped like `stepInput`, a state [batch, units]. */
  getRecurrentDropoutMask(stepInput: TensorLike): Tensor | null {
    if (this.recurrentDropout === 0) return null;
    this.#recurrentDropoutMask ??= this.drawMask(
      toTensor(stepInput, `${this.owner}: stepInput`),
      this.recurrentDropout,
    );
    return this.checkMask(this.#recurrentDropoutMask, stepInput, 'resetRecurrentDropoutMask');
  }

  /** Forgets the mask of the inputs: the next direct call draws another one. */
  resetDropoutMask(): void {
    this.#dropoutMask = null;
  }

  /** Forgets the mask of the state. */
  resetRecurrentDropoutMask(): void {
    this.#recurrentDropoutMask = null;
  }

  private checkMask(mask: Tensor, like: TensorLike, reset: string): Tensor {
    const { shape } = toTensor(like, `${this.owner}: stepInput`);
    if (showShape(shape) === showShape(mask.shape)) return mask;
    throw new ShapeError(
      `${this.owner}: the dropout mask was drawn for shape ${showShape(mask.shape)}, not ${showShape(shape)}: call ${reset}()`,
    );
  }

  /** @internal New factors shaped like a tensor. */
  drawMask({ shape }: Tensor, rate: number): Tensor {
    const count = elements(`${this.owner}: stepInput`, 'shape', shape);
    const block = new Block(4 * count, `${this.owner}: dropout mask`);
    try {
      this.seedGenerator?.fillMask(block.address, count, rate);
      const start = block.address / 4;
      return new Tensor(kernels().HEAPF32.slice(start, start + count), shape);
    } finally {
      block.free();
    }
  }

  /** The input of the first direct call. @throws {ArgumentError} before it. */
  override get input(): never {
    return (this.#first?.input ?? super.input) as never;
  }

  /** The output of the first direct call. @throws {ArgumentError} before it. */
  override get output(): never {
    return (this.#first?.output ?? super.output) as never;
  }

  /**
   * Eigenvalues of the recurrent kernel and their largest magnitude, the spectral radius.
   * @throws {ArgumentError} before `build`.
   */
  spectrum(): SpectrumResult {
    this.alive();
    if (!this.built)
      throw new ArgumentError(`${this.owner}: spectrum: the recurrent kernel is not there yet; build first`);
    return spectrum(this.owner, this.ownWeights[1] as Weight);
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
    this.backwardPacked?.free();
    this.#packed?.free();
    this.#packed = null;
    this.#packedVersion = -1;
  }
}

// [state], not one state given as nested arrays.
function isListOfStates(value: unknown): value is readonly unknown[] {
  if (!Array.isArray(value)) return false;
  const [first] = value;
  return !Array.isArray(first) ? typeof first === 'object' : Array.isArray(first[0]);
}
