import type { Config } from '../family.js';
import type { Initializer } from '../initializers.js';
import * as regularizers from '../regularizers.js';
import { checkBoolean, checkOptions, checkShape, type Shape, show, showShape } from '../runtime/check.js';
import { ArgumentError, DisposedError, ShapeError, UnsupportedError } from '../runtime/errors.js';
import { Arena, aligned, Block } from '../runtime/memory.js';
import { trapped } from '../runtime/module.js';
import { type MaskLike, Tensor, type TensorLike, toMask, toTensor } from '../runtime/tensor.js';
import { Weight } from '../runtime/weight.js';
import { type Call, type CallContext, readSpan, type Span, sizeOf, takeSpan, writeMask, writeSpan } from './call.js';
import { camelOptions } from './config.js';
import { automaticName } from './names.js';

/** Options that every layer takes. */
export interface LayerOptions {
  /** Name, unique within a model; by default Keras' (`simple_rnn`, `simple_rnn_1`, …). */
  name?: string | null;
  /** `'float32'`, the only one. */
  dtype?: string | Config | null;
  /** Whether training changes the weights; default true. */
  trainable?: boolean;
  /** Shape of one row of the input, without the batch; null for a length that varies. */
  inputShape?: Shape;
  /** Shape of the input with the batch size, which stateful layers need. */
  batchInputShape?: Shape;
  /** Penalty on the outputs; kept in the configuration until there is training. */
  activityRegularizer?: regularizers.RegularizerIdentifier;
}

/** Options of `apply`. */
export interface ApplyOptions {
  /** [batch, steps], not 0 = use the step; null: no mask, not even the input's own. */
  mask?: MaskLike | null;
  /** Default false. */
  training?: boolean | null;
  /** Recurrent layers: one state or a list of them, each [batch, units]. */
  initialState?: TensorLike | readonly TensorLike[] | null;
}

/** One weight to create. */
export interface WeightSpec {
  name: string;
  shape: readonly number[];
  initializer: Initializer;
  regularizer: unknown;
  constraint: unknown;
}

const BASE_OPTIONS = ['name', 'dtype', 'trainable', 'inputShape', 'batchInputShape', 'activityRegularizer'] as const;

/** Keras' float32 policy, as written into every layer's configuration. */
export const FLOAT32_POLICY = {
  module: 'keras',
  class_name: 'DTypePolicy',
  config: { name: 'float32' },
  registered_name: null,
};

function checkDtype(owner: string, dtype: unknown): void {
  const name =
    dtype !== null && typeof dtype === 'object' ? ((dtype as Config).config as Config | undefined)?.name : dtype;
  if (name === undefined || name === null || name === 'float32') return;
  if (typeof name !== 'string')
    throw new ArgumentError(`${owner}: \`dtype\` must be a string, received ${show(dtype)}`);
  throw new UnsupportedError(`${owner}: \`dtype\` ${show(name)} is not supported; everything is computed in 'float32'`);
}

// biome-ignore lint/suspicious/noExplicitAny: each class has options of its own.
type LayerConstructor<T> = new (options: any) => T;

/** What all layers have in common. */
export abstract class Layer {
  /** Keras' class name, written into files. */
  static readonly className: string = 'Layer';
  /** @internal Names of the options that the constructor takes. */
  static readonly optionNames: readonly string[] = BASE_OPTIONS;

  /** Name of the layer. */
  readonly name: string;
  /** Always `'float32'`. */
  readonly dtype = 'float32';
  /** Whether the weights exist. */
  built = false;
  /** Shape given by `inputShape` or `batchInputShape`, batch first, or null. */
  readonly batchInputShape: Shape | null;
  /** Penalty on the outputs, or null. */
  readonly activityRegularizer: regularizers.Regularizer | null;
  /** @internal Prefix of the weights' paths: the model's name and a slash. */
  scope = '';
  /** @internal Input shape that `build` was given, or null. */
  buildShape: Shape | null = null;
  /** @internal A loader overwrites every weight and saves the initializers' work. */
  skipInitializers = false;
  #trainable: boolean;
  #weights: readonly Weight[] = [];
  #block: Block | null = null;
  #disposed = false;

  /** @internal */
  constructor(options: LayerOptions) {
    const type = this.constructor as typeof Layer;
    const given = checkOptions(type.className, options, type.optionNames);
    const { name } = given;
    if (name !== undefined && name !== null && (typeof name !== 'string' || name === '' || name.includes('/'))) {
      throw new ArgumentError(`${type.className}: \`name\` must be a string without '/', received ${show(name)}`);
    }
    const owner = typeof name === 'string' ? `${type.className} '${name}'` : type.className;
    checkDtype(owner, given.dtype);
    this.#trainable = checkBoolean(owner, 'trainable', given.trainable ?? true);
    this.activityRegularizer = regularizers.get(given.activityRegularizer);
    if (given.inputShape !== undefined && given.batchInputShape !== undefined) {
      throw new ArgumentError(`${owner}: give \`inputShape\` or \`batchInputShape\`, not both`);
    }
    this.batchInputShape = null;
    if (given.inputShape !== undefined) {
      this.batchInputShape = [null, ...checkShape(owner, 'inputShape', given.inputShape, true)];
    } else if (given.batchInputShape !== undefined && given.batchInputShape !== null) {
      this.batchInputShape = checkShape(owner, 'batchInputShape', given.batchInputShape, true);
    }
    this.name = typeof name === 'string' ? name : this.defaultName();
  }

  /** @internal */
  protected defaultName(): string {
    return automaticName(this.className);
  }

  /** Keras' class name. */
  get className(): string {
    return (this.constructor as typeof Layer).className;
  }

  /** @internal Class and name, for messages. */
  get owner(): string {
    return `${this.className} '${this.name}'`;
  }

  /** Whether the layer hands a mask on. */
  get supportsMasking(): boolean {
    return true;
  }

  /** Whether training changes the weights. */
  get trainable(): boolean {
    return this.#trainable;
  }

  set trainable(value: boolean) {
    this.#trainable = checkBoolean(this.owner, 'trainable', value);
    for (const weight of this.weights) weight.trainable = this.#trainable;
  }

  /** All weights, in Keras' order; empty before `build`. */
  get weights(): readonly Weight[] {
    return this.#weights;
  }

  /** Weights that training changes. */
  get trainableWeights(): readonly Weight[] {
    return this.trainable ? this.weights : [];
  }

  /** Weights that training leaves alone. */
  get nonTrainableWeights(): readonly Weight[] {
    return this.trainable ? [] : this.weights;
  }

  /** @internal Throws if the layer was disposed. */
  alive(): void {
    if (this.#disposed) throw new DisposedError(`${this.owner} was used after dispose()`);
  }

  /**
   * Creates the weights for an input shape, batch first. A built layer only checks the shape.
   * @throws {ShapeError} if the shape does not suit the layer, {OutOfMemoryError} if it does not fit.
   */
  build(inputShape: Shape): void {
    this.alive();
    const shape = checkShape(this.owner, 'inputShape', inputShape, true, true);
    this.checkInput(shape);
    if (this.built) return;
    this.createWeights(shape);
    this.buildShape = shape;
    this.built = true;
  }

  /** @internal What a layer has to know of the model it becomes part of: the shape of its input. */
  enterModel(_inputShape: Shape): void {}

  /** @internal Undoes `build`. */
  unbuild(): void {
    this.freeMemory();
    this.#weights = [];
    this.buildShape = null;
    this.built = false;
  }

  /** @internal */
  protected createWeights(inputShape: Shape): void {
    const specs = this.weightSpecs(inputShape);
    if (specs.length === 0) return;
    const weights = specs.map(
      (spec) => new Weight({ ...spec, path: `${this.scope}${this.name}/${spec.name}`, trainable: this.trainable }),
    );
    const bytes = weights.reduce((sum, weight) => sum + aligned(weight.size * 4), 0);
    const block = new Block(bytes, `${this.owner}: weights`);
    try {
      let offset = 0;
      weights.forEach((weight, index) => {
        weight.place(block, offset);
        if (this.skipInitializers) weight.clear();
        else (specs[index] as WeightSpec).initializer.fill(weight.address, weight.shape);
        offset += aligned(weight.size * 4);
      });
    } catch (error) {
      block.free();
      throw error;
    }
    this.#block = block;
    this.#weights = weights;
  }

  /** @internal Names and shapes of the weights that `build` would create: a loader checks its file against them first. */
  plannedWeights(inputShape: Shape): readonly { name: string; shape: readonly number[] }[] {
    this.checkInput(inputShape);
    return this.weightSpecs(inputShape);
  }

  /** @internal The weights that `build` creates, in Keras' order. */
  protected weightSpecs(_inputShape: Shape): WeightSpec[] {
    return [];
  }

  /** @internal Checks rank and sizes of an input. @throws {ShapeError} with Keras' text. */
  checkInput(_shape: Shape): void {}

  /** @internal */
  protected incompatible(detail: string, shape: Shape): ShapeError {
    return new ShapeError(
      `${this.owner}: inputs: Input 0 with name 'None' of layer '${this.name}' is incompatible with the layer: ${detail}` +
        (detail.startsWith('expected axis') ? ` ${showShape(shape)}` : `. Full shape received: ${showShape(shape)}`),
    );
  }

  /** Shape of the output for an input shape, batch first; with returnState a list: output, then states. */
  computeOutputShape(inputShape: Shape): Shape | Shape[] {
    return inputShape;
  }

  /** The mask that goes with the output; null for none. */
  computeMask(_inputs: TensorLike, mask: MaskLike | null = null): Tensor | null | (Tensor | null)[] {
    return mask === null || !this.supportsMasking ? null : toMask(mask, `${this.owner}: mask`);
  }

  /** @internal Lays out one application: checks shapes and takes room for its results. */
  abstract begin(input: Span, context: CallContext): Call;

  /**
   * Computes the layer on data, and builds it at first use.
   * @param inputs A tensor or arrays, batch first. Its own mask is used unless `mask` says otherwise.
   * @returns the output; with returnState a list, `apply<Tensor[]>`: output, then states.
   * @throws {ShapeError} {ArgumentError} if the data do not suit the layer, {DisposedError} after `dispose()`.
   */
  apply<T extends Tensor | Tensor[] = Tensor>(inputs: TensorLike, options?: ApplyOptions): T {
    const outputs = this.evaluate(inputs, options);
    return (outputs.length === 1 ? outputs[0] : outputs) as T;
  }

  /** As {@link apply}, but the outputs carry no mask. */
  call<T extends Tensor | Tensor[] = Tensor>(inputs: TensorLike, options?: ApplyOptions): T {
    const outputs = this.evaluate(inputs, options).map((output) => new Tensor(output.data, output.shape));
    return (outputs.length === 1 ? outputs[0] : outputs) as T;
  }

  /** @internal Names of the options of `apply`. */
  protected get applyOptions(): readonly string[] {
    return ['mask', 'training'];
  }

  /** @internal What training cannot do yet is refused by name. */
  protected checkTraining(): void {}

  /** @internal Checked initial states, or null. */
  protected initialStates(_value: unknown, _batch: number): Tensor[] | null {
    return null;
  }

  private evaluate(inputs: TensorLike, options: ApplyOptions | undefined): Tensor[] {
    this.alive();
    const given = checkOptions(`${this.owner}: apply`, options, this.applyOptions);
    const training = checkBoolean(this.owner, 'training', given.training ?? false);
    if (training) this.checkTraining();
    const input = toTensor(inputs, `${this.owner}: inputs`);
    const asked = given.mask === undefined ? input.mask : given.mask;
    const mask = asked === null ? null : toMask(asked, `${this.owner}: mask`);
    this.checkInput(input.shape);
    const states = this.initialStates(given.initialState ?? null, input.shape[0] ?? 0);
    this.build(input.shape);
    const arena = new Arena(`${this.owner}: apply`);
    try {
      arena.measure();
      this.layOut(arena, input, mask, states, training);
      arena.commit();
      return this.layOut(arena, input, mask, states, training).outputs.map(readSpan);
    } catch (error) {
      throw trapped(error);
    } finally {
      arena.free();
    }
  }

  // Measured first; the second time the addresses are real, and the call is carried out.
  private layOut(arena: Arena, input: Tensor, mask: Tensor | null, states: Tensor[] | null, training: boolean): Call {
    const span = takeSpan(arena, input.shape, null);
    if (mask !== null) span.mask = { address: arena.take(mask.data.length), shape: mask.shape };
    const initialState = states?.map((state) => takeSpan(arena, state.shape, null)) ?? null;
    const call = this.begin(span, { arena, training, initialState });
    if (!arena.committed) return call;
    writeSpan(span, input);
    if (mask !== null && span.mask !== null) writeMask(span.mask, mask);
    states?.forEach((state, index) => {
      writeSpan((initialState as Span[])[index] as Span, state);
    });
    if (sizeOf(input.shape) > 0) call.forward();
    return call;
  }

  /** Number of numbers in the weights. @throws {ArgumentError} before `build`. */
  countParams(): number {
    if (!this.built) {
      throw new ArgumentError(
        `${this.owner}: You tried to call \`count_params\` on layer '${this.name}', but the layer isn't built. ` +
          'You can build it manually via: `layer.build(input_shape)`.',
      );
    }
    return this.weights.reduce((sum, weight) => sum + weight.size, 0);
  }

  /** Copies of all weights, in Keras' order. */
  getWeights(): Tensor[] {
    this.alive();
    return this.weights.map((weight) => weight.read());
  }

  /**
   * Overwrites all weights, in Keras' order.
   * @throws {ArgumentError} if their number, {ShapeError} if a shape differs; nothing is changed then.
   */
  setWeights(values: readonly TensorLike[]): void {
    this.alive();
    writeWeights(this, values);
  }

  /** The configuration, with Keras' keys in Keras' order. */
  getConfig(): Config {
    const config: Config = { name: this.name, trainable: this.trainable, dtype: { ...FLOAT32_POLICY } };
    if (this.activityRegularizer !== null) {
      config.activity_regularizer = regularizers.serialize(this.activityRegularizer);
    }
    return config;
  }

  /** A new layer from `getConfig()`, with Keras' or our spelling of the keys. Weights are not part of it. */
  static fromConfig<T extends Layer>(this: LayerConstructor<T>, config: Config): T {
    // biome-ignore lint/complexity/noThisInStatic: the class asked is a derived one.
    const type: LayerConstructor<T> = this;
    const { className, optionNames } = type as unknown as typeof Layer;
    return new type(camelOptions(className, config, optionNames));
  }

  /** Frees the layer's memory. A second call does nothing; any other use afterwards is a DisposedError. */
  dispose(): void {
    this.#disposed = true;
    this.freeMemory();
  }

  /** @internal Frees every block of the layer. */
  protected freeMemory(): void {
    this.#block?.free();
    this.#block = null;
  }

  /** The same as {@link dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** @internal Checks all values, then writes them. */
export function writeWeights(
  owner: { name: string; weights: readonly Weight[]; owner: string },
  values: unknown,
): void {
  const { weights, name } = owner;
  if (!Array.isArray(values)) {
    throw new ArgumentError(
      `${owner.owner}: \`weights\` must be an array with one entry per weight, received ${show(values)}`,
    );
  }
  if (values.length !== weights.length) {
    throw new ArgumentError(
      `${owner.owner}: You called \`set_weights(weights)\` on layer '${name}' with a weight list of length ${values.length}, ` +
        `but the layer was expecting ${weights.length} weights.`,
    );
  }
  const tensors = weights.map((weight, index) =>
    weight.check(
      values[index] as TensorLike,
      `${owner.owner}: weights[${index}] (${weight.name})`,
      `Layer ${name} weight shape ${showShape(weight.shape)} is not compatible with`,
    ),
  );
  weights.forEach((weight, index) => {
    weight.write(tensors[index] as Tensor);
  });
}
