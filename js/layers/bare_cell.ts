import { ArgumentError } from '../runtime/errors.js';
import type { Cell } from './cells.js';
import { Layer } from './layer.js';

/**
 * A copy of a cell, weights included. A bare object that has none may serve twice.
 * @throws {ArgumentError} for a bare object with weights: nobody but its author can copy it.
 */
export function cloneCell(owner: string, cell: Cell): Cell {
  if (cell instanceof Layer) return cell.clone();
  if (cell.build === undefined && (cell.weights ?? []).length === 0) return cell;
  throw new ArgumentError(
    `${owner}: clone: \`cell\` is a bare object with weights, and cannot be copied; derive a class from Layer`,
  );
}

/** Frees the weights of a cell that is a bare object; one that is a layer frees its own. */
export function releaseCell(cell: Cell): void {
  if (cell instanceof Layer) return;
  for (const weight of cell.weights ?? []) weight.release();
}
