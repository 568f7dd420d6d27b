import type { Config } from '../family.js';
import { type Shape, show } from '../runtime/check.js';
import { ArgumentError, ShapeError, UnsupportedError } from '../runtime/errors.js';
import { type Tensor, toTensor } from '../runtime/tensor.js';
import { BidirectionalCall } from './bidirectional_call.js';
import { besideStates, type Call, type CallContext, type Span } from './call.js';
import { flatStates, nestStates, outputSizeOf, type States } from './cells.js';
import { freshLayer } from './fresh.js';
import { Layer, type MaskResult } from './layer.js';
import type { InputShape, LayerOptions, MaskArgument, StateArgument } from './layer_options.js';
import { checkState } from './recurrent_state.js';
import { serialize } from './registry.js';
import { RNN } from './rnn.js';
import { type Argument, SymbolicTensor } from './symbolic.js';

/** How the two outputs become one; null gives both. */
export type MergeMode = 'concat' | 'sum' | 'mul' | 'ave' | null;

/** Options of {@link Bidirectional}. */
export interface BidirectionalOptions extends LayerOptions {
  /** A recurrent layer; both directions are made anew after it, with weights of their own. */
  layer: RNN;
  /** Default `'concat'`: side by side along the last axis. */
  mergeMode?: MergeMode;
  /** The layer of the other direction, used as it is; default null: made after `layer`. */
  backwardLayer?: RNN | null;
}

/**
 * Runs a recurrent layer over a sequence in both directions and joins the outputs; with `returnSequences` those of the
 * backward layer are put into the order of the input. Input [batch, steps, …]; output of `mergeMode` `'concat'`
 * [batch, 2 · size] or [batch, steps, 2 · size]. With `returnState` the states follow, forward ones first; in this order
 * `initialState` is taken too. Masked steps give zeros with `returnSequences`, as in Keras.
 * Follows https://keras.io/api/layers/recurrent_layers/bidirectional/.
 *
 * @example new Bidirectional({ layer: new SimpleRNN({ units: 4 }) }).apply([[[1, 2], [3, 4]]]).shape // [1, 8]
 * @throws {ArgumentError} with Keras' texts if the layers do not go together.
 */
export class Bidirectional extends Layer {
  static override readonly className: string = 'Bidirectional';
  static override readonly optionNames: readonly string[] = [
    ...Layer.optionNames,
    'layer',
    'mergeMode',
    'weights',
    'backwardLayer',
  ];
  static override readonly partNames: readonly string[] = ['layer', 'backwardLayer'];

  /** The layer that goes forward. */
  readonly forwardLayer: RNN;
  /** The layer that goes backward. */
  readonly backwardLayer: RNN;
  /** How the two outputs become one. */
  readonly mergeMode: MergeMode;
  /** Whether every step's output is given. */
  readonly returnSequences: boolean;
  /** Whether the final states are given besides the output. */
  readonly returnState: boolean;
  /** Whether a call begins with the final states of the one before. */
  readonly stateful: boolean;

  constructor(options: BidirectionalOptions = {} as BidirectionalOptions) {
    super(withInputShape(options));
    const { owner } = this;
    const { layer, backwardLayer = null, mergeMode = 'concat' } = options;
    const text = 'Please initialize `Bidirectional` layer with a `keras.layers.Layer` instance';
    checkRecurrent(`${owner}: \`layer\``, text, layer);
    if (backwardLayer !== null) {
      const needed = '`backward_layer` need to be a `keras.layers.Layer` instance';
      checkRecurrent(`${owner}: \`backwardLayer\``, needed, backwardLayer);
    }
    if (!['sum', 'mul', 'ave', 'concat', null].includes(mergeMode)) {
      throw new ArgumentError(
        `${owner}: \`mergeMode\`: Invalid merge mode. Received: ${typeof mergeMode === 'string' ? mergeMode : show(mergeMode)}. ` +
          'Merge mode should be one of {"sum", "mul", "ave", "concat", None}',
      );
    }
    if ((options as { weights?: unknown }).weights) {
      throw new UnsupportedError(`${owner}: \`weights\` is not supported: use setWeights`);
    }
    this.mergeMode = mergeMode;
    this.forwardLayer = freshLayer(layer, { name: prefixed('forward_', layer.name) });
    this.backwardLayer =
      backwardLayer ?? freshLayer(layer, { name: prefixed('backward_', layer.name), goBackwards: true });
    this.checkHalves();
    const { returnSequences, returnState, stateful } = this.forwardLayer;
    this.returnSequences = returnSequences;
    this.returnState = returnState;
    this.stateful = stateful;
    for (const half of this.halves) half.forceZeroOutputForMask(returnSequences);
    if (!this.trainable) for (const half of this.halves) half.trainable = false;
  }

  private checkHalves(): void {
    const { forwardLayer, backwardLayer, owner } = this;
    const python = (value: boolean): string => (value ? 'True' : 'False');
    if (forwardLayer.goBackwards === backwardLayer.goBackwards) {
      throw new ArgumentError(
        `${owner}: \`backwardLayer\`: Forward layer and backward layer should have different \`go_backwards\` value. ` +
          `Received: forward_layer.go_backwards ${python(forwardLayer.goBackwards)}, ` +
          `backward_layer.go_backwards=${python(backwardLayer.goBackwards)}`,
      );
    }
    for (const [name, key] of COMMON) {
      if (forwardLayer[key] === backwardLayer[key]) continue;
      throw new ArgumentError(
        `${owner}: \`backwardLayer\`: Forward layer and backward layer are expected to have the same value for attribute ` +
          `"${name}", got "${python(forwardLayer[key])}" for forward layer and "${python(backwardLayer[key])}" for backward layer`,
      );
    }
    const [forward, backward] = this.widths;
    if (forward !== backward && this.mergeMode !== 'concat' && this.mergeMode !== null) {
      throw new ShapeError(
        `${owner}: \`mergeMode\` '${this.mergeMode}' needs outputs of one size, received ${forward} and ${backward}`,
      );
    }
  }

  /** @internal Forward, backward. */
  get halves(): readonly [RNN, RNN] {
    return [this.forwardLayer, this.backwardLayer];
  }

  /** @internal Widths of the two outputs. */
  get widths(): readonly [number, number] {
    return [outputSizeOf(this.forwardLayer.cell), outputSizeOf(this.backwardLayer.cell)];
  }

  override get sublayers(): readonly Layer[] {
    // The base class asks before the layers exist.
    return this.forwardLayer === undefined ? [] : this.halves;
  }

  override get returnedStates(): number {
    return this.halves.reduce((count, half) => count + half.returnedStates, 0);
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override checkInput(shape: Shape): void {
    for (const half of this.halves) half.checkInput(shape);
  }

  protected override createWeights(inputShape: InputShape): void {
    for (const half of this.halves) this.buildPart(half, inputShape);
  }

  override enterGraph(shapes: readonly Shape[]): void {
    for (const half of this.halves) half.enterGraph(shapes as readonly [Shape]);
  }

  override begin(inputs: readonly Span[], context: CallContext): Call {
    const outputs = this.mergeMode === null ? 2 : 1;
    return besideStates(
      inputs,
      context,
      this.returnSequences ? outputs : 0,
      (given) => new BidirectionalCall(this, given, context),
    );
  }

  protected override get applyOptions(): readonly string[] {
    return ['mask', 'training', 'initialState'];
  }

  // States of both layers, flat, into the form of their sizes.
  private nest<T>(flat: readonly T[]): States<T>[] {
    const { forwardLayer, backwardLayer } = this;
    const half = forwardLayer.flatSizes.length;
    return [
      ...nestStates(forwardLayer.stateSizes, flat.slice(0, half)),
      ...nestStates(backwardLayer.stateSizes, flat.slice(half)),
    ];
  }

  protected override pack<T>(outputs: readonly T[]): T | readonly (T | readonly T[])[] {
    const count = this.mergeMode === null ? 2 : 1;
    if (!this.returnState) return count === 1 ? (outputs[0] as T) : outputs;
    return [...outputs.slice(0, count), ...(this.nest(outputs.slice(count)) as (T | readonly T[])[])];
  }

  protected override readStates(value: unknown, batch: number | null): Argument[] | null {
    return value === null ? null : this.readFlatStates(value, 'initialState', batch);
  }

  private readFlatStates(value: unknown, argument: string, batch: number | null): Argument[] {
    const owner = `${this.owner}: ${argument}`;
    const given = flatStates(value);
    const sizes = this.halves.flatMap(({ flatSizes }) => flatSizes);
    if (given.length !== sizes.length) {
      throw new ArgumentError(
        `${owner}: the state should be a list of the states of the underlying RNNs, first forward, then backward: ` +
          `expected ${sizes.length} states, received ${given.length}`,
      );
    }
    return given.map((each, index) => {
      const state = each instanceof SymbolicTensor ? each : toTensor(each, owner);
      checkState(owner, this.name, index, [batch, sizes[index] as number], state.shape);
      return state;
    });
  }

  override computeOutputShape(inputShape: InputShape): Shape | Shape[] {
    const [shape] = this.readShapes(inputShape) as [Shape];
    this.checkInput(shape);
    const [batch, steps] = shape as [number | null, number | null];
    const output = (size: number): Shape => (this.returnSequences ? [batch, steps, size] : [batch, size]);
    const [forward, backward] = this.widths;
    const { mergeMode } = this;
    const outputs =
      mergeMode === null
        ? [output(forward), output(backward)]
        : [output(mergeMode === 'concat' ? forward + backward : forward)];
    if (!this.returnState) return mergeMode === null ? outputs : (outputs[0] as Shape);
    const states = this.nest(this.halves.flatMap(({ flatSizes }) => flatSizes.map((size): Shape => [batch, size])));
    return [...outputs, ...states] as Shape[];
  }

  override computeMask(inputs: unknown, mask: MaskArgument | readonly MaskArgument[] = null): MaskResult {
    const own = super.computeMask(inputs, mask) as Tensor | SymbolicTensor | null;
    const output = this.returnSequences ? own : null;
    const outputs = this.mergeMode === null ? [output, output] : [output];
    if (!this.returnState) return this.mergeMode === null ? outputs : output;
    return [...outputs, ...this.halves.flatMap(({ flatSizes }) => flatSizes.map(() => null))];
  }

  /** Copies of the states, forward ones first; null before the first call, or if the layer is not stateful. */
  get states(): States[] | null {
    const [forward, backward] = this.halves.map(({ states }) => states);
    return forward && backward ? [...forward, ...backward] : null;
  }

  set states(states: StateArgument | null) {
    this.resetStates(states);
  }

  /**
   * Sets the states to zeros, or to `states`: forward ones first.
   * @throws {ArgumentError} unless the layer is stateful; {ShapeError} if the states given do not fit.
   */
  resetStates(states: StateArgument | null = null): void {
    this.alive();
    if (!this.stateful) throw new ArgumentError(`${this.owner}: states: Layer must be stateful.`);
    if (states === null) {
      for (const half of this.halves) half.resetStates();
      return;
    }
    const batch = this.states === null ? null : ((flatStates(this.states)[0] as Tensor).shape[0] as number);
    const flat = this.readFlatStates(states, 'states', batch);
    const count = this.forwardLayer.flatSizes.length;
    this.forwardLayer.resetStates(flat.slice(0, count));
    this.backwardLayer.resetStates(flat.slice(count));
  }

  /** The same as {@link resetStates} without values, Keras 3's name. */
  resetState(): void {
    this.resetStates();
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      merge_mode: this.mergeMode,
      layer: serialize(this.forwardLayer),
      backward_layer: serialize(this.backwardLayer),
    };
  }

  protected override copy(): this {
    return this.recreate({ layer: this.forwardLayer, backwardLayer: freshLayer(this.backwardLayer) });
  }

  override clone(): this {
    const copy = super.clone();
    copy.forwardLayer.takeStates(this.forwardLayer);
    copy.backwardLayer.takeStates(this.backwardLayer);
    return copy;
  }
}

const COMMON = [
  ['stateful', 'stateful'],
  ['return_sequences', 'returnSequences'],
  ['return_state', 'returnState'],
] as const;

function prefixed(prefix: string, name: string): string {
  return name.startsWith(prefix) ? name : `${prefix}${name}`;
}

/** @throws {ArgumentError} unless it is a recurrent layer. @param text Keras' words. */
function checkRecurrent(owner: string, text: string, layer: unknown): void {
  if (layer instanceof RNN) return;
  if (layer instanceof Layer) {
    throw new ArgumentError(
      `${owner}: expected a recurrent layer, RNN or one derived from it, received ${layer.owner}`,
    );
  }
  throw new ArgumentError(`${owner}: ${text}. Received: ${show(layer)}`);
}

// The input's shape may be an option of the layer within.
function withInputShape(options: BidirectionalOptions): BidirectionalOptions {
  const inner = (options as BidirectionalOptions | null)?.layer?.batchInputShape ?? null;
  if (inner === null || options.inputShape !== undefined || options.batchInputShape !== undefined) return options;
  return { ...options, batchInputShape: inner };
}
