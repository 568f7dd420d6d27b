import type { Config } from '../family.js';
import type { Inspection } from '../layers/call.js';
import { Layer } from '../layers/layer.js';
import type { InputShape, LayerOptions } from '../layers/layer_options.js';
import { serialize } from '../layers/registry.js';
import { RNN } from '../layers/rnn.js';
import { Runner } from '../layers/runner.js';
import { single } from '../layers/symbolic.js';
import type { OptimizerState } from '../optimizers/state.js';
import { checkInteger, checkOptions, type Shape, show, showShape } from '../runtime/check.js';
import { ArgumentError, ShapeError, UnsupportedError } from '../runtime/errors.js';
import { Arena } from '../runtime/memory.js';
import type { Tensor, TensorLike } from '../runtime/tensor.js';
import { type BatchIterable, isBatchIterable } from '../training/data.js';
import { modelInput } from './input.js';
import { predictBatches } from './predict_batches.js';
import { flattenLayers, Predictor } from './predictor.js';
import { Stream } from './stream.js';
import { renderSummary, type SummaryOptions, type SummaryRow } from './summary.js';

export type { OptimizerState } from '../optimizers/state.js';

/** Options of `predict`. */
export interface PredictOptions {
  /**
   * Rows computed at once. By default as many as fit into some memory, which gives the same numbers; a stateful
   * model takes the batch size that it was built with.
   */
  batchSize?: number | null;
  /** Of an iterable: batches to compute; default: all. */
  steps?: number | null;
}

/** What a model takes for one input. */
export type OneInput = TensorLike | ArrayBufferView;
/** Whatever a model takes for its input: one, or for several inputs a list or an object by the inputs' names. */
export type ModelInput = OneInput | readonly OneInput[] | Readonly<Record<string, OneInput>>;

/** Options of every model. */
export interface ModelOptions {
  /** Default: Keras' (`'sequential'`, `'functional_1'`, …). */
  name?: string | null;
  /** Whether training changes the weights; default true. */
  trainable?: boolean;
}

/** What all models have in common. A model is a layer: it can be part of another one. */
export abstract class BaseModel extends Layer {
  static override readonly optionNames: readonly string[] = ['name', 'trainable'];

  /** How Keras trained it, for a model read from a file: Keras' compile_config as it was written. Null otherwise. */
  compileConfig: Config | null = null;
  /** @internal Where that training stood, for a model read from a file. Null otherwise. */
  optimizerState: OptimizerState | null = null;
  #predictor: Predictor | null = null;
  readonly #streams = new Set<WeakRef<Stream>>();

  constructor(options: LayerOptions) {
    super(options);
  }

  /** The layers. */
  abstract get layers(): readonly Layer[];

  /** @internal Shapes of the inputs, batch first; null while they are not known. */
  abstract get inputShapes(): readonly Shape[] | null;

  /** Names of the inputs. */
  abstract get inputNames(): readonly string[];

  /** Names of the layers that give the outputs. */
  abstract get outputNames(): readonly string[];

  /** @internal The layers in order if the model is a chain, null otherwise. */
  abstract get chain(): readonly Layer[] | null;

  /** @internal One row of `summary` per layer. */
  protected abstract summaryRows(): SummaryRow[];

  /** @internal Forgets what is laid out: the layers have changed. */
  protected forgetLayout(): void {
    this.#predictor?.free();
    this.#predictor = null;
  }

  /** @internal */
  protected override get takesList(): boolean {
    return (this.inputShapes?.length ?? 1) > 1;
  }

  override checkInputs(shapes: readonly Shape[]): void {
    const known = this.inputShapes;
    const count = known?.length ?? 1;
    if (shapes.length !== count) {
      throw new ArgumentError(
        `${this.owner}: inputs: Layer "${this.name}" expects ${count} input(s), but it received ${shapes.length} input tensors. ` +
          `Inputs: ${show([...this.inputNames])}`,
      );
    }
    known?.forEach((expected, index) => {
      const shape = shapes[index] as Shape;
      const fits =
        shape.length === expected.length &&
        expected.every((size, axis) => axis === 0 || size === null || shape[axis] === null || size === shape[axis]);
      if (fits) return;
      throw new ShapeError(
        `${this.owner}: inputs: Input ${index} of layer "${this.name}" is incompatible with the layer: ` +
          `expected shape=${showShape([null, ...expected.slice(1)])}, found shape=${showShape(shape)}`,
      );
    });
  }

  // An object by the inputs' names becomes a list.
  private listInputs(x: unknown): readonly unknown[] {
    const names = this.inputNames;
    const isObject =
      x !== null && typeof x === 'object' && !Array.isArray(x) && !ArrayBuffer.isView(x) && !('data' in x);
    if (isObject) {
      const given = x as Record<string, unknown>;
      for (const key of Object.keys(given)) {
        if (!names.includes(key))
          throw new ArgumentError(`${this.owner}: x: there is no input '${key}', only ${show([...names])}`);
      }
      const missing = names.find((name) => !Object.hasOwn(given, name));
      if (missing !== undefined) throw new ArgumentError(`${this.owner}: x: input '${missing}' is missing`);
      return names.map((name) => given[name]);
    }
    const count = this.inputShapes?.length ?? 1;
    if (count === 1) return [x];
    // Holes become undefined, and are looked at.
    if (Array.isArray(x) && x.length === count) return Array.from(x);
    throw new ArgumentError(
      `${this.owner}: x: Layer "${this.name}" expects ${count} input(s), but it received ` +
        `${Array.isArray(x) ? x.length : 1} input tensors. Inputs: ${show([...names])}`,
    );
  }

  /** @internal Checks the inputs, and builds the model if they are its first. */
  protected readInputs(x: unknown): Tensor[] {
    this.alive();
    const known = this.inputShapes;
    const list = this.listInputs(x);
    const inputs = list.map((each, index) => {
      const name = list.length === 1 ? 'x' : `x[${index}]`;
      return modelInput(this.owner, name, each, known?.[index] ?? null);
    });
    const rows = inputs.map(({ shape }) => shape[0]);
    if (rows.some((count) => count !== rows[0])) {
      throw new ShapeError(
        `${this.owner}: x: Data cardinality is ambiguous. Make sure all arrays contain the same number of samples. Received: ${rows.join(', ')}`,
      );
    }
    if (!this.built) this.build(single(inputs.map(({ shape }) => [null, ...shape.slice(1)])) as InputShape);
    this.#predictor ??= new Predictor(this.owner, this, this.inputShapes as readonly Shape[]);
    return inputs;
  }

  /**
   * Computes the model on rows of data.
   * @param x A tensor or arrays, batch first; where the input shape is known also a bare typed array of whole rows. For
   *   several inputs a list of those, or an object by the inputs' names. A model without an input shape is built by the
   *   first data. Or an iterable of batches, asynchronous or not: `x`, `[x]`, `[x, y]` or `{ x }` each.
   * @returns the output; `predict<Tensor[]>` where there are several outputs; a promise for an iterable.
   * @throws {ShapeError} {ArgumentError} if the data do not suit the model, {DisposedError} after `dispose()`.
   */
  predict<T extends Tensor | Tensor[] = Tensor>(x: ModelInput, options?: PredictOptions): T;
  predict<T extends Tensor | Tensor[] = Tensor>(x: BatchIterable, options?: PredictOptions): Promise<T>;
  predict(x: ModelInput | BatchIterable, options?: PredictOptions): unknown {
    if (options === undefined) {
      const repeated = this.#predictor?.repeat(x);
      if (repeated !== null && repeated !== undefined) return repeated;
    }
    this.alive();
    const owner = `${this.owner}: predict`;
    const { batchSize = null, steps = null } = checkOptions(owner, options, ['batchSize', 'steps']);
    if (batchSize !== null) checkInteger(owner, 'batchSize', batchSize, 1, 2 ** 24);
    if (steps !== null) checkInteger(owner, 'steps', steps, 1, 2 ** 31);
    if (isBatchIterable(x)) return predictBatches(owner, x, steps, (batch) => this.predict(batch, { batchSize }));
    if (steps !== null) throw new ArgumentError(`${owner}: \`steps\` is for iterables of batches`);
    const inputs = this.readInputs(x);
    return (this.#predictor as Predictor).predict(inputs, batchSize);
  }

  /**
   * Looks into the recurrent layers, those within other layers and models too.
   * @param x One batch, as for `predict`.
   * @param y Its targets: then also the gradients of the compiled loss by the states and by the layer's input.
   * @returns for each recurrent layer (for each cell of a stack) its states, x · kernel and h₋₁ · recurrent_kernel,
   *   [batch, steps, units] in processing order; with the bias the last two sum up to the pre-activation. A layer that
   *   is applied several times appears as often. States kept between calls stay.
   */
  inspect(x: ModelInput, y?: ModelInput | null): Inspection[] {
    const inputs = this.readInputs(x);
    const kept = this.recurrentLayers().flatMap((layer) => {
      const states = layer.stateful ? layer.states : null;
      return states === null ? [] : [{ layer, states }];
    });
    const arena = new Arena(`${this.owner}: inspect`);
    const found: Inspection[] = [];
    try {
      if (y !== undefined && y !== null) {
        this.inspectTraining(x, y, found);
        return found;
      }
      const shapes = inputs.map(({ shape }) => shape);
      const runner = new Runner(this, arena, shapes, found);
      inputs.forEach(({ data }, index) => {
        runner.put(index, data);
      });
      runner.run();
      return found;
    } finally {
      arena.free();
      for (const { layer, states } of kept) layer.resetStates(states as never);
    }
  }

  /**
   * The model one time step at a time.
   * @throws {UnsupportedError} naming a layer that cannot be streamed, {ArgumentError} if the model is not built.
   */
  stream(): Stream {
    this.alive();
    const shape = this.inputShapes?.[0];
    if (!this.built || shape === undefined) {
      throw new ArgumentError(`${this.owner}: stream: build the model first, or give \`inputShape\``);
    }
    const { chain } = this;
    if (chain === null) {
      throw new UnsupportedError(`${this.owner}: stream: the layers do not follow one another in a single line`);
    }
    const streams = this.#streams;
    for (const known of streams) if (known.deref() === undefined) streams.delete(known);
    const stream = new Stream(this.owner, chain, shape, () => streams.delete(reference));
    const reference = new WeakRef(stream);
    streams.add(reference);
    return stream;
  }

  /** @internal Looks into a forward and a backward pass. */
  protected abstract inspectTraining(x: unknown, y: unknown, found: Inspection[]): void;

  private recurrentLayers(): RNN[] {
    return flattenLayers(this).filter((layer) => layer instanceof RNN);
  }

  /** Sets the states of all stateful layers to zeros, those within other layers and models too. */
  resetStates(): void {
    this.alive();
    for (const layer of this.recurrentLayers()) layer.resetStates();
  }

  /** The same as {@link resetStates}. */
  resetState(): void {
    this.resetStates();
  }

  /** A layer by name or index. @throws {ArgumentError} if there is none. */
  getLayer(nameOrIndex: string | number): Layer {
    const { layers } = this;
    if (typeof nameOrIndex === 'number') {
      const layer = layers[nameOrIndex];
      if (layer !== undefined) return layer;
      throw new ArgumentError(
        `${this.owner}: getLayer: Was asked to retrieve layer at index ${nameOrIndex}, but model only has ${layers.length} layers.`,
      );
    }
    const found = this.sublayers.find(({ name }) => name === nameOrIndex);
    if (found !== undefined) return found;
    throw new ArgumentError(
      `${this.owner}: getLayer: No such layer: ${show(nameOrIndex)}. Existing layers are: ${show(layers.map(({ name }) => name))}.`,
    );
  }

  /** @internal Numbers that the optimizer holds; 0 for none. */
  protected get optimizerSize(): number {
    return countOf(this.optimizerState?.variables ?? []);
  }

  /** The table that Keras prints; also handed to `printFn`, by default `console.log`. */
  summary(options?: SummaryOptions): string {
    return renderSummary(this, this.summaryRows(), this.optimizerSize, options);
  }

  /** What Keras' `to_json` writes, as an object: `JSON.stringify(model)` gives the text. */
  toJSON(): Config {
    return { ...serialize(this), compile_config: this.compileConfig ?? {} };
  }

  override clone(): this {
    const copy = super.clone();
    copy.compileConfig = this.compileConfig;
    copy.optimizerState = this.optimizerState;
    return copy;
  }

  /** @internal @throws {BusyError} within a `predict` of the model. */
  protected checkIdle(): void {
    this.#predictor?.checkIdle();
  }

  override dispose(): void {
    this.checkIdle();
    super.dispose();
    this.forgetLayout();
    for (const stream of [...this.#streams]) stream.deref()?.dispose();
  }
}

/** Numbers in some variables. */
export function countOf(variables: readonly { shape: readonly number[] }[]): number {
  return variables.reduce((sum, { shape }) => sum + shape.reduce((all, size) => all * size, 1), 0);
}
