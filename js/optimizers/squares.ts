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
// Kernels that take what was summed up over the lookups.
const TAKERS = ['adamax', 'adadelta', 'ftrl', 'adafactor'];

/** Whether it makes a difference that lookups are squared one by one. */
export function squaresLookups({ kernel }: Part): boolean {
  return kernel in SQUARES || TAKERS.includes(kernel);
}

/** Address of what a kernel takes of the lookups of a table; 0 if it takes nothing. @param squares See `Optimizer.step`. */
export function lookupsFor({ kernel }: Part, squares: number, size: number): number {
  if (squares === 0 || !TAKERS.includes(kernel)) return 0;
  return kernel === 'adamax' ? squares + aligned(4 * size) : squares;
}

/**
 * Adds to the averages of squares beforehand what Σ g² over the single lookups is above the (Σ g)² that the kernels take.
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
    const rule = SQUARES[kernel];
    const keep = rule === undefined ? 0 : rule.keep < 0 ? 0.5 : (parameters[rule.keep] as number);
    if (rule === undefined || keep === 0) continue;
    const { size } = variable;
    // These kernels do not take Σ |g|.
    const spare = own + aligned(4 * size);
    kernels()._multiply_elements(spare, gradient, gradient, size);
    blend(own, spare, size, 1, -1);
    blend(block.address + (slots[rule.slot] as number) + 4 * offset, own, size, 1, (1 - keep) / keep);
  }
}
