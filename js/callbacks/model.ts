import type { Tensor, TensorLike } from '../runtime/tensor.js';

/** What callbacks need of an optimizer. */
export interface CallbackOptimizer {
  /** The rate, to read and to set; setting it is an error for one that a schedule gives. */
  learningRate: number;
  /** Copies of all its variables in Keras' order, the iteration first. */
  getVariables(): readonly Tensor[];
  /** Overwrites them. */
  setVariables(values: readonly TensorLike[]): void;
}

/** What callbacks need of a model: `fit` hands out one that lets them change weights between two batches. */
export interface CallbackModel {
  /** Set to true by a callback: training ends after this batch or, from `onEpochEnd`, after this epoch. */
  stopTraining: boolean;
  /** The first epoch of this training: a callback may set another one in `onTrainBegin`. */
  initialEpoch: number;
  /** Null before `compile`. */
  readonly optimizer: CallbackOptimizer | null;
  /** Copies of all weights, in Keras' order. */
  getWeights(): Tensor[];
  /** Overwrites all weights. */
  setWeights(weights: readonly TensorLike[]): void;
  /** Whether more or less of a metric is better, by its name in the logs without `val_`; null if it doesn't say. */
  metricDirection(name: string): 'up' | 'down' | null;
}

/** What `fit`, `evaluate` or `predict` tell: `setParams` is called with it before the first hook. */
export interface Params {
  /** 0: silent, 1: a bar, 2: a line per epoch. */
  verbose: 0 | 1 | 2;
  /** Index of the last epoch plus 1; 1 outside `fit`. */
  epochs: number;
  /** Batches per epoch; null if that is not known yet. */
  steps: number | null;
}

/**
 * Loss and metrics by name, sorted; what a metric gives for each class is a list. A callback may add its own: those
 * after it, and the history, see them.
 */
export type Logs = Record<string, number | readonly number[]>;
