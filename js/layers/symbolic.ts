import { type Shape, show, showShape } from '../runtime/check.js';
import { ArgumentError } from '../runtime/errors.js';
import { Tensor } from '../runtime/tensor.js';
import type { Layer } from './layer.js';

/** A tensor of a graph: a shape and where it comes from, no numbers. Made by `Input` and by layers applied to one. */
export class SymbolicTensor {
  /** Shape, batch first; null for a size that varies. */
  readonly shape: Shape;
  /** `'float32'`, an integer type for token ids, `'bool'` for masks. */
  readonly dtype: string;
  /** The mask that travels with it, or null. */
  mask: SymbolicTensor | null = null;
  /** @internal The application that gives it, and the place among its outputs. */
  node: Node | null = null;
  /** @internal */
  index = 0;
  /** @internal For a mask: the output of `node` that carries it. */
  carrier: SymbolicTensor | null = null;

  /** @internal */
  constructor(shape: Shape, dtype = 'float32') {
    this.shape = Object.freeze([...shape]);
    this.dtype = dtype;
  }

  /** Name of the layer that gives it. */
  get name(): string {
    return this.node?.layer.name ?? 'mask';
  }

  /** As Keras prints it. */
  toString(): string {
    return `<KerasTensor shape=${showShape(this.shape)}, dtype=${this.dtype}, name=${this.name}>`;
  }
}

/** What an application is given at one place: a tensor of the graph, or numbers. */
export type Argument = SymbolicTensor | Tensor;

/** The keyword arguments of an application; what is absent was not given. */
export interface NodeOptions {
  training?: boolean;
  mask?: null | readonly (Argument | null)[];
  initialState?: readonly Argument[];
  /** Whether the states were given in a list. */
  stateIsList?: boolean;
}

/** One application of a layer in a graph, as Keras numbers them. */
export class Node {
  static #count = 0;
  /** @internal Its place among all applications, in the order in which they were made. */
  readonly age = Node.#count++;
  readonly layer: Layer;
  /** What was given, in order. */
  readonly args: readonly Argument[];
  /** Whether the layer was given a list. */
  readonly isList: boolean;
  readonly options: NodeOptions;
  readonly outputs: readonly SymbolicTensor[];

  constructor(
    layer: Layer,
    args: readonly Argument[],
    isList: boolean,
    options: NodeOptions,
    outputs: readonly SymbolicTensor[],
  ) {
    this.layer = layer;
    this.args = args;
    this.isList = isList;
    this.options = options;
    this.outputs = outputs;
    outputs.forEach((output, index) => {
      output.node = this;
      output.index = index;
    });
  }

  /** Number of this application among those of its layer. */
  get number(): number {
    return this.layer.inboundNodes.indexOf(this);
  }

  /** The tensors of the graph that it needs: inputs, initial states, masks. */
  get parents(): SymbolicTensor[] {
    const { mask, initialState = [] } = this.options;
    const all = [...this.args, ...initialState, ...(mask ?? [])];
    return all.filter((each) => each instanceof SymbolicTensor).map((each) => each.carrier ?? each);
  }
}

/** Whether a value, or an entry of a list (of lists, up to a depth), is a tensor of a graph. */
export function isSymbolic(value: unknown, depth = 1): boolean {
  if (value instanceof SymbolicTensor) return true;
  return depth > 0 && Array.isArray(value) && value.some((each) => isSymbolic(each, depth - 1));
}

/** Whether a value is a list of tensors rather than the numbers of one. */
export function isTensorList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.length > 0 && value.every(isTensorObject);
}

function isTensorObject(value: unknown): boolean {
  if (value instanceof SymbolicTensor || value instanceof Tensor) return true;
  return value !== null && typeof value === 'object' && 'data' in value && 'shape' in value;
}

/** A mask without numbers, for `computeMask` on tensors of a graph. */
export function symbolicMask(shape: Shape): SymbolicTensor {
  return new SymbolicTensor(shape, 'bool');
}

/** What a layer's `input`, `output`, … say of its nodes. */
export class Connections {
  readonly #owner: () => string;
  /** Applications of the layer, first to last. */
  readonly inbound: Node[] = [];
  /** Applications of other layers to its outputs. */
  readonly outbound: Node[] = [];

  constructor(owner: () => string) {
    this.#owner = owner;
  }

  /** The only node. @throws {ArgumentError} with Keras' text if there is none, or several. */
  only(what: string): Node {
    const [node] = this.inbound;
    if (node === undefined) throw new ArgumentError(`${this.#owner()} is not connected, no ${what} to return.`);
    if (this.inbound.length > 1) {
      throw new ArgumentError(
        `${this.#owner()} has multiple inbound nodes, hence the notion of "layer ${what}" is ill-defined. ` +
          `Use \`get${camel(what)}At(nodeIndex)\` instead.`,
      );
    }
    return node;
  }

  /** The value that all nodes agree on. @throws {ArgumentError} if there is none, or they differ. */
  common<T>(what: string, read: (node: Node) => T): T {
    const [first, ...others] = this.inbound;
    if (first === undefined) {
      throw new ArgumentError(
        `${this.#owner()} is not connected: it has never been called and has no defined ${what}.`,
      );
    }
    const value = read(first);
    if (others.some((node) => JSON.stringify(read(node)) !== JSON.stringify(value))) {
      throw new ArgumentError(
        `${this.#owner()} has multiple inbound nodes with different ${what}s, hence the notion of "${what}" is ` +
          `ill-defined. Use \`get${camel(what)}At(nodeIndex)\` instead.`,
      );
    }
    return value;
  }

  /** @throws {ArgumentError} if there is no such node. */
  at(index: number, what: string): Node {
    // A name would find the array's own methods.
    const node = Number.isInteger(index) ? this.inbound[index] : undefined;
    if (node !== undefined) return node;
    throw new ArgumentError(
      `${this.#owner()}: nodeIndex: Asked to get ${what} at node ${show(index)}, but the layer has only ${this.inbound.length} inbound nodes.`,
    );
  }
}

function camel(words: string): string {
  return words.replace(/(?:^| )(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** One value, or the list where there are several. */
export function single<T>(values: readonly T[]): T | T[] {
  return values.length === 1 ? (values[0] as T) : [...values];
}

/** All that a node was given, one by one: the inputs, then the initial states of the graph. */
export function nodeInputs({ args, options, outputs }: Node): readonly Argument[] {
  // An InputLayer is given nothing: what goes in is what comes out.
  if (args.length === 0) return outputs;
  return [...args, ...(options.initialState ?? []).filter((state) => state instanceof SymbolicTensor)];
}

/** The input of a node, as it was given; a list with the initial states if they are of the graph, as in Keras. */
export function nodeInput(node: Node): Argument | Argument[] {
  const inputs = nodeInputs(node);
  return node.isList ? [...inputs] : single(inputs);
}

/** The mask that a node was given, or that its input carries. */
export function nodeInputMask(node: Node): SymbolicTensor | Tensor | null | (SymbolicTensor | Tensor | null)[] {
  const { mask } = node.options;
  const inputs = nodeInputs(node);
  const given = mask === null ? [] : mask;
  return single(inputs.map((each, index) => (given === undefined ? each.mask : (given[index] ?? null))));
}

/** Takes the last application of a layer out of the graph. */
export function disconnect(node: Node): void {
  const drop = (list: Node[]): void => {
    const index = list.indexOf(node);
    if (index >= 0) list.splice(index, 1);
  };
  drop(node.layer.connections.inbound);
  for (const { node: parent } of node.parents) if (parent !== null) drop(parent.layer.connections.outbound);
}
