import { Callback } from './callback.js';
import type { Logs } from './model.js';

/**
 * What `fit` returns: the values of every epoch.
 * @see https://keras.io/api/models/model_training_apis/#fit-method
 */
export class History extends Callback {
  /** Loss and metrics of each epoch, by name: keys alphabetical, then those that callbacks added. */
  history: Record<string, (number | readonly number[])[]> = {};
  /** The epochs, from 0 on. */
  epoch: number[] = [];

  override onTrainBegin(): void {
    this.epoch = [];
  }

  override onEpochEnd(epoch: number, logs: Logs = {}): void {
    this.epoch.push(epoch);
    for (const [name, value] of Object.entries(logs)) {
      this.history[name] ??= [];
      this.history[name].push(value);
    }
  }
}
