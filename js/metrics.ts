import { type Config, Family, type Kind, type Serialized } from './family.js';
import { toSnakeCase } from './layers/names.js';
import { get as getLoss, type Loss, type LossIdentifier } from './losses.js';
import { auc } from './metrics/auc.js';
import { bestAt, byThreshold, type Cell, ratio } from './metrics/confusion.js';
import {
  accuracy,
  correlation,
  given,
  type MetricFunction,
  meanOf,
  meanOfFunction,
  squaredErrors,
  valuesOfLoss,
} from './metrics/means.js';
import { type Core, Metric, metricKind } from './metrics/metric.js';
import { fScore, iou, r2 } from './metrics/scores.js';
import { checkOptions, isCallable } from './runtime/check.js';

export type { MetricFunction } from './metrics/means.js';
export type { Metric, MetricPlan, MetricResult } from './metrics/metric.js';

/** A name, `{ class_name, config }`, a metric, or a function that gives values per sample. */
export type MetricIdentifier = string | Serialized | Metric | MetricFunction;

/** A metric that is the mean of a loss. */
function ofLoss(className: string, own: Config = {}, aliases: string[] = []): Kind<Metric> {
  const activation = className === 'BinaryCrossentropy' ? 'sigmoid' : 'softmax';
  const coreOf = (config: Config): Core => {
    const core = meanOf(valuesOfLoss(className, config));
    if (config.from_logits === undefined) return core;
    return {
      ...core,
      ofLogits: { activation, core: meanOf(valuesOfLoss(className, { ...config, from_logits: true })) },
    };
  };
  return metricKind(className, 'down', own, coreOf, aliases);
}

const precision = ({ tp, fp }: Cell): number => ratio(tp, tp + fp);
const recall = ({ tp, fn }: Cell): number => ratio(tp, tp + fn);
const specificity = ({ tn, fp }: Cell): number => ratio(tn, tn + fp);

const THRESHOLDS = { thresholds: null };
const TOP = { ...THRESHOLDS, top_k: null, class_id: null };

/** A count at each threshold. */
function counted(className: string, key: keyof Cell): Kind<Metric> {
  return metricKind(
    className,
    null,
    THRESHOLDS,
    byThreshold((cell) => cell[key]),
  );
}

function best(className: string, key: string, bound: (cell: Cell) => number, of: (cell: Cell) => number): Kind<Metric> {
  return metricKind(className, 'up', { class_id: null, num_thresholds: 200, [key]: undefined }, bestAt(key, bound, of));
}

const SPARSE = { ignore_class: null, sparse_y_true: true, sparse_y_pred: true, axis: -1 };
const ONE_HOT = { ignore_class: null, sparse_y_pred: false, axis: -1 };

/** A metric over the classes' confusion matrix, its name and dtype where Keras writes them. */
function overlap(className: string, before: Config, after: Config): Kind<Metric> {
  const head = className === 'IoU' ? {} : before;
  const own = { ...head, name: toSnakeCase(className), dtype: 'int64', ...before, ...after };
  return metricKind(className, 'up', own, iou);
}

const family = new Family<Metric>(
  'metric',
  [
    metricKind('Mean', null, {}, () => meanOf(given)),
    metricKind('Sum', null, {}, () => meanOf(given, undefined, true)),
    ofLoss('MeanSquaredError', {}, ['mse', 'MSE']),
    ofLoss('MeanAbsoluteError', {}, ['mae', 'MAE']),
    ofLoss('MeanAbsolutePercentageError', {}, ['mape', 'MAPE']),
    ofLoss('MeanSquaredLogarithmicError', {}, ['msle', 'MSLE']),
    metricKind('RootMeanSquaredError', 'down', {}, () => ({
      ...meanOf(squaredErrors, Math.sqrt),
      masks: false,
    })),
    metricKind('LogCoshError', 'down', named('logcosh'), () => meanOf(valuesOfLoss('LogCosh', {}))),
    metricKind('CosineSimilarity', 'up', {}, () => meanOf(valuesOfLoss('CosineSimilarity', {}), (mean) => 0 - mean)),
    ofLoss('Poisson'),
    ofLoss('KLDivergence'),
    ofLoss('Hinge'),
    ofLoss('SquaredHinge'),
    ofLoss('CategoricalHinge'),
    ofLoss('BinaryCrossentropy', { from_logits: false, label_smoothing: 0 }, ['bce', 'BCE']),
    ofLoss('CategoricalCrossentropy', { from_logits: false, label_smoothing: 0, axis: -1 }),
    ofLoss('SparseCategoricalCrossentropy', { from_logits: false, ignore_class: null, axis: -1 }),
    metricKind(
      'Accuracy',
      'up',
      {},
      accuracy('exact', () => 0),
    ),
    metricKind(
      'BinaryAccuracy',
      'up',
      { threshold: 0.5 },
      accuracy('binary', ({ threshold }) => threshold),
    ),
    metricKind(
      'CategoricalAccuracy',
      'up',
      {},
      accuracy('categorical', () => 0),
    ),
    metricKind(
      'SparseCategoricalAccuracy',
      'up',
      {},
      accuracy('sparse', () => 0),
    ),
    metricKind(
      'TopKCategoricalAccuracy',
      'up',
      { k: 5 },
      accuracy('top_k', ({ k }) => k),
    ),
    metricKind(
      'SparseTopKCategoricalAccuracy',
      'up',
      { k: 5 },
      accuracy('sparse_top_k', ({ k }) => k),
    ),
    metricKind('PearsonCorrelation', 'up', { axis: -1 }, () => correlation(false)),
    metricKind('ConcordanceCorrelation', 'up', { axis: -1 }, () => correlation(true)),
    counted('TruePositives', 'tp'),
    counted('FalsePositives', 'fp'),
    counted('TrueNegatives', 'tn'),
    counted('FalseNegatives', 'fn'),
    metricKind('Precision', 'up', TOP, byThreshold(precision)),
    metricKind('Recall', 'up', TOP, byThreshold(recall)),
    best('PrecisionAtRecall', 'recall', recall, precision),
    best('RecallAtPrecision', 'precision', precision, recall),
    best('SensitivityAtSpecificity', 'specificity', specificity, recall),
    best('SpecificityAtSensitivity', 'sensitivity', recall, specificity),
    metricKind(
      'AUC',
      'up',
      {
        num_thresholds: 200,
        curve: 'ROC',
        summation_method: 'interpolation',
        multi_label: false,
        num_labels: null,
        label_weights: null,
        from_logits: false,
        thresholds: null,
      },
      auc,
    ),
    metricKind('FBetaScore', 'up', { ...named('fbeta_score'), average: null, beta: 1, threshold: null }, fScore),
    metricKind('F1Score', 'up', { average: null, threshold: null }, fScore),
    metricKind('R2Score', 'up', { class_aggregation: 'uniform_average', num_regressors: 0 }, r2),
    overlap('IoU', { num_classes: undefined, target_class_ids: undefined }, SPARSE),
    overlap('BinaryIoU', { target_class_ids: [0, 1], threshold: 0.5 }, {}),
    overlap('MeanIoU', { num_classes: undefined }, SPARSE),
    overlap('OneHotIoU', { num_classes: undefined, target_class_ids: undefined }, ONE_HOT),
    overlap('OneHotMeanIoU', { num_classes: undefined }, ONE_HOT),
  ],
  'keras.metrics',
);

function named(name: string): Config {
  return { name, dtype: 'float32' };
}

/** A metric that is the mean of what a function, or a loss, gives per sample. */
export interface MeanMetricWrapperOptions {
  /** `(yTrue, yPred) => values`, or a loss by name, configuration or object. */
  fn: MetricFunction | LossIdentifier;
  /** Default `'mean_metric_wrapper'`. */
  name?: string;
}

/** The weighted mean of the values that `fn` gives. @throws {ArgumentError} if it is none. */
export function meanMetricWrapper(options: MeanMetricWrapperOptions): Metric {
  const { fn, name = 'mean_metric_wrapper' } = checkOptions('MeanMetricWrapper', options, ['fn', 'name']);
  const isUsers = isCallable(fn) && !('lossName' in fn);
  const config = { ...named(name), fn: isUsers ? (fn as MetricFunction).name : fn };
  if (isUsers) return new Metric('MeanMetricWrapper', config, null, meanOfFunction(fn as MetricFunction));
  const { className, getConfig } = getLoss(fn as LossIdentifier);
  return new Metric('MeanMetricWrapper', config, 'down', meanOf(valuesOfLoss(className, getConfig())));
}

/** From a name, a configuration, an object or a function; null stays null. @throws {ArgumentError} if it is not known. */
export function get(identifier: MetricIdentifier): Metric;
export function get(identifier: MetricIdentifier | null | undefined): Metric | null;
export function get(identifier: MetricIdentifier | null | undefined): Metric | null {
  if (identifier instanceof Metric) return identifier;
  if (isCallable(identifier)) {
    const fn = identifier as MetricFunction | Loss;
    return meanMetricWrapper({ fn, name: ('lossName' in fn ? fn.lossName : fn.name) || 'mean_metric_wrapper' });
  }
  return family.get(identifier);
}

/** `{ module, class_name, config, registered_name }`, as Keras 3 writes it. @throws {ArgumentError} for functions. */
export function serialize(metric: Metric): Serialized {
  return family.serialize(metric) as Serialized;
}

/** From `{ class_name, config }`. */
export function deserialize(config: Serialized): Metric {
  return family.deserialize(config);
}
