import type { Config, Serialized } from '../family.js';
import type { Layer } from '../layers/layer.js';
import { Merge } from '../layers/merge.js';
import { type DeserializeOptions, deserialize } from '../layers/registry.js';
import { type Argument, type Node, SymbolicTensor } from '../layers/symbolic.js';
import { show } from '../runtime/check.js';
import { ModelFormatError, UnsupportedError } from '../runtime/errors.js';
import { graphSize, MAXIMUM_APPLICATIONS } from './graph_size.js';
import { isOperation, MaskOperations } from './mask_operations.js';
import { BaseModel } from './model.js';
import { type Given, isNumbers, type NodeConfig, readNode } from './node_config.js';
import { checkReference, type Reference } from './reference.js';

interface Entry {
  layer: Layer;
  /** The applications, first to last; none when all are carried out. */
  waiting: readonly NodeConfig[];
  /** Which of them is the next. */
  next: number;
  /** Layers that wait for an output of this one. */
  readonly blocked: string[];
  /** Those that were. */
  done: Node[];
  /** Number of the first application in the file. */
  base: number;
}

/** Makes the graph of a configuration: its layers first, then the applications as their inputs come to exist. */
export class GraphReader {
  readonly #entries = new Map<string, Entry>();
  readonly #operations = new MaskOperations();
  #isOld = false;
  #applications = 0;
  // The layer that an application has to wait for.
  #missing: string | null = null;

  /** The layers, in the order of the configuration. */
  get layers(): Layer[] {
    return [...this.#entries.values()].map(({ layer }) => layer);
  }

  /** Makes all layers. @throws {ModelFormatError} for names used twice, unknown classes and operations. */
  add(entries: readonly unknown[], options: DeserializeOptions): void {
    for (const value of entries) {
      if (value === null || typeof value !== 'object') {
        throw new ModelFormatError(`expected a layer, received ${show(value)}`);
      }
      const entry = value as Config;
      const name = entry.name ?? (entry.config as Config | undefined)?.name;
      if (typeof name !== 'string') throw new ModelFormatError('a layer has no name');
      if (this.#entries.has(name) || this.#operations.has(name)) {
        throw new ModelFormatError(`The name '${name}' is used twice. All layer names should be unique.`);
      }
      const nodes = entry.inbound_nodes ?? entry.inboundNodes ?? [];
      if (!Array.isArray(nodes)) throw new ModelFormatError(`layer '${name}': \`inbound_nodes\` must be a list`);
      if (isOperation(entry)) {
        this.#operations.add(name, entry, nodes.map(operationArguments));
        continue;
      }
      const layer = deserialize<Layer>(entry as unknown as Serialized, options);
      const made: Entry = { layer, waiting: [], next: 0, blocked: [], done: [], base: 0 };
      this.#entries.set(name, made);
      made.waiting = nodes.map((node) => readNode(layer, node));
      this.#isOld ||= made.waiting.some(({ isOld }) => isOld);
      const [input] = layer.inboundNodes;
      if (input !== undefined && input.args.length === 0) this.enter(name, made, input);
    }
  }

  /** Carries all applications out. @throws {ModelFormatError} for loops and for tensors that are not there. */
  connect(outputs: readonly Reference[]): void {
    if (this.#isOld) this.findBases(outputs);
    for (const { layer, waiting } of this.#entries.values()) this.#applications += waiting.length * graphSize(layer);
    if (this.#applications > MAXIMUM_APPLICATIONS) {
      throw new ModelFormatError(`the graph has more than ${MAXIMUM_APPLICATIONS} applications of layers`);
    }
    let next = [...this.#entries.keys()];
    while (next.length > 0) {
      const { undecided, progress } = this.applyAll(next);
      next = undecided;
      if (!progress) break;
    }
    const pending = [...this.#entries].filter(([, { waiting }]) => waiting.length > 0).map(([name]) => name);
    if (pending.length === 0) return;
    throw new ModelFormatError(
      'Invalid Functional model configuration. The graph of the Functional model either has loops or disconnected ' +
        `nodes. The following layers failed to be resolved: ${show(pending)}`,
    );
  }

  // Each layer is tried again when what it waited for has come; those that wait for a mask are given back.
  private applyAll(names: readonly string[]): { undecided: string[]; progress: boolean } {
    const queue = [...names];
    const undecided: string[] = [];
    let progress = false;
    for (let at = 0; at < queue.length; at += 1) {
      const name = queue[at] as string;
      const entry = this.#entries.get(name) as Entry;
      const before = entry.done.length;
      this.#missing = null;
      while (entry.next < entry.waiting.length && this.apply(name, entry, entry.waiting[entry.next] as NodeConfig)) {
        entry.next += 1;
      }
      if (entry.next === entry.waiting.length) entry.waiting = [];
      else if (this.#missing === null) undecided.push(name);
      else (this.#entries.get(this.#missing) as Entry).blocked.push(name);
      if (entry.done.length === before) continue;
      progress = true;
      queue.push(...entry.blocked.splice(0));
    }
    return { undecided, progress };
  }

  /** The tensors that a nested list of [layer, node, tensor] names; one alone where it is no list. */
  tensors(value: unknown): SymbolicTensor | SymbolicTensor[] {
    const leaves = referencesOf(value);
    const found = leaves.map((leaf) => this.tensor({ ...leaf, node: leaf.node - this.builtIn(leaf) }));
    return isLeaf(value) ? (found[0] as SymbolicTensor) : found;
  }

  // In the lists of inputs and outputs, Keras counts a node that a functional model once had from the start.
  private builtIn({ name, node }: Reference): number {
    const layer = this.#entries.get(name)?.layer;
    return !this.#isOld && node > 0 && layer?.className === 'Functional' ? 1 : 0;
  }

  /** Gives everything up. */
  dispose(): void {
    this.disposeOthers(new Set());
  }

  /** Gives the layers up that are not among these. */
  disposeOthers(kept: ReadonlySet<Layer>): void {
    for (const { layer } of this.#entries.values()) if (!kept.has(layer)) layer.dispose();
  }

  // Keras 2 counts the applications of a model within from 1 on.
  private findBases(outputs: readonly Reference[]): void {
    const all = [...outputs];
    for (const { waiting } of this.#entries.values()) {
      for (const { inputs, masks, states } of waiting) {
        for (const each of [...inputs, ...(masks ?? []), ...(states ?? [])]) {
          if (each !== null && !isNumbers(each)) all.push(each);
        }
      }
    }
    const least = new Map<string, number>();
    for (const { name, node } of all) least.set(name, Math.min(node, least.get(name) ?? node));
    for (const [name, entry] of this.#entries) {
      if (entry.layer instanceof BaseModel) entry.base = Math.min(1, least.get(name) ?? 0);
    }
  }

  private enter(name: string, entry: Entry, made: Node): void {
    const node = entry.done.length;
    entry.done.push(made);
    made.outputs.forEach((output, index) => {
      this.#operations.enter(output, { name, node, index });
    });
  }

  // Null while the application that gives it is still to come.
  private find({ name, node, index }: Reference): SymbolicTensor | null {
    const entry = this.#entries.get(name);
    if (entry === undefined) {
      throw new ModelFormatError(
        this.#operations.has(name)
          ? `the result of operation '${name}' is used as a tensor; only operations that compute masks can be read`
          : `Unknown layer: ${name}`,
      );
    }
    const number = node - entry.base;
    const made = entry.done[number];
    if (made === undefined) {
      if (number >= 0 && number < entry.waiting.length) {
        this.#missing = name;
        return null;
      }
      throw new ModelFormatError(`Layer node index out of bounds: layer '${name}' has no node ${node}`);
    }
    const output = made.outputs[index];
    if (output === undefined) throw new ModelFormatError(`layer '${name}' has no output ${index} at node ${node}`);
    return output;
  }

  private tensor(reference: Reference): SymbolicTensor {
    const found = this.find(reference);
    if (found !== null) return found;
    throw new ModelFormatError(
      `Layer node index out of bounds: layer '${reference.name}' has no node ${reference.node}`,
    );
  }

  private readAll(list: readonly Given[]): Argument[] | null {
    const found = list.map((each) => (isNumbers(each) ? each : this.find(each)));
    return found.includes(null) ? null : (found as Argument[]);
  }

  // False if something that it needs is not there yet.
  private apply(name: string, entry: Entry, config: NodeConfig): boolean {
    const { layer } = entry;
    const inputs = this.readAll(config.inputs);
    const states = config.states === null ? null : this.readAll(config.states);
    if (inputs === null || (config.states !== null && states === null)) return false;
    const masks = this.readMasks(config, inputs);
    if (masks === null) return false;
    const travelling = states === null && masks.every((mask, index) => mask === null || mask === inputs[index]?.mask);
    const options = {
      ...(config.training === null ? {} : { training: config.training }),
      ...(config.masks === null || travelling ? {} : { mask: masks.length === 1 ? masks[0] : masks }),
      ...(states === null ? {} : { initialState: config.stateIsList ? states : states[0] }),
    };
    if (this.#isOld && layer instanceof Merge && inputs.some(({ mask }) => mask !== inputs[0]?.mask)) {
      throw new UnsupportedError(
        `layer '${name}': Keras 2 used a step of merged inputs only where none of their masks left it out, Keras 3 wherever ` +
          'one of them uses it; a graph of Keras 2 that merges different masks is not read',
      );
    }
    layer.apply((config.isList ? inputs : inputs[0]) as never, options as never);
    this.enter(name, entry, layer.inboundNodes.at(-1) as Node);
    return true;
  }

  private readMasks({ masks }: NodeConfig, inputs: readonly Argument[]): (Argument | null)[] | null {
    if (masks === null) return [];
    const found: (Argument | null)[] = [];
    for (const [index, mask] of masks.entries()) {
      if (mask === null || isNumbers(mask)) {
        found.push(mask);
        continue;
      }
      const own = inputs[index]?.mask;
      const read = this.#operations.has(mask.name)
        ? this.#operations.find(mask, own instanceof SymbolicTensor ? own : null)
        : this.find(mask);
      if (read === null) return null;
      found.push(read);
    }
    return found;
  }
}

function operationArguments(node: unknown): { args: readonly unknown[] } {
  const args = (node as { args?: unknown } | null)?.args;
  if (Array.isArray(args)) return { args: args as unknown[] };
  throw new ModelFormatError(`expected the arguments of an operation, received ${show(node)}`);
}

function isLeaf(value: unknown): boolean {
  return Array.isArray(value) && value.length === 3 && typeof value[0] === 'string';
}

/** The references in a nested list, or in an object by the order of its keys. @throws {ModelFormatError} */
export function referencesOf(value: unknown): Reference[] {
  if (isLeaf(value)) return [checkReference(value)];
  if (Array.isArray(value)) return value.flatMap(referencesOf);
  if (value !== null && typeof value === 'object') {
    return Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([, each]) => referencesOf(each));
  }
  throw new ModelFormatError(`expected tensors as [layer, node, index], received ${show(value)}`);
}
