import { checkBoolean, checkNumber, checkOptions, show } from '../runtime/check.js';
import { refuseOptions } from '../utils/values.js';
import type { Awaitable } from './callback.js';
import type { CallbackModel, Logs } from './model.js';
import { MonitorCallback, type MonitorOptions } from './monitor.js';
import { SaveFrequency } from './save_frequency.js';
import { checkCount, checkFunction } from './text.js';

/** When {@link ModelCheckpoint} saves: epoch from 0 on; batch from 0 on, null at the end of an epoch. */
export interface CheckpointTime {
  epoch: number;
  batch: number | null;
}

/** Options of {@link ModelCheckpoint}. */
export interface ModelCheckpointOptions extends MonitorOptions {
  /** Is handed the model and the logs wherever Keras writes its file; awaited. What it keeps is its own affair. */
  save: (model: CallbackModel, logs: Logs, time: CheckpointTime) => Awaitable;
  /** 1: says on the console what it does; default 0. */
  verbose?: number;
  /** Whether to save only when the monitored value is better than ever; default false. */
  saveBestOnly?: boolean;
  /** `'epoch'` (the default), or a number of batches. */
  saveFreq?: 'epoch' | number;
  /** A value that has to be beaten by the first that is saved; null (the default): none. */
  initialValueThreshold?: number | null;
}

/**
 * Saves the model while it is trained: hands it to a function of yours. Keras' `filepath` and `saveWeightsOnly` are
 * refused.
 * @see https://keras.io/api/callbacks/model_checkpoint/
 *
 * @example new callbacks.ModelCheckpoint({ saveBestOnly: true, save: (model) => { best = model.getWeights(); } })
 */
export class ModelCheckpoint extends MonitorCallback {
  readonly save: ModelCheckpointOptions['save'];
  readonly verbose: number;
  readonly saveBestOnly: boolean;
  readonly saveFreq: 'epoch' | number;
  readonly #frequency: SaveFrequency;
  #epoch = 0;

  /** @throws {ArgumentError} for an option that is not known or out of its range; UnsupportedError for paths. */
  constructor(options: ModelCheckpointOptions) {
    const owner = 'ModelCheckpoint';
    refuseOptions(owner, options ?? {}, ['filepath', 'saveWeightsOnly'], 'give a function `save` instead');
    const names = ['save', 'saveBestOnly', 'saveFreq', 'initialValueThreshold'];
    const given = checkOptions(owner, options, ['monitor', 'mode', 'verbose', ...names]);
    super(owner, given);
    checkFunction(owner, 'save', given.save);
    this.save = given.save;
    this.verbose = checkCount(owner, 'verbose', given.verbose, 0);
    this.saveBestOnly = checkBoolean(owner, 'saveBestOnly', given.saveBestOnly ?? false);
    this.saveFreq = given.saveFreq ?? 'epoch';
    this.#frequency = new SaveFrequency(
      owner,
      this.saveFreq,
      `Unrecognized save_freq: ${show(this.saveFreq)}. Expected save_freq are 'epoch' or integer values`,
    );
    this.ignoresBatchLogs = this.#frequency.isPerEpoch;
    const threshold = given.initialValueThreshold ?? null;
    this.best = threshold === null ? null : checkNumber(owner, 'initialValueThreshold', threshold);
  }

  override onEpochBegin(epoch: number): void {
    this.#epoch = epoch;
  }

  override onTrainBatchEnd(batch: number, logs: Logs = {}): Awaitable {
    if (this.#frequency.isDue(batch)) return this.saveIfBetter(logs, { epoch: this.#epoch, batch });
  }

  override onEpochEnd(epoch: number, logs: Logs = {}): Awaitable {
    this.findDirection();
    if (this.#frequency.isPerEpoch) return this.saveIfBetter(logs, { epoch, batch: null });
  }

  private async saveIfBetter(logs: Logs, time: CheckpointTime): Promise<void> {
    const say = (text: string) => {
      if (this.verbose > 0) console.log(`\nEpoch ${time.epoch + 1}: ${text}`);
    };
    const current = this.saveBestOnly
      ? this.valueIn(logs, () => `Can save best model only with ${this.monitor} available.`)
      : null;
    if (current === null) {
      if (!this.saveBestOnly) say('saving model');
    } else {
      this.findDirection();
      const before = this.best === null ? 'None' : this.best.toFixed(5);
      if (!this.isImprovement(current, this.best)) return say(`${this.monitor} did not improve from ${before}`);
      say(`${this.monitor} improved from ${before} to ${current.toFixed(5)}, saving model`);
      this.best = current;
    }
    await this.save(this.model, logs, time);
    say('finished saving model');
  }
}
