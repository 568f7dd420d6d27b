import { kernels } from '../runtime/module.js';
import type { Weight } from '../runtime/weight.js';

/** Bytes of a segment in the heap: offset, count, rows, columns, decays. */
export const SEGMENT_BYTES = 5 * 4;

/** A variable's place in the optimizer's blocks. */
export interface Place {
  variable: Weight;
  /** In numbers. */
  offset: number;
  /** Index of the part that updates it. */
  part: number;
  decays: boolean;
}

/** Variables that one call of a kernel updates: weights, gradients and slots have the same layout. */
export interface Run {
  part: number;
  weights: number;
  gradients: number;
  /** Offset of the slots in bytes. */
  slots: number;
  /** What the kernel takes of the lookups of a table, which is a run by itself then; else 0. */
  lookups: number;
  segments: number;
  count: number;
}

/**
 * Writes segments and gives the runs: one, if weights lie in one block and gradients in another of the same layout.
 * @param gradients Addresses, 0 for variables without. @param table Address of room for a segment per variable.
 * @param lookupsOf Address of what is to be the `lookups` of a variable, or 0.
 */
export function findRuns(
  places: readonly Place[],
  gradients: readonly number[],
  table: number,
  joins: (part: number) => boolean,
  lookupsOf: (index: number) => number,
): Run[] {
  const runs: Run[] = [];
  let last: { weights: number; gradients: number; part: number; place: Place; run: Run } | null = null;
  let next = table;
  places.forEach((place, index) => {
    const { variable, offset, part, decays } = place;
    const gradient = gradients[index] as number;
    if (gradient === 0) return;
    const base = { weights: variable.address - 4 * offset, gradients: gradient - 4 * offset };
    const { HEAP32 } = kernels();
    const lookups = lookupsOf(index);
    const isLike = last !== null && last.weights === base.weights && last.gradients === base.gradients;
    const continues = isLike && last?.part === part && lookups === 0 && last.run.lookups === 0;
    let run = last?.run as Run;
    if (!continues) {
      const starts = { weights: variable.address, gradients: gradient, slots: 4 * offset };
      run = { part, ...starts, lookups, segments: next, count: 0 };
      runs.push(run);
    }
    const before = last?.place as Place;
    const touches =
      continues && joins(part) && before.decays === decays && before.offset + before.variable.size === offset;
    if (touches) {
      const count = (next - SEGMENT_BYTES) / 4 + 1;
      HEAP32[count] = (HEAP32[count] as number) + variable.size;
    } else {
      const [rows, columns] = variable.shape.length < 2 ? [0, 0] : variable.shape.slice(-2);
      HEAP32.set([offset - run.slots / 4, variable.size, rows as number, columns as number, decays ? 1 : 0], next / 4);
      run.count += 1;
      next += SEGMENT_BYTES;
    }
    last = { ...base, part, place, run };
  });
  return runs;
}
