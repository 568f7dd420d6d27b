import { kindOfTargets } from '../losses/resolve.js';
import type { Sizes } from '../losses/shapes.js';
import { get, type Metric, type MetricIdentifier } from '../metrics.js';

const OPEN: Readonly<Record<string, string>> = {
  accuracy: 'accuracy',
  acc: 'accuracy',
  crossentropy: 'crossentropy',
  ce: 'crossentropy',
};

/**
 * The metric for targets and predictions of these shapes: `'accuracy'`, `'acc'`, `'crossentropy'` and `'ce'` depend on
 * them. One that is given as a string is called as the string.
 */
export function resolveMetric(identifier: MetricIdentifier, yTrue: Sizes, yPred: Sizes): Metric {
  if (typeof identifier !== 'string') return get(identifier);
  const open = OPEN[identifier.toLowerCase()];
  const name = open === undefined ? identifier : `${kindOfTargets(yTrue, yPred)}_${open}`;
  return get({ class_name: name, config: { name: identifier } });
}
