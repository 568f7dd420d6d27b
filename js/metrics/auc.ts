import type { Config } from '../family.js';
import { show } from '../runtime/check.js';
import { ArgumentError } from '../runtime/errors.js';
import { type Cell, confusion, evenThresholds, ratio, readThresholds } from './confusion.js';
import type { Core } from './metric.js';

type Point = readonly [x: number, y: number];

const POINTS: Record<string, (cell: Cell) => Point> = {
  ROC: ({ tp, fp, tn, fn }) => [ratio(fp, fp + tn), ratio(tp, tp + fn)],
  PR: ({ tp, fp, fn }) => [ratio(tp, tp + fn), ratio(tp, tp + fp)],
  PRGAIN: ({ tp, fp, tn, fn }) => {
    if (tp === 0) return [0, 1];
    const scale = ratio(tp + fn, tn + fp);
    return [Math.max(0, 1 - (scale * fn) / tp), 1 - (scale * fp) / tp];
  },
};
const HEIGHTS: Record<string, (a: number, b: number) => number> = {
  interpolation: (a, b) => (a + b) / 2,
  minoring: Math.min,
  majoring: Math.max,
};

// Between two thresholds true positives and predicted ones grow along lines (Davis and Goadrich, 2006).
function precisionRecallPart(a: Cell, b: Cell): number {
  const [pa, pb] = [a.tp + a.fp, b.tp + b.fp];
  const slope = ratio(a.tp - b.tp, Math.max(0, pa - pb));
  const intercept = b.tp - slope * pb;
  const logarithm = pa > 0 && pb > 0 ? Math.log(pa / pb) : 0;
  return ratio(slope * (a.tp - b.tp + intercept * logarithm), b.tp + b.fn);
}

function area(cells: readonly Cell[], curve: string, method: string): number {
  const isExact = curve === 'PR' && method === 'interpolation';
  let sum = 0;
  for (let index = 1; index < cells.length; index += 1) {
    const [a, b] = [cells[index - 1] as Cell, cells[index] as Cell];
    if (isExact) {
      sum += precisionRecallPart(a, b);
    } else {
      const [[xa, ya], [xb, yb]] = [POINTS[curve]?.(a) as Point, POINTS[curve]?.(b) as Point];
      sum += (xa - xb) * (HEIGHTS[method]?.(ya, yb) as number);
    }
  }
  return sum;
}

/** AUC by its configuration. */
export function auc(config: Config): Core {
  const { curve, summation_method: method, num_thresholds: count, label_weights: weights } = config;
  if (!Object.hasOwn(POINTS, String(curve))) {
    throw new ArgumentError(`Invalid AUC curve value: "${curve}". Expected values are ["PR", "ROC", "PRGAIN"]`);
  }
  if (!Object.hasOwn(HEIGHTS, String(method).toLowerCase())) {
    throw new ArgumentError(
      `Invalid AUC summation method value: "${method}". Expected values are ["interpolation", "majoring", "minoring"]`,
    );
  }
  const own = config.thresholds === null ? null : readThresholds(config.thresholds, 0).sort((a, b) => a - b);
  if (own === null && !(Number.isInteger(count) && (count as number) > 1)) {
    throw new ArgumentError(
      `Argument \`num_thresholds\` must be an integer > 1. Received: num_thresholds=${show(count)}`,
    );
  }
  const byLabel = config.multi_label === true;
  if (config.num_labels !== null && !byLabel) {
    throw new ArgumentError('AUC: `num_labels` is needed only when `multi_label` is True.');
  }
  const thresholds = own === null ? evenThresholds(count as number) : [0, ...own, 1];
  const isEven =
    own === null || thresholds.every((each, index) => Math.abs(each * (thresholds.length - 1) - index) < 1e-6);
  const labelWeights = weights as readonly number[] | null;
  if (!isEven) {
    thresholds[0] = -1e-7;
    thresholds[thresholds.length - 1] = 1 + 1e-7;
  }
  const settings = {
    thresholds,
    isEven,
    belowZero: true,
    byLabel,
    labelWeights,
    fromLogits: config.from_logits === true,
  };
  return confusion(settings, (tables) => {
    const areas = tables.map((cells) => area(cells, String(curve), String(method).toLowerCase()));
    const of = byLabel && labelWeights !== null ? labelWeights : areas.map(() => 1);
    return ratio(
      areas.reduce((sum, each, index) => sum + each * (of[index] as number), 0),
      of.reduce((sum, each) => sum + each, 0),
    );
  });
}
