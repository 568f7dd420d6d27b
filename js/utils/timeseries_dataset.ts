import { checkInteger, checkOptions, elements, MAXIMUM_DIMENSION } from '../runtime/check.js';
import { ArgumentError, ShapeError } from '../runtime/errors.js';
import { Tensor } from '../runtime/tensor.js';
import { readValues, refuseOptions, type Values } from './values.js';

const OWNER = 'timeseriesDataset';

/** Options of {@link timeseriesDataset}. */
export interface TimeseriesDatasetOptions {
  /** Number of steps in a window. */
  sequenceLength: number;
  /** Steps from the start of one window to that of the next; default 1. */
  sequenceStride?: number;
  /** Steps of the series from one step of a window to the next; default 1. */
  samplingRate?: number;
  /** First step that is used; null (the default): 0. */
  startIndex?: number | null;
  /** First step that is not used any more, less than the series' length; null (the default): all are used. */
  endIndex?: number | null;
}

/**
 * The windows of a series, as Keras' timeseries_dataset_from_array gives them in batches: here all in one tensor each,
 * ready for `model.fit(x, y)`, which makes batches and shuffles by itself. Keras' options `batchSize`, `shuffle`,
 * `seed` and `format` are therefore refused.
 *
 * @param data The series, time first: shape [steps, ...]; a layer wants [steps, features].
 * @param targets `targets[i]` belongs to the window that starts at step i; or null.
 * @returns `x` [windows, sequenceLength, ...] and `y` [windows, ...], null without targets. A series too short for one
 *   window gives none.
 * @throws {ArgumentError} for options out of their range, with Keras' words.
 * @throws {ShapeError} if a window has no target.
 * @see https://keras.io/api/data_loading/timeseries/#timeseries_dataset_from_array-function
 *
 * @example
 * // the next value from the ten before it
 * const { x, y } = utils.timeseriesDataset(series.slice(0, -10), series.slice(10), { sequenceLength: 10 });
 */
export function timeseriesDataset(
  data: Values,
  targets: null,
  options: TimeseriesDatasetOptions,
): { x: Tensor; y: null };
export function timeseriesDataset(
  data: Values,
  targets: Values,
  options: TimeseriesDatasetOptions,
): { x: Tensor; y: Tensor };
export function timeseriesDataset(
  data: Values,
  targets: Values | null,
  options: TimeseriesDatasetOptions,
): { x: Tensor; y: Tensor | null } {
  refuseOptions(
    OWNER,
    options ?? {},
    ['batchSize', 'shuffle', 'seed', 'format'],
    'fit makes batches and shuffles by itself',
  );
  const known = ['sequenceLength', 'sequenceStride', 'samplingRate', 'startIndex', 'endIndex'];
  const given = checkOptions(OWNER, options, known);
  const series = readSeries(data, 'data');
  const goals = targets === null || targets === undefined ? null : readSeries(targets, 'targets');
  const length = series.shape[0] as number;
  const { start, end } = checkRange(given, length);
  const rate = checkStep('samplingRate', given.samplingRate, length);
  const stride = checkStep('sequenceStride', given.sequenceStride, length);
  const steps = checkInteger(OWNER, 'sequenceLength', given.sequenceLength, 1, MAXIMUM_DIMENSION);
  const positions = Math.min(end - start - (steps - 1) * rate, goals?.shape[0] ?? length);
  const windows = Math.max(0, Math.ceil(positions / stride));
  const last = start + (windows - 1) * stride;
  if (goals !== null && windows > 0 && last >= (goals.shape[0] as number)) {
    throw new ShapeError(`${OWNER}: \`targets\` has ${goals.shape[0]} steps, the last window needs number ${last}`);
  }
  const place = { windows, start, stride };
  return {
    x: gather(series, { ...place, steps, rate }, [windows, steps]),
    y: goals && gather(goals, { ...place, steps: 1, rate: 1 }, [windows]),
  };
}

function readSeries(value: Values, argument: string): Tensor {
  const series = readValues(value, `${OWNER}: ${argument}`);
  if (series.shape.length === 0) throw new ShapeError(`${OWNER}: \`${argument}\` must have time as its first axis`);
  return series;
}

function refuse(argument: string, rule: string, value: unknown): never {
  throw new ArgumentError(`${OWNER}: \`${argument}\` must be ${rule}. Received: ${argument}=${value}`);
}

function checkWhole(argument: string, value: number): number {
  return checkInteger(OWNER, argument, value, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
}

function checkRange(given: TimeseriesDatasetOptions, length: number): { start: number; end: number } {
  const start = checkWhole('startIndex', given.startIndex ?? 0);
  if (start < 0) refuse('startIndex', '0 or greater', start);
  const below = `lower than the length of the data (${length})`;
  if (start >= length && start > 0) refuse('startIndex', below, start);
  if (given.endIndex === null || given.endIndex === undefined) return { start, end: length };
  const end = checkWhole('endIndex', given.endIndex);
  if (end <= start) refuse('endIndex', start > 0 ? `higher than \`startIndex\` (${start})` : 'higher than 0', end);
  if (end >= length) refuse('endIndex', below, end);
  return { start, end };
}

function checkStep(argument: string, value: number | undefined, length: number): number {
  const step = checkWhole(argument, value ?? 1);
  if (step <= 0) refuse(argument, 'higher than 0', step);
  if (step >= length) refuse(argument, `lower than the length of the data (${length})`, step);
  return step;
}

interface Windows {
  windows: number;
  start: number;
  stride: number;
  steps: number;
  rate: number;
}

/** Copies the steps of all windows; `outer` is their shape. */
function gather(series: Tensor, { windows, start, stride, steps, rate }: Windows, outer: number[]): Tensor {
  const stepShape = series.shape.slice(1);
  const width = elements(OWNER, 'data', stepShape);
  const shape = [...outer, ...stepShape];
  const output = new Float32Array(elements(OWNER, 'data', shape));
  let next = 0;
  for (let window = 0; window < windows; window += 1) {
    for (let step = 0; step < steps; step += 1) {
      const from = (start + window * stride + step * rate) * width;
      for (let index = from; index < from + width; index += 1) output[next++] = series.data[index] as number;
    }
  }
  return new Tensor(output, shape);
}
