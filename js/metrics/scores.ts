import type { Config } from '../family.js';
import type { Sizes } from '../losses/shapes.js';
import { checkSame } from '../losses/table.js';
import { show, showShape } from '../runtime/check.js';
import { ArgumentError, ShapeError } from '../runtime/errors.js';
import { kernels } from '../runtime/module.js';
import type { Core } from './metric.js';

const EPSILON = 1e-7;
const mean = (values: readonly number[]): number => values.reduce((sum, each) => sum + each, 0) / values.length;
const columnsOf = (yPred: Sizes): number => yPred.at(-1) ?? 1;

// Rows of `width` counts.
function tables(counts: Float64Array, width: number, end = counts.length): number[][] {
  return Array.from({ length: Math.floor(end / width) }, (_, index) => [
    ...counts.subarray(index * width, (index + 1) * width),
  ]);
}

function checkMatrix(className: string, yTrue: Sizes, yPred: Sizes): [rows: number, columns: number] {
  if (yTrue.length === 2 && yPred.length === 2) return yPred as unknown as [number, number];
  throw new ShapeError(
    `${className} expects 2D inputs with shape (batch_size, output_dim). Received input shapes: ` +
      `y_pred.shape=${showShape(yPred)} and y_true.shape=${showShape(yTrue)}.`,
  );
}

/** FBetaScore and F1Score. */
export function fScore(config: Config): Core {
  const { average, threshold } = config;
  const beta = (config.beta ?? 1) as number;
  if (![null, 'micro', 'macro', 'weighted'].includes(average as string | null)) {
    throw new ArgumentError(
      "Invalid `average` argument value. Expected one of: {None, 'micro', 'macro', 'weighted'}. Received: " +
        `average=${average}`,
    );
  }
  if (!(typeof beta === 'number' && beta > 0)) {
    throw new ArgumentError(`Invalid \`beta\` argument value. It should be > 0. Received: beta=${show(beta)}`);
  }
  if (threshold !== null && !(typeof threshold === 'number' && threshold > 0 && threshold <= 1)) {
    throw new ArgumentError(
      `Invalid \`threshold\` argument value. It should verify 0 < threshold <= 1. Received: threshold=${show(threshold)}`,
    );
  }
  const score = ([tp = 0, fp = 0, fn = 0]: readonly number[]): number => {
    const precision = tp / (tp + fp + EPSILON);
    const recall = tp / (tp + fn + EPSILON);
    return ((precision * recall) / (beta ** 2 * precision + recall + EPSILON)) * (1 + beta ** 2);
  };
  return {
    size: (yPred) => 3 * columnsOf(yPred),
    plan(_owner, yTrue, yPred) {
      const [rows, columns] = checkMatrix('FBetaScore', yTrue, yPred);
      checkSame('FBetaScore', yTrue, yPred);
      return {
        shape: [rows],
        bytes: 0,
        add: (counts, _workspace, predictions, targets, weights) =>
          kernels()._add_score_counts(
            counts,
            targets,
            predictions,
            weights,
            rows,
            columns,
            (threshold as number | null) ?? Number.NaN,
          ),
      };
    },
    result(counts) {
      const classes = tables(counts, 3);
      if (classes.length === 0) return average === null ? [] : 0;
      if (average === 'micro') {
        return score([0, 1, 2].map((each) => classes.reduce((sum, row) => sum + (row[each] as number), 0)));
      }
      const scores = classes.map(score);
      if (average === null) return scores;
      if (average === 'macro') return mean(scores);
      const positives = classes.map(([tp = 0, , fn = 0]) => tp + fn);
      const all = positives.reduce((sum, each) => sum + each, 0) + EPSILON;
      return scores.reduce((sum, each, index) => sum + (each * (positives[index] as number)) / all, 0);
    },
  };
}

/** R2Score. */
export function r2(config: Config): Core {
  const { class_aggregation: aggregation, num_regressors: regressors } = config;
  if (![null, 'uniform_average', 'variance_weighted_average'].includes(aggregation as string | null)) {
    throw new ArgumentError(
      "Invalid value for argument `class_aggregation`. Expected one of (None, 'uniform_average', " +
        `'variance_weighted_average'). Received: class_aggregation=${aggregation}`,
    );
  }
  if (!(Number.isInteger(regressors) && (regressors as number) >= 0)) {
    throw new ArgumentError(
      `Invalid value for argument \`num_regressors\`. Expected a value >= 0. Received: num_regressors=${show(regressors)}`,
    );
  }
  const adjust = (score: number, samples: number): number => {
    const left = samples - (regressors as number) - 1;
    return regressors === 0 || left <= 0 ? score : 1 - ((1 - score) * (samples - 1)) / left;
  };
  return {
    size: (yPred) => 4 * columnsOf(yPred) + 1,
    plan(owner, yTrue, yPred) {
      const output = checkSame(owner, yTrue, yPred);
      const [rows, columns] = checkMatrix('R2Score', output, output);
      return {
        shape: [rows],
        bytes: 0,
        add(counts, _workspace, predictions, targets, weights) {
          kernels()._add_squares(counts, targets, predictions, weights, rows, columns);
          const samples = counts / 8 + 4 * columns;
          kernels().HEAPF64[samples] = (kernels().HEAPF64[samples] as number) + rows * columns;
        },
      };
    },
    result(counts) {
      if (counts.length === 0) return 0;
      const samples = counts.at(-1) as number;
      const totals: number[] = [];
      const scores = tables(counts, 4).map(([sum = 0, squares = 0, errors = 0, count = 0]) => {
        const total = squares - (sum * sum) / count;
        totals.push(total);
        const score = 1 - errors / total;
        return Math.abs(score) === Number.POSITIVE_INFINITY ? 0 : score;
      });
      if (aggregation === null) return scores.map((score) => adjust(score, samples));
      if (aggregation === 'uniform_average') return adjust(mean(scores), samples);
      const all = totals.reduce((sum, each) => sum + each, 0);
      return adjust(scores.reduce((sum, each, index) => sum + each * (totals[index] as number), 0) / all, samples);
    },
  };
}

/** Intersection over union of the classes asked for, all for null. */
export function iou(config: Config, className: string): Core {
  const isBinary = className === 'BinaryIoU';
  const classes = isBinary ? 2 : (config.num_classes as number);
  if (!(Number.isInteger(classes) && classes > 0 && classes <= 4096)) {
    throw new ArgumentError(
      `${className}: \`num_classes\` must be a whole number from 1 to 4096, received ${show(classes)}`,
    );
  }
  const asked = (config.target_class_ids ?? Array.from({ length: classes }, (_, index) => index)) as number[];
  if (!Array.isArray(asked) || !asked.every((each) => Number.isInteger(each) && each >= 0 && each < classes)) {
    throw new ArgumentError(
      `${className}: \`target_class_ids\` must be class numbers below ${classes}, received ${show(asked)}`,
    );
  }
  const isSparse = (key: string) => isBinary || config[key] === true;
  const takes = {
    y_true: isSparse('sparse_y_true') && !className.startsWith('OneHot'),
    y_pred: isSparse('sparse_y_pred'),
  };
  const rowsOf = (sizes: Sizes, sparse: boolean) =>
    sizes.slice(0, sparse ? sizes.length : -1).reduce((a, b) => a * b, 1);
  const reader = (address: number, width: number) => (row: number) => {
    const { HEAPF32 } = kernels();
    if (width === 1) return HEAPF32[address / 4 + row] as number;
    const part = HEAPF32.subarray(address / 4 + row * width, address / 4 + (row + 1) * width);
    return part.indexOf(part.reduce((most, each) => Math.max(most, each)));
  };
  return {
    size: () => classes * classes,
    plan(owner, yTrue, yPred) {
      const rows = rowsOf(yPred, takes.y_pred);
      if (rowsOf(yTrue, takes.y_true) !== rows) {
        throw new ShapeError(`${owner}: targets ${showShape(yTrue)} do not fit predictions ${showShape(yPred)}`);
      }
      return {
        shape: takes.y_pred ? yPred : yPred.slice(0, -1),
        bytes: 0,
        add(counts, _workspace, predictions, targets, weights) {
          const { HEAPF32, HEAPF64 } = kernels();
          const [target, output] = [
            reader(targets, takes.y_true ? 1 : columnsOf(yTrue)),
            reader(predictions, takes.y_pred ? 1 : columnsOf(yPred)),
          ];
          for (let row = 0; row < rows; row += 1) {
            const y = Math.trunc(target(row));
            const p = isBinary ? Number(output(row) >= (config.threshold as number)) : Math.trunc(output(row));
            const isIn = y >= 0 && y < classes && p >= 0 && p < classes && y !== config.ignore_class;
            const at = counts / 8 + y * classes + p;
            const weight = weights === 0 ? 1 : Math.trunc(HEAPF32[weights / 4 + row] as number);
            if (isIn) HEAPF64[at] = (HEAPF64[at] as number) + weight;
          }
        },
      };
    },
    result(counts) {
      if (counts.length === 0) return 0;
      const matrix = tables(counts, classes);
      let [sum, valid] = [0, 0];
      for (const each of asked) {
        const hit = matrix[each]?.[each] as number;
        const inRow = matrix[each]?.reduce((all, count) => all + count, 0) as number;
        const inColumn = matrix.reduce((all, row) => all + (row[each] as number), 0);
        const union = inRow + inColumn - hit;
        if (union <= 1e-9) continue;
        sum += hit / (union + EPSILON);
        valid += 1;
      }
      return sum / (valid + EPSILON);
    },
  };
}
