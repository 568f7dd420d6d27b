import type { Config } from '../family.js';
import { toSnakeCase } from '../layers/names.js';
import type { LossFunction } from '../losses/loss.js';
import { product, type Sizes } from '../losses/shapes.js';
import { checkLabels, checkSame, LOSSES, valuesOf } from '../losses/table.js';
import { checkInteger, checkNumber } from '../runtime/check.js';
import { ShapeError } from '../runtime/errors.js';
import { aligned } from '../runtime/memory.js';
import { kernels } from '../runtime/module.js';
import { Tensor, type TensorLike, toTensor } from '../runtime/tensor.js';
import type { Core } from './metric.js';

/** Values of a batch in the heap. */
interface Values {
  shape: Sizes;
  bytes: number;
  /** Whether the values of rows that count for nothing get weight 0 where there are weights. */
  masks?: boolean;
  forward(values: number, mask: number, workspace: number, targets: number, predictions: number): void;
}
type ValuesOf = (owner: string, yTrue: Sizes, yPred: Sizes) => Values;

/** The weighted mean, or sum, of values. */
export function meanOf(valuesAt: ValuesOf, finish = (mean: number): number => mean, isSum = false): Core {
  return {
    masks: true,
    size: () => 2,
    plan(owner, yTrue, yPred) {
      const values = valuesAt(owner, yTrue, yPred);
      const { shape } = values;
      const rows = product(shape);
      const room = aligned(4 * rows);
      // A sample counts once, however many values it has.
      const part = isSum || shape.length < 2 || rows === 0 ? 1 : (shape[0] as number) / rows;
      return {
        shape,
        bytes: 2 * room + aligned(rows) + aligned(values.bytes),
        add(counts, workspace, predictions, targets, weights) {
          const core = kernels();
          const [masked, mask, rest] = [workspace + room, workspace + 2 * room, workspace + 2 * room + aligned(rows)];
          if (values.masks) core.HEAPU8.fill(1, mask, mask + rows);
          values.forward(workspace, values.masks ? mask : 0, rest, targets, predictions);
          let own = weights;
          if (values.masks && weights !== 0) {
            own = masked;
            for (let row = 0; row < rows; row += 1) {
              const weight = core.HEAPF32[weights / 4 + row] as number;
              core.HEAPF32[masked / 4 + row] = weight * (core.HEAPU8[mask + row] as number);
            }
          }
          const start = counts / 8;
          const [total, count] = [core.HEAPF64[start] as number, core.HEAPF64[start + 1] as number];
          core.HEAPF64.fill(0, start, start + 2);
          core._add_weighted(counts, workspace, own, rows);
          core.HEAPF64[start] = total + part * (core.HEAPF64[start] as number);
          core.HEAPF64[start + 1] = count + part * (core.HEAPF64[start + 1] as number);
        },
      };
    },
    result: ([total = 0, count = 0]) => (isSum ? total : finish(count === 0 ? 0 : total / count)),
  };
}

/** The values themselves. */
export const given: ValuesOf = (_owner, _yTrue, shape) => ({
  shape,
  bytes: 0,
  forward(values, _mask, _workspace, targets) {
    kernels().HEAPF32.copyWithin(values / 4, targets / 4, targets / 4 + product(shape));
  },
});

/** The values of one of Keras' losses. */
export function valuesOfLoss(className: string, config: Config): ValuesOf {
  const spec = LOSSES.find((each) => each.className === className) as (typeof LOSSES)[number];
  const all = { ...spec.own, ...config };
  return (owner, yTrue, yPred) => {
    const values = valuesOf(spec, toSnakeCase(className), all, owner, yTrue, yPred);
    return {
      ...values,
      forward: (to, mask, workspace, targets, predictions) =>
        values.forward(to, 0, mask, workspace, targets, predictions),
    };
  };
}

/** (p - y)², element by element. */
export const squaredErrors: ValuesOf = (owner, yTrue, yPred) => {
  const shape = checkSame(owner, yTrue, yPred);
  const columns = valuesOfLoss('MeanSquaredError', {})(owner, [product(shape), 1], [product(shape), 1]);
  return { ...columns, shape };
};

// In the kernel's order.
const KINDS = ['exact', 'binary', 'categorical', 'sparse', 'top_k', 'sparse_top_k'] as const;

/** Accuracies, value 0 or 1 per row. */
export function accuracy(kind: (typeof KINDS)[number], parameter: (config: Config) => unknown) {
  return (config: Config, className: string): Core => {
    const code = KINDS.indexOf(kind);
    const value = parameter(config);
    if (kind.endsWith('top_k')) checkInteger(className, 'k', value, 1, 2 ** 24);
    else checkNumber(className, 'threshold', value);
    return meanOf((owner, yTrue, yPred) => {
      const isSparse = kind.startsWith('sparse');
      const output = isSparse ? yPred : checkSame(owner, yTrue, yPred);
      if (isSparse) checkLabels(owner, yTrue, yPred, 0);
      // Of exact and binary accuracy every element is a value.
      const byElement = kind === 'exact' || kind === 'binary';
      const shape = byElement ? output : output.slice(0, -1);
      const rows = product(shape);
      const columns = byElement ? 1 : (output.at(-1) ?? 1);
      return {
        shape,
        bytes: 0,
        forward: (values, _mask, _workspace, targets, predictions) =>
          kernels()._accuracy_values(values, targets, predictions, rows, columns, code, value as number),
      };
    });
  };
}

/** Pearson's correlation of the rows, or Lin's. */
export function correlation(isConcordance: boolean): Core {
  return meanOf((owner, yTrue, yPred) => {
    const output = checkSame(owner, yTrue, yPred);
    const shape = output.slice(0, -1);
    return {
      shape,
      bytes: 0,
      forward: (values, _mask, _workspace, targets, predictions) =>
        kernels()._correlation_values(
          values,
          targets,
          predictions,
          product(shape),
          output.at(-1) ?? 1,
          isConcordance ? 1 : 0,
        ),
    };
  });
}

/** A function of the user's: values per sample. */
export type MetricFunction = (yTrue: Tensor, yPred: Tensor) => TensorLike | ReturnType<LossFunction>;

/** The mean of what a function of the user's gives. */
export function meanOfFunction(fn: MetricFunction): Core {
  return meanOf((owner, yTrue, yPred) => {
    const shape = yPred.length > 1 ? yPred.slice(0, -1) : yPred;
    const read = (address: number, sizes: Sizes) =>
      new Tensor(kernels().HEAPF32.slice(address / 4, address / 4 + product(sizes)), sizes);
    return {
      shape,
      bytes: 0,
      forward(values, _mask, _workspace, targets, predictions) {
        const result = fn(read(targets, yTrue), read(predictions, yPred));
        const isLoss = result !== null && typeof result === 'object' && 'value' in result;
        const tensor = toTensor(isLoss ? result.value : result, `${owner}: values of fn`);
        if (tensor.data.length !== product(shape)) {
          throw new ShapeError(`${owner}: fn must give values of shape [${shape}], received [${tensor.shape}]`);
        }
        kernels().HEAPF32.set(tensor.data, values / 4);
      },
    };
  });
}
