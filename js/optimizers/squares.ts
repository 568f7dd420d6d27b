// Keras' TensorFlow backend gives optimizers the gradient of each lookup in a table by itself, and squares it by itself.
import { aligned } from '../runtime/memory.js';
import { kernels } from '../runtime/module.js';
import { blend } from './clip.js';
import type { Place } from './runs.js';
import type { State } from './state.js';
import type { Part } from './table.js';

/** How the gradients of single lookups in a table are summed up. */
export interface LookupRule {
  /** They are clipped to [-limit, limit] before. */
  limit: number;
  /** Whether Σ |g| is wanted as well. */
  hasSizes: boolean;
}

// Where kernels average g²: the slot, and which of their parameters is the share that is kept (-1: sums).
const SQUARES: Readonly<Record<string, { slot: number; keep: number }>> = {
  adam: { slot: 1, keep: 1 },
  nadam: { slot: 1, keep: 1 },
  lamb: { slot: 1, keep: 1 },
  rmsprop: { slot: 0, keep: 0 },
  adagrad: { slot: 0, keep: -1 },
};
// Kernels that take Σ g² over the lookups; adafactor takes its square root.
const TAKERS = ['adadelta', 'ftrl', 'adafactor'];

/** Whether it makes a difference that lookups are squared one by one. */
export function squaresLookups({ kernel }: Part): boolean {
  return kernel in SQUARES || kernel === 'adamax' || TAKERS.includes(kernel);
}

/** Address of what a kernel takes of the lookups of a table; 0 if it takes nothing. @param squares See `Optimizer.step`. */
export function lookupsFor({ kernel }: Part, squares: number): number {
  return TAKERS.includes(kernel) ? squares : 0;
}

/**
 * Makes ready what kernels take, or adds to the averages of squares beforehand what Σ g² over the single lookups is above
 * the (Σ g)² that the kernels take; the norm of adamax becomes at least Σ |g| / beta_2.
 * An average that keeps nothing of what was before cannot be helped in this way, and takes (Σ g)².
 * @param squares See `Optimizer.step`.
 */
export function spreadSquares(
  parts: readonly Part[],
  gradients: readonly number[],
  squares: readonly number[],
  { places, block, slots }: State,
): void {
  for (let index = 0; index < squares.length; index += 1) {
    const own = squares[index] as number;
    const gradient = gradients[index] as number;
    if (own === 0 || gradient === 0) continue;
    const { part, offset, variable } = places[index] as Place;
    const { kernel, parameters } = parts[part] as Part;
    const { size } = variable;
    const numbersAt = (address: number) => kernels().HEAPF32.subarray(address / 4, address / 4 + size);
    // Of the kernels below, none takes Σ |g|.
    const spare = own + aligned(4 * size);
    if (kernel === 'adafactor') {
      const sums = numbersAt(own);
      for (let each = 0; each < size; each += 1) sums[each] = Math.sqrt(sums[each] as number);
    }
    if (kernel === 'adamax') {
      const [sizes, norm] = [numbersAt(spare), numbersAt(block.address + slots[1] + 4 * offset)];
      const beta = parameters[1] as number;
      for (let each = 0; beta > 0 && each < size; each += 1) {
        norm[each] = Math.max(norm[each] as number, (sizes[each] as number) / beta);
      }
    }
    const rule = SQUARES[kernel];
    const keep = rule === undefined ? 0 : rule.keep < 0 ? 0.5 : (parameters[rule.keep] as number);
    if (rule === undefined || keep === 0) continue;
    kernels()._multiply_elements(spare, gradient, gradient, size);
    blend(own, spare, size, 1, -1);
    blend(block.address + (slots[rule.slot] as number) + 4 * offset, own, size, 1, (1 - keep) / keep);
  }
}
