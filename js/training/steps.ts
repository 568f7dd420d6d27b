import { ArgumentError } from '../runtime/errors.js';

/** Work in steps: it gives control back between them, and what it gives is awaited. */
export type Steps<T> = Generator<unknown, T, unknown>;

// Milliseconds: half a frame of a page.
const BUDGET = 8;

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof (value as Promise<unknown> | null | undefined)?.then === 'function';
}

/** Awaits a value where it is a promise, within steps. */
export function* settled<T>(value: T | Promise<T>): Steps<T> {
  return isPromise(value) ? ((yield value) as T) : value;
}

interface Scope {
  setImmediate?: (run: () => void) => void;
}

// Lets the event loop run: a page paints, a server answers.
function nextTask(): Promise<void> {
  const { setImmediate } = globalThis as Scope;
  if (setImmediate !== undefined) return new Promise((resolve) => setImmediate(resolve));
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

/** Carries steps out, and lets the event loop run every few milliseconds. */
export async function inTurns<T>(steps: Steps<T>): Promise<T> {
  let since = performance.now();
  let step = steps.next();
  while (!step.done) {
    const { value } = step;
    if (isPromise(value)) {
      step = await value.then(
        (given) => steps.next(given),
        (error) => steps.throw(error),
      );
      continue;
    }
    if (performance.now() - since > BUDGET) {
      await nextTask();
      since = performance.now();
    }
    step = steps.next();
  }
  return step.value;
}

/** Carries steps out at once. @throws {ArgumentError} if one of them is asynchronous. */
export function atOnce<T>(owner: string, steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    if (!isPromise(value)) continue;
    value.catch(() => {});
    steps.return(undefined as T);
    throw new ArgumentError(`${owner}: a callback is asynchronous, which \`fit\` alone awaits`);
  }
}
