import { type Config, Family, type Serialized } from './family.js';
import { type LossFunction, type Loss as LossObject, type LossOptions, lossKind, userLoss } from './losses/loss.js';
import { LOSSES } from './losses/table.js';
import { isCallable } from './runtime/check.js';
import type { Tensor, TensorLike } from './runtime/tensor.js';

export type { LossCallOptions, LossFunction, LossOptions, LossPlan, Reduction } from './losses/loss.js';

/** A loss: call it on targets and predictions. @see https://keras.io/api/losses/ */
export type Loss = LossObject;

/** `new Loss({ fn, reduction, name })`: a loss of one's own. @throws {ArgumentError} if an option is not sound. */
export const Loss = new Proxy(class {}, {
  construct: (_, [options]) => userLoss(options as LossOptions),
}) as unknown as new (
  options: LossOptions,
) => Loss;

/** A name, `{ class_name, config }`, a loss, or a function that gives `{ value, gradient }`. */
export type LossIdentifier = string | Serialized | Loss | LossFunction;

const family = new Family<Loss>('loss', LOSSES.map(lossKind), 'keras.losses');

function isLoss(value: unknown): value is Loss {
  return family.owns(value) || (typeof value === 'function' && 'lossName' in value);
}

/** From a name, a configuration, an object or a function; null stays null. @throws {ArgumentError} if it is not known. */
export function get(identifier: LossIdentifier): Loss;
export function get(identifier: LossIdentifier | null | undefined): Loss | null;
export function get(identifier: LossIdentifier | null | undefined): Loss | null {
  if (isLoss(identifier)) return identifier;
  if (isCallable(identifier)) return userLoss({ fn: identifier as LossFunction });
  return family.get(identifier);
}

/** `{ module, class_name, config, registered_name }`, as Keras 3 writes it. @throws {ArgumentError} for functions. */
export function serialize(loss: Loss): Serialized {
  return family.serialize(loss) as Serialized;
}

/** From `{ class_name, config }`. */
export function deserialize(config: Serialized): Loss {
  return family.deserialize(config);
}

/** Called, it gives one value per sample; as the loss of a model it is their mean. */
type PerSample<T = object> = ((yTrue: TensorLike, yPred: TensorLike, options?: T) => Tensor) & Loss;
interface AxisOption {
  /** Axis of a sample, the last one by default; others are refused. */
  axis?: number;
}
interface Logits extends AxisOption {
  /** Whether predictions are logits; default false. */
  fromLogits?: boolean;
  /** Share of the targets that goes to all classes alike; default 0. */
  labelSmoothing?: number;
}

function perSample<T>(className: string): PerSample<T> {
  const values = (yTrue: TensorLike, yPred: TensorLike, options?: T): Tensor =>
    family.create(className, { ...(options as Config | undefined), reduction: null })(yTrue, yPred) as Tensor;
  return Object.assign(values, family.create(className, {}));
}

/** mean((p - y)²) along the last axis. */
export const meanSquaredError: PerSample = perSample('MeanSquaredError');
/** mean(|p - y|) */
export const meanAbsoluteError: PerSample = perSample('MeanAbsoluteError');
/** 100 · mean(|p - y| / max(|y|, 1e-7)) */
export const meanAbsolutePercentageError: PerSample = perSample('MeanAbsolutePercentageError');
/** mean((log(p + 1) - log(y + 1))²) */
export const meanSquaredLogarithmicError: PerSample = perSample('MeanSquaredLogarithmicError');
/** Squares of errors up to `delta` (1), beyond it linear. */
export const huber: PerSample<{ delta?: number }> = perSample('Huber');
/** mean(log(cosh(p - y))) */
export const logCosh: PerSample = perSample('LogCosh');
/** mean(max(1 - y · p, 0)); targets 0 and 1 become -1 and 1. */
export const hinge: PerSample = perSample('Hinge');
/** mean(max(1 - y · p, 0)²) */
export const squaredHinge: PerSample = perSample('SquaredHinge');
/** mean(p - y · log p) */
export const poisson: PerSample = perSample('Poisson');
/** Σ y · log(y / p) */
export const klDivergence: PerSample = perSample('KLDivergence');
/** -mean(y · log p + (1 - y) · log(1 - p)) */
export const binaryCrossentropy: PerSample<Logits> = perSample('BinaryCrossentropy');
/** Crossentropy in which sure predictions count less. */
export const binaryFocalCrossentropy: PerSample<
  Logits & { applyClassBalancing?: boolean; alpha?: number; gamma?: number }
> = perSample('BinaryFocalCrossentropy');
/** -Σ y · p of vectors of unit length. */
export const cosineSimilarity: PerSample<AxisOption> = perSample('CosineSimilarity');
/** max(largest p of the wrong classes - p of the right one + 1, 0) */
export const categoricalHinge: PerSample = perSample('CategoricalHinge');
/** 1 - 2 · Σ y p / (Σ y + Σ p), over the whole batch without `axis`. */
export const dice: PerSample<{ axis?: number | readonly number[] | null }> = perSample('Dice');
/** Dice with `alpha` and `beta` (0.5 each) as the prices of false positives and false negatives. */
export const tversky: PerSample<{ alpha?: number; beta?: number; axis?: number | readonly number[] | null }> =
  perSample('Tversky');
/** -Σ y · log p, p divided by its sum. */
export const categoricalCrossentropy: PerSample<Logits> = perSample('CategoricalCrossentropy');
/** Crossentropy in which sure predictions count less. */
export const categoricalFocalCrossentropy: PerSample<Logits & { alpha?: number; gamma?: number }> =
  perSample('CategoricalFocalCrossentropy');
/** -log p of the class whose number is the target. */
export const sparseCategoricalCrossentropy: PerSample<
  AxisOption & { fromLogits?: boolean; ignoreClass?: number | null }
> = perSample('SparseCategoricalCrossentropy');
/** (1 - p^q) / q of the class whose number is the target, 0 < q < 1. */
export const categoricalGeneralizedCrossEntropy: PerSample<{ q?: number }> = perSample(
  'CategoricalGeneralizedCrossEntropy',
);
/** -log P(labels [batch, length] | logits [batch, steps, classes]); class 0 is the blank. */
export const ctc: PerSample = perSample('CTC');
/** Circle loss of embeddings of unit length. */
export const circle: PerSample<{ gamma?: number; margin?: number; removeDiagonal?: boolean }> = perSample('Circle');
