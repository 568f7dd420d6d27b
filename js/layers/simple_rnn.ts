import type { Config } from '../family.js';
import * as regularizers from '../regularizers.js';
import { checkBoolean, checkShape, elements, type Shape, showShape } from '../runtime/check.js';
import { ArgumentError, ShapeError, UnsupportedError } from '../runtime/errors.js';
import type { Arena } from '../runtime/memory.js';
import { type MaskLike, Tensor, type TensorLike, toTensor } from '../runtime/tensor.js';
import type { Weight } from '../runtime/weight.js';
import type { CallContext, Span } from './call.js';
import { Layer } from './layer.js';
import { RecurrentState, readState } from './recurrent_state.js';
import { SimpleRNNCall, SimpleRNNInspection } from './simple_rnn_call.js';
import { CELL_OPTIONS, SimpleRNNCell, type SimpleRNNCellOptions } from './simple_rnn_cell.js';

/** Options of {@link SimpleRNN}. */
export interface SimpleRNNOptions extends SimpleRNNCellOptions {
  /** Give the output of every step, [batch, steps, units], instead of the last, [batch, units]; default false. */
  returnSequences?: boolean;
  /** Give the final state besides the output; default false. */
  returnState?: boolean;
  /** Go through the steps from the last to the first; outputs stay in that order. Default false. */
  goBackwards?: boolean;
  /** Begin each call with the final state of the one before; default false. */
  stateful?: boolean;
  /** Accepted as Keras does; the numbers are the same. Default false. */
  unroll?: boolean;
  /** Output zeros at masked steps instead of the previous output; default false. */
  zeroOutputForMask?: boolean;
}

const FLAGS = ['returnSequences', 'returnState', 'goBackwards', 'stateful', 'unroll', 'zeroOutputForMask'] as const;

/**
 * Fully connected recurrent layer: h = activation(x · kernel + bias + h₋₁ · recurrent_kernel).
 * Input [batch, steps, features], output [batch, units], or [batch, steps, units] with `returnSequences`.
 * Follows https://keras.io/api/layers/recurrent_layers/simple_rnn/.
 *
 * @example new SimpleRNN({ units: 4 }).apply([[[1, 2], [3, 4]]]).shape // [1, 4]
 * @throws {ArgumentError} for unknown options and wrong values.
 */
export class SimpleRNN extends Layer {
  static override readonly className: string = 'SimpleRNN';
  static override readonly optionNames: readonly string[] = [...Layer.optionNames, ...CELL_OPTIONS, ...FLAGS];

  /** Whether every step's output is given. */
  readonly returnSequences: boolean;
  /** Whether the final state is given besides the output. */
  readonly returnState: boolean;
  /** Whether the steps are gone through from the last to the first. */
  readonly goBackwards: boolean;
  /** Whether a call begins with the final state of the one before. */
  readonly stateful: boolean;
  /** Kept for the configuration; the numbers are the same. */
  readonly unroll: boolean;
  /** Whether masked steps give zeros. */
  readonly zeroOutputForMask: boolean;
  /** @internal Holds the weights. */
  readonly cell: SimpleRNNCell;
  readonly #state: RecurrentState;

  constructor(options: SimpleRNNOptions = {} as SimpleRNNOptions) {
    super(options);
    const { owner } = this;
    const flag = (name: (typeof FLAGS)[number]) => checkBoolean(owner, name, options[name] ?? false);
    this.returnSequences = flag('returnSequences');
    this.returnState = flag('returnState');
    this.goBackwards = flag('goBackwards');
    this.stateful = flag('stateful');
    this.unroll = flag('unroll');
    this.zeroOutputForMask = flag('zeroOutputForMask');
    const cellOptions: Config = { name: 'simple_rnn_cell', trainable: this.trainable };
    for (const name of CELL_OPTIONS) cellOptions[name] = options[name];
    this.cell = new SimpleRNNCell(cellOptions as unknown as SimpleRNNCellOptions, owner);
    this.#state = new RecurrentState(this.units);
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

  /** Share of the inputs dropped in training. */
  get dropout(): number {
    return this.cell.dropout;
  }

  /** Share of the state dropped in training. */
  get recurrentDropout(): number {
    return this.cell.recurrentDropout;
  }

  override get weights(): readonly Weight[] {
    // The base class asks before the cell exists.
    return this.cell?.weights ?? [];
  }

  override checkInput(shape: Shape): void {
    if (shape.length !== 3) throw this.incompatible(`expected ndim=3, found ndim=${shape.length}`, shape);
    const features = shape[2] as number | null;
    if (features === null) throw new ShapeError(`${this.owner}: inputs: the size of the last axis must be known`);
    if (shape[1] === 0)
      throw new ShapeError(`${this.owner}: inputs: at least 1 step is needed, received ${showShape(shape)}`);
    if (this.built && features !== this.cell.features) {
      throw this.incompatible(
        `expected axis -1 of input shape to have value ${this.cell.features}, but received input with shape`,
        shape,
      );
    }
  }

  override plannedWeights(inputShape: Shape): readonly { name: string; shape: readonly number[] }[] {
    this.checkInput(inputShape);
    return this.cell.plannedWeights(inputShape);
  }

  protected override createWeights(inputShape: Shape): void {
    const { cell } = this;
    cell.scope = `${this.scope}${this.name}/`;
    cell.skipInitializers = this.skipInitializers;
    cell.trainable = this.trainable;
    cell.build(inputShape);
  }

  /** @internal The model fixes the batch size of a stateful layer. */
  override enterModel(inputShape: Shape): void {
    if (!this.stateful) return;
    const batch = inputShape[0] as number | null;
    if (batch === null) {
      throw new ShapeError(
        `${this.owner}: inputs: When using \`stateful=True\` in a RNN, the batch size must be static. ` +
          `Found dynamic batch size: sequence.shape=${showShape(inputShape)}. Give \`batchInputShape\`.`,
      );
    }
    this.#state.checkBatch(this.owner, batch);
    this.#state.address(this.owner, batch);
    this.#state.fixed = true;
  }

  /** @internal Address of the state of a stateful layer. */
  stateAddress(batch: number): number {
    return this.#state.address(this.owner, batch);
  }

  override begin(input: Span, context: CallContext): SimpleRNNCall {
    this.alive();
    this.checkInput(input.shape);
    const [batch, steps] = input.shape as [number, number];
    this.#state.checkBatch(this.owner, batch);
    const { mask } = input;
    if (mask !== null && (mask.shape.length !== 2 || mask.shape[0] !== batch || mask.shape[1] !== steps)) {
      throw new ShapeError(
        `${this.owner}: mask: expected shape ${showShape([batch, steps])}, received ${showShape(mask.shape)}`,
      );
    }
    return new SimpleRNNCall(this, input, context);
  }

  /** @internal */
  beginInspection(input: Span, arena: Arena): SimpleRNNInspection {
    return new SimpleRNNInspection(this, input, arena);
  }

  protected override get applyOptions(): readonly string[] {
    return ['mask', 'training', 'initialState'];
  }

  /** @internal */
  override checkTraining(): void {
    const rate = this.dropout > 0 ? 'dropout' : this.recurrentDropout > 0 ? 'recurrentDropout' : null;
    if (rate !== null) {
      throw new UnsupportedError(`${this.owner}: \`training: true\` with \`${rate}\` > 0 is not supported yet`);
    }
  }

  protected override initialStates(value: TensorLike | readonly TensorLike[] | null, batch: number): Tensor[] | null {
    if (value === null) return null;
    return [this.readState(value, 'initialState', batch)];
  }

  private readState(value: unknown, argument: string, batch: number): Tensor {
    const { name, units } = this;
    return readState(value, { owner: `${this.owner}: ${argument}`, name, batch, units });
  }

  override computeOutputShape(inputShape: Shape): Shape | Shape[] {
    const shape = checkShape(this.owner, 'inputShape', inputShape, true, true);
    this.checkInput(shape);
    const [batch, steps] = shape as [number | null, number | null];
    const output = this.returnSequences ? [batch, steps, this.units] : [batch, this.units];
    return this.returnState ? [output, [batch, this.units]] : output;
  }

  override computeMask(inputs: TensorLike, mask: MaskLike | null = null): Tensor | null | (Tensor | null)[] {
    const own = super.computeMask(inputs, mask) as Tensor | null;
    const output = this.returnSequences ? own : null;
    return this.returnState ? [output, null] : output;
  }

  /** Zeros for a batch: one state [batch, units]. */
  getInitialState(inputs: TensorLike | number): Tensor[] {
    const given = typeof inputs === 'number' ? inputs : (toTensor(inputs, `${this.owner}: inputs`).shape[0] ?? 0);
    const [batch] = checkShape(this.owner, 'batchSize', [given], false, true) as [number];
    return [new Tensor(new Float32Array(elements(this.owner, 'batchSize', [batch, this.units])), [batch, this.units])];
  }

  /** Copies of the states of a stateful layer, [batch, units] each; null before its first call or without states. */
  get states(): Tensor[] | null {
    const state = this.#state.read();
    return state === null ? null : [state];
  }

  set states(states: readonly TensorLike[] | null) {
    this.resetStates(states);
  }

  /**
   * Sets the states of a stateful layer to zeros, or to `states`. On a layer that is not stateful it does nothing.
   * A layer called eagerly takes a new batch size afterwards.
   * @throws {ArgumentError} {ShapeError} if the states given do not fit.
   */
  resetStates(states: TensorLike | readonly TensorLike[] | null = null): void {
    this.alive();
    if (states === null) {
      if (this.#state.exists) this.#state.reset();
      return;
    }
    if (!this.stateful) throw new ArgumentError(`${this.owner}: states: Layer must be stateful.`);
    if (!this.#state.exists) {
      throw new ArgumentError(`${this.owner}: states: the batch size is not known yet; call the layer first`);
    }
    this.#state.write(this.readState(states, 'states', this.#state.batch));
  }

  /** The same as {@link resetStates} without values, Keras 3's name. */
  resetState(): void {
    this.resetStates();
  }

  override getConfig(): Config {
    const { name, trainable, dtype, seed, dropout, recurrent_dropout, ...own } = this.cell.getConfig();
    const { kernel_constraint, recurrent_constraint, bias_constraint, ...first } = own;
    const base = super.getConfig();
    return {
      name: base.name,
      trainable: base.trainable,
      dtype: base.dtype,
      return_sequences: this.returnSequences,
      return_state: this.returnState,
      go_backwards: this.goBackwards,
      stateful: this.stateful,
      unroll: this.unroll,
      zero_output_for_mask: this.zeroOutputForMask,
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

  override unbuild(): void {
    super.unbuild();
    this.cell.unbuild();
  }

  override dispose(): void {
    super.dispose();
    this.cell.dispose();
  }

  protected override freeMemory(): void {
    super.freeMemory();
    this.#state.free();
  }
}
