import type { Config, Serialized } from '../family.js';
import { type Inspection, inspectLayers, type ModelInput } from '../layers/chain.js';
import { type DeserializeOptions, registerModel } from '../layers/deserialize.js';
import { Embedding } from '../layers/embedding.js';
import { InputLayer } from '../layers/input_layer.js';
import type { Layer } from '../layers/layer.js';
import { automaticName } from '../layers/names.js';
import { writeWeights } from '../layers/set_weights.js';
import { SimpleRNN } from '../layers/simple_rnn.js';
import { checkBoolean, checkInteger, checkOptions, checkShape, type Shape, show, showShape } from '../runtime/check.js';
import { DISPOSE } from '../runtime/dispose.js';
import { ArgumentError, DisposedError, ModelFormatError, ShapeError, UnsupportedError } from '../runtime/errors.js';
import { Arena } from '../runtime/memory.js';
import type { Tensor, TensorLike } from '../runtime/tensor.js';
import type { Weight } from '../runtime/weight.js';
import { modelInput } from './input.js';
import { buildAll, extended, inputDtype, type ListOwner, shapesThrough } from './layer_list.js';
import { Predictor } from './predictor.js';
import { readConfig, writeConfig } from './sequential_config.js';
import { Stream } from './stream.js';
import { renderSummary, type SummaryOptions } from './summary.js';

/** Options of {@link Sequential}. */
export interface SequentialOptions {
  /** The layers, first to last. */
  layers?: readonly Layer[];
  /** Default `'sequential'`, `'sequential_1'`, … */
  name?: string | null;
  /** Whether training changes the weights; default true. */
  trainable?: boolean;
}

/** Options of `predict`. */
export interface PredictOptions {
  /**
   * Rows computed at once. By default as many as fit into some memory, which gives the same numbers; a stateful
   * model takes the batch size that it was built with.
   */
  batchSize?: number | null;
}

/**
 * Layers one after the other, with one input.
 * Follows https://keras.io/api/models/sequential/.
 *
 * @example
 * const model = new Sequential([new SimpleRNN({ units: 8, inputShape: [20, 3] }), new Dense({ units: 1 })]);
 * model.predict(new Float32Array(60)).shape // [1, 1]
 * @throws {ArgumentError} {ShapeError} if a layer does not fit the one before it; no layer is built then.
 */
export class Sequential {
  /** Keras' class name, written into files. */
  static readonly className: string = 'Sequential';

  /** Name of the model. */
  readonly name: string;
  /** How Keras trained it, for a model read from a file: Keras' compile_config as it was written. Null otherwise. */
  compileConfig: Config | null = null;
  #trainable: boolean;
  #layers: readonly Layer[] = [];
  #built = false;
  #disposed = false;
  #predictor: Predictor | null = null;
  readonly #streams = new Set<WeakRef<Stream>>();

  constructor(options: SequentialOptions | readonly Layer[] = {}) {
    const given = Array.isArray(options)
      ? { layers: options as readonly Layer[] }
      : checkOptions('Sequential', options as SequentialOptions, ['layers', 'name', 'trainable']);
    const { name, layers } = given as SequentialOptions;
    if (name !== undefined && name !== null && (typeof name !== 'string' || name === '' || name.includes('/'))) {
      throw new ArgumentError(`Sequential: \`name\` must be a string without '/', received ${show(name)}`);
    }
    this.#trainable = checkBoolean('Sequential', 'trainable', (given as SequentialOptions).trainable ?? true);
    if (layers !== undefined && !Array.isArray(layers)) {
      throw new ArgumentError(`Sequential: \`layers\` must be an array of layers, received ${show(layers)}`);
    }
    this.name = typeof name === 'string' ? name : automaticName('Sequential');
    let all: Layer[] = [];
    for (const layer of layers ?? []) all = extended(this.list, all, layer);
    this.adopt(all);
  }

  private get owner(): string {
    return `Sequential '${this.name}'`;
  }

  private alive(): void {
    if (this.#disposed) throw new DisposedError(`${this.owner} was used after dispose()`);
  }

  private get list(): ListOwner {
    return { name: this.name, owner: this.owner };
  }

  // Takes a list of layers over, and builds it if the input shape is known. On an error nothing has changed.
  private adopt(layers: readonly Layer[]): void {
    const [first] = layers;
    const inputShape = first instanceof InputLayer && layers.length > 1 ? first.batchShape : null;
    if (inputShape !== null) buildAll(this.list, layers, inputShape, this.#trainable);
    this.#predictor?.free();
    this.#predictor = inputShape === null ? null : new Predictor(this.owner, layers, inputShape);
    this.#layers = layers;
    this.#built = inputShape !== null;
  }

  /**
   * Adds a layer at the end.
   * @throws {ArgumentError} {ShapeError} if it does not fit; the model is as before then.
   */
  add(layer: Layer): void {
    this.alive();
    this.adopt(extended(this.list, this.#layers, layer));
  }

  /** Takes the last layer off and gives it back. @throws {ArgumentError} if there is none. */
  pop(): Layer {
    this.alive();
    const layer = this.#layers.at(-1);
    if (layer === undefined) throw new ArgumentError(`${this.owner}: pop: there is no layer`);
    this.adopt(this.#layers.slice(0, -1));
    return layer;
  }

  /**
   * Creates all weights.
   * @param inputShape Shape of the input, batch first; null for sizes that vary.
   */
  build(inputShape: Shape): void {
    this.alive();
    const shape = checkShape(this.owner, 'inputShape', inputShape, true, true);
    const [first] = this.#layers;
    if (first === undefined) {
      throw new ArgumentError(
        `${this.owner}: Sequential model ${this.name} cannot be built because it has no layers. Call \`model.add(layer)\`.`,
      );
    }
    if (!(first instanceof InputLayer)) {
      this.adopt([new InputLayer({ batchShape: shape, dtype: inputDtype(first) }), ...this.#layers]);
    } else if (showShape(first.batchShape) !== showShape(shape)) {
      throw new ShapeError(
        `${this.owner}: inputShape: Sequential model '${this.name}' has already been configured to use input shape ` +
          `${showShape(first.batchShape)}. You cannot build it with input_shape ${showShape(shape)}`,
      );
    }
  }

  /** The layers, without the InputLayer, as in Keras. */
  get layers(): readonly Layer[] {
    return this.#layers.filter((layer) => !(layer instanceof InputLayer));
  }

  /** Whether the weights exist. */
  get built(): boolean {
    return this.#built;
  }

  /** Shape of the input, batch first. @throws {ArgumentError} if it is not known yet. */
  get inputShape(): Shape {
    const [first] = this.#layers;
    if (first instanceof InputLayer) return first.batchShape;
    throw new ArgumentError(`${this.owner}: Sequential model '${this.name}' has no defined input shape yet.`);
  }

  /** Shape of the output, batch first, or a list of shapes. @throws {ArgumentError} if it is not known yet. */
  get outputShape(): Shape | Shape[] {
    if (this.#built) return shapesThrough(this.list, this.#layers, this.inputShape).at(-1) as Shape | Shape[];
    throw new ArgumentError(`${this.owner}: Sequential model '${this.name}' has no defined output shape yet.`);
  }

  /** Whether training changes the weights. */
  get trainable(): boolean {
    return this.#trainable;
  }

  set trainable(value: boolean) {
    this.#trainable = checkBoolean(this.owner, 'trainable', value);
    for (const layer of this.#layers) layer.trainable = value;
  }

  /** All weights, layer by layer. */
  get weights(): readonly Weight[] {
    return this.#layers.flatMap((layer) => [...layer.weights]);
  }

  /** Weights that training changes. */
  get trainableWeights(): readonly Weight[] {
    return this.#layers.flatMap((layer) => [...layer.trainableWeights]);
  }

  /** Weights that training leaves alone. */
  get nonTrainableWeights(): readonly Weight[] {
    return this.#layers.flatMap((layer) => [...layer.nonTrainableWeights]);
  }

  /** Number of numbers in the weights. @throws {ArgumentError} before the model is built. */
  countParams(): number {
    if (!this.#built) {
      throw new ArgumentError(
        `${this.owner}: You tried to call \`count_params\` on layer '${this.name}', but the layer isn't built. ` +
          'You can build it manually via: `layer.build(input_shape)`.',
      );
    }
    return this.weights.reduce((sum, weight) => sum + weight.size, 0);
  }

  /** Copies of all weights, layer by layer. */
  getWeights(): Tensor[] {
    this.alive();
    return this.weights.map((weight) => weight.read());
  }

  /** Overwrites all weights, layer by layer. @throws {ArgumentError} {ShapeError}; nothing is changed then. */
  setWeights(values: readonly TensorLike[]): void {
    this.alive();
    writeWeights({ name: this.name, weights: this.weights, owner: this.owner }, values);
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
    const found = this.#layers.find(({ name }) => name === nameOrIndex);
    if (found !== undefined) return found;
    throw new ArgumentError(
      `${this.owner}: getLayer: No such layer: ${show(nameOrIndex)}. Existing layers are: ${show(layers.map(({ name }) => name))}.`,
    );
  }

  /**
   * Computes the model on rows of data.
   * @param x A tensor or arrays, batch first; where the input shape is known also a bare typed array of whole rows.
   *   A model without an input shape is built by the first data.
   * @returns the output; `predict<Tensor[]>` where the last layer has several outputs.
   * @throws {ShapeError} {ArgumentError} if the data do not suit the model, {DisposedError} after `dispose()`.
   */
  predict<T extends Tensor | Tensor[] = Tensor>(x: ModelInput, options?: PredictOptions): T {
    if (options === undefined) {
      const repeated = this.#predictor?.repeat(x);
      if (repeated !== null && repeated !== undefined) return repeated as T;
    }
    this.alive();
    const given = checkOptions(`${this.owner}: predict`, options, ['batchSize']);
    const batchSize = given.batchSize ?? null;
    if (batchSize !== null) checkInteger(`${this.owner}: predict`, 'batchSize', batchSize, 1, 2 ** 24);
    const input = this.readInput(x);
    return (this.#predictor as Predictor).predict(input, batchSize) as T;
  }

  private readInput(x: unknown): Tensor {
    const known = this.#layers[0] instanceof InputLayer ? this.inputShape : null;
    const input = modelInput(this.owner, x, known);
    if (!this.#built) this.build([null, ...input.shape.slice(1)]);
    if (this.#predictor === null) throw new ArgumentError(`${this.owner}: x: the model has no layers`);
    return input;
  }

  /**
   * Looks into the recurrent layers.
   * @param x One batch, as for `predict`.
   * @returns for each recurrent layer its states, x · kernel and h₋₁ · recurrent_kernel, [batch, steps, units] in
   *   processing order; with the bias the last two sum up to the pre-activation. States kept between calls stay.
   */
  inspect(x: ModelInput): Inspection[] {
    this.alive();
    const input = this.readInput(x);
    const kept = this.layers.flatMap((layer) =>
      layer instanceof SimpleRNN && layer.stateful && layer.states !== null ? [{ layer, states: layer.states }] : [],
    );
    const arena = new Arena(`${this.owner}: inspect`);
    try {
      return inspectLayers(this.#layers, arena, input);
    } finally {
      arena.free();
      for (const { layer, states } of kept) layer.resetStates(states);
    }
  }

  /**
   * The model one time step at a time.
   * @throws {UnsupportedError} naming a layer that cannot be streamed, {ArgumentError} if the model is not built.
   */
  stream(): Stream {
    this.alive();
    if (!this.#built) throw new ArgumentError(`${this.owner}: stream: build the model first, or give \`inputShape\``);
    const { inputShape } = this;
    const tokens = this.layers[0] instanceof Embedding;
    if (inputShape.length !== (tokens ? 2 : 3)) {
      throw new UnsupportedError(
        `${this.owner}: stream: input of shape ${showShape(inputShape)} has no steps to go through`,
      );
    }
    const features = tokens ? 1 : (inputShape[2] as number);
    const streams = this.#streams;
    for (const known of streams) if (known.deref() === undefined) streams.delete(known);
    const stream = new Stream(this.owner, this.layers, features, () => streams.delete(reference));
    const reference = new WeakRef(stream);
    streams.add(reference);
    return stream;
  }

  /** Sets the states of all stateful layers to zeros. */
  resetStates(): void {
    this.alive();
    for (const layer of this.#layers) if (layer instanceof SimpleRNN) layer.resetStates();
  }

  /** The table that Keras prints; also handed to `printFn`, by default `console.log`. */
  summary(options?: SummaryOptions): string {
    const shapes = this.#built ? shapesThrough(this.list, this.#layers, this.inputShape) : null;
    const offset = this.#layers.length - this.layers.length;
    const rows = this.layers.map((layer, index) => ({ layer, outputShape: shapes?.[index + offset + 1] ?? null }));
    return renderSummary(this.name, rows, options);
  }

  /** The configuration, with Keras' keys in Keras' order. */
  getConfig(): Config {
    return writeConfig(this.name, this.trainable, this.#layers, this.#built ? this.inputShape : null);
  }

  /** What Keras' `to_json` writes, as an object: `JSON.stringify(model)` gives the text. */
  toJSON(): Config {
    const json: Config = { module: 'keras', class_name: 'Sequential', config: this.getConfig(), registered_name: null };
    if (this.#built) json.build_config = { input_shape: [...this.inputShape] };
    json.compile_config = this.compileConfig ?? {};
    return json;
  }

  /**
   * A new model from `getConfig()`, with Keras' or our spelling of the keys.
   * @throws {ModelFormatError} naming what is unknown or does not fit.
   */
  static fromConfig(config: Config | readonly Serialized[], options: DeserializeOptions = {}): Sequential {
    const { name, trainable, layers, inputShape } = readConfig(config, options);
    let model: Sequential | null = null;
    try {
      model = new Sequential({ layers, name, trainable });
      if (!model.built && inputShape !== null && layers.length > 0) model.build(inputShape);
      return model;
    } catch (error) {
      model?.dispose();
      for (const layer of layers) layer.dispose();
      if (error instanceof ArgumentError || error instanceof ShapeError) {
        throw new ModelFormatError(`Sequential: ${error.message}`, { cause: error });
      }
      throw error;
    }
  }

  /** Frees the model, its layers and its streams. A second call does nothing; any other use is a DisposedError. */
  dispose(): void {
    this.#disposed = true;
    this.#predictor?.free();
    this.#predictor = null;
    for (const stream of [...this.#streams]) stream.deref()?.dispose();
    for (const layer of this.#layers) layer.dispose();
  }

  /** The same as {@link dispose}, for `using`. */
  [DISPOSE](): void {
    this.dispose();
  }
}

registerModel('Sequential', (config, options) => Sequential.fromConfig(config, options));
