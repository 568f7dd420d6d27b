import type { Constraint } from '../constraints.js';
import type { Config } from '../family.js';
import type { Initializer } from '../initializers.js';
import * as regularizers from '../regularizers.js';
import { checkBoolean, type Shape, showShape } from '../runtime/check.js';
import { ArgumentError, ShapeError } from '../runtime/errors.js';
import { Tensor, type TensorLike, toTensor } from '../runtime/tensor.js';
import { Layer } from './layer.js';
import type { StateArgument } from './layer_options.js';
import { projectInputs } from './projection.js';
import { RECURRENT_OPTIONS, type RecurrentOptions, RNN } from './rnn.js';
import type { SeedGenerator } from './seed_generator.js';
import { CELL_OPTIONS, SimpleRNNCell, type SimpleRNNCellOptions } from './simple_rnn_cell.js';

/** Options of {@link SimpleRNN}. */
export interface SimpleRNNOptions extends SimpleRNNCellOptions, RecurrentOptions {}

/**
 * Fully connected recurrent layer: h = activation(x · kernel + bias + h₋₁ · recurrent_kernel).
 * Input [batch, steps, features], output [batch, units], or [batch, steps, units] with `returnSequences`.
 * Follows https://keras.io/api/layers/recurrent_layers/simple_rnn/.
 *
 * @example new SimpleRNN({ units: 4 }).apply([[[1, 2], [3, 4]]]).shape // [1, 4]
 * @throws {ArgumentError} for unknown options and wrong values.
 */
export class SimpleRNN extends RNN {
  static override readonly className: string = 'SimpleRNN';
  static override readonly optionNames: readonly string[] = [
    ...Layer.optionNames,
    ...CELL_OPTIONS,
    ...RECURRENT_OPTIONS,
  ];
  static override readonly partNames: readonly string[] = [];

  declare readonly cell: SimpleRNNCell;

  constructor(options: SimpleRNNOptions = {} as SimpleRNNOptions) {
    super(options as never);
  }

  /** @internal */
  protected override makeCell(options: object): SimpleRNNCell {
    const cellOptions: Config = { name: 'simple_rnn_cell', trainable: this.trainable };
    for (const name of CELL_OPTIONS) cellOptions[name] = (options as Config)[name];
    return new SimpleRNNCell(cellOptions as unknown as SimpleRNNCellOptions, this.owner);
  }

  /** Size of the state and of the output. */
  get units(): number {
    return this.cell.units;
  }

  /** Keras' name of the activation. */
  get activation(): string {
    return this.cell.activation;
  }

  /** Whether there is a bias. */
  get useBias(): boolean {
    return this.cell.useBias;
  }

  /** Initializer of the kernel. */
  get kernelInitializer(): Initializer {
    return this.cell.kernelInitializer;
  }

  /** Initializer of the recurrent kernel. */
  get recurrentInitializer(): Initializer {
    return this.cell.recurrentInitializer;
  }

  /** Initializer of the bias. */
  get biasInitializer(): Initializer {
    return this.cell.biasInitializer;
  }

  /** Penalty on the kernel, or null. */
  get kernelRegularizer(): regularizers.Regularizer | null {
    return this.cell.kernelRegularizer;
  }

  /** Penalty on the recurrent kernel, or null. */
  get recurrentRegularizer(): regularizers.Regularizer | null {
    return this.cell.recurrentRegularizer;
  }

  /** Penalty on the bias, or null. */
  get biasRegularizer(): regularizers.Regularizer | null {
    return this.cell.biasRegularizer;
  }

  /** Rule for the kernel, or null. */
  get kernelConstraint(): Constraint | null {
    return this.cell.kernelConstraint;
  }

  /** Rule for the recurrent kernel, or null. */
  get recurrentConstraint(): Constraint | null {
    return this.cell.recurrentConstraint;
  }

  /** Rule for the bias, or null. */
  get biasConstraint(): Constraint | null {
    return this.cell.biasConstraint;
  }

  /** Share of the inputs dropped in training. */
  get dropout(): number {
    return this.cell.dropout;
  }

  /** Share of the state dropped in training. */
  get recurrentDropout(): number {
    return this.cell.recurrentDropout;
  }

  /** Seed of the dropout masks, or null. */
  get seed(): number | null {
    return this.cell.seed;
  }

  /** Where the dropout masks come from, with the number drawn so far; null where nothing is dropped. */
  get seedGenerator(): SeedGenerator | null {
    return this.cell.seedGenerator;
  }

  /**
   * The state that a call begins with: zeros.
   * @param inputs A batch of inputs, or its size.
   * @returns a list of one state [batch, units].
   */
  override getInitialState(inputs: TensorLike | number): Tensor[] {
    return super.getInitialState(inputs) as Tensor[];
  }

  /** A copy of the state of a stateful layer, a list of one [batch, units]; null before its first call or without it. */
  override get states(): Tensor[] | null {
    return super.states as Tensor[] | null;
  }

  override set states(states: StateArgument | null) {
    super.states = states;
  }

  private readSequence(inputs: TensorLike): Tensor {
    this.alive();
    const input = toTensor(inputs, `${this.owner}: inputs`);
    this.checkInputs([input.shape]);
    if (!this.built) this.build(input.shape);
    return input;
  }

  /**
   * What stays constant over the steps of one call, TF 1.4's `get_constants`: new dropout masks for the inputs
   * [batch, features] and the state [batch, units]; 1 in place of each without `training` or at rate 0.
   */
  getConstants(inputs: TensorLike, training = false): [Tensor | 1, Tensor | 1] {
    checkBoolean(this.owner, 'training', training);
    const [batch, , features] = this.readSequence(inputs).shape as [number, number, number];
    const { cell } = this;
    const draw = (width: number, rate: number): Tensor | 1 =>
      training && rate > 0 ? cell.drawMask(new Tensor(new Float32Array(0), [batch, width]), rate) : 1;
    return [draw(features, cell.dropout), draw(cell.units, cell.recurrentDropout)];
  }

  /**
   * The input projection of all steps, TF 1.4's `preprocess_input`: x · kernel + bias, [batch, steps, units]; with
   * `training` and a dropout rate of the dropped inputs.
   */
  preprocessInput(inputs: TensorLike, training = false): Tensor {
    const input = this.readSequence(inputs);
    const [mask] = this.getConstants(input, training);
    return projectInputs(this.cell, input, mask === 1 ? null : mask);
  }

  /**
   * One step, TF 1.4's `step`, without dropout.
   * @param inputs The inputs of the step, [batch, features].
   * @param states A list of one state [batch, units].
   * @returns the output, and the list of the new state.
   */
  step(inputs: TensorLike, states: readonly TensorLike[]): [Tensor, [Tensor]] {
    this.alive();
    if (!Array.isArray(states)) throw new ArgumentError(`${this.owner}: step: \`states\` must be a list of one state`);
    const { shape } = toTensor(inputs, `${this.owner}: step: inputs`);
    if (shape.length !== 2) {
      throw new ShapeError(
        `${this.owner}: step: inputs: expected [batch, features], received shape ${showShape(shape)}`,
      );
    }
    if (!this.built) this.build([shape[0] as number, null, shape[1] as number] as Shape);
    return this.cell.call(inputs, states);
  }

  override getConfig(): Config {
    const { name, trainable, dtype, seed, dropout, recurrent_dropout, ...own } = this.cell.getConfig();
    const { kernel_constraint, recurrent_constraint, bias_constraint, ...first } = own;
    return {
      name: this.name,
      trainable: this.trainable,
      dtype,
      ...this.flagConfig(),
      ...first,
      activity_regularizer: regularizers.serialize(this.activityRegularizer),
      kernel_constraint,
      recurrent_constraint,
      bias_constraint,
      dropout,
      recurrent_dropout,
      seed,
    };
  }

  protected override copy(): this {
    return this.recreate({});
  }
}
