import { checkInteger, checkOptions, elements, MAXIMUM_DIMENSION } from '../runtime/check.js';
import { ArgumentError } from '../runtime/errors.js';
import { Tensor } from '../runtime/tensor.js';
import { readValues, type Values } from './values.js';

const OWNER = 'toCategorical';

/** Options of {@link toCategorical}. */
export interface ToCategoricalOptions {
  /** Number of classes; null (the default): the largest class and one. */
  numClasses?: number | null;
}

/**
 * One-hot vectors of classes, along a new last axis.
 * @param x Whole numbers from 0 on, of any shape; a last axis of 1 is dropped if there are others.
 * @returns Shape [..., numClasses].
 * @throws {ArgumentError} for anything but whole numbers from 0 to `numClasses` - 1.
 * @see https://keras.io/api/utils/python_utils/#to_categorical-function
 */
export function toCategorical(x: Values, options: ToCategoricalOptions = {}): Tensor {
  const given = checkOptions(OWNER, options, ['numClasses']);
  const { data, shape } = readValues(x, `${OWNER}: x`);
  let largest = 0;
  for (const value of data) {
    if (!Number.isInteger(value) || value < 0) {
      throw new ArgumentError(`${OWNER}: \`x\`: classes are whole numbers from 0 on, received ${value}`);
    }
    largest = Math.max(largest, value);
  }
  const numClasses = checkInteger(OWNER, 'numClasses', given.numClasses ?? largest + 1, 1, MAXIMUM_DIMENSION);
  if (largest >= numClasses) {
    throw new ArgumentError(
      `${OWNER}: \`x\`: with ${numClasses} classes the last one is ${numClasses - 1}, received ${largest}`,
    );
  }
  const kept = shape.length > 1 && shape.at(-1) === 1 ? shape.slice(0, -1) : shape;
  const outputShape = [...kept, numClasses];
  const output = new Float32Array(elements(OWNER, 'x', outputShape));
  data.forEach((value, index) => {
    output[index * numClasses + value] = 1;
  });
  return new Tensor(output, outputShape);
}
