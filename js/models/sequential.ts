import type { Config, Serialized } from '../family.js';
import { type Call, type CallContext, SequenceCall, type Span } from '../layers/call.js';
import { InputLayer } from '../layers/input_layer.js';
import type { Layer, LayerConstructor, MaskResult } from '../layers/layer.js';
import type { InputShape, MaskArgument } from '../layers/layer_options.js';
import { type DeserializeOptions, registerOwn } from '../layers/registry.js';
import { type Argument, type SymbolicTensor, symbolicMask } from '../layers/symbolic.js';
import { type Shape, show, showShape } from '../runtime/check.js';
import { ArgumentError, ModelFormatError, ShapeError } from '../runtime/errors.js';
import type { Weight } from '../runtime/weight.js';
import { withCopies } from './copies.js';
import { connectAll, disconnectFrom, extended, inputDtype, type ListOwner } from './layer_list.js';
import type { ModelOptions } from './model.js';
import { readConfig, writeConfig } from './sequential_config.js';
import type { SummaryRow } from './summary.js';
import { TrainableModel } from './trainable.js';

/** Options of {@link Sequential}. */
export interface SequentialOptions extends ModelOptions {
  /** The layers, first to last. */
  layers?: readonly Layer[];
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
export class Sequential extends TrainableModel {
  static override readonly className: string = 'Sequential';
  static override readonly optionNames: readonly string[] = ['layers', 'name', 'trainable'];

  #layers: readonly Layer[] = [];
  // The input, then the output of each layer; empty while the input shape is not known.
  #tensors: readonly (SymbolicTensor | readonly SymbolicTensor[])[] = [];

  constructor(options: SequentialOptions | readonly Layer[] = {}) {
    super((Array.isArray(options) ? { layers: options } : options) as never);
    const { layers } = this.options as SequentialOptions;
    if (layers !== undefined && !Array.isArray(layers)) {
      throw new ArgumentError(`${this.owner}: \`layers\` must be an array of layers, received ${show(layers)}`);
    }
    let all: Layer[] = [];
    for (const layer of layers ?? []) all = extended(this.list, all, layer);
    this.adopt(all);
  }

  private get list(): ListOwner {
    return { name: this.name, owner: this.owner, trainable: this.trainable, scope: this.scope };
  }

  // Takes a list of layers over, and builds it if the input shape is known. On an error nothing has changed.
  private adopt(layers: readonly Layer[]): void {
    this.checkIdle();
    const [first] = layers;
    const isBuilt = first instanceof InputLayer && layers.length > 1;
    let same = 0;
    while (same < layers.length && layers[same] === this.#layers[same]) same += 1;
    const kept = isBuilt ? this.#tensors.slice(0, same) : [];
    const tensors = isBuilt ? connectAll(this.list, layers, kept) : [];
    disconnectFrom(this.#layers, this.#tensors, kept.length);
    this.forgetLayout();
    this.#tensors = tensors;
    this.#layers = layers;
    this.built = isBuilt;
    this.buildShape = isBuilt ? (first as InputLayer).batchShape : null;
  }

  /**
   * Adds a layer at the end.
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
  override build(inputShape: InputShape): void {
    this.alive();
    const [shape] = this.readShapes(inputShape) as [Shape];
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

  override unbuild(): void {
    const layers = this.#layers ?? [];
    if (layers.length > 0 && !this.built) return;
    for (const layer of layers) layer.unbuild();
  }

  /** The layers, without the InputLayer, as in Keras. */
  override get layers(): readonly Layer[] {
    return this.#layers.filter((layer) => !(layer instanceof InputLayer));
  }

  override get sublayers(): readonly Layer[] {
    // The base class asks before the layers are there.
    return this.#layers ?? [];
  }

  override get weights(): readonly Weight[] {
    return [...new Set(this.sublayers.flatMap((layer) => [...layer.weights]))];
  }

  override get chain(): readonly Layer[] {
    return this.layers;
  }

  override get inputShapes(): readonly Shape[] | null {
    const [first] = this.#layers ?? [];
    return first instanceof InputLayer ? [first.batchShape] : null;
  }

  override get inputNames(): readonly string[] {
    const [first] = this.#layers;
    return [first instanceof InputLayer ? first.name : `${this.name}_input`];
  }

  override get outputNames(): readonly string[] {
    return this.outputs.map(({ name }) => name);
  }

  /** Shape of the input, batch first. @throws {ArgumentError} if it is not known yet. */
  override get inputShape(): Shape {
    const [shape] = this.inputShapes ?? [];
    if (shape !== undefined) return shape;
    throw new ArgumentError(`${this.owner}: Sequential model '${this.name}' has no defined input shape yet.`);
  }

  /** Shape of the output, batch first, or a list of shapes. @throws {ArgumentError} if it is not known yet. */
  override get outputShape(): Shape | Shape[] {
    const output = this.#tensors.at(-1);
    if (output !== undefined) return shapeOf(output);
    throw new ArgumentError(`${this.owner}: Sequential model '${this.name}' has no defined output shape yet.`);
  }

  /** The symbolic inputs. @throws {ArgumentError} if the input shape is not known yet. */
  get inputs(): readonly SymbolicTensor[] {
    return [this.input as SymbolicTensor];
  }

  /** The symbolic outputs. @throws {ArgumentError} if the input shape is not known yet. */
  get outputs(): readonly SymbolicTensor[] {
    return [this.output].flat();
  }

  override get input(): Argument | Argument[] {
    const [input] = this.#tensors;
    if (input !== undefined) return input as SymbolicTensor;
    throw new ArgumentError(`${this.owner}: Sequential model '${this.name}' has no defined inputs yet.`);
  }

  override get output(): SymbolicTensor | SymbolicTensor[] {
    const output = this.#tensors.at(-1);
    if (output !== undefined) return output as SymbolicTensor | SymbolicTensor[];
    throw new ArgumentError(`${this.owner}: Sequential model '${this.name}' has no defined outputs yet.`);
  }

  override begin(inputs: readonly Span[], context: CallContext): Call {
    const calls: Call[] = [];
    let spans = inputs;
    for (const layer of this.#layers) {
      const call = layer.open([spans[0] as Span], context);
      calls.push(call);
      spans = call.outputs;
    }
    return new SequenceCall(inputs, spans, calls);
  }

  override computeOutputShape(inputShape: InputShape): Shape | Shape[] {
    const shapes = this.readShapes(inputShape);
    this.checkInputs(shapes);
    let shape: Shape | Shape[] = shapes[0] as Shape;
    for (const layer of this.#layers) shape = layer.computeOutputShape(shape as Shape);
    return shape;
  }

  override computeMask(inputs: unknown, mask: MaskArgument | readonly MaskArgument[] = null): MaskResult {
    if (this.#tensors.length === 0) return super.computeMask(inputs, mask);
    const output = this.#tensors.at(-1) as SymbolicTensor | readonly SymbolicTensor[];
    return ([output].flat() as SymbolicTensor[]).map(({ mask }) => (mask === null ? null : symbolicMask(mask.shape)));
  }

  protected override summaryRows(): SummaryRow[] {
    const offset = this.#layers.length - this.layers.length;
    return this.layers.map((layer, index) => {
      const output = this.#tensors[index + offset + (offset === 0 ? 1 : 0)];
      return { layer, outputShape: output === undefined ? null : shapeOf(output) };
    });
  }

  override get kerasModule(): string {
    return 'keras';
  }

  override get buildConfig(): Config | null {
    return this.built ? { input_shape: [...this.inputShape] } : null;
  }

  /** The configuration, with Keras' keys in Keras' order. */
  override getConfig(): Config {
    return writeConfig(this.name, this.trainable, this.#layers, this.built ? this.inputShape : null);
  }

  /**
   * A new model from `getConfig()`, with Keras' or our spelling of the keys.
   * @throws {ModelFormatError} naming what is unknown or does not fit.
   */
  static override fromConfig<T extends Layer = Sequential>(
    this: LayerConstructor<T>,
    config: Config | readonly Serialized[],
    options: DeserializeOptions = {},
  ): T {
    const { name, trainable, layers, inputShape } = readConfig(config, options);
    let model: Sequential | null = null;
    try {
      model = new Sequential({ layers, name: name ?? null, trainable });
      if (!model.built && inputShape !== null && layers.length > 0) model.build(inputShape);
      return model as Layer as T;
    } catch (error) {
      model?.dispose();
      for (const layer of layers) layer.dispose();
      if (error instanceof ArgumentError || error instanceof ShapeError) {
        throw new ModelFormatError(`Sequential: ${error.message}`, { cause: error });
      }
      throw error;
    }
  }

  protected override copy(): this {
    const { name, trainable } = this;
    return withCopies((copyOf) => new Sequential({ layers: this.#layers.map(copyOf), name, trainable })) as this;
  }
}

function shapeOf(output: SymbolicTensor | readonly SymbolicTensor[]): Shape | Shape[] {
  return Array.isArray(output) ? output.map(({ shape }) => shape) : (output as SymbolicTensor).shape;
}

registerOwn([Sequential]);
