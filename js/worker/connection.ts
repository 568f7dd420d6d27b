// A worker of a page or of Node, as one thing: how it is greeted, fails and ends.
import { show } from '../runtime/check.js';
import { ArgumentError, RuntimePoisonedError, type SimpleRNNError, UnsupportedError } from '../runtime/errors.js';
import type { Greeting } from './protocol.js';

/** A `Worker` of the browser or of `node:worker_threads`. */
export interface WorkerLike {
  // biome-ignore lint/suspicious/noExplicitAny: browsers and Node have different types of what can be transferred.
  postMessage(message: any, transfer: any[]): void;
  terminate(): unknown;
}

/** The parts that only one of the two has. */
interface AnyWorker extends WorkerLike {
  addEventListener?(type: string, listen: (event: { message?: string; preventDefault(): void }) => void): void;
  removeEventListener?(type: string, listen: unknown): void;
  on?(type: string, listen: (value: unknown) => void): void;
  off?(type: string, listen: unknown): void;
  ref?(): void;
  unref?(): void;
  threadId?: number;
  getMaxListeners?(): number;
  setMaxListeners?(count: number): void;
}

const hint =
  'Where a bundler or a server moves files, start a worker yourself, and hand it in: toWorker(model, { worker })';

/** The line to a worker, and what becomes of it. */
export class Connection {
  readonly port: MessagePort;
  readonly #worker: AnyWorker;
  readonly #isOwn: boolean;
  // Those who wait for an answer.
  readonly #waiting = new Set<(error: SimpleRNNError) => void>();
  #isOpen = false;
  #lost: SimpleRNNError | null = null;

  /** @param isOwn Whether the worker ends with the line. @throws {ArgumentError} for what is no worker. */
  constructor(worker: WorkerLike, isOwn: boolean) {
    if (typeof worker?.postMessage !== 'function' || typeof worker.terminate !== 'function') {
      throw new ArgumentError(`toWorker: \`worker\` must be a Worker, received ${show(worker)}`);
    }
    this.#worker = worker;
    this.#isOwn = isOwn;
    this.#listen();
    const { port1, port2 } = new MessageChannel();
    this.port = port1;
    worker.postMessage({ simpleRNN: port2 } satisfies Greeting, [port2]);
    this.#keep('unref');
    // Of Node: one that has ended, and will never answer.
    if (this.#worker.threadId === -1) this.#failed('it has ended');
  }

  #listen(): void {
    const worker = this.#worker;
    if (worker.on !== undefined) {
      this.#makeRoom(1);
      worker.on('error', this.#onError);
      worker.on('exit', this.#onExit);
    } else {
      worker.addEventListener?.('error', this.#onEvent);
    }
  }

  // Node suspects a leak where more than ten listen to one worker, which many models may.
  #makeRoom(more: number): void {
    const worker = this.#worker;
    const most = worker.getMaxListeners?.() ?? 0;
    if (most > 0) worker.setMaxListeners?.(most + more);
  }

  readonly #onError = (error: unknown) => this.#failed(String((error as Error)?.message ?? error));
  readonly #onExit = (code: unknown) => this.#failed(`it ended with code ${code}`);
  // Of a page: an error in a running worker does not end it.
  readonly #onEvent = (event: { message?: string; preventDefault(): void }) => {
    if (this.#isOpen) return;
    event.preventDefault();
    this.#failed(event.message || 'its script could not be loaded');
  };

  #failed(reason: string): void {
    this.#fail(
      this.#isOpen
        ? new RuntimePoisonedError(`the worker of the model has stopped: ${reason}`)
        : new UnsupportedError(`toWorker: the worker did not start: ${reason}. ${hint}`),
    );
  }

  #fail(error: SimpleRNNError): void {
    this.#lost ??= error;
    for (const reject of this.#waiting) reject(error);
    this.#waiting.clear();
    this.#keep('unref');
  }

  /**
   * The answer to a call. While somebody waits, and no longer, the line keeps Node alive.
   * @throws {RuntimePoisonedError} {UnsupportedError} if the worker is lost, and what `end` was given.
   */
  wait<T>(call: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#lost !== null) {
        reject(this.#lost);
        return;
      }
      if (this.#waiting.size === 0) this.#keep('ref');
      this.#waiting.add(reject);
      call()
        .then((answer) => {
          this.#isOpen = true;
          resolve(answer);
        }, reject)
        .finally(() => {
          if (this.#waiting.delete(reject) && this.#waiting.size === 0) this.#keep('unref');
        });
    });
  }

  #keep(how: 'ref' | 'unref'): void {
    (this.port as AnyWorkerPort)[how]?.();
    if (this.#isOwn) this.#worker[how]?.();
  }

  /** Ends the line, and the worker if it is its own; who waits is told `error`. */
  end(error: SimpleRNNError): void {
    this.#fail(error);
    this.#worker.off?.('error', this.#onError);
    this.#worker.off?.('exit', this.#onExit);
    this.#makeRoom(-1);
    this.#worker.removeEventListener?.('error', this.#onEvent);
    if (this.#isOwn) this.#worker.terminate();
    this.port.close();
  }
}

type AnyWorkerPort = MessagePort & Pick<AnyWorker, 'ref' | 'unref'>;

/** Starts a worker. @throws {UnsupportedError} where that is refused. */
export function connectTo(start: () => WorkerLike): Connection {
  let worker: WorkerLike;
  try {
    worker = start();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UnsupportedError(`toWorker: the worker did not start: ${reason}. ${hint}`, { cause: error });
  }
  return new Connection(worker, true);
}
