import { show, showShape } from '../runtime/check.js';
import { ArgumentError } from '../runtime/errors.js';
import type { Tensor, TensorLike } from '../runtime/tensor.js';
import type { Weight } from '../runtime/weight.js';

/** Checks all values, then writes them. */
export function writeWeights(
  owner: { name: string; weights: readonly Weight[]; owner: string },
  values: unknown,
): void {
  const { weights, name } = owner;
  if (!Array.isArray(values)) {
    throw new ArgumentError(
      `${owner.owner}: \`weights\` must be an array with one entry per weight, received ${show(values)}`,
    );
  }
  if (values.length !== weights.length) {
    throw new ArgumentError(
      `${owner.owner}: You called \`set_weights(weights)\` on layer '${name}' with a weight list of length ${values.length}, ` +
        `but the layer was expecting ${weights.length} weights.`,
    );
  }
  const tensors = weights.map((weight, index) =>
    weight.check(
      values[index] as TensorLike,
      `${owner.owner}: weights[${index}] (${weight.name})`,
      `Layer ${name} weight shape ${showShape(weight.shape)} is not compatible with`,
    ),
  );
  weights.forEach((weight, index) => {
    weight.write(tensors[index] as Tensor);
  });
}
