import type { Config } from '../family.js';
import type { Call, CallContext, Span } from '../layers/call.js';
import { InputLayer } from '../layers/input_layer.js';
import type { Layer, LayerConstructor, MaskResult } from '../layers/layer.js';
import type { InputShape } from '../layers/layer_options.js';
import { Plan } from '../layers/plan.js';
import { type DeserializeOptions, registerOwn } from '../layers/registry.js';
import { type Argument, type Node, SymbolicTensor, single, symbolicMask } from '../layers/symbolic.js';
import { type Shape, show } from '../runtime/check.js';
import { ArgumentError, UnsupportedError } from '../runtime/errors.js';
import { Tensor } from '../runtime/tensor.js';
import { connectedTo } from './connected_to.js';
import { withCopies } from './copies.js';
import { type FunctionalParts, readFunctional, writeFunctional } from './functional_config.js';
import { mapGraph } from './graph.js';
import type { ModelOptions } from './model.js';
import type { SummaryRow } from './summary.js';
import { TrainableModel } from './trainable.js';

/** Options of {@link Functional}. */
export interface FunctionalOptions extends ModelOptions {
  /** What `Input` gave: one, or a list. */
  inputs: SymbolicTensor | readonly SymbolicTensor[];
  /** What the layers gave: one, or a list. */
  outputs: SymbolicTensor | readonly SymbolicTensor[];
}

/**
 * A graph of layers with any number of inputs and outputs. Layers may be shared, models nested, states wired.
 * Follows https://keras.io/api/models/model/.
 *
 * @example
 * const x = Input({ shape: [null, 3] });
 * const [sequence, state] = new SimpleRNN({ units: 8, returnSequences: true, returnState: true }).apply(x);
 * const model = new Model({ inputs: x, outputs: [sequence, state] });
 * @throws {ArgumentError} if the outputs cannot be computed from the inputs, or two layers have one name.
 */
export class Functional extends TrainableModel {
  static override readonly className: string = 'Functional';
  static override readonly optionNames: readonly string[] = ['inputs', 'outputs', 'name', 'trainable'];

  /** The symbolic inputs. */
  readonly inputs: readonly SymbolicTensor[];
  /** The symbolic outputs. */
  readonly outputs: readonly SymbolicTensor[];
  /** @internal The applications, inputs included, in the order of computing. */
  readonly nodes: readonly Node[];
  readonly #layers: readonly Layer[];
  readonly #plan: Plan;
  readonly #isLine: boolean;

  /** @param order Of a model that was read: its layers in the order of the configuration. */
  constructor(options: FunctionalOptions = {} as FunctionalOptions, order: readonly Layer[] = []) {
    super(options as never);
    const { owner } = this;
    this.inputs = readTensors(owner, 'inputs', options.inputs);
    this.outputs = readTensors(owner, 'outputs', options.outputs);
    for (const input of this.inputs) {
      if (!(input.node?.layer instanceof InputLayer)) {
        throw new UnsupportedError(
          `${owner}: inputs: ${input} is computed by layer '${input.name}'; a model begins with what \`Input\` gives`,
        );
      }
    }
    if (new Set(this.inputs).size < this.inputs.length) {
      throw new ArgumentError(
        `${owner}: inputs: All \`inputs\` must be unique, received ${show(this.inputs.map(String))}`,
      );
    }
    const { nodes, layers, isLine } = mapGraph(owner, this.inputs, this.outputs);
    this.nodes = nodes;
    this.#isLine = isLine;
    const used = new Set(layers);
    this.#layers = order.length === 0 ? layers : order.filter((layer) => used.has(layer));
    this.#plan = new Plan(this.inputs, this.outputs, nodes);
    this.buildShape = single(this.inputs.map(({ shape }) => shape));
    this.built = true;
    if (!this.trainable) this.trainable = false;
  }

  /** The layers, InputLayers included, in Keras' order. */
  override get layers(): readonly Layer[] {
    return this.#layers;
  }

  override get sublayers(): readonly Layer[] {
    // The base class asks before the layers are there.
    return this.#layers ?? [];
  }

  override get inputShapes(): readonly Shape[] {
    return this.inputs.map(({ shape }) => shape);
  }

  override get inputShape(): Shape | Shape[] {
    return single(this.inputShapes);
  }

  override get outputShape(): Shape | Shape[] {
    return single(this.outputs.map(({ shape }) => shape));
  }

  override get input(): Argument | Argument[] {
    return single(this.inputs);
  }

  override get output(): SymbolicTensor | SymbolicTensor[] {
    return single(this.outputs);
  }

  override get inputNames(): readonly string[] {
    return this.inputs.map(({ name }) => name);
  }

  override get outputNames(): readonly string[] {
    return this.outputs.map(({ name }) => name);
  }

  override get chain(): readonly Layer[] | null {
    return this.inputs.length === 1 ? this.#plan.chain : null;
  }

  override begin(inputs: readonly Span[], context: CallContext): Call {
    return this.#plan.begin(inputs, context);
  }

  override get isRowwise(): boolean {
    // Numbers that are part of the graph have rows of their own.
    const isGiven = ({ args, options: { mask, initialState } }: Node): boolean =>
      [...args, ...(mask ?? []), ...(initialState ?? [])].some((each) => each instanceof Tensor);
    return super.isRowwise && !this.nodes.some(isGiven);
  }

  override unbuild(): void {
    // Its layers were built before it.
  }

  override computeOutputShape(inputShape: InputShape): Shape | Shape[] {
    const shapes = this.readShapes(inputShape);
    this.checkInputs(shapes);
    const known = new Map<SymbolicTensor, Shape>(this.inputs.map((input, index) => [input, shapes[index] as Shape]));
    for (const { layer, args, outputs } of this.nodes) {
      if (args.length === 0) continue;
      const given = args.map((each) => (each instanceof SymbolicTensor ? (known.get(each) as Shape) : each.shape));
      const made = layer.outputShapes(given);
      outputs.forEach((output, index) => {
        known.set(output, made[index] as Shape);
      });
    }
    return single(this.outputs.map((output) => known.get(output) as Shape));
  }

  override computeMask(): MaskResult {
    return single(this.outputs.map(({ mask }) => (mask === null ? null : symbolicMask(mask.shape))));
  }

  protected override summaryRows(): SummaryRow[] {
    return this.#layers.map((layer) => ({
      layer,
      outputShape: outputShapeOf(layer),
      ...(this.#isLine ? {} : { connections: connectedTo(layer, this.nodes) }),
    }));
  }

  override get kerasModule(): string {
    return 'keras.src.models.functional';
  }

  override get buildConfig(): Config {
    return { input_shape: null };
  }

  override getConfig(): Config {
    return writeFunctional(this);
  }

  /**
   * A new model from `getConfig()`, with Keras' or our spelling of the keys.
   * @throws {ModelFormatError} naming what is unknown or does not fit.
   */
  static override fromConfig<T extends Layer = Functional>(
    this: LayerConstructor<T>,
    config: Config,
    options: DeserializeOptions = {},
  ): T {
    const make = ({ layers, ...parts }: FunctionalParts) => new Functional(parts, layers);
    return readFunctional(config, options, make) as never;
  }

  protected override copy(): this {
    return withCopies((copyOf) => this.copyWith(copyOf));
  }

  private copyWith(copyOf: (layer: Layer) => Layer): this {
    const made = new Map<SymbolicTensor, SymbolicTensor>();
    const copied = <T extends Argument | null>(each: T): T =>
      each instanceof SymbolicTensor ? ((each.carrier ? made.get(each.carrier)?.mask : made.get(each)) as T) : each;
    const inOrder = [...this.nodes].sort((a, b) => a.age - b.age);
    for (const { layer, args, isList, options, outputs } of inOrder) {
      const copy = copyOf(layer);
      const { mask, initialState, stateIsList, training } = options;
      const states = initialState?.map(copied);
      const given = {
        ...(training === undefined ? {} : { training }),
        ...(mask === undefined ? {} : { mask: mask === null ? null : single(mask.map(copied)) }),
        ...(states === undefined ? {} : { initialState: stateIsList ? states : states[0] }),
      };
      const inputs = args.map(copied);
      const results =
        args.length === 0
          ? [copy.output]
          : [copy.apply((isList ? inputs : inputs[0]) as never, given as never)].flat(Number.POSITIVE_INFINITY);
      outputs.forEach((output, index) => {
        made.set(output, results[index] as SymbolicTensor);
      });
    }
    const form = (given: unknown, tensors: readonly SymbolicTensor[]) =>
      Array.isArray(given) ? tensors.map(copied) : copied(tensors[0] as SymbolicTensor);
    const { inputs, outputs } = this.options as FunctionalOptions;
    return new Functional(
      {
        inputs: form(inputs, this.inputs),
        outputs: form(outputs, this.outputs),
        name: this.name,
        trainable: this.trainable,
      },
      this.#layers.map(copyOf),
    ) as this;
  }
}

function readTensors(owner: string, argument: string, value: unknown): SymbolicTensor[] {
  const list = Array.isArray(value) ? (value as unknown[]).flat(8) : [value];
  if (list.length === 0 || !list.every((each) => each instanceof SymbolicTensor)) {
    throw new ArgumentError(
      `${owner}: \`${argument}\` must be a symbolic tensor, which \`Input\` or a layer gives, or a list of them, received ${show(value)}`,
    );
  }
  return list;
}

// Of the last application, as Keras shows it.
function outputShapeOf({ inboundNodes }: Layer): Shape | Shape[] | null {
  const node = inboundNodes.at(-1);
  return node === undefined ? null : single(node.outputs.map(({ shape }) => shape));
}

registerOwn([Functional]);
// Keras 2's name.
registerOwn([Functional], 'Model');
