import type { Config } from '../family.js';
import type * as initializers from '../initializers.js';
import * as regularizers from '../regularizers.js';
import { checkBoolean, checkOptions, checkShape, type Shape, showShape } from '../runtime/check.js';
import { DISPOSE } from '../runtime/dispose.js';
import { ArgumentError, DisposedError, inArgument, ShapeError } from '../runtime/errors.js';
import { aligned, Block } from '../runtime/memory.js';
import type { Tensor, TensorLike } from '../runtime/tensor.js';
import { Weight } from '../runtime/weight.js';
import { weightOptions } from './arguments.js';
import { Connected } from './connected.js';
import type { Layer, LayerConstructor } from './layer.js';
import {
  type AddWeightOptions,
  BASE_OPTIONS,
  checkDtype,
  checkName,
  FLOAT32_POLICY,
  type InputShape,
  type LayerOptions,
  type WeightSpec,
} from './layer_options.js';
import { automaticName } from './names.js';
import { writeWeights } from './set_weights.js';
import { single } from './symbolic.js';

/** What a layer is called, and what it holds: its weights and those of the layers within. */
export abstract class WeightHolder extends Connected {
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
  /** Penalty on the outputs, or null; it counts as a loss, divided by the batch size. */
  readonly activityRegularizer: regularizers.Regularizer | null;
  /** @internal Prefix of the weights' paths: the model's name and a slash. */
  scope = '';
  /** @internal Input shape that `build` was given, or null. */
  buildShape: InputShape | null = null;
  /** @internal A loader overwrites every weight: saves the initializers' work, and memory up to then. */
  skipInitializers = false;
  /** @internal What the constructor was given, for `clone`. */
  readonly options: LayerOptions;
  #trainable: boolean;
  #weights: Weight[] = [];
  #block: Block | null = null;
  // Layers within that this one has built; what it was given built stays so.
  readonly #parts: Layer[] = [];
  #disposed = false;

  /** @internal Whether `call` is the user's own. */
  protected get isUsers(): boolean {
    return false;
  }

  /** @internal The layers within: of a layer of the user's own those that its properties hold. */
  abstract get sublayers(): readonly Layer[];
  /** @internal Checks the number of inputs, and each of them. @throws {ArgumentError} {ShapeError} with Keras' text. */
  abstract checkInputs(shapes: readonly Shape[]): void;

  constructor(options: LayerOptions = {}) {
    super();
    const type = this.constructor as typeof Layer;
    const given = checkOptions(type.className, options, type.optionNames);
    this.options = given;
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
    if (this.isUsers && this.build !== WeightHolder.prototype.build) this.guardBuild(this.build);
  }

  /** Keras' class name. */
  get className(): string {
    return (this.constructor as typeof Layer).className;
  }

  /** @internal Keras' module of the class. */
  get kerasModule(): string {
    return 'keras.layers';
  }

  /** @internal Class and name, for messages. */
  override get owner(): string {
    return `${this.className} '${this.name}'`;
  }

  /** Prefix of the weights' paths. */
  get scopeName(): string {
    return `${this.scope}${this.name}`;
  }

  /** Whether training changes the weights. */
  get trainable(): boolean {
    return this.#trainable;
  }

  set trainable(value: boolean) {
    this.#trainable = checkBoolean(this.owner, 'trainable', value);
    for (const weight of this.#weights) weight.freeze(!value);
    for (const layer of this.sublayers) layer.trainable = value;
  }

  /** @internal The weights that the layer itself holds. */
  get ownWeights(): readonly Weight[] {
    return this.#weights;
  }

  /** All weights, in Keras' order; empty before `build`. */
  get weights(): readonly Weight[] {
    const all = this.sublayers.flatMap(({ weights }) => [...weights]);
    return all.length === 0 ? this.#weights : [...new Set([...this.#weights, ...all])];
  }

  /** Weights that training changes. */
  get trainableWeights(): readonly Weight[] {
    return this.trainable ? this.weights.filter(({ trainable }) => trainable) : [];
  }

  /** Weights that training leaves alone. */
  get nonTrainableWeights(): readonly Weight[] {
    return this.trainable ? this.weights.filter(({ trainable }) => !trainable) : this.weights;
  }

  /** The same as {@link weights}. */
  get variables(): readonly Weight[] {
    return this.weights;
  }

  /** The same as {@link trainableWeights}. */
  get trainableVariables(): readonly Weight[] {
    return this.trainableWeights;
  }

  /** The same as {@link nonTrainableWeights}. */
  get nonTrainableVariables(): readonly Weight[] {
    return this.nonTrainableWeights;
  }

  /** @internal Throws if the layer was disposed. */
  alive(): void {
    if (this.#disposed) throw new DisposedError(`${this.owner} was used after dispose()`);
  }

  /**
   * Creates the weights for an input shape, batch first; a list of shapes for several inputs. A built layer only checks
   * the shape.
   * @throws {ShapeError} if the shape does not suit the layer, {OutOfMemoryError} if it does not fit.
   */
  build(inputShape: InputShape): void {
    this.alive();
    const shapes = this.readShapes(inputShape);
    this.checkInputs(shapes);
    if (this.built) return;
    try {
      this.createWeights(single(shapes));
    } catch (error) {
      this.unbuild();
      throw error;
    }
    this.buildShape = single(shapes);
    this.built = true;
  }

  /** @internal One shape, or the shapes of several inputs, checked. */
  readShapes(inputShape: InputShape): readonly Shape[] {
    // Holes become undefined, and are looked at.
    const isList = Array.isArray(inputShape) && inputShape.length > 0 && Array.from(inputShape).every(Array.isArray);
    const shapes = (isList ? inputShape : [inputShape]) as readonly Shape[];
    return shapes.map((shape) => checkShape(this.owner, 'inputShape', shape, true, true));
  }

  // A user's `build` makes its weights once, and need not say that it is done.
  private guardBuild(build: (inputShape: InputShape) => void): void {
    const value = (inputShape: InputShape): void => {
      this.alive();
      const shapes = this.readShapes(inputShape);
      if (this.built) {
        this.checkInputs(shapes);
        return;
      }
      build.call(this, inputShape);
      this.buildShape ??= single(shapes);
      this.built = true;
    };
    Object.defineProperty(this, 'build', { value, writable: true, configurable: true });
  }

  /** @internal Builds at first use. A user's `build` need not say that it is done. */
  ensureBuilt(shapes: readonly Shape[]): void {
    if (this.built) return;
    try {
      this.build(single(shapes));
    } catch (error) {
      this.unbuild();
      throw error;
    }
    this.buildShape ??= single(shapes);
    this.built = true;
    if (this.isUsers) for (const layer of this.sublayers) if (!layer.built) layer.scope = `${this.scopeName}/`;
  }

  /** @internal Undoes `build`. */
  unbuild(): void {
    this.freeMemory();
    this.#weights = [];
    this.buildShape = null;
    this.built = false;
    for (const part of this.#parts.splice(0)) part.unbuild();
  }

  /** @internal */
  protected createWeights(inputShape: InputShape): void {
    const specs = this.weightSpecs(inputShape as Shape);
    if (specs.length === 0) return;
    const weights = specs.map((spec) => this.newWeight(spec));
    if (!this.skipInitializers) {
      const bytes = weights.reduce((sum, weight) => sum + aligned(weight.size * 4), 0);
      const block = new Block(bytes, `${this.owner}: weights`);
      this.#block = block;
      let offset = 0;
      weights.forEach((weight, index) => {
        weight.place(block, offset);
        this.initialize(weight, (specs[index] as WeightSpec).initializer);
        offset += aligned(weight.size * 4);
      });
    }
    this.#weights = weights;
  }

  private newWeight(spec: WeightSpec): Weight {
    const weight = new Weight({
      ...spec,
      path: `${this.scopeName}/${spec.name}`,
      trainable: spec.trainable ?? true,
    });
    weight.freeze(!this.trainable);
    return weight;
  }

  private initialize(weight: Weight, initializer: initializers.Initializer): void {
    inArgument(this.owner, `initializer of ${weight.name}`, () => initializer.fill(weight.address, weight.shape));
  }

  /** @internal Builds a layer within, whose weights' paths begin with this layer's. */
  protected buildPart(part: Layer, inputShape: InputShape): void {
    if (part.built && part.ownWeights.length + part.sublayers.length > 0) {
      // Not `build`: that of a Sequential wants the very shape that it was built for.
      part.checkInputs(this.readShapes(inputShape));
      return;
    }
    this.#parts.push(part);
    part.scope = `${this.scopeName}/`;
    part.skipInitializers = this.skipInitializers;
    part.ensureBuilt(this.readShapes(inputShape));
  }

  /**
   * Creates one weight; for the `build` of a layer of your own.
   * @returns the weight: `read()` gives its numbers.
   * @throws {ArgumentError} {ShapeError} naming the option that does not fit.
   */
  addWeight(options: AddWeightOptions = {}): Weight {
    this.alive();
    const owner = `${this.owner}: addWeight`;
    const known = ['name', 'shape', 'dtype', 'initializer', 'regularizer', 'constraint', 'trainable'];
    const given = checkOptions(owner, options, known);
    const shape = checkShape(owner, 'shape', given.shape ?? [], false) as readonly number[];
    checkDtype(owner, given.dtype);
    const name = checkName(owner, given.name) ?? 'weight';
    const parts = { Initializer: given.initializer, Regularizer: given.regularizer, Constraint: given.constraint };
    const asked = Object.fromEntries(Object.entries(parts).map(([key, value]) => [`${name}${key}`, value]));
    const made = weightOptions(owner, asked, name, shape.length > 0 ? 'glorot_uniform' : 'zeros');
    const trainable = checkBoolean(owner, 'trainable', given.trainable ?? true);
    const weight = this.newWeight({ name, shape, trainable, ...made });
    if (!this.skipInitializers) this.initialize(weight, made.initializer);
    const frozen = this.#weights.findIndex((each) => !each.declaredTrainable);
    if (trainable && frozen >= 0) this.#weights.splice(frozen, 0, weight);
    else this.#weights.push(weight);
    return weight;
  }

  /**
   * As {@link addWeight}; a weight of this name that is there already is given back.
   * @throws {ShapeError} if that one has another shape than the one asked for.
   */
  addVariable(options: AddWeightOptions = {}): Weight {
    const found = this.#weights.find(({ name }) => name === (options.name ?? 'weight'));
    if (found === undefined) return this.addWeight(options);
    const asked = checkShape(`${this.owner}: addVariable`, 'shape', options.shape ?? found.shape, false);
    if (showShape(asked) === showShape(found.shape)) return found;
    throw new ShapeError(
      `${this.owner}: addVariable: weight '${found.name}' is there with shape ${showShape(found.shape)}, asked for ${showShape(asked)}`,
    );
  }

  /** @internal The weights that `build` creates, in Keras' order. */
  protected weightSpecs(_inputShape: Shape): WeightSpec[] {
    return [];
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

  /** A copy: same configuration, name, weights and states, no part of any graph. */
  clone(): this {
    this.alive();
    const copy = this.copy();
    if (!this.built || this.buildShape === null) return copy;
    copy.scope = this.scope;
    copy.skipInitializers = true;
    copy.ensureBuilt(copy.readShapes(this.buildShape));
    copy.setWeights(this.getWeights());
    return copy;
  }

  /** @internal The same layer anew, not built. */
  protected copy(): this {
    return this.recreate({});
  }

  /** @internal Calls the constructor again, with some options changed. */
  recreate(changed: object): this {
    const type = this.constructor as LayerConstructor<this>;
    const { optionNames } = this.constructor as typeof Layer;
    const trainable = optionNames.includes('trainable') ? { trainable: this.trainable } : {};
    return new type({ ...this.options, name: this.name, ...trainable, ...changed });
  }

  /** Frees the layer's memory. A second call does nothing; any other use afterwards is a DisposedError. */
  dispose(): void {
    this.#disposed = true;
    this.freeMemory();
    for (const layer of this.sublayers) layer.dispose();
  }

  /** @internal Gives up the room of weights that all lie elsewhere now. */
  releaseRoom(): void {
    const block = this.#block;
    if (block === null || this.#weights.some((weight) => weight.isIn(block))) return;
    block.free();
    this.#block = null;
  }

  /** @internal Frees every block of the layer itself. */
  protected freeMemory(): void {
    for (const weight of this.#weights) weight.release();
    this.#block?.free();
    this.#block = null;
  }

  /** The same as {@link dispose}, for `using`. */
  [DISPOSE](): void {
    this.dispose();
  }
}
