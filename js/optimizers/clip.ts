import type { Config } from '../family.js';
import { aligned } from '../runtime/memory.js';
import { kernels } from '../runtime/module.js';

/** to = to · a + from · b, clipped to [-limit, limit]. */
export function blend(
  to: number,
  from: number,
  count: number,
  a: number,
  b: number,
  limit = Number.POSITIVE_INFINITY,
): void {
  kernels()._blend(to, from, count, a, b, limit);
}

function sumOf(address: number, size: number): number {
  let sum = 0;
  for (const number of kernels().HEAPF32.subarray(address / 4, address / 4 + size)) sum += number;
  return sum;
}

/**
 * Clips gradients in the heap as the configuration says; an address of 0 is no gradient.
 * @param squares See `Optimizer.step`.
 */
export function clip(
  config: Config,
  gradients: readonly number[],
  sizes: readonly number[],
  squares: readonly number[] = [],
): void {
  const { clipnorm, clipvalue, global_clipnorm: globally } = config as Record<string, number>;
  const norm = clipnorm || globally || 0;
  if (!(norm > 0) && !((clipvalue as number) > 0)) return;
  let all = 0;
  for (let index = 0; index < gradients.length; index += 1) {
    const [gradient, size] = [gradients[index] as number, sizes[index] as number];
    if (gradient === 0) continue;
    const own = squares[index] ?? 0;
    if (!(norm > 0)) {
      // Single lookups were clipped before they were summed up.
      if (own === 0) blend(gradient, gradient, size, 1, 0, clipvalue);
      continue;
    }
    const square = own === 0 ? kernels()._sum_of_squares(gradient, size) : sumOf(own, size);
    all += square;
    if (clipnorm) scale(gradient, own, size, norm / Math.max(Math.sqrt(square), norm));
  }
  if (clipnorm || !(norm > 0)) return;
  const length = Math.sqrt(all);
  // Infinite gradients become NaN, as in Keras.
  const factor = norm * Math.min(1 / length, 1 / norm) + (length - length);
  for (let index = 0; index < gradients.length; index += 1) {
    const gradient = gradients[index] as number;
    if (gradient !== 0) scale(gradient, squares[index] ?? 0, sizes[index] as number, factor);
  }
}

/** Multiplies a gradient, and its squares and sizes where there are some. */
export function scale(gradient: number, squares: number, size: number, factor: number): void {
  blend(gradient, gradient, size, factor, 0);
  if (squares === 0) return;
  blend(squares, squares, size, factor * factor, 0);
  const sizes = squares + aligned(4 * size);
  blend(sizes, sizes, size, factor, 0);
}
