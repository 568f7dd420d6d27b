import { checkShape, elements, show, showShape } from './check.js';
import { ArgumentError, ShapeError } from './errors.js';

/** Arrays of numbers within arrays, all of the same length at each depth. */
export type NestedArray = number | readonly NestedArray[];
/** Arrays of booleans or numbers; true means: use the step. */
export type NestedMask = boolean | number | readonly NestedMask[];

/** Typed arrays that are taken for data. Float64 and integers are rounded to float32. */
export type NumberArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array;

/** Whatever is taken where data is wanted. */
export type TensorLike = Tensor | NestedArray | { readonly data: NumberArray; readonly shape: readonly number[] };
/** Whatever is taken for a mask, shape [batch, steps] or [batch, steps, 1]; not 0 means: use the step. */
export type MaskLike = TensorLike | NestedMask;

/** float32 numbers with a shape, row-major. The data is the caller's own copy. */
export class Tensor {
  /** The numbers, row-major. */
  readonly data: Float32Array;
  /** Size of each axis, batch first. */
  readonly shape: readonly number[];
  /** Null, or the mask that a layer attached to its eager output (1 = use the step): the next layer reads it. */
  readonly mask: Tensor | null;

  /** Wraps without a copy; use {@link tensor} to make one from your own data. */
  constructor(data: Float32Array, shape: readonly number[], mask: Tensor | null = null) {
    this.data = data;
    this.shape = shape;
    this.mask = mask;
  }

  /** The numbers as nested arrays; a number for a tensor without axes. */
  toArray(): NestedArray {
    const nest = (axis: number, start: number, length: number): NestedArray => {
      if (axis === this.shape.length) return this.data[start] as number;
      const size = this.shape[axis] as number;
      const step = size === 0 ? 0 : length / size;
      return Array.from({ length: size }, (_, index) => nest(axis + 1, start + index * step, step));
    };
    return nest(0, 0, this.data.length);
  }
}

// Works on typed arrays of any realm, and on nothing else: undefined for DataView and other objects.
const typedArrayName = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype) as object,
  Symbol.toStringTag,
)?.get as (this: unknown) => string | undefined;

/** Checks that a value is a typed array of numbers, of any realm, with its buffer attached. */
export function checkNumberArray(owner: string, value: unknown): NumberArray {
  const name = ArrayBuffer.isView(value) ? typedArrayName.call(value) : undefined;
  if (name === undefined) throw new ArgumentError(`${owner} must be a typed array of numbers, received ${show(value)}`);
  if (name.startsWith('Big')) {
    throw new ArgumentError(`${owner} is a ${name}: 64-bit integers are not taken, convert them to numbers first`);
  }
  const array = value as NumberArray;
  if (array.length === 0 && detached(array.buffer))
    throw new ArgumentError(`${owner} is detached: its data went elsewhere`);
  return array;
}

function detached(buffer: ArrayBufferLike): boolean {
  try {
    new Uint8Array(buffer);
    return false;
  } catch {
    return true;
  }
}

function isTensorObject(value: unknown): value is { data: unknown; shape: unknown } {
  return value !== null && typeof value === 'object' && 'data' in value && 'shape' in value;
}

function fromParts(owner: string, data: unknown, shape: unknown): Tensor {
  const sizes = checkShape(owner, 'shape', shape, false, true) as readonly number[];
  const array = Array.isArray(data) ? fromNested(owner, data, false).data : checkNumberArray(`${owner}: data`, data);
  const count = elements(owner, 'shape', sizes);
  if (array.length !== count) {
    throw new ShapeError(`${owner}: shape ${showShape(sizes)} needs ${count} numbers, data has ${array.length}`);
  }
  return new Tensor(isFloat32(array) ? array : Float32Array.from(array), sizes);
}

function isFloat32(array: unknown): array is Float32Array {
  return typedArrayName.call(array) === 'Float32Array';
}

function fromNested(owner: string, value: unknown, booleans: boolean): Tensor {
  const shape: number[] = [];
  for (let level = value; Array.isArray(level); level = level[0] as unknown) {
    shape.push(level.length);
    if (shape.length > 8) throw new ShapeError(`${owner}: more than 8 axes`);
    if (level.length === 0) break;
  }
  checkShape(owner, 'shape', shape, false, true);
  const data = new Float32Array(elements(owner, 'shape', shape));
  let next = 0;
  const fill = (level: unknown, axis: number): void => {
    if (axis < shape.length) {
      if (!Array.isArray(level) || level.length !== shape[axis]) {
        throw new ShapeError(
          `${owner}: ragged array: at depth ${axis + 1} expected an array of ${shape[axis]}, received ${show(level)}`,
        );
      }
      for (let index = 0; index < level.length; index += 1) fill(level[index], axis + 1);
    } else if (typeof level === 'number') {
      data[next++] = level;
    } else if (booleans && typeof level === 'boolean') {
      data[next++] = level ? 1 : 0;
    } else if (Array.isArray(level)) {
      throw new ShapeError(`${owner}: ragged array: expected a number at depth ${axis + 1}, received ${show(level)}`);
    } else {
      throw new ArgumentError(`${owner}: expected numbers${booleans ? ' or booleans' : ''}, received ${show(level)}`);
    }
  };
  fill(value, 0);
  return new Tensor(data, shape);
}

/**
 * Reads whatever API users may pass for data. Float32 data are not copied.
 * @param owner Layer and argument, for the message.
 */
export function toTensor(value: unknown, owner: string, booleans = false): Tensor {
  if (value instanceof Tensor) return checkedTensor(owner, value);
  if (Array.isArray(value) || typeof value === 'number' || (booleans && typeof value === 'boolean')) {
    return fromNested(owner, value, booleans);
  }
  if (ArrayBuffer.isView(value)) {
    checkNumberArray(owner, value);
    throw new ShapeError(`${owner}: a bare typed array has no shape here; pass tensor(data, shape) or { data, shape }`);
  }
  if (isTensorObject(value)) return fromParts(owner, value.data, value.shape);
  throw new ArgumentError(`${owner}: expected a Tensor, nested arrays or { data, shape }, received ${show(value)}`);
}

// A tensor may have been made by hand, and its data can be detached or shrink afterwards.
function checkedTensor(owner: string, value: Tensor): Tensor {
  let count = 1;
  let sound = isFloat32(value.data) && Array.isArray(value.shape);
  if (!sound) return fromParts(owner, value.data, value.shape);
  for (const size of value.shape) {
    count *= size;
    sound &&= Number.isInteger(size) && size >= 0;
  }
  return sound && value.data.length === count ? value : fromParts(owner, value.data, value.shape);
}

/** Reads a mask, shape [batch, steps] or [batch, steps, 1]. */
export function toMask(value: unknown, owner: string): Tensor {
  const mask = toTensor(value, owner, true);
  const { shape } = mask;
  if (shape.length === 3 && shape[2] === 1) return new Tensor(mask.data, shape.slice(0, 2));
  if (shape.length !== 2) {
    throw new ShapeError(`${owner}: expected shape (batch, steps) or (batch, steps, 1), received ${showShape(shape)}`);
  }
  return mask;
}

/**
 * Makes a tensor.
 * @param value Nested arrays, or a typed array together with `shape`. The data are copied.
 * @param shape Size of each axis; only the first may be 0.
 * @throws {ShapeError} if the arrays are ragged or the shape does not fit the data.
 * @throws {ArgumentError} if there is something else than numbers in it.
 *
 * @example tensor([[1, 2], [3, 4]]); tensor(new Float32Array(6), [2, 3]);
 */
export function tensor(value: NestedArray | NumberArray, shape?: readonly number[]): Tensor {
  if (shape === undefined) {
    if (ArrayBuffer.isView(value)) {
      const array = checkNumberArray('tensor', value);
      return new Tensor(Float32Array.from(array), [array.length]);
    }
    return toTensor(value, 'tensor');
  }
  const made = fromParts('tensor', value, shape);
  return new Tensor(made.data === (value as unknown) ? made.data.slice() : made.data, made.shape);
}
