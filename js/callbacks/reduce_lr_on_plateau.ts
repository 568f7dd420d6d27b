import { checkNumber, checkOptions } from '../runtime/check.js';
import { ArgumentError } from '../runtime/errors.js';
import type { CallbackOptimizer, Logs } from './model.js';
import { MonitorCallback, type MonitorOptions } from './monitor.js';
import { checkCount, floatText } from './text.js';

/** Options of {@link ReduceLROnPlateau}. */
export interface ReduceLROnPlateauOptions extends MonitorOptions {
  /** The rate is multiplied by it, less than 1; default 0.1. */
  factor?: number;
  /** Epochs without a better value after which the rate is reduced; default 10. */
  patience?: number;
  /** 1: says on the console what it does; default 0. */
  verbose?: number;
  /** Least change that counts as better; default 0.0001. */
  minDelta?: number;
  /** Epochs after a reduction that are not counted; default 0. */
  cooldown?: number;
  /** The rate is never set below it; default 0. */
  minLr?: number;
}

/**
 * Reduces the learning rate when a monitored value gets no better. Adds `learning_rate` to the logs.
 * @see https://keras.io/api/callbacks/reduce_lr_on_plateau/
 */
export class ReduceLROnPlateau extends MonitorCallback {
  readonly factor: number;
  readonly patience: number;
  readonly verbose: number;
  readonly cooldown: number;
  readonly minLr: number;
  /** Epochs since the last better value or reduction. */
  wait = 0;
  /** Epochs of the cooldown that are left. */
  cooldownCounter = 0;

  /** @throws {ArgumentError} for an option that is not known or out of its range. */
  constructor(options?: ReduceLROnPlateauOptions) {
    const owner = 'ReduceLROnPlateau';
    const names = ['factor', 'patience', 'minDelta', 'cooldown', 'minLr'];
    const given = checkOptions(owner, options, ['monitor', 'mode', 'verbose', ...names]);
    super(owner, given, given.minDelta ?? 1e-4);
    this.factor = checkNumber(owner, 'factor', given.factor ?? 0.1);
    if (this.factor >= 1) {
      throw new ArgumentError(
        `ReduceLROnPlateau does not support a factor >= 1.0. Received factor=${floatText(this.factor)}`,
      );
    }
    this.patience = checkCount(owner, 'patience', given.patience, 10);
    this.verbose = checkCount(owner, 'verbose', given.verbose, 0);
    this.cooldown = checkCount(owner, 'cooldown', given.cooldown, 0);
    this.minLr = checkNumber(owner, 'minLr', given.minLr ?? 0);
  }

  /** Whether the last reduction is so near that epochs are not counted. */
  inCooldown(): boolean {
    return this.cooldownCounter > 0;
  }

  override onTrainBegin(): void {
    this.best = null;
    this.cooldownCounter = 0;
    this.wait = 0;
  }

  override onEpochEnd(epoch: number, logs: Logs = {}): void {
    this.findDirection();
    logs.learning_rate = (this.model.optimizer as CallbackOptimizer).learningRate;
    const current = this.valueIn(
      logs,
      (names) =>
        `Learning rate reduction is conditioned on metric \`${this.monitor}\` which is not available. ` +
        `Available metrics are: ${names}.`,
    );
    if (current === null) return;
    if (this.inCooldown()) {
      this.cooldownCounter -= 1;
      this.wait = 0;
    }
    if (this.isImprovement(current, this.best)) {
      this.best = current;
      this.wait = 0;
    } else if (!this.inCooldown()) {
      this.wait += 1;
      if (this.wait >= this.patience) this.reduce(epoch);
    }
  }

  private reduce(epoch: number): void {
    const optimizer = this.model.optimizer as CallbackOptimizer;
    if (optimizer.learningRate <= Math.fround(this.minLr)) return;
    const rate = Math.max(optimizer.learningRate * this.factor, this.minLr);
    optimizer.learningRate = rate;
    if (this.verbose > 0) {
      console.log(`\nEpoch ${epoch + 1}: ReduceLROnPlateau reducing learning rate to ${floatText(rate)}.`);
    }
    this.cooldownCounter = this.cooldown;
    this.wait = 0;
  }
}
