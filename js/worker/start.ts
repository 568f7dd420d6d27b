import type { WorkerLike } from './connection.js';

/** Starts the worker of a model. Bundlers know these words, and take the script along. */
export function startWorker(): WorkerLike {
  return new Worker(new URL('./worker_script.js', import.meta.url), { type: 'module', name: 'simple-rnn' });
}
