import { UnsupportedError } from '../runtime/errors.js';
import {
  checkNumberArray,
  type NumberArray,
  type Tensor,
  type TensorLike,
  tensor,
  toTensor,
} from '../runtime/tensor.js';

/** Data, or a typed array: one axis. */
export type Values = TensorLike | NumberArray;

/** Reads data; a bare typed array has one axis. */
export function readValues(value: unknown, owner: string, booleans = false): Tensor {
  if (!ArrayBuffer.isView(value)) return toTensor(value, owner, booleans);
  return tensor(checkNumberArray(owner, value));
}

/** Options of Keras' that have no counterpart are refused by name. */
export function refuseOptions(owner: string, options: object, names: readonly string[], why: string): void {
  // What is no object is refused with the other options.
  const name = names.find((each) => Object.hasOwn(Object(options) as object, each));
  if (name !== undefined) throw new UnsupportedError(`${owner}: \`${name}\` is not supported: ${why}`);
}
