import { activationCode } from '../activation_table.js';
import type { Config } from '../family.js';
import { product, type Sizes } from '../losses/shapes.js';
import { checkSame } from '../losses/table.js';
import { checkInteger, checkNumber, show, showShape } from '../runtime/check.js';
import { ArgumentError, ShapeError } from '../runtime/errors.js';
import { aligned } from '../runtime/memory.js';
import { kernels } from '../runtime/module.js';
import type { Core, MetricResult } from './metric.js';

/** What is counted at one threshold. */
export interface Cell {
  tp: number;
  fp: number;
  tn: number;
  fn: number;
}

export interface ConfusionSettings {
  thresholds: readonly number[];
  /** AUC: the first threshold is below any prediction. */
  belowZero?: boolean;
  isEven: boolean;
  topK?: unknown;
  classId?: unknown;
  /** A table for every column. */
  byLabel?: boolean;
  labelWeights?: readonly number[] | null;
  fromLogits?: boolean;
}

/** a / b, 0 for b = 0. */
export const ratio = (a: number, b: number): number => (b === 0 ? 0 : a / b);

/** Tables by label, then by threshold. */
function cellsOf(counts: Float64Array, buckets: number): Cell[][] {
  const tables: Cell[][] = [];
  for (let start = 0; start < counts.length; start += 2 * buckets) {
    const [negatives, positives] = [0, 1].map((row) =>
      counts.subarray(start + row * buckets, start + (row + 1) * buckets),
    );
    const cells: Cell[] = [];
    const sum = (row: Float64Array | undefined, from: number) =>
      row?.subarray(from).reduce((all, each) => all + each, 0) ?? 0;
    for (let index = 1; index < buckets; index += 1) {
      const [tp, fp] = [sum(positives, index), sum(negatives, index)];
      cells.push({ tp, fp, fn: sum(positives, 0) - tp, tn: sum(negatives, 0) - fp });
    }
    tables.push(cells);
  }
  return tables;
}

/** Counts by thresholds; `result` gets the tables of all labels. */
export function confusion(settings: ConfusionSettings, result: (tables: Cell[][]) => MetricResult): Core {
  const { thresholds, isEven, belowZero = false, byLabel = false, labelWeights = null, fromLogits = false } = settings;
  const topK = settings.topK === null || settings.topK === undefined ? 0 : (settings.topK as number);
  const classId = settings.classId === null || settings.classId === undefined ? -1 : (settings.classId as number);
  const buckets = thresholds.length + 1;
  const columnsOf = (yPred: Sizes) => (yPred.length < 2 ? 1 : (yPred.at(-1) as number));
  const labels = (yPred: Sizes) => (byLabel ? columnsOf(yPred) : 1);
  return {
    size: (yPred) => labels(yPred) * 2 * buckets,
    plan(owner, yTrue, yPred) {
      const output = checkSame(owner, yTrue, yPred);
      const columns = columnsOf(output);
      const shape = output.length < 2 ? output : output.slice(0, -1);
      const rows = product(shape);
      if (classId >= 0 && (output.length < 2 || classId >= columns)) {
        throw new ShapeError(
          `${owner}: \`classId\` ${classId} is none of the classes of predictions ${showShape(yPred)}`,
        );
      }
      if (labelWeights !== null && labelWeights.length !== columns) {
        throw new ShapeError(`${owner}: \`labelWeights\` has ${labelWeights.length} entries for ${columns} labels`);
      }
      const logits = aligned(4 * buckets) + aligned(4 * columns);
      return {
        shape,
        bytes: logits + (fromLogits ? 4 * rows * columns : 0),
        add(counts, workspace, predictions, targets, weights) {
          const core = kernels();
          const own = workspace + aligned(4 * buckets);
          core.HEAPF32.set(thresholds, workspace / 4);
          if (labelWeights !== null) core.HEAPF32.set(labelWeights, own / 4);
          let from = predictions;
          if (fromLogits) {
            from = workspace + logits;
            core._activation_forward(from, predictions, rows, columns, activationCode('sigmoid'), 0, 0, 0);
          }
          core._add_confusion(
            counts,
            targets,
            from,
            weights,
            labelWeights === null || byLabel ? 0 : own,
            rows,
            columns,
            workspace,
            thresholds.length,
            isEven ? 1 : 0,
            belowZero ? 1 : 0,
            topK,
            classId,
            byLabel ? 1 : 0,
          );
        },
      };
    },
    result: (counts) =>
      result(counts.length === 0 ? [thresholds.map(() => ({ tp: 0, fp: 0, tn: 0, fn: 0 }))] : cellsOf(counts, buckets)),
  };
}

// As Keras: of three thresholds or more, within float32.
function areEven(thresholds: readonly number[]): boolean {
  const last = thresholds.length - 1;
  return last > 1 && thresholds.every((each, index) => Math.abs(each - index / last) < 1e-7);
}

/** `[0, 1 / (n - 1), … 1]` */
export function evenThresholds(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index / (count - 1));
}

/** Thresholds of the user's: a number, a list or null for `standard`. */
export function readThresholds(value: unknown, standard: number): number[] {
  const list = value === null ? [standard] : ([value].flat() as number[]);
  const wrong = value === null ? [] : list.filter((each) => !(typeof each === 'number' && each >= 0 && each <= 1));
  if (wrong.length > 0) throw new ArgumentError(`Threshold values must be in [0, 1]. Received: ${show(wrong)}`);
  return list;
}

/** Precision, Recall and the four counts: one number per threshold. */
export function byThreshold(of: (cell: Cell) => number) {
  return (config: Config, className: string): Core => {
    const { top_k: topK = null, class_id: classId = null } = config;
    if (topK !== null) checkInteger(className, 'topK', topK, 1, 2 ** 24);
    if (classId !== null) checkInteger(className, 'classId', classId, 0, 2 ** 24);
    const thresholds = readThresholds(config.thresholds, topK === null ? 0.5 : -1e10);
    return confusion({ thresholds, isEven: areEven(thresholds), topK, classId }, ([cells = []]) => {
      const values = cells.map(of);
      return values.length === 1 ? (values[0] as number) : values;
    });
  };
}

/** The largest `of` among the thresholds where `bound` is at least the value of the option `key`. */
export function bestAt(key: string, bound: (cell: Cell) => number, of: (cell: Cell) => number) {
  return (config: Config, className: string): Core => {
    const value = checkNumber(className, key, config[key]);
    if (value < 0 || value > 1) {
      throw new ArgumentError(`Argument \`${key}\` must be in the range [0, 1]. Received: ${key}=${value}`);
    }
    const count = config.num_thresholds as number;
    if (!(Number.isInteger(count) && count > 0)) {
      throw new ArgumentError(
        `Argument \`num_thresholds\` must be an integer > 0. Received: num_thresholds=${show(count)}`,
      );
    }
    if (config.class_id !== null) checkInteger(className, 'classId', config.class_id, 0, 2 ** 24);
    const thresholds = count === 1 ? [0.5] : evenThresholds(count);
    return confusion({ thresholds, isEven: count > 1, classId: config.class_id }, ([cells = []]) =>
      cells.reduce((best, cell) => (bound(cell) >= value ? Math.max(best, of(cell)) : best), 0),
    );
  };
}
