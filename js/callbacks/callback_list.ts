import { show } from '../runtime/check.js';
import { ArgumentError } from '../runtime/errors.js';
import { type Awaitable, type CallbackLike, HOOKS, type Hooks } from './callback.js';
import { History } from './history.js';
import type { CallbackModel, Logs, Params } from './model.js';
import { checkFunction } from './text.js';

/** A name of a hook. */
export type Hook = keyof Hooks;

// Lists within lists go no deeper: one that holds itself has no end.
const DEPTH = 9;

/** Callbacks as they are given: lists in lists are taken too. */
export type Callbacks = CallbackLike | readonly Callbacks[];

/**
 * Calls the hooks of several callbacks in turn, and awaits those that are asynchronous. With `last` (a progress bar) and
 * a `History`, if none is given, after the user's own, as in Keras: they see what those add to the logs.
 */
export class CallbackList {
  /** All of them, in the order of calling. */
  readonly callbacks: readonly CallbackLike[];
  /** The history of this training. */
  readonly history: History;

  /** @throws {ArgumentError} for what has no hook. */
  constructor(given: Callbacks | null | undefined, last: readonly CallbackLike[] = []) {
    const callbacks = ([given ?? []] as unknown[]).flat(DEPTH) as CallbackLike[];
    for (const callback of callbacks) {
      if (callback === null || typeof callback !== 'object' || !HOOKS.some((hook) => callback[hook] !== undefined)) {
        throw new ArgumentError(`callbacks: ${show(callback)} is no callback: it has none of ${HOOKS.join(', ')}`);
      }
      for (const hook of HOOKS) if (callback[hook]) checkFunction('callbacks', hook, callback[hook]);
    }
    const own = callbacks.find((callback) => callback instanceof History);
    this.history = own ?? new History();
    this.callbacks = [...callbacks, ...last, ...(own ? [] : [this.history])];
  }

  /** Whether a hook of batches reads logs: where none does, they need not be computed. */
  wantsLogs(hook: Hook): boolean {
    return this.callbacks.some((callback) => !callback.ignoresBatchLogs && hookOf(callback, hook) !== undefined);
  }

  /** Tells all of them the model. */
  setModel(model: CallbackModel): void {
    for (const callback of this.callbacks) callback.setModel?.(model);
  }

  /** Tells all of them what is going to be run. */
  setParams(params: Params): void {
    for (const callback of this.callbacks) callback.setParams?.(params);
  }

  /** Calls a hook without an index. All hear the same copy of `logs`, sorted. Returns a promise only if a hook did. */
  call(
    hook: 'onTrainBegin' | 'onTrainEnd' | 'onTestBegin' | 'onTestEnd' | 'onPredictBegin' | 'onPredictEnd',
    logs?: Logs,
  ): Awaitable {
    return this.run(hook, [sorted(logs)], 0);
  }

  /** Calls a hook with the index of an epoch or batch; otherwise as `call`. */
  callAt(hook: Exclude<Hook, 'onBatchBegin' | 'onBatchEnd'>, index: number, logs?: Logs): Awaitable {
    return this.run(hook, [index, sorted(logs)], 0);
  }

  private run(hook: Hook, values: unknown[], start: number): Awaitable {
    for (let index = start; index < this.callbacks.length; index += 1) {
      const callback = this.callbacks[index] as CallbackLike;
      const pending = (hookOf(callback, hook) as ((...values: unknown[]) => unknown) | undefined)?.apply(
        callback,
        values,
      );
      if (typeof (pending as Promise<void> | undefined)?.then === 'function') {
        return Promise.resolve(pending as Promise<void>).then(() => this.run(hook, values, index + 1));
      }
    }
  }
}

/** The function of a hook, under either of its names. */
function hookOf(callback: CallbackLike, hook: Hook): Hooks[Hook] {
  return callback[hook] ?? (hook.startsWith('onTrainBatch') ? callback[hook.replace('Train', '') as Hook] : undefined);
}

/** A copy with its keys in order, as Keras hands logs to callbacks. */
function sorted(logs: Logs | undefined): Logs {
  const entries = Object.entries(logs ?? {});
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
