import type { CallbackModel, Logs, Params } from './model.js';

/** A hook may be asynchronous: it is awaited. */
export type Awaitable = void | Promise<void>;

/** The hooks that have a counterpart for each batch, epoch or call. Any object with one of them is a callback. */
export interface Hooks {
  onTrainBegin?(logs: Logs): Awaitable;
  onTrainEnd?(logs: Logs): Awaitable;
  /** @param epoch From 0 on. */
  onEpochBegin?(epoch: number, logs: Logs): Awaitable;
  /** @param logs Those of training and, with `val_` before the name, of validation. */
  onEpochEnd?(epoch: number, logs: Logs): Awaitable;
  /** @param batch From 0 on in each epoch. */
  onTrainBatchBegin?(batch: number, logs: Logs): Awaitable;
  /** @param logs Means over the epoch so far. */
  onTrainBatchEnd?(batch: number, logs: Logs): Awaitable;
  /** Another name of `onTrainBatchBegin`. */
  onBatchBegin?(batch: number, logs: Logs): Awaitable;
  /** Another name of `onTrainBatchEnd`. */
  onBatchEnd?(batch: number, logs: Logs): Awaitable;
  /** Of `evaluate` and of the validation within `fit`. */
  onTestBegin?(logs: Logs): Awaitable;
  onTestEnd?(logs: Logs): Awaitable;
  onTestBatchBegin?(batch: number, logs: Logs): Awaitable;
  onTestBatchEnd?(batch: number, logs: Logs): Awaitable;
  onPredictBegin?(logs: Logs): Awaitable;
  onPredictEnd?(logs: Logs): Awaitable;
  onPredictBatchBegin?(batch: number, logs: Logs): Awaitable;
  onPredictBatchEnd?(batch: number, logs: Logs): Awaitable;
}

/** The names of all hooks. */
export const HOOKS = ['Train', 'Epoch', 'TrainBatch', 'Batch', 'Test', 'TestBatch', 'Predict', 'PredictBatch'].flatMap(
  (part) => [`on${part}Begin`, `on${part}End`] as (keyof Hooks)[],
);

/** Any object with hooks. */
export interface CallbackLike extends Hooks {
  setModel?(model: CallbackModel): void;
  setParams?(params: Params): void;
  /** Whether its hooks of batches do without logs: where all do, none are computed. */
  readonly ignoresBatchLogs?: boolean;
}

/**
 * What a callback of your own can derive from: it keeps the model and the parameters. Its hooks are those of
 * {@link Hooks}; the ones it has are called.
 * @see https://keras.io/api/callbacks/base_callback/
 *
 * @example
 * class Print extends callbacks.Callback {
 *   onEpochEnd(epoch, logs) { console.log(epoch, logs.loss); }
 * }
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: all hooks are optional, none has to be initialized
export abstract class Callback implements CallbackLike {
  #model: CallbackModel | null = null;
  /** What the running call told; null before. */
  params: Params | null = null;
  /** Whether the hooks of batches do without logs, which are then not computed; default false. */
  ignoresBatchLogs = false;

  /** The model of the running call. */
  get model(): CallbackModel {
    return this.#model as CallbackModel;
  }

  /** Called before the first hook. */
  setModel(model: CallbackModel): void {
    this.#model = model;
  }

  /** Called before the first hook. */
  setParams(params: Params): void {
    this.params = params;
  }
}

/** The hooks of a callback. */
export interface Callback extends Hooks {}
