import type { Config, Serialized } from '../family.js';
import { Chain, type Inspection, inspectLayers, type ModelInput } from '../layers/chain.js';
import { type DeserializeOptions, deserialize, registerModel, serialize } from '../layers/deserialize.js';
import { Embedding } from '../layers/embedding.js';
import { InputLayer } from '../layers/input_layer.js';
import { FLOAT32_POLICY, Layer, writeWeights } from '../layers/layer.js';
import { automaticName } from '../layers/names.js';
import { SimpleRNN } from '../layers/simple_rnn.js';
import { checkBoolean, checkInteger, checkOptions, checkShape, type Shape, show, showShape } from '../runtime/check.js';
import { ArgumentError, DisposedError, ModelFormatError, ShapeError, UnsupportedError } from '../runtime/errors.js';
import { Arena } from '../runtime/memory.js';
import { Tensor, type TensorLike } from '../runtime/tensor.js';
import type { Weight } from '../runtime/weight.js';
import { modelInput, rowsOf } from './input.js';
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

// Up to this size, one pass takes all rows.
const PASS_BYTES = 64 * 2 ** 20;
const KEPT_CHAINS = 4;
const DEFAULT_BATCH = 32;

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
  #layers: Layer[] = [];
  #built = false;
  #disposed = false;
  #bare = false;
  readonly #arena: Arena;
  #chains: Chain[] = [];
  #chain: Chain | null = null;
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
    this.#arena = new Arena(`Sequential '${this.name}'`);
    let all: Layer[] = [];
    for (const layer of layers ?? []) all = this.extended(all, layer);
    this.adopt(all);
  }

  private get owner(): string {
    return `Sequential '${this.name}'`;
  }

  private alive(): void {
    if (this.#disposed) throw new DisposedError(`${this.owner} was used after dispose()`);
  }

  // The list with one more layer, checked; an InputLayer comes before a first layer that knows its input shape.
  private extended(layers: readonly Layer[], layer: Layer): Layer[] {
    if (!(layer instanceof Layer)) {
      throw new ArgumentError(
        `${this.owner}: layers: Only instances of \`keras.Layer\` can be added to a Sequential model. Received: ${show(layer)}`,
      );
    }
    layer.alive();
    const [first] = layers;
    if (layer instanceof InputLayer && first instanceof InputLayer) {
      throw new ArgumentError(
        `${this.owner}: layers: Sequential model '${this.name}' has already been configured to use input shape ` +
          `${showShape(first.batchShape)}. You cannot add a different Input layer to it.`,
      );
    }
    if (layer instanceof InputLayer && first !== undefined) {
      throw new ArgumentError(`${this.owner}: layers: an InputLayer can only come first, '${layer.name}' does not`);
    }
    if (layers.some(({ name }) => name === layer.name)) {
      throw new ArgumentError(
        `${this.owner}: layers: All layers added to a Sequential model should have unique names. Name '${layer.name}' ` +
          'is already the name of a layer in this model. Update the `name` argument to pass a unique name.',
      );
    }
    if (first === undefined && layer.batchInputShape !== null) {
      return [new InputLayer({ batchShape: layer.batchInputShape, dtype: inputDtype(layer) }), layer];
    }
    return [...layers, layer];
  }

  // Takes a list of layers over, and builds it if the input shape is known. On an error nothing has changed.
  private adopt(layers: Layer[]): void {
    const [first] = layers;
    const built = first instanceof InputLayer && layers.length > 1;
    if (built) this.buildLayers(layers, (first as InputLayer).batchShape);
    this.#layers = layers;
    this.#built = built;
    this.#bare = built && (first as InputLayer).batchShape.slice(1).every((size) => size !== null);
    this.#chains = [];
    this.#chain = null;
  }

  private buildLayers(layers: readonly Layer[], inputShape: Shape): void {
    const shapes = this.shapesThrough(layers, inputShape);
    const fresh: Layer[] = [];
    try {
      layers.forEach((layer, index) => {
        if (!layer.built) {
          fresh.push(layer);
          layer.scope = `${this.name}/`;
          if (!this.#trainable) layer.trainable = false;
          layer.build(shapes[index] as Shape);
        }
        layer.enterModel(shapes[index] as Shape);
      });
    } catch (error) {
      for (const layer of fresh) layer.unbuild();
      throw error;
    }
  }

  // The input shape of every layer and, last, the output shape.
  private shapesThrough(layers: readonly Layer[], inputShape: Shape): (Shape | Shape[])[] {
    const shapes: (Shape | Shape[])[] = [inputShape];
    for (const layer of layers) {
      const shape = shapes.at(-1) as Shape | Shape[];
      if (Array.isArray(shape[0])) {
        throw new ArgumentError(
          `${this.owner}: layers: Layer "${layer.name}" expects 1 input(s), but it received ${shape.length} input tensors. ` +
            'A layer with several outputs can only come last.',
        );
      }
      layer.checkInput(shape as Shape);
      shapes.push(layer.computeOutputShape(shape as Shape));
    }
    return shapes;
  }

  /**
   * Adds a layer at the end.
   * @throws {ArgumentError} {ShapeError} if it does not fit; the model is as before then.
   */
  add(layer: Layer): void {
    this.alive();
    this.adopt(this.extended(this.#layers, layer));
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
    if (this.#built) return this.shapesThrough(this.#layers, this.inputShape).at(-1) as Shape | Shape[];
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
    const chain = this.#chain;
    if (options === undefined && chain !== null) {
      const data = chain.accepts(x, this.#bare);
      if (data !== null) {
        chain.run(data);
        return chain.results() as T;
      }
    }
    return this.predictRows(x, options) as T;
  }

  private predictRows(x: unknown, options: PredictOptions | undefined): Tensor | Tensor[] {
    this.alive();
    const given = checkOptions(`${this.owner}: predict`, options, ['batchSize']);
    const asked = given.batchSize ?? null;
    if (asked !== null) checkInteger(`${this.owner}: predict`, 'batchSize', asked, 1, 2 ** 24);
    const input = this.readInput(x);
    const [rows] = input.shape as [number];
    const size = this.batchSize(asked, input.shape);
    if (rows <= size) return this.pass(input);
    const parts: (Tensor | Tensor[])[] = [];
    for (let row = 0; row < rows; row += size) parts.push(this.pass(rowsOf(input, row, Math.min(rows, row + size))));
    this.#chain = null;
    return joined(parts, rows);
  }

  private pass(input: Tensor): Tensor | Tensor[] {
    const chain = this.chainFor(input.shape);
    chain.run(input.data);
    return chain.results();
  }

  // Rows per pass. A stateful model has its own batch size, and whole batches alone go through it.
  private batchSize(asked: number | null, shape: readonly number[]): number {
    const rows = shape[0] as number;
    const stateful = this.layers.some((layer) => layer instanceof SimpleRNN && layer.stateful);
    if (stateful) {
      const own = this.inputShape[0] as number;
      const size = asked ?? own;
      if (rows === 0 || rows % size !== 0 || size !== own) {
        throw new ShapeError(
          `${this.owner}: x: If an RNN is stateful, the batch size of the input sequences must be the same as the batch size ` +
            `of the initial state. \n- Expected batch size: ${own}\n- Received batch size: ${size === own ? rows : size}`,
        );
      }
      return size;
    }
    if (asked !== null) return asked;
    if (rows <= DEFAULT_BATCH) return rows;
    const bytes = Chain.measure(this.#layers, this.#arena, shape);
    return bytes <= PASS_BYTES ? rows : Math.max(DEFAULT_BATCH, Math.floor((rows * PASS_BYTES) / bytes));
  }

  private readInput(x: unknown): Tensor {
    const known = this.#layers[0] instanceof InputLayer ? this.inputShape : null;
    const input = modelInput(this.owner, x, known);
    if (!this.#built) this.build([null, ...input.shape.slice(1)]);
    return input;
  }

  private chainFor(shape: readonly number[]): Chain {
    const found = this.#chains.find((chain) => !chain.stale && chain.isFor(shape));
    if (found !== undefined) {
      this.#chain = found;
      return found;
    }
    this.#chain = null;
    const made = new Chain(this.#layers, this.#arena, shape);
    this.#chains = [made, ...this.#chains.filter((chain) => !chain.stale)].slice(0, KEPT_CHAINS);
    this.#chain = made;
    return made;
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
    const shapes = this.#built ? this.shapesThrough(this.#layers, this.inputShape) : null;
    const offset = this.#layers.length - this.layers.length;
    const rows = this.layers.map((layer, index) => ({ layer, outputShape: shapes?.[index + offset + 1] ?? null }));
    return renderSummary(this.name, rows, options);
  }

  /** The configuration, with Keras' keys in Keras' order. */
  getConfig(): Config {
    const layers = this.#layers.map((layer) => {
      const { buildShape } = layer;
      const build =
        buildShape !== null && layer.weights.length > 0 ? { build_config: { input_shape: [...buildShape] } } : {};
      return { ...serialize(layer), ...build };
    });
    const config: Config = { name: this.name, trainable: this.trainable, dtype: { ...FLOAT32_POLICY }, layers };
    if (this.#built) config.build_input_shape = [...this.inputShape];
    return config;
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
    const given = (Array.isArray(config) ? { layers: config } : config) as Config;
    if (given === null || typeof given !== 'object' || !Array.isArray(given.layers)) {
      throw new ModelFormatError(`Sequential: the configuration must have a list of layers, received ${show(config)}`);
    }
    for (const key of Object.keys(given)) {
      if (!['name', 'trainable', 'dtype', 'layers', 'build_input_shape', 'buildInputShape'].includes(key)) {
        throw new ModelFormatError(`Sequential: unknown entry '${key}' in the configuration`);
      }
    }
    const layers = given.layers.map((layer: Serialized) => deserialize(layer, options) as Layer);
    let model: Sequential | null = null;
    try {
      const name = given.name as string | undefined;
      model = new Sequential({ layers, name, trainable: (given.trainable ?? true) as boolean });
      const shape = given.build_input_shape ?? given.buildInputShape;
      if (!model.built && Array.isArray(shape) && layers.length > 0 && !Array.isArray(shape[0]))
        model.build(shape as Shape);
      return model;
    } catch (error) {
      model?.dispose();
      for (const layer of layers) if (layer instanceof Layer) layer.dispose();
      if (error instanceof ArgumentError || error instanceof ShapeError) {
        throw new ModelFormatError(`Sequential: ${error.message}`);
      }
      throw error;
    }
  }

  /** Frees the model, its layers and its streams. A second call does nothing; any other use is a DisposedError. */
  dispose(): void {
    this.#disposed = true;
    this.#chain = null;
    this.#chains = [];
    this.#arena.free();
    for (const stream of [...this.#streams]) stream.deref()?.dispose();
    for (const layer of this.#layers) layer.dispose();
  }

  /** The same as {@link dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}

function inputDtype(layer: Layer): string {
  return layer instanceof Embedding ? 'int32' : 'float32';
}

function joined(parts: readonly (Tensor | Tensor[])[], rows: number): Tensor | Tensor[] {
  if (!Array.isArray(parts[0])) return joinRows(parts as Tensor[], rows);
  return parts[0].map((_, output) =>
    joinRows(
      (parts as Tensor[][]).map((part) => part[output] as Tensor),
      rows,
    ),
  );
}

function joinRows(parts: readonly Tensor[], rows: number): Tensor {
  const [first] = parts as readonly [Tensor, ...Tensor[]];
  const whole = new Float32Array(parts.reduce((sum, { data }) => sum + data.length, 0));
  let offset = 0;
  for (const { data } of parts) {
    whole.set(data, offset);
    offset += data.length;
  }
  return new Tensor(whole, [rows, ...first.shape.slice(1)]);
}

registerModel('Sequential', (config, options) => Sequential.fromConfig(config, options));
