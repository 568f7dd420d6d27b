import { get, type Loss, type LossIdentifier } from '../losses.js';
import type { Sizes } from './shapes.js';

/** What `'accuracy'` and `'crossentropy'` are short for with these shapes. */
export function kindOfTargets(yTrue: Sizes, yPred: Sizes): 'binary' | 'sparse_categorical' | 'categorical' {
  if (yPred.at(-1) === 1) return 'binary';
  return yTrue.length < yPred.length || yTrue.at(-1) === 1 ? 'sparse_categorical' : 'categorical';
}

/** The loss for targets and predictions of these shapes: `'crossentropy'` and `'ce'` depend on them. */
export function resolveLoss(identifier: LossIdentifier, yTrue: Sizes, yPred: Sizes): Loss {
  const isOpen = identifier === 'crossentropy' || identifier === 'ce';
  return get(isOpen ? `${kindOfTargets(yTrue, yPred)}_crossentropy` : identifier);
}
