import { checkNumber, show } from '../runtime/check.js';
import { ArgumentError } from '../runtime/errors.js';
import { Callback } from './callback.js';
import type { Logs } from './model.js';

/** Whether less or more of the monitored value is better; `'auto'`: as the metric says. */
export type Mode = 'auto' | 'min' | 'max';

/** Options of all callbacks that watch one value of the logs. */
export interface MonitorOptions {
  /** Name in the logs; default `'val_loss'`. */
  monitor?: string;
  /** Default `'auto'`. Another word is warned of and counts as `'auto'`. */
  mode?: Mode;
}

/** Watches one value of the logs. */
export abstract class MonitorCallback extends Callback {
  /** Name of the value in the logs. */
  readonly monitor: string;
  readonly mode: Mode;
  /** Least change that counts as better, not negative. */
  readonly minDelta: number;
  /** The best value so far; null before the first. */
  best: number | null = null;
  /** Whether less or more is better; null until the first epoch has ended. */
  direction: 'min' | 'max' | null = null;
  readonly #owner: string;

  constructor(owner: string, { monitor = 'val_loss', mode = 'auto' }: MonitorOptions, minDelta = 0) {
    super();
    if (typeof monitor !== 'string') {
      throw new ArgumentError(`${owner}: \`monitor\` must be a name, received ${show(monitor)}`);
    }
    this.#owner = owner;
    this.monitor = monitor;
    const known = ['auto', 'min', 'max'].includes(mode);
    if (!known) console.warn(`${owner} mode ${show(mode)} is unknown, fallback to auto mode.`);
    this.mode = known ? mode : 'auto';
    this.minDelta = Math.abs(checkNumber(owner, 'minDelta', minDelta));
  }

  /** Finds the direction, once the model's metrics are known. @throws {ArgumentError} if the metric doesn't say. */
  protected findDirection(): void {
    if (this.direction !== null) return;
    const name = this.monitor.replace(/^val_/, '');
    const told = this.mode === 'auto' ? this.model.metricDirection(name) : null;
    if (this.mode !== 'auto') this.direction = this.mode;
    else if (told !== null) this.direction = told === 'up' ? 'max' : 'min';
    else if (name === 'loss') this.direction = 'min';
    else {
      throw new ArgumentError(
        `${this.#owner} callback received monitor=${this.monitor}, but Keras isn't able to automatically determine ` +
          "whether that metric should be maximized or minimized. Pass `mode='max'` in order to monitor based on the " +
          "highest metric value, or pass `mode='min'` in order to use the lowest value.",
      );
    }
  }

  /** Whether a value is better than another, if there is one, by more than `minDelta`. In float32, as Keras. */
  protected isImprovement(value: number, reference: number | null): boolean {
    if (reference === null) return true;
    const { fround } = Math;
    return this.direction === 'max'
      ? fround(value - this.minDelta) > fround(reference)
      : fround(value + this.minDelta) < fround(reference);
  }

  /** The monitored value; null, after a warning, if it is not there. */
  protected valueIn(logs: Logs, warning: (names: string) => string): number | null {
    const value = logs[this.monitor];
    if (typeof value === 'number') return value;
    console.warn(warning(Object.keys(logs).join(',')));
    return null;
  }
}
