import { checkBoolean, checkOptions, show } from '../runtime/check.js';
import type { Tensor } from '../runtime/tensor.js';
import { refuseOptions } from '../utils/values.js';
import { Callback } from './callback.js';
import { SaveFrequency } from './save_frequency.js';

/** Where a training stands. */
export interface Backup {
  /** The epoch to go on with, from 0 on. */
  epoch: number;
  /** Of the model, in Keras' order. */
  weights: readonly Tensor[];
  /** Of the optimizer, in Keras' order. */
  optimizer: readonly Tensor[];
}

/** Options of {@link BackupAndRestore}. */
export interface BackupAndRestoreOptions {
  /** `'epoch'` (the default), or a number of batches. */
  saveFreq?: 'epoch' | number;
  /** Whether the backup is dropped when training ends by itself; default true. */
  deleteCheckpoint?: boolean;
}

/**
 * Lets a training that was broken off go on where it stopped: give the same object to the next `fit`, and it starts with
 * the weights, the optimizer's variables and the epoch of the last backup. Kept in memory, in `backup`, which may be read
 * and set; an epoch that was broken off is started again. Keras' `backupDir` and `doubleCheckpoint` are refused.
 * @see https://keras.io/api/callbacks/backup_and_restore/
 */
export class BackupAndRestore extends Callback {
  /** The last backup; null if there is none. */
  backup: Backup | null = null;
  readonly saveFreq: 'epoch' | number;
  readonly deleteCheckpoint: boolean;
  readonly #frequency: SaveFrequency;
  #epoch = 0;

  /** @throws {ArgumentError} for an option that is not known or out of its range; UnsupportedError for paths. */
  constructor(options?: BackupAndRestoreOptions) {
    super();
    const owner = 'BackupAndRestore';
    const why = 'the backup is kept in memory, in `backup`';
    refuseOptions(owner, options ?? {}, ['backupDir', 'doubleCheckpoint'], why);
    const given = checkOptions(owner, options, ['saveFreq', 'deleteCheckpoint']);
    this.saveFreq = given.saveFreq ?? 'epoch';
    this.#frequency = new SaveFrequency(
      owner,
      this.saveFreq,
      `Invalid value for argument \`save_freq\`. Received: save_freq=${show(this.saveFreq)}. ` +
        "Expected either 'epoch' or an integer value.",
    );
    this.ignoresBatchLogs = true;
    this.deleteCheckpoint = checkBoolean(owner, 'deleteCheckpoint', given.deleteCheckpoint ?? true);
  }

  override onTrainBegin(): void {
    if (this.backup === null) return;
    this.model.optimizer?.setVariables(this.backup.optimizer);
    this.model.setWeights(this.backup.weights);
    this.model.initialEpoch = this.backup.epoch;
  }

  override onEpochBegin(epoch: number): void {
    this.#epoch = epoch;
  }

  override onTrainBatchEnd(batch: number): void {
    if (this.#frequency.isDue(batch)) this.keep(this.#epoch);
  }

  override onEpochEnd(epoch: number): void {
    this.#epoch = epoch + 1;
    if (this.#frequency.isPerEpoch) this.keep(epoch + 1);
  }

  override onTrainEnd(): void {
    if (this.deleteCheckpoint) this.backup = null;
  }

  private keep(epoch: number): void {
    const { model } = this;
    this.backup = { epoch, weights: model.getWeights(), optimizer: model.optimizer?.getVariables() ?? [] };
  }
}
