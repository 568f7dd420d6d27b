/**
 * A model in a worker: `import { toWorker } from 'simple-rnn/worker'`.
 * @packageDocumentation
 */
import { TrainableModel } from '../models/trainable.js';
import { checkOptions, show } from '../runtime/check.js';
import { ArgumentError } from '../runtime/errors.js';
import { Connection, connectTo, type WorkerLike } from './connection.js';
import { copyModel } from './copy.js';
import { sendErrorsWhole } from './errors.js';
import { RemoteModel } from './remote_model.js';
import { startWorker } from './start.js';

export type { WorkerLike } from './connection.js';
export type { RemoteModel } from './remote_model.js';

sendErrorsWhole();

/** Options of {@link toWorker}. */
export interface ToWorkerOptions {
  /**
   * A worker of your own, whose script imports `simple-rnn/worker-script`; it may hold several models, and `dispose` leaves
   * it running. Default: a new one, which ends with the model.
   */
  worker?: WorkerLike;
}

/**
 * Copies a model into a worker, where it computes and trains while the page stays free: its layers, weights, states,
 * and, once compiled, how it is trained and where its optimizer stands. The model itself stays as it is.
 * @returns the model there: the same words, asynchronous. Its `dispose()` ends the worker.
 * @throws {UnsupportedError} naming what a worker cannot have (functions and classes of your own), or if no worker can be
 *   started here; {ArgumentError} for what is no model.
 *
 * @example
 * const remote = await toWorker(model);
 * await remote.fit(x, y, { epochs: 20, callbacks: { onEpochEnd: (epoch, logs) => draw(logs.loss) } });
 * await remote.pull(); // the weights, back into `model`
 * remote.dispose();
 */
export async function toWorker(model: TrainableModel, options?: ToWorkerOptions): Promise<RemoteModel> {
  if (!(model instanceof TrainableModel)) {
    throw new ArgumentError(`toWorker: expected a model, received ${show(model)}`);
  }
  const { worker } = checkOptions('toWorker', options, ['worker']);
  const copy = copyModel(model, worker !== undefined);
  const remote = new RemoteModel(model, worker === undefined ? connectTo(startWorker) : new Connection(worker, false));
  try {
    await remote.load(copy);
    return remote;
  } catch (error) {
    remote.dispose();
    throw error;
  }
}
