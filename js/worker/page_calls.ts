// In the page: what the worker asks for while a call is under way.
import type { BatchIterable } from '../training/data.js';
import type { PageCallbacks } from './page_callbacks.js';
import type { CallbackChanges, HookCall, PageSide } from './protocol.js';
import { Packer } from './wire.js';

type AnyIterator = Iterator<unknown> | AsyncIterator<unknown>;

/** A call under way. */
export interface PageCall {
  readonly callbacks: PageCallbacks | null;
  readonly iterables: readonly BatchIterable[];
  readonly iterators: (AnyIterator | null)[];
  /** What a callback or an iterable threw first. */
  thrown: { error: unknown } | null;
}

/** The calls under way, by number. */
export class PageCalls implements PageSide {
  readonly #calls = new Map<number, PageCall>();
  #last = 0;

  /** Begins a call. */
  open(iterables: readonly BatchIterable[], callbacks: PageCallbacks | null): { id: number; call: PageCall } {
    this.#last += 1;
    const call = { callbacks, iterables, iterators: [], thrown: null };
    this.#calls.set(this.#last, call);
    return { id: this.#last, call };
  }

  /** Ends a call. */
  close(id: number): void {
    this.#calls.delete(id);
  }

  // What is thrown goes to the worker, which ends the call by it; the very error is kept.
  async #within<T>(id: number, work: (call: PageCall) => T | Promise<T>): Promise<T> {
    const call = this.#calls.get(id) as PageCall;
    try {
      return await work(call);
    } catch (error) {
      call.thrown ??= { error };
      throw error;
    }
  }

  hook(id: number, hook: HookCall): Promise<CallbackChanges> {
    return this.#within(id, ({ callbacks }) => (callbacks as PageCallbacks).call(hook));
  }

  begin(id: number, index: number): Promise<number> {
    return this.#within(id, ({ iterables, iterators }) => {
      const iterable = iterables[index] as BatchIterable;
      const iterator =
        Symbol.asyncIterator in iterable ? iterable[Symbol.asyncIterator]() : iterable[Symbol.iterator]();
      return iterators.push(iterator) - 1;
    });
  }

  next(id: number, index: number): Promise<unknown> {
    return this.#within(id, async ({ iterators }) => {
      const { done, value } = await (iterators[index] as AnyIterator).next();
      if (done) iterators[index] = null;
      return { done: done === true, value: done ? null : new Packer('batch', false).pack(value, 'x') };
    });
  }

  end(id: number, index: number): Promise<void> {
    return this.#within(id, async ({ iterators }) => {
      await iterators[index]?.return?.();
    });
  }
}
