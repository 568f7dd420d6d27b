import { checkOptions, isCallable, show } from '../runtime/check.js';
import { ArgumentError } from '../runtime/errors.js';
import { Callback, HOOKS, type Hooks } from './callback.js';

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
      if (isCallable(hook)) continue;
      throw new ArgumentError(`LambdaCallback: \`${name}\` must be a function, received ${show(hook)}`);
    }
    Object.assign(this, hooks);
  }
}
