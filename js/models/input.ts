import { type Shape, showShape } from '../runtime/check.js';
import { ShapeError } from '../runtime/errors.js';
import { checkNumberArray, Tensor, toTensor } from '../runtime/tensor.js';

/**
 * Reads a model's input and checks it against the shape the model was built for.
 * @param name Of the argument, for messages.
 * @param known The input shape, batch first, or null if it is not known yet.
 */
export function modelInput(owner: string, name: string, x: unknown, known: Shape | null): Tensor {
  const input = ArrayBuffer.isView(x) ? bareInput(`${owner}: ${name}`, x, known) : toTensor(x, `${owner}: ${name}`);
  if (known === null) {
    if (input.shape.length < 2) {
      throw new ShapeError(
        `${owner}: ${name}: expected at least 2 axes, batch first, received shape ${showShape(input.shape)}`,
      );
    }
    return input;
  }
  const { shape } = input;
  const fits =
    shape.length === known.length && known.every((size, axis) => axis === 0 || size === null || size === shape[axis]);
  if (!fits) {
    throw new ShapeError(
      `${owner}: ${name}: Invalid input shape. Expected shape ${showShape([null, ...known.slice(1)])}, ` +
        `but input has incompatible shape ${showShape(shape)}`,
    );
  }
  return input;
}

function bareInput(owner: string, x: unknown, known: Shape | null): Tensor {
  const array = checkNumberArray(owner, x);
  const row = known?.slice(1);
  if (row === undefined || row.includes(null)) {
    throw new ShapeError(
      `${owner}: a bare typed array needs a model whose input shape is known; pass tensor(data, shape)`,
    );
  }
  const size = row.reduce<number>((all, length) => all * (length as number), 1);
  if (array.length % size !== 0) {
    throw new ShapeError(
      `${owner}: ${array.length} numbers are no whole rows of shape ${showShape(row)}, ${size} numbers each`,
    );
  }
  const data = array instanceof Float32Array ? array : Float32Array.from(array);
  return new Tensor(data, [array.length / size, ...(row as number[])]);
}

/** Rows from `start` up to `end`, without a copy. */
export function rowsOf(input: Tensor, start: number, end: number): Tensor {
  const size = input.data.length / (input.shape[0] as number);
  return new Tensor(input.data.subarray(start * size, end * size), [end - start, ...input.shape.slice(1)]);
}
