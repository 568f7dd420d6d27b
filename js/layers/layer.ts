import type { Config } from '../family.js';
import * as regularizers from '../regularizers.js';
import { checkBoolean, checkOptions, checkShape, type Shape, showShape } from '../runtime/check.js';
import { DISPOSE } from '../runtime/dispose.js';
import { ArgumentError, DisposedError, inArgument, ShapeError } from '../runtime/errors.js';
import { aligned, Block } from '../runtime/memory.js';
import { type MaskLike, Tensor, type TensorLike, toMask, toTensor } from '../runtime/tensor.js';
import { Weight } from '../runtime/weight.js';
import type { Call, CallContext, Span } from './call.js';
import { camelOptions } from './config.js';
import { evaluateEagerly } from './eager.js';
import {
  type ApplyOptions,
  BASE_OPTIONS,
  checkDtype,
  checkName,
  FLOAT32_POLICY,
  type LayerOptions,
  type WeightSpec,
} from './layer_options.js';
import { automaticName } from './names.js';
import { writeWeights } from './set_weights.js';

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
    const name = checkName(type.className, given.name);
    const owner = name === null ? type.className : `${type.className} '${name}'`;
    checkDtype(owner, given.dtype);
    this.#trainable = checkBoolean(owner, 'trainable', given.trainable ?? true);
    this.activityRegularizer = inArgument(owner, 'activityRegularizer', () =>
      regularizers.get(given.activityRegularizer),
    );
    if (given.inputShape !== undefined && given.batchInputShape !== undefined) {
      throw new ArgumentError(`${owner}: give \`inputShape\` or \`batchInputShape\`, not both`);
    }
    this.batchInputShape = null;
    if (given.inputShape !== undefined) {
      this.batchInputShape = [null, ...checkShape(owner, 'inputShape', given.inputShape, true)];
    } else if (given.batchInputShape !== undefined && given.batchInputShape !== null) {
      this.batchInputShape = checkShape(owner, 'batchInputShape', given.batchInputShape, true);
    }
    this.name = name ?? automaticName(type.className);
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
        else {
          const { initializer } = specs[index] as WeightSpec;
          inArgument(this.owner, `initializer of ${weight.name}`, () => initializer.fill(weight.address, weight.shape));
        }
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
    if (mask?.shape.some((size, axis) => size !== input.shape[axis])) {
      throw new ShapeError(
        `${this.owner}: mask: shape ${showShape(mask.shape)} does not go with inputs of shape ${showShape(input.shape)}`,
      );
    }
    this.checkInput(input.shape);
    const initialState = this.initialStates(given.initialState ?? null, input.shape[0] ?? 0);
    this.build(input.shape);
    return evaluateEagerly(this, { input, mask, initialState, training });
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
    const { className, optionNames } = this as unknown as typeof Layer;
    return new this(camelOptions(className, config, optionNames));
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
  [DISPOSE](): void {
    this.dispose();
  }
}
