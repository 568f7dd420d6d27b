import type { Crowd, CrowdRun, Example, ModelCard, ModelHost, TimedRun } from './model_host.js';

export interface Request {
  readonly id: number;
  readonly method: keyof ModelHost;
  readonly parameters: readonly unknown[];
}

export type Reply = { readonly id: number; readonly result: unknown } | { readonly id: number; readonly error: string };

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** A model host in a worker: the page never waits for a computation. */
export class WorkerHost implements ModelHost {
  #worker: Worker | null = null;
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;

  load(url: string): Promise<ModelCard> {
    return this.#ask('load', url) as Promise<ModelCard>;
  }

  run(url: string, example: Example): Promise<TimedRun> {
    return this.#ask('run', url, example) as Promise<TimedRun>;
  }

  runCrowd(url: string, crowd: Crowd): Promise<CrowdRun> {
    return this.#ask('runCrowd', url, crowd) as Promise<CrowdRun>;
  }

  #ask(method: keyof ModelHost, ...parameters: unknown[]): Promise<unknown> {
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker ??= this.#start();
      this.#worker.postMessage({ id, method, parameters } satisfies Request);
    });
  }

  #start(): Worker {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data }: MessageEvent<Reply>) => {
      const waiting = this.#waiting.get(data.id);
      this.#waiting.delete(data.id);
      if ('error' in data) waiting?.reject(new Error(data.error));
      else waiting?.resolve(data.result);
    };
    worker.onerror = (event) => {
      worker.terminate();
      this.#worker = null; // the next request tries another one
      for (const { reject } of this.#waiting.values()) reject(new Error(event.message || 'the worker failed'));
      this.#waiting.clear();
    };
    return worker;
  }
}
