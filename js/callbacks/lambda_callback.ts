import { checkOptions } from '../runtime/check.js';
import { Callback, HOOKS, type Hooks } from './callback.js';
import { checkFunction } from './text.js';

/**
 * Hooks as options.
 * @see https://keras.io/api/callbacks/lambda_callback/
 *
 * @example new callbacks.LambdaCallback({ onEpochEnd: (epoch, logs) => console.log(epoch, logs.loss) })
 */
export class LambdaCallback extends Callback {
  /** @throws {ArgumentError} for a name that is no hook, or what is no function. */
  constructor(hooks: Hooks) {
    super();
    for (const [name, hook] of Object.entries(checkOptions('LambdaCallback', hooks, HOOKS))) {
      checkFunction('LambdaCallback', name, hook);
    }
    Object.assign(this, hooks);
  }
}
