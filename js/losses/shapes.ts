import { showShape } from '../runtime/check.js';
import { ShapeError } from '../runtime/errors.js';
import type { Tensor } from '../runtime/tensor.js';

/** A known shape. */
export type Sizes = readonly number[];

/** Number of elements. */
export function product(sizes: Sizes): number {
  return sizes.reduce((all, size) => all * size, 1);
}

/** Whether two shapes are equal. */
export function isSame(a: Sizes, b: Sizes): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

/** As Keras: where one has an axis more, of size 1, it is taken away, or given to the other if that has only one axis. */
export function toSameRank(a: Sizes, b: Sizes): [Sizes, Sizes] {
  if (a.length < b.length) {
    const [longer, shorter] = toSameRank(b, a);
    return [shorter, longer];
  }
  if (a.length !== b.length + 1 || a.at(-1) !== 1) return [a, b];
  return b.length === 1 ? [a, [...b, 1]] : [a.slice(0, -1), b];
}

/**
 * Weights or a mask, one number per value; sizes of 1 and missing first axes are repeated.
 * @param values Shape of the values.
 * @param samplewise Whether missing axes are the last ones, as metrics have it.
 * @throws {ShapeError} that says which shape is due.
 */
export function spread(
  owner: string,
  argument: string,
  { data, shape }: Tensor,
  values: Sizes,
  samplewise = false,
): Float32Array {
  const [own, to] = toSameRank(shape, values);
  const missing = Math.max(0, to.length - own.length);
  const ones = Array<number>(missing).fill(1);
  const from = samplewise && own.length > 0 ? [...own, ...ones] : [...ones, ...own];
  if (from.length !== to.length || from.some((size, axis) => size !== 1 && size !== to[axis])) {
    throw new ShapeError(
      `${owner}: \`${argument}\` must have the shape ${showShape(values)} or one that can be repeated to it, ` +
        `received ${showShape(shape)}`,
    );
  }
  if (isSame(from, to)) return data;
  return new Float32Array(product(to)).map((_, index) => {
    let at = 0;
    let step = 1;
    let rest = index;
    for (let axis = to.length - 1; axis >= 0; axis -= 1) {
      const [size, had] = [to[axis] as number, from[axis] as number];
      if (had !== 1) at += (rest % size) * step;
      step *= had;
      rest = Math.floor(rest / size);
    }
    return data[at] as number;
  });
}
