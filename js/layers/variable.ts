import { checkBoolean, checkOptions } from '../runtime/check.js';
import { type TensorLike, toTensor } from '../runtime/tensor.js';
import { Weight } from '../runtime/weight.js';
import { checkName } from './layer_options.js';

/**
 * A weight that stands alone: for a cell that is a bare object.
 * @param value Its first numbers, which say its shape.
 * @param options `name` (default `'variable'`), `trainable` (default true).
 * @throws {ArgumentError} {ShapeError} if the value is no tensor.
 */
export function variable(value: TensorLike, options?: { name?: string; trainable?: boolean }): Weight {
  const given = checkOptions('variable', options, ['name', 'trainable']);
  const name = checkName('variable', given.name) ?? 'variable';
  const trainable = checkBoolean('variable', 'trainable', given.trainable ?? true);
  const tensor = toTensor(value, 'variable: value');
  const weight = new Weight({ name, path: name, shape: tensor.shape, trainable, regularizer: null, constraint: null });
  weight.write(tensor);
  return weight;
}
