import { type Config, isSerialized } from '../family.js';
import { checkBoolean, checkOptions, checkShape, type Shape, showShape } from '../runtime/check.js';
import { ArgumentError, ShapeError } from '../runtime/errors.js';
import { Tensor, type TensorLike, toMask, toTensor } from '../runtime/tensor.js';
import { buildConfigOf } from './build_config.js';
import type { Call, CallContext, LossSink, Span } from './call.js';
import { camelOptions } from './config.js';
import { evaluateEagerly } from './eager.js';
import type { ApplyOptions, InputShape, MaskArgument } from './layer_options.js';
import { LossHolder } from './loss_holder.js';
import { isOutermost, nested, RegularizedCall } from './losses.js';
import { type DeserializeOptions, deserialize, isOwn } from './registry.js';
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
import { UserCall } from './user_call.js';
import { inferMasks, inferOutputShapes } from './user_output.js';

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
 * `computeOutputShape` of its own, `call` is tried on zeros to learn the shape. To be trained it has a `backward`.
 * Follows https://keras.io/api/layers/base_layer/.
 *
 * @example
 * class Scale extends Layer {
 *   static className = 'Scale';
 *   build() { this.factor = this.addWeight({ name: 'factor', initializer: 'ones' }); }
 *   call(x) {
 *     const factor = this.factor.read().data[0];
 *     return { output: tensor(x.data.map((value) => factor * value), x.shape), saved: { x, factor } };
 *   }
 *   backward(dOutput, { x, factor }) {
 *     const sum = dOutput.data.reduce((total, each, i) => total + each * x.data[i], 0);
 *     return { inputs: tensor(dOutput.data.map((each) => factor * each), x.shape), weights: [tensor(new Float32Array([sum]), [])] };
 *   }
 * }
 */
export abstract class Layer extends LossHolder {
  static override readonly className: string = 'Layer';
  /** @internal Names of the options that hold layers or cells. */
  static readonly partNames: readonly string[] = [];

  #supportsMasking: boolean | null = null;
  #warned = false;
  #hasUsersMask: boolean | null = null;

  /** @internal */
  protected override get isUsers(): boolean {
    return this.call !== Layer.prototype.call;
  }

  // Whether `computeMask` is the user's: what we lay out ourselves would not ask it.
  private get hasUsersMask(): boolean {
    this.#hasUsersMask ??= this.computeMask !== ownClassOf(this).prototype.computeMask;
    return this.#hasUsersMask;
  }

  /** Whether the layer hands a mask on. A layer of your own does if it says so. */
  get supportsMasking(): boolean {
    return this.#supportsMasking ?? !this.isUsers;
  }

  set supportsMasking(value: boolean) {
    this.#supportsMasking = checkBoolean(this.owner, 'supportsMasking', value);
  }

  /** @internal How many of the tensors that it returns are states: the last ones. */
  get returnedStates(): number {
    return 0;
  }

  /** @internal Whether each row of the batch is computed by itself and by us: then rows of several calls can be joined. */
  get isRowwise(): boolean {
    return !this.isUsers && !this.hasUsersMask && this.sublayers.every((layer) => layer.isRowwise);
  }

  /** @internal The layers within: of a layer of the user's own those that its properties hold. */
  override get sublayers(): readonly Layer[] {
    return this.isUsers ? heldLayers(this) : [];
  }

  /** @internal What a layer has to know of a graph it becomes part of: the shapes of its inputs. */
  enterGraph(_shapes: readonly Shape[]): void {}

  /** @internal Checks the number of inputs, and each of them. @throws {ArgumentError} {ShapeError} with Keras' text. */
  override checkInputs(shapes: readonly Shape[]): void {
    // A user's own `call` knows how many it takes.
    if (this.isUsers && this.checkInput === Layer.prototype.checkInput) return;
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

  /** @internal Shapes of all outputs, flat. @throws {ArgumentError} {ShapeError} if `computeOutputShape` gives none. */
  outputShapes(shapes: readonly Shape[]): readonly Shape[] {
    const flatten = (shape: unknown, depth: number): Shape[] =>
      depth > 0 && Array.isArray(shape) && shape.some(Array.isArray)
        ? shape.flatMap((each) => flatten(each, depth - 1))
        : [checkShape(this.owner, 'computeOutputShape', shape, true, true)];
    return flatten(this.computeOutputShape(single(shapes)), 4);
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
    const own = this.isUsers ? null : this.begin(inputs, context);
    return this.regularized(
      own !== null && !this.hasUsersMask ? own : new UserCall(this, inputs, context, own),
      context,
    );
  }

  private regularized(call: Call, context: CallContext): Call {
    const { activityRegularizer: regularizer } = this;
    const { losses } = context;
    return regularizer === null || losses === null
      ? call
      : new RegularizedCall(call, this, regularizer, losses, context);
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
    return this.pack(this.compute(inputs, given, (spans, context) => this.open(spans, context)));
  }

  /**
   * As {@link apply} on data, but the outputs carry no mask. A layer of your own has its own `call`, which `apply` and
   * models use: it gives a tensor or a list of tensors or, if `backward` wants more, `{ output, saved }`.
   */
  // biome-ignore lint/suspicious/noExplicitAny: layers and cells of the user's own take and give what they like.
  call(inputs: any, options?: any, _more?: any): any {
    this.alive();
    const given = checkOptions(`${this.owner}: call`, options as ApplyOptions, this.applyOptions);
    const outputs = this.compute(inputs, given, (spans, context) => this.begin(spans, context));
    return this.pack(outputs.map((output) => new Tensor(output.data, output.shape)));
  }

  /**
   * The way back through a `call` of your own, for training: from dLoss / d of its outputs to dLoss / d of its inputs
   * and weights. It belongs to the class that has the `call`; without it the layer predicts, and training refuses it.
   * (That of a cell is {@link Cell.backward}.)
   * @param dOutput Shaped like the output; a list for several.
   * @param saved What that very `call` returned as `saved`; undefined if it returned its output alone.
   * @returns a {@link LayerGradients}.
   */
  // biome-ignore lint/suspicious/noExplicitAny: layers and cells of the user's own save what they like.
  backward?(dOutput: any, saved: any, _more?: any): any;

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
    // Holes become undefined, and are looked at.
    return Array.isArray(inputs) && (this.takesList || isTensorList(inputs)) ? Array.from(inputs) : [inputs];
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

  /** @internal */
  readTraining(value: unknown): boolean | null {
    return value === undefined || value === null ? null : checkBoolean(this.owner, 'training', value);
  }

  /** @internal Everything that an application to data is given, checked; builds the layer. */
  readApplication(x: unknown, given: ApplyOptions): Application {
    const list = this.listOf(x);
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
    return {
      list,
      inputs,
      masks: masks as (Tensor | null)[],
      initialState,
      explicitMasks: given.mask !== undefined,
      training,
    };
  }

  private compute(
    x: unknown,
    given: ApplyOptions,
    begin: (inputs: readonly Span[], context: CallContext) => Call,
  ): Tensor[] {
    const { list, ...read } = this.readApplication(x, given);
    if (isOutermost()) this.clearLosses();
    const losses: LossSink = (layer, value, inputs = list) => layer.lossList.add(value, inputs);
    return nested(() => evaluateEagerly(this.owner, begin, { ...read, losses, inspections: null }));
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
      const carried = this.hasUsersMask
        ? inferMasks(this, args, masks)
        : [this.computeMask(single(args), single(masks) as never)].flat();
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

  /** @internal What Keras notes of the shapes that the layer was built for; null for nothing. */
  get buildConfig(): Config | null {
    return buildConfigOf(this, this.build !== Layer.prototype.build);
  }

  /** A new layer from `getConfig()`, with Keras' or our spelling of the keys. Weights are not part of it. */
  static fromConfig<T extends Layer>(this: LayerConstructor<T>, config: Config, options?: DeserializeOptions): T {
    // biome-ignore lint/complexity/noThisInStatic: the class asked is a derived one.
    const { className, optionNames, partNames } = this as unknown as typeof Layer;
    const given = camelOptions(className, config, optionNames);
    const make = (part: unknown): unknown => (isSerialized(part) ? deserialize(part, options) : part);
    for (const name of partNames) {
      const part = given[name];
      if (part !== undefined) given[name] = Array.isArray(part) ? part.map(make) : make(part);
    }
    return new this(given);
  }
}

/** What an application to data is given. */
export interface Application {
  /** As they came. */
  list: readonly unknown[];
  inputs: readonly Tensor[];
  /** One for each input. */
  masks: readonly (Tensor | null)[];
  initialState: readonly Tensor[] | null;
  explicitMasks: boolean;
  training: boolean | null;
}

/** What `computeMask` gives. */
export type MaskResult = Tensor | SymbolicTensor | null | (Tensor | SymbolicTensor | null)[];

// The class of ours that a layer is of, or derived from.
function ownClassOf(layer: Layer): typeof Layer {
  let type = layer.constructor as typeof Layer;
  while (type !== Layer && !isOwn(type)) type = Object.getPrototypeOf(type);
  return type;
}

// The layers that the properties of a layer hold, in lists too, each once.
function heldLayers(layer: Layer): Layer[] {
  const held = Object.values(layer)
    .flat()
    .filter((value) => value instanceof Layer && value !== layer);
  return [...new Set<Layer>(held)];
}
