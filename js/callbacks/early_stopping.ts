import { checkBoolean, checkNumber, checkOptions } from '../runtime/check.js';
import type { Tensor } from '../runtime/tensor.js';
import type { Logs } from './model.js';
import { MonitorCallback, type MonitorOptions } from './monitor.js';
import { checkCount } from './text.js';

/** Options of {@link EarlyStopping}. */
export interface EarlyStoppingOptions extends MonitorOptions {
  /** Least change that counts as better; default 0. */
  minDelta?: number;
  /** Epochs without a better value after which training stops; default 0, which acts as 1. */
  patience?: number;
  /** 1: says on the console that it stops and restores; default 0. */
  verbose?: number;
  /** A value that has to be beaten within `patience` epochs; null (the default): none. */
  baseline?: number | null;
  /** Whether the weights of the best epoch come back at the end of training, however it ends; default false. */
  restoreBestWeights?: boolean;
  /** First epoch, from 0 on, that is looked at; default 0. */
  startFromEpoch?: number;
}

/**
 * Ends training when a monitored value gets no better.
 * @see https://keras.io/api/callbacks/early_stopping/
 */
export class EarlyStopping extends MonitorCallback {
  readonly patience: number;
  readonly verbose: number;
  readonly baseline: number | null;
  readonly restoreBestWeights: boolean;
  readonly startFromEpoch: number;
  /** Epochs since the last better value. */
  wait = 0;
  /** The epoch, from 0 on, after which training was stopped; 0 if it was not. */
  stoppedEpoch = 0;
  /** The epoch of the best value. */
  bestEpoch = 0;
  /** The weights after it; null without `restoreBestWeights`. */
  bestWeights: Tensor[] | null = null;

  /** @throws {ArgumentError} for an option that is not known or out of its range. */
  constructor(options?: EarlyStoppingOptions) {
    const owner = 'EarlyStopping';
    const names = ['minDelta', 'patience', 'baseline', 'restoreBestWeights', 'startFromEpoch'];
    const given = checkOptions(owner, options, ['monitor', 'mode', 'verbose', ...names]);
    super(owner, given, given.minDelta);
    this.patience = checkCount(owner, 'patience', given.patience, 0);
    this.verbose = checkCount(owner, 'verbose', given.verbose, 0);
    this.baseline = (given.baseline ?? null) === null ? null : checkNumber(owner, 'baseline', given.baseline);
    this.restoreBestWeights = checkBoolean(owner, 'restoreBestWeights', given.restoreBestWeights ?? false);
    this.startFromEpoch = checkCount(owner, 'startFromEpoch', given.startFromEpoch, 0);
  }

  override onTrainBegin(): void {
    this.wait = 0;
    this.stoppedEpoch = 0;
    this.best = null;
    this.bestWeights = null;
    this.bestEpoch = 0;
  }

  override onEpochEnd(epoch: number, logs: Logs = {}): void {
    this.findDirection();
    const current = this.valueIn(
      logs,
      (names) =>
        `Early stopping conditioned on metric \`${this.monitor}\` which is not available. Available metrics are: ${names}`,
    );
    if (current === null || epoch < this.startFromEpoch) return;
    this.wait += 1;
    if (this.isImprovement(current, this.best)) {
      this.best = current;
      this.bestEpoch = epoch;
      if (this.restoreBestWeights) this.bestWeights = this.model.getWeights();
      if (this.baseline === null || this.isImprovement(current, this.baseline)) this.wait = 0;
    } else if (this.wait >= this.patience && epoch > 0) {
      this.stoppedEpoch = epoch;
      this.model.stopTraining = true;
    }
  }

  override onTrainEnd(): void {
    if (this.stoppedEpoch > 0 && this.verbose > 0) console.log(`Epoch ${this.stoppedEpoch + 1}: early stopping`);
    if (this.bestWeights === null) return;
    if (this.verbose > 0) {
      console.log(`Restoring model weights from the end of the best epoch: ${this.bestEpoch + 1}.`);
    }
    this.model.setWeights(this.bestWeights);
  }
}
