import type { Config } from '../family.js';
import type * as initializers from '../initializers.js';
import * as regularizers from '../regularizers.js';
import { checkBoolean, checkOptions, checkShape, type Shape, show, showShape } from '../runtime/check.js';
import { DISPOSE } from '../runtime/dispose.js';
import { ArgumentError, DisposedError, inArgument, ShapeError } from '../runtime/errors.js';
import { aligned, Block } from '../runtime/memory.js';
import { Tensor, type TensorLike, toMask, toTensor } from '../runtime/tensor.js';
import { Weight } from '../runtime/weight.js';
import { weightOptions } from './arguments.js';
import type { Call, CallContext, Span } from './call.js';
import { camelOptions } from './config.js';
import { Connected } from './connected.js';
import { evaluateEagerly } from './eager.js';
import {
  type AddWeightOptions,
  type ApplyOptions,
  BASE_OPTIONS,
  checkDtype,
  checkName,
  FLOAT32_POLICY,
  type InputShape,
  type LayerOptions,
  type MaskArgument,
  type WeightSpec,
} from './layer_options.js';
import { Losses, RegularizedCall } from './losses.js';
import { automaticName } from './names.js';
import type { DeserializeOptions } from './registry.js';
import { writeWeights } from './set_weights.js';
import {
  type Argument,
  isSymbolic,
  isTensorList,
  Node,
  type NodeOptions,
  SymbolicTensor,
  single,
  symbolicMask,
} from './symbolic.js';
import { inferOutputShapes, UserCall } from './user_call.js';

/** A class whose objects are made from options. */
// biome-ignore lint/suspicious/noExplicitAny: each class has options of its own.
export type LayerConstructor<T> = new (options: any) => T;

/** What a layer gives on data: a tensor, or a list where there are several. */
export type Outputs = Tensor | readonly (Tensor | readonly Tensor[])[];
/** What a layer gives in a graph. */
export type SymbolicOutputs = SymbolicTensor | readonly (SymbolicTensor | readonly SymbolicTensor[])[];

/**
 * What all layers have in common, and what a layer of your own derives from: it has `call(inputs, { mask, training })`,
 * which takes and gives tensors, and if it has weights `build(inputShape)`, which calls `addWeight`. Without a
 * `computeOutputShape` of its own, `call` is tried on zeros to learn the shape.
 * Follows https://keras.io/api/layers/base_layer/.
 *
 * @example
 * class Scale extends Layer {
 *   static className = 'Scale';
 *   build() { this.factor = this.addWeight({ name: 'factor', initializer: 'ones' }); }
 *   call(x) { const factor = this.factor.read().data[0]; return tensor(x.data.map((value) => factor * value), x.shape); }
 * }
 */
export abstract class Layer extends Connected {
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
  #supportsMasking: boolean | null = null;
  #weights: Weight[] = [];
  #block: Block | null = null;
  #disposed = false;
  #warned = false;
  readonly #updates: { update: unknown; inputs: unknown[] | null }[] = [];
  /** @internal */
  readonly lossList = new Losses();

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

  // Whether `call` is the user's.
  private get isUsers(): boolean {
    return this.call !== Layer.prototype.call;
  }

  /** Whether the layer hands a mask on. A layer of your own does if it says so. */
  get supportsMasking(): boolean {
    return this.#supportsMasking ?? !this.isUsers;
  }

  set supportsMasking(value: boolean) {
    this.#supportsMasking = checkBoolean(this.owner, 'supportsMasking', value);
  }

  /** @internal Whether each row of the batch is computed by itself and by us: then rows of several calls can be joined. */
  get isRowwise(): boolean {
    return !this.isUsers && this.sublayers.every((layer) => layer.isRowwise);
  }

  /** @internal The layers within: of a layer of the user's own those that its properties hold. */
  get sublayers(): readonly Layer[] {
    return this.isUsers ? heldLayers(this) : [];
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
  protected readShapes(inputShape: InputShape): readonly Shape[] {
    // Holes become undefined, and are looked at.
    const isList = Array.isArray(inputShape) && inputShape.length > 0 && Array.from(inputShape).every(Array.isArray);
    const shapes = (isList ? inputShape : [inputShape]) as readonly Shape[];
    return shapes.map((shape) => checkShape(this.owner, 'inputShape', shape, true, true));
  }

  // A user's `build` need not say that it is done.
  private ensureBuilt(shapes: readonly Shape[]): void {
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

  /** @internal What a layer has to know of a graph it becomes part of: the shapes of its inputs. */
  enterGraph(_shapes: readonly Shape[]): void {}

  /** @internal Undoes `build`. */
  unbuild(): void {
    this.freeMemory();
    this.#weights = [];
    this.buildShape = null;
    this.built = false;
    for (const layer of this.sublayers) layer.unbuild();
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
      // Not `build`: a user's would make the weights again.
      part.checkInputs(this.readShapes(inputShape));
      return;
    }
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

  /** As {@link addWeight}; a weight of this name that is there already is given back. */
  addVariable(options: AddWeightOptions = {}): Weight {
    return this.#weights.find(({ name }) => name === (options.name ?? 'weight')) ?? this.addWeight(options);
  }

  /** @internal The weights that `build` creates, in Keras' order. */
  protected weightSpecs(_inputShape: Shape): WeightSpec[] {
    return [];
  }

  /** @internal Checks the number of inputs, and each of them. @throws {ArgumentError} {ShapeError} with Keras' text. */
  checkInputs(shapes: readonly Shape[]): void {
    if (shapes.length !== 1) {
      throw new ArgumentError(
        `${this.owner}: inputs: Layer "${this.name}" expects 1 input(s), but it received ${shapes.length} input tensors.`,
      );
    }
    this.checkInput(shapes[0] as Shape);
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

  /**
   * Shape of the output for an input shape, batch first; lists for several inputs or outputs. A layer of your own that
   * does not say it is tried on zeros.
   */
  computeOutputShape(inputShape: InputShape): Shape | Shape[] {
    const shapes = this.readShapes(inputShape);
    this.checkInputs(shapes);
    if (!this.isUsers) return shapes[0] as Shape;
    this.ensureBuilt(shapes);
    return single(inferOutputShapes(this, shapes));
  }

  /** @internal Shapes of all outputs, flat. */
  outputShapes(shapes: readonly Shape[]): readonly Shape[] {
    const made = this.computeOutputShape(single(shapes)) as unknown[];
    const flatten = (shape: unknown[]): Shape[] =>
      shape.some(Array.isArray) ? shape.flatMap((each) => flatten(each as unknown[])) : [shape as Shape];
    return flatten(made);
  }

  /**
   * The mask that goes with the output; null for none, a list for several outputs.
   * @param inputs Tensors, arrays or symbolic tensors.
   */
  computeMask(_inputs: unknown, mask: MaskArgument | readonly MaskArgument[] = null): MaskResult {
    const isList = Array.isArray(mask) && (mask as unknown[]).every((each) => each === null || isTensorList([each]));
    const first = (isList ? (mask as MaskArgument[])[0] : mask) as MaskArgument | undefined;
    if (first === null || first === undefined || !this.supportsMasking) return null;
    // A tensor is handed on as it is: a wrapper's mask of one step is [batch].
    return first instanceof SymbolicTensor || first instanceof Tensor ? first : toMask(first, `${this.owner}: mask`);
  }

  /** @internal Lays out one application: takes room for its results. The shapes were checked. */
  begin(_inputs: readonly Span[], _context: CallContext): Call {
    throw new ArgumentError(`${this.owner} has no \`call\``);
  }

  /** @internal Lays out one application, whoever wrote the layer. */
  open(inputs: readonly Span[], context: CallContext): Call {
    this.alive();
    this.checkInputs(inputs.map(({ shape }) => shape));
    return this.isUsers ? this.regularized(new UserCall(this, inputs, context), context) : this.own(inputs, context);
  }

  private own(inputs: readonly Span[], context: CallContext): Call {
    return this.regularized(this.begin(inputs, context), context);
  }

  private regularized(call: Call, { losses }: CallContext): Call {
    const { activityRegularizer: regularizer } = this;
    return regularizer === null || losses === null ? call : new RegularizedCall(call, this, regularizer, losses);
  }

  /**
   * Computes the layer on data, and builds it at first use; or, on symbolic tensors, makes it part of a graph.
   * @param inputs A tensor or arrays, batch first; symbolic tensors; a list for a layer with several inputs. A tensor's
   *   own mask is used unless `mask` says otherwise.
   * @returns the output; with returnState a list, `apply<Tensor[]>`: output, then states.
   * @throws {ShapeError} {ArgumentError} if the data do not suit the layer, {DisposedError} after `dispose()`.
   */
  apply<T extends Outputs = Tensor>(inputs: TensorLike | readonly TensorLike[], options?: ApplyOptions): NoInfer<T>;
  apply<T extends SymbolicOutputs = SymbolicTensor>(
    inputs: SymbolicTensor | readonly (SymbolicTensor | Tensor)[],
    options?: ApplyOptions,
  ): NoInfer<T>;
  apply(inputs: unknown, options?: ApplyOptions): unknown {
    this.alive();
    const given = checkOptions(`${this.owner}: apply`, options, this.applyOptions);
    const list = this.listOf(inputs);
    if (isSymbolic(list) || isSymbolic(given.initialState, 3) || isSymbolic(given.mask)) {
      return this.pack(this.connect(list, given, Array.isArray(inputs)));
    }
    return this.pack(this.evaluate(list, given, (spans, context) => this.open(spans, context)));
  }

  /**
   * As {@link apply} on data, but the outputs carry no mask. A layer of your own has its own `call`, which `apply` and
   * models use.
   */
  // biome-ignore lint/suspicious/noExplicitAny: layers and cells of the user's own take and give what they like.
  call(inputs: any, options?: any, _more?: any): any {
    this.alive();
    const given = checkOptions(`${this.owner}: call`, options as ApplyOptions, this.applyOptions);
    const outputs = this.evaluate(this.listOf(inputs), given, (spans, context) => this.own(spans, context));
    return this.pack(outputs.map((output) => new Tensor(output.data, output.shape)));
  }

  /** @internal Names of the options of `apply`. */
  protected get applyOptions(): readonly string[] {
    return ['mask', 'training'];
  }

  /** @internal Whether the input is always a list. */
  protected get takesList(): boolean {
    return false;
  }

  /** @internal The inputs one by one. */
  protected listOf(inputs: unknown): readonly unknown[] {
    return Array.isArray(inputs) && (this.takesList || isTensorList(inputs)) ? inputs : [inputs];
  }

  /** @internal Puts outputs into the form in which they are returned. */
  protected pack<T>(outputs: readonly T[]): T | readonly (T | readonly T[])[] {
    return single(outputs);
  }

  /** @internal Checked initial states, flat, or null. @param batch Null where it is not known. */
  protected readStates(_value: unknown, _batch: number | null): Argument[] | null {
    return null;
  }

  private readMasks(asked: unknown, inputs: readonly Argument[]): (Argument | null)[] {
    if (asked === null) return inputs.map(() => null);
    const list = inputs.length > 1 && Array.isArray(asked) ? asked : [asked];
    return inputs.map(({ shape }, index) => {
      const mask = list[index];
      if (mask === null || mask === undefined) return null;
      return this.readMask(mask, shape);
    });
  }

  /** @internal A mask that goes with an input of this shape. @throws {ShapeError} if it does not. */
  protected readMask(mask: unknown, shape: Shape): Argument {
    const read = mask instanceof SymbolicTensor ? mask : toMask(mask, `${this.owner}: mask`);
    const fits = read.shape.every((size, axis) => {
      const own = shape[axis];
      return size === null || own === null || size === own || (size === 1 && axis === read.shape.length - 1);
    });
    if (fits && read.shape.length <= shape.length) return read;
    throw new ShapeError(
      `${this.owner}: mask: shape ${showShape(read.shape)} does not go with inputs of shape ${showShape(shape)}`,
    );
  }

  private readTraining(value: unknown): boolean | null {
    return value === undefined || value === null ? null : checkBoolean(this.owner, 'training', value);
  }

  private evaluate(
    list: readonly unknown[],
    given: ApplyOptions,
    begin: (inputs: readonly Span[], context: CallContext) => Call,
  ): Tensor[] {
    const training = this.readTraining(given.training);
    const inputs = list.map((each, index) =>
      toTensor(each, `${this.owner}: inputs${list.length > 1 ? `[${index}]` : ''}`),
    );
    const masks = given.mask === undefined ? inputs.map(({ mask }) => mask) : this.readMasks(given.mask, inputs);
    const shapes = inputs.map(({ shape }) => shape);
    this.checkInputs(shapes);
    const initialState = this.readStates(given.initialState ?? null, shapes[0]?.[0] ?? 0) as Tensor[] | null;
    this.ensureBuilt(shapes);
    if (masks.some((mask) => mask !== null)) this.warnOfMask();
    if (depth === 0) this.clearLosses();
    const losses = (layer: Layer, value: number) => layer.lossList.add(value, list);
    const explicitMasks = given.mask !== undefined;
    const all = {
      inputs,
      masks: masks as (Tensor | null)[],
      initialState,
      explicitMasks,
      training,
      losses,
      inspections: null,
    };
    depth += 1;
    try {
      return evaluateEagerly(this.owner, begin, all);
    } finally {
      depth -= 1;
    }
  }

  // Makes a node of the graph.
  private connect(list: readonly unknown[], given: ApplyOptions, isList: boolean): SymbolicTensor[] {
    const args = list.map((each) => (each instanceof SymbolicTensor ? each : toTensor(each, `${this.owner}: inputs`)));
    const shapes = args.map(({ shape }) => shape);
    this.checkInputs(shapes);
    const options: { -readonly [key in keyof NodeOptions]: NodeOptions[key] } = {};
    const training = this.readTraining(given.training);
    if (training !== null) options.training = training;
    if (given.mask !== undefined) options.mask = given.mask === null ? null : this.readMasks(given.mask, args);
    const initialState = this.readStates(given.initialState ?? null, shapes[0]?.[0] ?? null);
    if (initialState !== null) {
      options.initialState = initialState;
      options.stateIsList = Array.isArray(given.initialState);
    }
    const fresh = !this.built;
    this.ensureBuilt(shapes);
    try {
      this.enterGraph(shapes);
      const outputs = this.outputShapes(shapes).map((shape) => new SymbolicTensor(shape, this.outputDtype));
      const masks = options.mask ?? (options.mask === null ? args.map(() => null) : args.map(({ mask }) => mask));
      if (masks.some((mask) => mask !== null)) this.warnOfMask();
      const carried = [this.computeMask(single(args), single(masks) as never)].flat();
      const node = new Node(this, args, isList, options, outputs);
      outputs.forEach((output, index) => {
        const mask = (carried[index] ?? null) as SymbolicTensor | null;
        // What was given travels on; any other mask, a nested model's own too, comes from here.
        const isGiven = mask === null || masks.includes(mask);
        output.mask = isGiven ? mask : Object.assign(symbolicMask(mask.shape), { node, index, carrier: output });
      });
      this.connections.inbound.push(node);
      for (const { node: parent } of node.parents) parent?.layer.connections.outbound.push(node);
      return outputs;
    } catch (error) {
      if (fresh) this.unbuild();
      throw error;
    }
  }

  /** @internal What the outputs hold. */
  protected get outputDtype(): string {
    return 'float32';
  }

  private warnOfMask(): void {
    if (this.supportsMasking || this.#warned || this.isUsers) return;
    this.#warned = true;
    console.warn(
      `Layer '${this.name}' (of type ${this.className}) was passed an input with a mask attached to it. However, this ` +
        'layer does not support masking and will therefore destroy the mask information. Downstream layers will not see the mask.',
    );
  }

  /** @internal Runs a user's `call`; without `keep` the losses that it adds are forgotten. */
  withLosses<T>(keep: boolean, run: () => T): T {
    const { count } = this.lossList;
    depth += 1;
    try {
      return run();
    } finally {
      depth -= 1;
      if (!keep) {
        this.lossList.truncate(count);
        for (const layer of this.sublayers) layer.clearLosses();
      }
    }
  }

  /** @internal */
  clearLosses(): void {
    this.lossList.truncate(0);
    for (const layer of this.sublayers) layer.clearLosses();
  }

  /** Adds a number to the loss: for `call` of a layer of your own. It is forgotten at the next application. */
  addLoss(value: number, options?: { inputs?: unknown }): void {
    if (typeof value !== 'number') {
      throw new ArgumentError(`${this.owner}: addLoss: \`value\` must be a number, received ${show(value)}`);
    }
    const { inputs } = checkOptions(`${this.owner}: addLoss`, options, ['inputs']);
    this.lossList.add(value, inputs === undefined || inputs === null ? null : asList(inputs));
  }

  /**
   * What the layer adds to the loss: activity terms of the last application to data (divided by the batch size), those
   * of `addLoss`, then the penalties on trainable weights, in their order.
   */
  get losses(): number[] {
    return [...this.callLosses, ...this.weightLosses];
  }

  /** @internal */
  get callLosses(): number[] {
    return [...this.lossList.values, ...this.sublayers.flatMap((layer) => layer.callLosses)];
  }

  private get weightLosses(): number[] {
    return this.trainableWeights.flatMap((weight) =>
      weight.regularizer === null ? [] : [weight.regularizer.penalty(weight.address, weight.shape)],
    );
  }

  /** Those of {@link losses} that depend on these inputs; without inputs, those that depend on none. */
  getLossesFor(inputs: unknown = null): number[] {
    if (inputs === null) return [...this.lossList.of(null), ...this.weightLosses];
    return this.lossList.of(asList(inputs));
  }

  /** Registers updates, pairs of a weight and its new value, for {@link updates}. */
  addUpdate(updates: unknown, inputs: unknown = null): void {
    const list = Array.isArray(updates) && Array.isArray(updates[0]) ? updates : [updates];
    for (const update of list) this.#updates.push({ update, inputs: inputs === null ? null : asList(inputs) });
  }

  /** The updates registered. */
  get updates(): unknown[] {
    return this.#updates.map(({ update }) => update);
  }

  /** Those of {@link updates} that depend on these inputs; without inputs, those that depend on none. */
  getUpdatesFor(inputs: unknown = null): unknown[] {
    const asked = inputs === null ? null : asList(inputs);
    return this.#updates
      .filter((each) => (asked === null ? each.inputs === null : each.inputs?.some((input) => asked.includes(input))))
      .map(({ update }) => update);
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
  static fromConfig<T extends Layer>(this: LayerConstructor<T>, config: Config, _options?: DeserializeOptions): T {
    // biome-ignore lint/complexity/noThisInStatic: the class asked is a derived one.
    const { className, optionNames } = this as unknown as typeof Layer;
    return new this(camelOptions(className, config, optionNames));
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

/** What `computeMask` gives. */
export type MaskResult = Tensor | SymbolicTensor | null | (Tensor | SymbolicTensor | null)[];

// How many applications to data are under way: those within a user's `call` add their losses to the outer one's.
let depth = 0;

function heldLayers(layer: Layer): Layer[] {
  return Object.values(layer)
    .flat()
    .filter((value) => value instanceof Layer);
}

function asList(inputs: unknown): unknown[] {
  return isTensorList(inputs) ? [...inputs] : [inputs];
}
