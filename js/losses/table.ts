import type { Config } from '../family.js';
import { show, showShape } from '../runtime/check.js';
import { ArgumentError, ShapeError, UnsupportedError } from '../runtime/errors.js';
import { aligned } from '../runtime/memory.js';
import { kernels } from '../runtime/module.js';
import { isSame, product, type Sizes, toSameRank } from './shapes.js';

/** A loss by Keras' class name: its own arguments with their defaults, in Keras' order. */
export interface LossSpec {
  className: string;
  aliases?: readonly string[];
  /** Where it is not the function's. */
  name?: string;
  own?: Config;
  /** Arguments that Keras takes and does not write: written here if they are not the default. */
  unwritten?: readonly string[];
  /** The kernel's a, b and c. */
  parameters?: readonly string[];
}

const AXIS = { axis: -1 };
const LOGITS = { from_logits: false, label_smoothing: 0, ...AXIS };

/** All losses of Keras. */
export const LOSSES: readonly LossSpec[] = [
  { className: 'MeanSquaredError', aliases: ['mse', 'MSE'] },
  { className: 'MeanAbsoluteError', aliases: ['mae', 'MAE'] },
  { className: 'MeanAbsolutePercentageError', aliases: ['mape', 'MAPE'] },
  { className: 'MeanSquaredLogarithmicError', aliases: ['msle', 'MSLE'] },
  { className: 'Huber', name: 'huber_loss', own: { delta: 1 }, unwritten: ['delta'], parameters: ['delta'] },
  { className: 'LogCosh' },
  { className: 'Hinge' },
  { className: 'SquaredHinge' },
  { className: 'Poisson' },
  { className: 'KLDivergence', aliases: ['kld', 'KLD'] },
  { className: 'BinaryCrossentropy', aliases: ['bce', 'BCE'], own: LOGITS },
  {
    className: 'BinaryFocalCrossentropy',
    own: { ...LOGITS, apply_class_balancing: false, alpha: 0.25, gamma: 2 },
    parameters: ['alpha', 'gamma', 'apply_class_balancing'],
  },
  { className: 'CosineSimilarity', own: AXIS, unwritten: ['axis'] },
  { className: 'CategoricalHinge' },
  { className: 'Dice', own: { axis: null } },
  { className: 'Tversky', own: { alpha: 0.5, beta: 0.5, axis: null }, parameters: ['alpha', 'beta'] },
  { className: 'CategoricalCrossentropy', own: LOGITS },
  {
    className: 'CategoricalFocalCrossentropy',
    own: { ...LOGITS, alpha: 0.25, gamma: 2 },
    parameters: ['alpha', 'gamma'],
  },
  {
    className: 'SparseCategoricalCrossentropy',
    own: { from_logits: false, ignore_class: null, ...AXIS },
    unwritten: ['axis'],
  },
  {
    className: 'CategoricalGeneralizedCrossEntropy',
    own: { q: 0.5 },
    parameters: ['q'],
  },
  { className: 'CTC' },
  { className: 'Circle', own: { gamma: 80, margin: 0.4, remove_diagonal: true } },
];

/** The values of a loss for targets and predictions of two shapes that lie in the heap. */
export interface Values {
  /** Shape of the values. */
  shape: Sizes;
  /** Shape of weights and masks, where it is another: one value for the whole batch has one for each of its rows. */
  weighed?: Sizes;
  rows: number;
  /** Predictions of a row. */
  columns: number;
  /** Bytes of workspace. */
  bytes: number;
  /** Whether it takes rows out of the mask, which it then needs. */
  masks: boolean;
  /** Where the targets are class numbers: how many there are, and the one that is left out. */
  classes?: number | null;
  ignored?: number | null;
  /** values [rows], and the gradients of the values by the predictions; 0 for none. mask [rows] or 0. */
  forward(
    values: number,
    gradients: number,
    mask: number,
    workspace: number,
    targets: number,
    predictions: number,
  ): void;
  /** Where `forward` gives no gradients: gradients of Σ factors · values. */
  backward?(gradients: number, factors: number, workspace: number, predictions: number): void;
}

// How many of the last axes a row takes.
function axesOfRow(owner: string, axis: unknown, rank: number): number {
  if (axis === null) return rank;
  const axes = [axis].flat().map((each) => ((each as number) < 0 ? (each as number) + rank : each));
  if (axes.every((_, index) => axes.includes(rank - 1 - index))) return axes.length;
  throw new UnsupportedError(`${owner}: \`axis\` ${show(axis)} of ${rank} axes: only the last ones are supported`);
}

/** The shape of targets and predictions. @throws {ShapeError} if they are of different shapes. */
export function checkSame(owner: string, yTrue: Sizes, yPred: Sizes): Sizes {
  const [target, output] = toSameRank(yTrue, yPred);
  if (isSame(target, output)) return output;
  throw new ShapeError(
    `${owner}: Arguments \`target\` and \`output\` must have the same shape. Received: ` +
      `target.shape=${showShape(yTrue)}, output.shape=${showShape(yPred)}; targets of shape ${showShape(yPred)} are due`,
  );
}

// Losses of differences: Keras repeats targets whose last axis has size 1.
const REPEATS =
  'mean_squared_error mean_absolute_error mean_absolute_percentage_error mean_squared_logarithmic_error huber log_cosh hinge squared_hinge poisson'.split(
    ' ',
  );

/** Shape of class numbers, one per row of the predictions; a last axis of 1 may be there. */
export function checkLabels(owner: string, yTrue: Sizes, yPred: Sizes, rank: number): Sizes {
  const due = yPred.slice(0, -1);
  if (yPred.length < 1 || (rank > 0 && yPred.length !== rank)) {
    throw new ShapeError(`${owner}: predictions must have ${rank || 'one or more'} axes, received ${showShape(yPred)}`);
  }
  if (isSame(yTrue, due) || isSame(yTrue, [...due, 1])) return due;
  throw new ShapeError(
    `${owner}: Argument \`output\` must have rank (ndim) \`target.ndim - 1\`. Received: ` +
      `target.shape=${showShape(yTrue)}, output.shape=${showShape(yPred)}; class numbers of shape ${showShape(due)} are due`,
  );
}

function ctc(owner: string, yTrue: Sizes, yPred: Sizes): Values {
  const [rows = 0, steps = 0, classes = 0] = yPred;
  const [batch, length = 0] = yTrue;
  if (yPred.length !== 3 || yTrue.length !== 2 || batch !== rows) {
    throw new ShapeError(
      `${owner}: expected labels (batch, length) and logits (batch, steps, classes), received ` +
        `${showShape(yTrue)} and ${showShape(yPred)}`,
    );
  }
  const room = aligned(4 * (steps + 2) * (2 * length + 1));
  return {
    shape: [rows],
    rows,
    columns: steps * classes,
    bytes: room + 4 * rows * steps * classes,
    masks: false,
    forward(values, gradients, _mask, workspace, targets, predictions) {
      const labels = kernels().HEAPF32.subarray(targets / 4, targets / 4 + rows * length);
      const wrong = labels.find((label) => !(Number.isInteger(label) && label >= 0 && label < classes));
      if (wrong !== undefined) {
        throw new ArgumentError(`${owner}: labels must be class numbers from 0 to ${classes - 1}, received ${wrong}`);
      }
      const into = gradients === 0 ? workspace + room : gradients;
      kernels()._ctc_forward(values, into, workspace, targets, predictions, rows, length, steps, classes);
    },
  };
}

function circle(owner: string, config: Config, yTrue: Sizes, yPred: Sizes): Values {
  const [rows = 0, columns = 0] = yPred;
  return {
    shape: checkLabels(owner, yTrue, yPred, 2),
    rows,
    columns,
    bytes: 4 * rows * rows,
    masks: true,
    forward(values, _gradients, mask, workspace, targets, predictions) {
      const { gamma, margin, remove_diagonal: removes } = config as Record<string, number>;
      kernels()._circle_forward(
        values,
        mask,
        workspace,
        targets,
        predictions,
        rows,
        columns,
        gamma as number,
        margin as number,
        removes ? 1 : 0,
      );
    },
    backward: (gradients, factors, workspace, predictions) =>
      kernels()._circle_backward(gradients, workspace, factors, predictions, rows, columns),
  };
}

// Each of the numbers at `from` as often as there are columns.
function repeatRows(to: number, from: number, rows: number, columns: number): void {
  const { HEAPF32 } = kernels();
  for (let row = 0; row < rows; row += 1) {
    const start = to / 4 + row * columns;
    HEAPF32.fill(HEAPF32[from / 4 + row] as number, start, start + columns);
  }
}

/**
 * How a loss is computed on two shapes.
 * @throws {ShapeError} {UnsupportedError} if they do not fit, saying which shape of targets is due.
 */
export function valuesOf(
  spec: LossSpec,
  kernel: string,
  config: Config,
  owner: string,
  yTrue: Sizes,
  yPred: Sizes,
): Values {
  if (kernel === 'ctc') return ctc(owner, yTrue, yPred);
  if (kernel === 'circle') return circle(owner, config, yTrue, yPred);
  const isByLabel = kernel.startsWith('sparse') || kernel.startsWith('categorical_generalized');
  if (isByLabel) checkLabels(owner, yTrue, yPred, 0);
  const repeats =
    REPEATS.includes(kernel) &&
    yTrue.at(-1) === 1 &&
    yTrue.length > 1 &&
    isSame([...yTrue.slice(0, -1), yPred.at(-1) as number], yPred);
  const output = isByLabel || repeats ? yPred : checkSame(owner, yTrue, yPred);
  const { axis = -1, from_logits: fromLogits, label_smoothing: smoothing = 0, ignore_class: ignored } = config;
  const split = output.length - (output.length === 0 ? 0 : axesOfRow(owner, axis, output.length));
  const shape = output.slice(0, split);
  const columns = product(output.slice(split));
  const rows = columns === 0 ? 0 : product(output) / columns;
  const code = (kernels() as unknown as Record<string, number>)[`loss_${kernel}`] as number;
  const [a = 0, b = 0, c = 0] = (spec.parameters ?? []).map((key) => Number(config[key]));
  const ignores = typeof ignored === 'number';
  return {
    shape,
    ...(axis === null && { weighed: output.slice(0, -1) }),
    rows,
    columns,
    bytes: aligned(4 * columns) + (repeats ? 4 * rows * columns : 0),
    masks: ignores,
    classes: isByLabel ? columns : null,
    ignored: ignores ? ignored : null,
    forward(values, gradients, mask, workspace, targets, predictions) {
      const [into, stride] = gradients === 0 ? [workspace, 0] : [gradients, columns];
      const repeated = workspace + aligned(4 * columns);
      if (repeats) repeatRows(repeated, targets, rows, columns);
      kernels()._loss_forward(
        values,
        into,
        stride,
        mask,
        repeats ? repeated : targets,
        predictions,
        rows,
        columns,
        code,
        a,
        b,
        c,
        fromLogits ? 1 : 0,
        smoothing as number,
        ignores ? ignored : Number.NaN,
      );
    },
  };
}
