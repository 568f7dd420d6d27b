import type { Config } from '../family.js';
import { show } from '../runtime/check.js';
import { ModelFormatError } from '../runtime/errors.js';

/** A tensor of a graph as configurations name it: layer, application, place among the outputs. */
export interface Reference {
  name: string;
  node: number;
  index: number;
}

/** The reference that `[name, node, index]` is. @throws {ModelFormatError} */
export function checkReference(value: unknown): Reference {
  const [name, node, index] = Array.isArray(value) ? (value as unknown[]) : [];
  if (typeof name !== 'string' || !isCount(node) || !isCount(index)) {
    throw new ModelFormatError(`expected a tensor as [layer, node, index], received ${show(value)}`);
  }
  return { name, node, index };
}

/** The reference that Keras' `__keras_tensor__` holds; null if it is none. @throws {ModelFormatError} */
export function readReference(value: unknown): Reference | null {
  if (value === null || typeof value !== 'object') return null;
  const { class_name: className, config } = value as Config;
  if (className !== '__keras_tensor__') return null;
  const { keras_history: history, kerasHistory } = (config ?? {}) as Config;
  return checkReference(history ?? kerasHistory);
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
