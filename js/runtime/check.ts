import { ArgumentError, ShapeError } from './errors.js';

/** A shape; null stands for a size that is not known yet. */
export type Shape = readonly (number | null)[];

/** Largest size of one axis. */
export const MAXIMUM_DIMENSION = 2 ** 24;
/** Largest number of elements of one array: 2 GB of float32. */
export const MAXIMUM_ELEMENTS = 2 ** 29;

/** A value as it appears in a message, short. */
export function show(value: unknown, depth = 0): string {
  if (typeof value === 'string') return `'${value.length > 60 ? `${value.slice(0, 60)}…` : value}'`;
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function') return `function ${value.name}`;
  if (Array.isArray(value)) {
    const items = () => value.map((item) => show(item, depth + 1)).join(', ');
    return value.length > 8 || depth > 2 ? `an array of ${value.length}` : `[${items()}]`;
  }
  if (value !== null && typeof value === 'object') {
    return `an object (${Object.prototype.toString.call(value).slice(8, -1)})`;
  }
  return String(value);
}

/** A shape as Python prints a tuple. */
export function showShape(shape: Shape): string {
  const sizes = shape.map((size) => (size === null ? 'None' : String(size)));
  return sizes.length === 1 ? `(${sizes[0]},)` : `(${sizes.join(', ')})`;
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 0; i < a.length; i += 1) {
    const row = [i + 1];
    for (let j = 0; j < b.length; j += 1) {
      const replaced = (previous[j] as number) + (a[i] === b[j] ? 0 : 1);
      row.push(Math.min(replaced, (previous[j + 1] as number) + 1, (row[j] as number) + 1));
    }
    previous = row;
  }
  return previous[b.length] as number;
}

/** The known name that takes the fewest changes to reach from `name`. */
export function nearest(name: string, known: readonly string[]): string {
  const plain = (text: string) => text.slice(0, 100).replaceAll('_', '').toLowerCase();
  let best = '';
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of known) {
    const [own, other] = [plain(name), plain(candidate)];
    const contained = own.length > 2 && (own.includes(other) || other.includes(own));
    const distance = contained ? Math.min(2, editDistance(own, other)) : editDistance(own, other);
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

/**
 * Options of a call or constructor: a plain object whose every key is known. Nothing given is `{}`.
 * @param owner Named in the message, as `SimpleRNN` or `model.predict`.
 */
export function checkOptions<T extends object>(owner: string, options: T | undefined, known: readonly string[]): T {
  if (options === undefined) return {} as T;
  if (options === null || typeof options !== 'object' || Array.isArray(options)) {
    throw new ArgumentError(`${owner}: options must be an object, received ${show(options)}`);
  }
  for (const key of Object.keys(options)) {
    if (!known.includes(key)) {
      throw new ArgumentError(
        `${owner}: Unrecognized keyword arguments passed to ${owner}: {'${key}': ${show((options as Record<string, unknown>)[key])}}.` +
          (known.length > 0 ? ` Did you mean '${nearest(key, known)}'?` : ' It takes no options.'),
      );
    }
  }
  return options;
}

/** Whether a value is a function that can be called: classes cannot, and are told by their fixed prototype. */
export function isCallable(value: unknown): value is (...values: never[]) => unknown {
  return typeof value === 'function' && Object.getOwnPropertyDescriptor(value, 'prototype')?.writable !== false;
}

/** A finite number. */
export function checkNumber(owner: string, argument: string, value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw new ArgumentError(`${owner}: \`${argument}\` must be a finite number, received ${show(value)}`);
  }
  return value;
}

/** A boolean. */
export function checkBoolean(owner: string, argument: string, value: unknown): boolean {
  if (typeof value !== 'boolean') {
    throw new ArgumentError(`${owner}: \`${argument}\` must be true or false, received ${show(value)}`);
  }
  return value;
}

/** A whole number from `least` to `most`. */
export function checkInteger(owner: string, argument: string, value: unknown, least: number, most: number): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) {
    throw new ArgumentError(
      `${owner}: \`${argument}\` must be a whole number from ${least} to ${most}, received ${show(value)}`,
    );
  }
  return value;
}

/** A seed: null or a whole number. */
export function checkSeed(owner: string, value: unknown): number | null {
  if (value === null || value === undefined) return null;
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) {
    throw new ArgumentError(`${owner}: \`seed\` must be null or a whole number, received ${show(value)}`);
  }
  return value;
}

/**
 * A size that Keras wants positive (`units`, `inputDim`, …).
 * @param text Keras' own wording of the error.
 */
export function checkSize(owner: string, argument: string, value: unknown, text: string): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1) {
    throw new ArgumentError(`${owner}: \`${argument}\`: ${text}`);
  }
  if (value > MAXIMUM_DIMENSION) {
    throw new ShapeError(`${owner}: \`${argument}\` is ${value}, more than the largest size ${MAXIMUM_DIMENSION}`);
  }
  return value;
}

/** A shape whose sizes are whole numbers from 1 on, or null where `nulls` allows it; the first may be 0 with `zeroBatch`. */
export function checkShape(owner: string, argument: string, value: unknown, nulls: boolean, zeroBatch = false): Shape {
  if (!Array.isArray(value)) {
    throw new ArgumentError(`${owner}: \`${argument}\` must be an array of sizes, received ${show(value)}`);
  }
  if (value.length > 8)
    throw new ShapeError(`${owner}: \`${argument}\` has ${value.length} axes, at most 8 are possible`);
  // Holes become undefined, and are looked at.
  const sizes: unknown[] = Array.from(value);
  sizes.forEach((size, axis) => {
    if (nulls && (size === null || size === undefined)) return;
    const least = zeroBatch && axis === 0 ? 0 : 1;
    if (typeof size !== 'number' || !Number.isInteger(size) || size < least || size > MAXIMUM_DIMENSION) {
      throw new ShapeError(
        `${owner}: \`${argument}\`: axis ${axis} must be a whole number from ${least} to ${MAXIMUM_DIMENSION}` +
          `${nulls ? ' or null' : ''}, received ${show(size)}`,
      );
    }
  });
  return sizes.map((size) => (size as number | null | undefined) ?? null);
}

/** Number of elements of a known shape. @throws {ShapeError} if there are more than can be held. */
export function elements(owner: string, argument: string, shape: readonly number[]): number {
  let count = 1;
  for (const size of shape) count *= size;
  if (count > MAXIMUM_ELEMENTS) {
    throw new ShapeError(
      `${owner}: \`${argument}\` of shape ${showShape(shape)} has ${count} elements, at most ${MAXIMUM_ELEMENTS} can be held`,
    );
  }
  return count;
}
