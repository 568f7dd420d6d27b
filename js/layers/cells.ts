import { MAXIMUM_DIMENSION, show, showShape } from '../runtime/check.js';
import { ArgumentError, ShapeError } from '../runtime/errors.js';
import { Tensor, type TensorLike, toTensor } from '../runtime/tensor.js';
import { Weight } from '../runtime/weight.js';

/** Sizes of a cell's states: one number, a list, or for stacked cells a list of those. */
export type StateSize = number | readonly StateSize[];
/** States in the form of their sizes. */
export type States<T = Tensor> = T | readonly States<T>[];

/** What `backward` of a cell gives; null stands for zeros. */
export interface CellGradients {
  inputs: TensorLike | null;
  /** As the states. */
  // biome-ignore lint/suspicious/noExplicitAny: the form of the states is the cell's own.
  states: any;
  /** One per trainable weight, in their order; may be missing where there are none. */
  weights?: readonly (TensorLike | null)[];
}

/** What a cell is told besides its input and states. */
export interface CellOptions {
  training: boolean;
}

/**
 * One step of a recurrence, written by a user: an object, or a class derived from `Layer`. It sees the whole batch of
 * one step, [batch, …].
 */
export interface Cell {
  /** Size of the state, or of each of the states. */
  readonly stateSize: StateSize;
  /** Size of the output; by default that of the first state. */
  readonly outputSize?: number | null;
  /** Creates weights for an input of one step, batch first. Called once. */
  // biome-ignore lint/suspicious/noExplicitAny: a layer's `build` takes lists of shapes too.
  build?(inputShape: any): void;
  /** Weights of the cell, made by `variable`; a class derived from `Layer` has them from `addWeight`. */
  readonly weights?: readonly Weight[];
  /** The first states; zeros by default. */
  getInitialState?(batchSize: number): States<TensorLike> | readonly States<TensorLike>[];
  /** `[output, states, saved?]`: `saved` is whatever `backward` will want. `states` is always a list. */
  // biome-ignore lint/suspicious/noExplicitAny: the form of the states is the cell's own.
  call(inputs: any, states: any, options?: any): any;
  /**
   * The way back through one step, for training: from dLoss / d of what `call` returned to dLoss / d of what it was
   * given. Without it the cell predicts and cannot be trained.
   * @param dOutput [batch, size].
   * @param dStates In the form in which `call` was given the states; without what flows through `dOutput`.
   * @param saved What that very `call` returned as saved.
   * @returns `inputs` shaped like the inputs; `states` in the form of `dStates`; `weights` one per trainable weight in
   *   their order (or one per weight of all), summed up over the steps by the layer. Null stands for zeros.
   */
  // biome-ignore lint/suspicious/noExplicitAny: the form of the states is the cell's own.
  backward?(dOutput: any, dStates: any, saved: any): CellGradients;
  /** The configuration. */
  getConfig?(): Record<string, unknown>;
}

/** A cell by what it is, for messages. */
export function showCell(cell: unknown): string {
  const { className, name } = (cell ?? {}) as { className?: unknown; name?: unknown };
  return typeof className === 'string' ? `<${className} name=${String(name)}>` : show(cell);
}

function isSize(size: unknown): boolean {
  if (Array.isArray(size)) return size.length > 0 && size.every(isSize);
  return typeof size === 'number' && Number.isInteger(size) && size > 0 && size <= MAXIMUM_DIMENSION;
}

/** Checks the parts that every cell has. @throws {ArgumentError} with Keras' texts. */
export function checkCell(owner: string, cell: unknown): Cell {
  const given = cell as Cell | null | undefined;
  if (given === null || given === undefined || typeof given !== 'object' || typeof given.call !== 'function') {
    throw new ArgumentError(
      `${owner}: \`cell\`: Argument \`cell\` should have a \`call\` method. Received: cell=${cell === null || cell === undefined ? 'None' : showCell(cell)}`,
    );
  }
  if (!('stateSize' in given)) {
    throw new ArgumentError(
      `${owner}: \`cell\`: The RNN cell should have a \`state_size\` attribute (single integer or list of integers, ` +
        `one integer per RNN state). Received: cell=${showCell(cell)}`,
    );
  }
  if (given.stateSize === null || given.stateSize === undefined) {
    throw new ArgumentError(`${owner}: \`cell\`: state_size must be specified as property on the RNN cell.`);
  }
  if (!isSize(given.stateSize)) {
    throw new ArgumentError(
      `${owner}: \`cell\`: state_size must be an integer, or a list/tuple of integers (one for each state tensor). ` +
        `Received: stateSize=${show(given.stateSize)}`,
    );
  }
  if (
    given.outputSize !== undefined &&
    given.outputSize !== null &&
    (!isSize(given.outputSize) || Array.isArray(given.outputSize))
  ) {
    throw new ArgumentError(
      `${owner}: \`cell\`: output_size must be an integer. Received: outputSize=${show(given.outputSize)}`,
    );
  }
  if (!isListOfWeights(given.weights)) {
    throw new ArgumentError(
      `${owner}: \`cell\`: \`weights\` must be a list of weights, which \`variable\` makes. Received: weights=${show(given.weights)}`,
    );
  }
  return given;
}

function isListOfWeights(weights: unknown): boolean {
  return weights === undefined || (Array.isArray(weights) && weights.every((weight) => weight instanceof Weight));
}

/** The sizes one by one. */
export function flatSizes(size: StateSize): number[] {
  return typeof size === 'number' ? [size] : size.flatMap(flatSizes);
}

/** Width of a cell's output. */
export function outputSizeOf(cell: Cell): number {
  return cell.outputSize ?? (flatSizes(cell.stateSize)[0] as number);
}

/** Puts a flat list of states into the form of their sizes. */
export function nestStates<T>(sizes: readonly StateSize[], flat: readonly T[]): States<T>[] {
  let next = 0;
  const nest = (size: StateSize): States<T> => (typeof size === 'number' ? (flat[next++] as T) : size.map(nest));
  return sizes.map(nest);
}

/** Whether a value is one state: a tensor, or arrays of numbers two deep. */
function isState(value: unknown): boolean {
  if (!Array.isArray(value)) return true;
  return !value.some((each) =>
    !Array.isArray(each) ? typeof each === 'object' : each.some((one) => typeof one === 'object'),
  );
}

/** States, nested or not, one by one. */
export function flatStates(value: unknown, depth = 4): unknown[] {
  if (depth === 0 || isState(value)) return [value];
  return (value as unknown[]).flatMap((each) => flatStates(each, depth - 1));
}

/** What a cell's `call` gave: output and states, flat and checked in number, and what it saved. */
export function readStep(
  owner: string,
  given: unknown,
  count: number,
): { output: Tensor; states: Tensor[]; saved: unknown } {
  if (!Array.isArray(given) || given.length < 2) {
    throw new ArgumentError(`${owner}: \`call\` of the cell must return [output, states], received ${show(given)}`);
  }
  const states = flatStates(given[1]).map((state) => toTensor(state, `${owner}: state of the cell`));
  if (states.length !== count) {
    throw new ArgumentError(`${owner}: \`call\` of the cell returned ${states.length} states, stateSize says ${count}`);
  }
  return { output: toTensor(given[0], `${owner}: output of the cell`), states, saved: given[2] };
}

/** The first states of a cell, flat: [batch, size] each. @throws {ArgumentError} {ShapeError} if the cell gives others. */
export function initialStates(owner: string, cell: Cell, batch: number): Tensor[] {
  const sizes = flatSizes(cell.stateSize);
  if (typeof cell.getInitialState !== 'function') {
    return sizes.map((size) => new Tensor(new Float32Array(batch * size), [batch, size]));
  }
  const argument = `${owner}: getInitialState of the cell`;
  const states = flatStates(cell.getInitialState(batch)).map((state) => toTensor(state, argument));
  if (states.length !== sizes.length) {
    throw new ArgumentError(`${argument} gives ${states.length} states, stateSize says ${sizes.length}`);
  }
  states.forEach(({ shape }, index) => {
    const expected = [batch, sizes[index] as number];
    if (showShape(shape) === showShape(expected)) return;
    throw new ShapeError(`${argument}: state ${index} has shape ${showShape(shape)}, expected ${showShape(expected)}`);
  });
  return states;
}

/** Forgets the dropout masks that a cell keeps: within a layer they belong to one call. */
export function resetMasks(cell: Cell): void {
  const { resetDropoutMask, resetRecurrentDropoutMask, resetMasks: resetParts } = cell as Partial<MaskedCell>;
  resetParts?.call(cell);
  resetDropoutMask?.call(cell);
  resetRecurrentDropoutMask?.call(cell);
}

// What a cell with dropout has: Keras' names, and that of a stack.
interface MaskedCell {
  resetDropoutMask(): void;
  resetRecurrentDropoutMask(): void;
  resetMasks(): void;
}
