// Keras writes graphs with masks with the operations that compute them: NotEqual, Any, … beside the layers. They are
// not carried out here: each is understood as a formula, and a layer that propagates a mask of the same formula gives it.
import type { Config } from '../family.js';
import { Concatenate } from '../layers/concatenate.js';
import { Embedding } from '../layers/embedding.js';
import { Masking } from '../layers/masking.js';
import { Merge } from '../layers/merge.js';
import { SymbolicTensor } from '../layers/symbolic.js';
import { show } from '../runtime/check.js';
import { ModelFormatError } from '../runtime/errors.js';
import { type Reference, readReference } from './reference.js';

/** A formula by its number: equal formulas have equal numbers. */
type Formula = number;

const KNOWN = ['NotEqual', 'Any', 'LogicalOr', 'LogicalAnd', 'ExpandDims', 'ZerosLike', 'OnesLike', 'Concatenate'];
const MAXIMUM_DEPTH = 1000;

interface Operation {
  className: string;
  axis: unknown;
  /** What each application was given. */
  nodes: readonly (readonly unknown[])[];
}

/** Whether an entry among a model's layers is an operation, not a layer. */
export function isOperation({ module }: Config): boolean {
  return typeof module === 'string' && /^keras\.(src\.)?ops(\.|$)/.test(module);
}

/** The operations of one model, and the masks of its tensors. */
export class MaskOperations {
  readonly #operations = new Map<string, Operation>();
  readonly #formulas = new Map<string, Formula>();
  /** Formulas of the results of operations. */
  readonly #results = new Map<string, Formula>();
  /** The tensors of the graph by their names. */
  readonly #tensors = new Map<SymbolicTensor, string>();
  /** The masks that tensors of the graph carry. */
  readonly #carried = new Map<Formula, SymbolicTensor>();
  readonly #ofMask = new Map<SymbolicTensor, Formula>();

  /** Takes an operation. @throws {ModelFormatError} naming one that does not compute a mask. */
  add(name: string, entry: Config, nodes: readonly { args: readonly unknown[] }[]): void {
    const className = String(entry.class_name);
    const { axis, keepdims, dtype } = (entry.config ?? {}) as Config;
    const fits =
      KNOWN.includes(className) &&
      (className !== 'Any' || (isLast(axis) && (keepdims ?? false) === false)) &&
      (className !== 'ExpandDims' || axis === -1) &&
      (!className.endsWith('Like') || dtype === 'bool');
    if (!fits) {
      throw new ModelFormatError(
        `operation '${name}' (${className}): only operations that compute masks as layers do can be read`,
      );
    }
    this.#operations.set(name, { className, axis, nodes: nodes.map(({ args }) => args) });
  }

  has(name: string): boolean {
    return this.#operations.has(name);
  }

  /** Takes a tensor that the graph has made, with its mask. */
  enter(tensor: SymbolicTensor, { name, node, index }: Reference): void {
    this.#tensors.set(tensor, `${name}/${node}/${index}`);
    const { mask } = tensor;
    if (mask === null || this.#ofMask.has(mask) || this.#operations.size === 0) return;
    const formula = this.maskOf(mask);
    this.#ofMask.set(mask, formula);
    if (!this.#carried.has(formula)) this.#carried.set(formula, mask);
  }

  /**
   * The mask that an operation computes, as a mask of the graph; `wanted` if it is the same. Null while no tensor of the
   * graph carries it.
   */
  find(reference: Reference, wanted: SymbolicTensor | null): SymbolicTensor | null {
    const formula = this.resultOf(reference, 0);
    if (wanted !== null && this.#ofMask.get(wanted) === formula) return wanted;
    return this.#carried.get(formula) ?? null;
  }

  private intern(...parts: readonly (string | number)[]): Formula {
    const key = JSON.stringify(parts);
    const known = this.#formulas.get(key) ?? this.#formulas.size;
    this.#formulas.set(key, known);
    return known;
  }

  // What a layer's mask stands for, in Keras' operations.
  private maskOf(mask: SymbolicTensor): Formula {
    const node = mask.carrier === null ? null : mask.node;
    const layer = node?.layer;
    const tensor = (each: unknown) => this.intern('tensor', this.#tensors.get(each as SymbolicTensor) ?? '?');
    if (node && layer instanceof Embedding) return this.intern('NotEqual', tensor(node.args[0]), '0');
    if (node && layer instanceof Masking) {
      return this.intern('Any', this.intern('NotEqual', tensor(node.args[0]), String(layer.maskValue)));
    }
    if (node && layer instanceof Merge) {
      const masks = node.args.map((each) => (each.mask instanceof SymbolicTensor ? each.mask : null));
      const formulas = masks.map((each) => (each === null ? null : (this.#ofMask.get(each) ?? this.maskOf(each))));
      if (layer instanceof Concatenate) {
        const wide = formulas.map((each, index) => {
          const { shape } = node.args[index] as SymbolicTensor;
          if (each === null) return this.intern('OnesLike', tensor(node.args[index]));
          if ((masks[index] as SymbolicTensor).shape.length >= shape.length) return each;
          return this.intern(
            'LogicalOr',
            this.intern('ExpandDims', each),
            this.intern('ZerosLike', tensor(node.args[index])),
          );
        });
        return this.intern('Any', this.intern('Concatenate', String(layer.axis), ...wide));
      }
      const known = formulas.filter((each) => each !== null);
      if (known.length === formulas.length) return known.reduce((a, b) => this.intern('LogicalOr', a, b));
    }
    // No operation of Keras has this formula.
    return this.intern('mask', this.#ofMask.size, this.#formulas.size);
  }

  private resultOf({ name, node, index }: Reference, depth: number): Formula {
    const operation = this.#operations.get(name);
    const key = `${name}/${node}/${index}`;
    if (operation === undefined) return this.intern('tensor', key);
    const known = this.#results.get(key);
    if (known !== undefined) return known;
    const args = operation.nodes[node];
    if (args === undefined || index !== 0 || depth > MAXIMUM_DEPTH) {
      throw new ModelFormatError(`operation '${name}' (${operation.className}): there is no result ${node}, ${index}`);
    }
    const { className, axis } = operation;
    const result = this.intern(
      className,
      ...(className === 'Concatenate' ? [String(axis)] : []),
      ...args.flat().map((each) => this.operand(each, name, depth)),
    );
    this.#results.set(key, result);
    return result;
  }

  private operand(value: unknown, name: string, depth: number): Formula | string {
    const reference = readReference(value);
    if (reference !== null) return this.resultOf(reference, depth + 1);
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
    throw new ModelFormatError(`operation '${name}': unknown argument ${show(value)}`);
  }
}

function isLast(axis: unknown): boolean {
  return axis === -1 || (Array.isArray(axis) && axis.length === 1 && axis[0] === -1);
}
