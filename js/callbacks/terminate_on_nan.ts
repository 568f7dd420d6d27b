import { checkBoolean, checkOptions } from '../runtime/check.js';
import { NonFiniteError } from '../runtime/errors.js';
import { Callback } from './callback.js';
import type { Logs } from './model.js';
import { nonFiniteText } from './text.js';

/**
 * Ends training after a batch whose loss is NaN or infinite.
 * @see https://keras.io/api/callbacks/terminate_on_nan/
 */
export class TerminateOnNaN extends Callback {
  /** Whether it throws. */
  readonly raiseError: boolean;

  /** @param options `raiseError` (default false): throws a NonFiniteError instead of ending quietly. */
  constructor(options?: { raiseError?: boolean }) {
    super();
    const given = checkOptions('TerminateOnNaN', options, ['raiseError']);
    this.raiseError = checkBoolean('TerminateOnNaN', 'raiseError', given.raiseError ?? false);
  }

  /** @throws {NonFiniteError} with `raiseError`, if the loss is NaN or infinite. */
  override onBatchEnd(batch: number, logs: Logs = {}): void {
    const { loss } = logs;
    if (typeof loss !== 'number' || Number.isFinite(loss)) return;
    if (this.raiseError) {
      throw new NonFiniteError(
        `NaN or Inf loss encountered at batch ${batch}. Loss value: ${nonFiniteText(loss)}. ` +
          'Terminating training immediately.',
      );
    }
    console.log(`Batch ${batch}: Invalid loss, terminating training`);
    this.model.stopTraining = true;
  }
}
