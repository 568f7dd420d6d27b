import { Worker } from 'node:worker_threads';
import type { WorkerLike } from './connection.js';

/** Starts the worker of a model. Options of the process that run or load other code are not for it. */
export function startWorker(): WorkerLike {
  return new Worker(new URL('./worker_script.node.js', import.meta.url), { execArgv: [] });
}
