import { get, type Loss, type LossIdentifier } from '../losses.js';
import type { Sizes } from './shapes.js';

/** What `'accuracy'` and `'crossentropy'` are short for with these shapes. */
export function kindOfTargets(yTrue: Sizes, yPred: Sizes): 'binary' | 'sparse_categorical' | 'categorical' {
  if (yPred.at(-1) === 1) return 'binary';
  return yTrue.length < yPred.length || yTrue.at(-1) === 1 ? 'sparse_categorical' : 'categorical';
}

/** Whether a loss is known by the shapes only: `'crossentropy'` and `'ce'`, in any case. */
export function isOpenLoss(identifier: unknown): boolean {
  return typeof identifier === 'string' && ['crossentropy', 'ce'].includes(identifier.toLowerCase());
}

/** The loss for targets and predictions of these shapes: `'crossentropy'` and `'ce'` depend on them. */
export function resolveLoss(identifier: LossIdentifier, yTrue: Sizes, yPred: Sizes): Loss {
  const isOpen = isOpenLoss(identifier);
  return get(isOpen ? `${kindOfTargets(yTrue, yPred)}_crossentropy` : identifier);
}
