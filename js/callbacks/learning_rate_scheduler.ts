import { checkOptions, show } from '../runtime/check.js';
import { ArgumentError } from '../runtime/errors.js';
import { Callback } from './callback.js';
import type { CallbackOptimizer, Logs } from './model.js';
import { checkCount, checkFunction, floatText } from './text.js';

/** Options of {@link LearningRateScheduler}. */
export interface LearningRateSchedulerOptions {
  /** The rate of an epoch, from the epoch's number (from 0 on) and the rate so far. */
  schedule: (epoch: number, learningRate: number) => number;
  /** 1: says on the console what it does; default 0. */
  verbose?: number;
}

/**
 * Sets the learning rate at the start of every epoch. Adds `learning_rate` to the logs.
 * @see https://keras.io/api/callbacks/learning_rate_scheduler/
 */
export class LearningRateScheduler extends Callback {
  readonly schedule: (epoch: number, learningRate: number) => number;
  readonly verbose: number;

  /** @throws {ArgumentError} for an option that is not known or out of its range. */
  constructor(options: LearningRateSchedulerOptions) {
    super();
    const owner = 'LearningRateScheduler';
    const { schedule, verbose } = checkOptions(owner, options, ['schedule', 'verbose']);
    checkFunction(owner, 'schedule', schedule);
    this.schedule = schedule;
    this.verbose = checkCount(owner, 'verbose', verbose, 0);
  }

  /** @throws {ArgumentError} if the schedule gives no number. */
  override onEpochBegin(epoch: number): void {
    const optimizer = this.model.optimizer as CallbackOptimizer;
    const rate: unknown = this.schedule(epoch, optimizer.learningRate);
    if (typeof rate !== 'number') {
      throw new ArgumentError(
        `LearningRateScheduler: The output of the \`schedule\` function should be a float. Got: ${show(rate)}`,
      );
    }
    optimizer.learningRate = rate;
    if (this.verbose > 0) {
      console.log(`\nEpoch ${epoch + 1}: LearningRateScheduler setting learning rate to ${floatText(rate)}.`);
    }
  }

  override onEpochEnd(_: number, logs: Logs = {}): void {
    logs.learning_rate = (this.model.optimizer as CallbackOptimizer).learningRate;
  }
}
