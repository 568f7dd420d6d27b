import type { Config } from '../family.js';
import { checkBoolean, checkShape, type Shape, show, showShape } from '../runtime/check.js';
import { ArgumentError, ShapeError } from '../runtime/errors.js';
import { type Tensor, type TensorLike, toTensor } from '../runtime/tensor.js';
import type { Weight } from '../runtime/weight.js';
import { cloneCell, releaseCell } from './bare_cell.js';
import { besideStates, type Call, type CallContext, type Span } from './call.js';
import { isOwnCell, isOwnStack } from './cell_run.js';
import {
  type Cell,
  checkCell,
  flatSizes,
  flatStates,
  initialStates,
  nestStates,
  outputSizeOf,
  type StateSize,
  type States,
} from './cells.js';
import { Layer, type MaskResult } from './layer.js';
import type { InputShape, LayerOptions, MaskArgument, StateArgument } from './layer_options.js';
import { checkState, RecurrentState } from './recurrent_state.js';
import { serialize } from './registry.js';
import { FusedCall, type OutputPlace } from './rnn_fused.js';
import { StepsCall } from './rnn_steps.js';
import type { SimpleRNNCell } from './simple_rnn_cell.js';
import type { SpectrumResult } from './spectrum.js';
import { StackedRNNCells } from './stacked_rnn_cells.js';
import { type Argument, SymbolicTensor } from './symbolic.js';

/** What all recurrent layers can be asked for. */
export interface RecurrentOptions extends LayerOptions {
  /** Give the output of every step, [batch, steps, units], instead of the last, [batch, units]; default false. */
  returnSequences?: boolean;
  /** Give the final states besides the output; default false. */
  returnState?: boolean;
  /** Go through the steps from the last to the first; outputs stay in that order. Default false. */
  goBackwards?: boolean;
  /** Begin each call with the final states of the one before; default false. */
  stateful?: boolean;
  /** Accepted as Keras does; the numbers are the same. Default false. */
  unroll?: boolean;
  /** Output zeros at masked steps instead of the previous output; default false. */
  zeroOutputForMask?: boolean;
}

/** Options of {@link RNN}. */
export interface RNNOptions extends RecurrentOptions {
  /** A cell, or a list of cells, which form a stack. */
  cell: Cell | readonly Cell[];
}

/** Names of {@link RecurrentOptions} besides those of every layer. */
export const RECURRENT_OPTIONS = [
  'returnSequences',
  'returnState',
  'goBackwards',
  'stateful',
  'unroll',
  'zeroOutputForMask',
] as const;

/**
 * Carries a cell over the steps of a sequence. Input [batch, steps, …], output [batch, size] or [batch, steps, size]
 * with `returnSequences`. Cells of this package run as one kernel call each; cells of your own are called step by step.
 * Follows https://keras.io/api/layers/recurrent_layers/rnn/.
 *
 * @example new RNN({ cell: [new SimpleRNNCell({ units: 8 }), new SimpleRNNCell({ units: 4 })] })
 * @throws {ArgumentError} if it is no cell, for unknown options and wrong values.
 */
export class RNN extends Layer {
  static override readonly className: string = 'RNN';
  static override readonly optionNames: readonly string[] = [...Layer.optionNames, 'cell', ...RECURRENT_OPTIONS];
  static override readonly partNames: readonly string[] = ['cell'];

  /** Whether every step's output is given. */
  readonly returnSequences: boolean;
  /** Whether the final states are given besides the output. */
  readonly returnState: boolean;
  /** Whether the steps are gone through from the last to the first. */
  readonly goBackwards: boolean;
  /** Whether a call begins with the final states of the one before. */
  readonly stateful: boolean;
  /** Kept for the configuration; the numbers are the same. */
  readonly unroll: boolean;
  /** What is carried over the steps. */
  readonly cell: Cell;
  /** @internal Sizes of the states, one entry per cell. */
  readonly stateSizes: readonly StateSize[];
  /** @internal The same, one by one. */
  readonly flatSizes: readonly number[];
  /** @internal The cells, if all are ours and run as kernel calls; null otherwise. */
  readonly fusedCells: readonly SimpleRNNCell[] | null;
  readonly #state: RecurrentState;
  #zeroOutputForMask: boolean;
  #cellBuilt = false;

  constructor(options: RNNOptions = {} as RNNOptions) {
    super(options);
    const { owner } = this;
    const flag = (name: (typeof RECURRENT_OPTIONS)[number]) => checkBoolean(owner, name, options[name] ?? false);
    this.returnSequences = flag('returnSequences');
    this.returnState = flag('returnState');
    this.goBackwards = flag('goBackwards');
    this.stateful = flag('stateful');
    this.unroll = flag('unroll');
    this.#zeroOutputForMask = flag('zeroOutputForMask');
    this.cell = this.makeCell(options);
    const { stateSize } = this.cell;
    this.stateSizes = typeof stateSize === 'number' ? [stateSize] : stateSize;
    if (this.cell instanceof StackedRNNCells && this.stateSizes.length === 1) {
      const only = this.stateSizes[0] as StateSize;
      this.stateSizes = typeof only === 'number' ? [only] : only;
    }
    this.flatSizes = this.stateSizes.flatMap(flatSizes);
    this.fusedCells = fusable(this.cell);
    this.#state = new RecurrentState(() => this.owner, this.flatSizes);
    if (!this.trainable) for (const layer of this.sublayers) layer.trainable = false;
  }

  /** Whether masked steps give zeros. */
  get zeroOutputForMask(): boolean {
    return this.#zeroOutputForMask;
  }

  /** @internal Bidirectional decides it for its halves, as in Keras. */
  forceZeroOutputForMask(value: boolean): void {
    this.#zeroOutputForMask = value;
  }

  /** @internal Whether all of it is ours, kernel calls over the whole sequence. */
  get isKernel(): boolean {
    return this.fusedCells !== null && this.call === RNN.prototype.call;
  }

  override get returnedStates(): number {
    return this.returnState ? this.flatSizes.length : 0;
  }

  override get isRowwise(): boolean {
    return this.isKernel && !this.stateful;
  }

  /** @internal */
  protected makeCell({ cell }: RNNOptions): Cell {
    if (Array.isArray(cell)) return new StackedRNNCells({ cells: cell });
    return checkCell(this.owner, cell);
  }

  override get sublayers(): readonly Layer[] {
    // The base class asks before the cell exists.
    return this.cell instanceof Layer ? [this.cell] : [];
  }

  override get weights(): readonly Weight[] {
    return this.cell === undefined || this.cell instanceof Layer ? super.weights : (this.cell.weights ?? []);
  }

  override checkInput(shape: Shape): void {
    if (this.fusedCells !== null) this.checkSequence(shape);
    else if (shape.length < 3) throw this.incompatible(`expected min_ndim=3, found ndim=${shape.length}`, shape);
    if (shape[1] === 0)
      throw new ShapeError(`${this.owner}: inputs: at least 1 step is needed, received ${showShape(shape)}`);
  }

  private checkSequence(shape: Shape): void {
    const [cell] = this.fusedCells as readonly [SimpleRNNCell];
    if (shape.length !== 3) throw this.incompatible(`expected ndim=3, found ndim=${shape.length}`, shape);
    const features = shape[2] as number | null;
    if (features === null) throw new ShapeError(`${this.owner}: inputs: the size of the last axis must be known`);
    if (cell.built && features !== cell.features) {
      throw this.incompatible(
        `expected axis -1 of input shape to have value ${cell.features}, but received input with shape`,
        shape,
      );
    }
  }

  protected override createWeights(inputShape: InputShape): void {
    const [batch, , ...rest] = inputShape as Shape;
    const step = [batch as number | null, ...rest];
    const { cell } = this;
    if (this.stateful && typeof batch === 'number' && !this.#state.exists) this.#state.enter(batch);
    if (cell instanceof Layer) this.buildPart(cell, step);
    else if (!this.#cellBuilt) cell.build?.(step);
    this.#cellBuilt = true;
  }

  /** @internal The graph fixes the batch size of a stateful layer. */
  override enterGraph([inputShape]: readonly [Shape]): void {
    if (!this.stateful) return;
    const batch = inputShape[0] as number | null;
    if (batch === null) {
      throw new ShapeError(
        `${this.owner}: inputs: When using \`stateful=True\` in a RNN, the batch size must be static. ` +
          `Found dynamic batch size: sequence.shape=${showShape(inputShape)}. Give \`batchInputShape\`.`,
      );
    }
    this.#state.enter(batch);
    this.#state.fixed = true;
  }

  /** @internal Address of a state of a stateful layer. */
  stateAddress(batch: number, index: number): number {
    if (this.#state.batch === null) this.#state.enter(batch);
    return this.#state.address(index);
  }

  /** @internal The states of a stateful layer; null otherwise. */
  keptStates(batch: number): Tensor[] | null {
    if (!this.stateful) return null;
    if (!this.#state.isFilled) {
      const states = initialStates(this.owner, this.cell, batch);
      this.#state.enter(batch);
      this.#state.write(states);
    }
    return this.#state.read();
  }

  /** @internal Keeps the final states if the layer is stateful. */
  keepStates(states: readonly Tensor[]): void {
    if (!this.stateful) return;
    this.#state.enter((states[0] as Tensor).shape[0] as number);
    this.#state.write(states);
  }

  override begin(inputs: readonly Span[], context: CallContext): Call {
    return besideStates(inputs, context, Number(this.returnSequences), (given) => this.layOut(given, context, null));
  }

  /** @internal As `begin`, with the outputs at a place of a wrapper's (our own cells only). */
  layOut(inputs: readonly Span[], context: CallContext, place: OutputPlace | null): Call {
    const [input] = inputs as [Span];
    const [batch, steps] = input.shape as [number, number];
    if (this.stateful && this.#state.exists) this.#state.enter(batch);
    const { mask } = input;
    if (mask !== null && (mask.shape[0] !== batch || mask.shape[1] !== steps || (mask.shape[2] ?? 1) !== 1)) {
      throw new ShapeError(
        `${this.owner}: mask: expected shape ${showShape([batch, steps])}, received ${showShape(mask.shape)}`,
      );
    }
    return this.fusedCells === null
      ? new StepsCall(this, inputs, context)
      : new FusedCall(this, inputs, context, place);
  }

  protected override get applyOptions(): readonly string[] {
    return ['mask', 'training', 'initialState'];
  }

  protected override pack<T>(outputs: readonly T[]): T | readonly (T | readonly T[])[] {
    if (!this.returnState) return outputs[0] as T;
    return [outputs[0] as T, ...(nestStates(this.stateSizes, outputs.slice(1)) as (T | readonly T[])[])];
  }

  protected override readStates(value: unknown, batch: number | null): Argument[] | null {
    if (value === null) return null;
    return this.readFlatStates(value, 'initialState', batch);
  }

  private readFlatStates(value: unknown, argument: string, batch: number | null): Argument[] {
    const owner = `${this.owner}: ${argument}`;
    const given = flatStates(value);
    const { length } = this.flatSizes;
    if (given.length !== length) {
      throw new ArgumentError(`${owner}: layer has ${length} state(s) but was passed ${given.length} initial state(s)`);
    }
    return given.map((each, index) => {
      const state = each instanceof SymbolicTensor ? each : toTensor(each, owner);
      checkState(owner, this.name, index, [batch, this.flatSizes[index] as number], state.shape);
      return state;
    });
  }

  override computeOutputShape(inputShape: InputShape): Shape | Shape[] {
    const [shape] = this.readShapes(inputShape) as [Shape];
    this.checkInput(shape);
    const [batch, steps] = shape as [number | null, number | null];
    const size = outputSizeOf(this.cell);
    const output: Shape = this.returnSequences ? [batch, steps, size] : [batch, size];
    if (!this.returnState) return output;
    const states = nestStates(
      this.stateSizes,
      this.flatSizes.map((each): Shape => [batch, each]),
    );
    return [output, ...states] as Shape[];
  }

  override computeMask(inputs: unknown, mask: MaskArgument | readonly MaskArgument[] = null): MaskResult {
    const own = super.computeMask(inputs, mask) as Tensor | null;
    const output = this.returnSequences ? own : null;
    return this.returnState ? [output, ...this.flatSizes.map(() => null)] : output;
  }

  /**
   * The states that a call begins with: zeros, unless the cell has others.
   * @param inputs A batch of inputs, or its size.
   * @returns one entry per cell: [batch, size], or a list of those.
   */
  getInitialState(inputs: TensorLike | number): States[] {
    const given = typeof inputs === 'number' ? inputs : (toTensor(inputs, `${this.owner}: inputs`).shape[0] ?? 0);
    const [batch] = checkShape(this.owner, 'batchSize', [given], false, true) as [number];
    return nestStates(this.stateSizes, initialStates(this.owner, this.cell, batch));
  }

  /** Copies of the states of a stateful layer, one entry per cell; null before its first call or without states. */
  get states(): States[] | null {
    const states = this.#state.read();
    return states === null ? null : nestStates(this.stateSizes, states);
  }

  set states(states: StateArgument | null) {
    this.resetStates(states);
  }

  /**
   * Sets the states of a stateful layer to zeros, or to `states`. On a layer that is not stateful it does nothing.
   * A layer called eagerly takes a new batch size afterwards.
   * @throws {ArgumentError} {ShapeError} if the states given do not fit.
   */
  resetStates(states: StateArgument | null = null): void {
    this.alive();
    if (states === null) {
      if (this.#state.exists) this.#state.reset();
      return;
    }
    if (!this.stateful) throw new ArgumentError(`${this.owner}: states: Layer must be stateful.`);
    if (!this.#state.exists) {
      throw new ArgumentError(
        `${this.owner}: states: If a RNN is stateful, it needs to know its batch size. Call the layer first, or give \`batchInputShape\`.`,
      );
    }
    const read = this.readFlatStates(states, 'states', this.#state.batch);
    if (read.some((each) => each instanceof SymbolicTensor)) {
      throw new ArgumentError(`${this.owner}: states: expected numbers, received ${show(states)}`);
    }
    this.#state.write(read as Tensor[]);
  }

  /** The same as {@link resetStates} without values, Keras 3's name. */
  resetState(): void {
    this.resetStates();
  }

  /**
   * Eigenvalues of the recurrent kernel and their largest magnitude, the spectral radius: below 1 the network forgets.
   * @throws {UnsupportedError} unless the cell is a SimpleRNNCell, {ArgumentError} before `build`.
   */
  spectrum(): SpectrumResult {
    this.alive();
    const cells = this.fusedCells ?? [];
    if (cells.length !== 1) {
      throw new ArgumentError(
        `${this.owner}: spectrum: ask the cells one by one, the layer has ${cells.length} of ours`,
      );
    }
    return (cells[0] as SimpleRNNCell).spectrum();
  }

  override getConfig(): Config {
    const config: Config = { ...super.getConfig(), ...this.flagConfig() };
    if (!(this.cell instanceof Layer)) {
      throw new ArgumentError(
        `${this.owner}: getConfig: a cell that is a bare object cannot be written; derive a class`,
      );
    }
    config.cell = serialize(this.cell);
    return config;
  }

  /** @internal */
  protected flagConfig(): Config {
    return {
      return_sequences: this.returnSequences,
      return_state: this.returnState,
      go_backwards: this.goBackwards,
      stateful: this.stateful,
      unroll: this.unroll,
      zero_output_for_mask: this.zeroOutputForMask,
    };
  }

  override recreate(changed: object): this {
    return super.recreate({ zeroOutputForMask: this.zeroOutputForMask, ...changed });
  }

  protected override copy(): this {
    return this.recreate('cell' in this.options ? { cell: cloneCell(this.owner, this.cell) } : {});
  }

  override dispose(): void {
    super.dispose();
    releaseCell(this.cell);
  }

  override clone(): this {
    const copy = super.clone();
    copy.takeStates(this);
    return copy;
  }

  /** @internal Takes over the states of a layer of the same sizes. */
  takeStates(from: RNN): void {
    const states = from.#state.read();
    if (states === null) return;
    this.#state.enter(from.#state.batch as number);
    this.#state.fixed = from.#state.fixed;
    this.#state.write(states);
  }

  protected override freeMemory(): void {
    super.freeMemory();
    this.#state?.free();
  }
}

// The cells one by one, if all are ours as we wrote them.
function fusable(cell: Cell): SimpleRNNCell[] | null {
  if (isOwnStack(cell)) {
    const parts = cell.cells.map(fusable);
    return parts.includes(null) ? null : (parts.flat() as SimpleRNNCell[]);
  }
  return isOwnCell(cell) ? [cell] : null;
}
