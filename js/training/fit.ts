import type { CallbackList } from '../callbacks/callback_list.js';
import type { History } from '../callbacks/history.js';
import type { CallbackModel, Logs, Params } from '../callbacks/model.js';
import { ArgumentError } from '../runtime/errors.js';
import { isValidated } from './arrays.js';
import { type BatchSource, IterableBatches } from './data.js';
import { type Steps, settled } from './steps.js';
import type { StepOptions, Trainer } from './trainer.js';

/** One training, all checked. */
export interface FitRun {
  owner: string;
  trainer: Trainer;
  /** What callbacks see. */
  model: CallbackModel;
  callbacks: CallbackList;
  verbose: Params['verbose'];
  source: BatchSource;
  /** Batches to validate with, anew for every validation; null for none. */
  validation: (() => BatchSource) | null;
  validationSteps: number | null;
  validationFreq: number | readonly number[];
  epochs: number;
  initialEpoch: number;
  step: StepOptions;
  /** Throws if the training was stopped, or the model disposed. */
  goOn(): void;
}

/** The epochs of `fit`, as Keras orders them. */
export function* fitSteps(run: FitRun): Steps<History> {
  const { trainer, model, callbacks, source, epochs } = run;
  let hasFailed = true;
  try {
    trainer.prepare();
    model.stopTraining = false;
    model.initialEpoch = run.initialEpoch;
    callbacks.setModel(model);
    callbacks.setParams({ verbose: run.verbose, epochs, steps: source.steps });
    let logs: Logs = {};
    yield* settled(callbacks.call('onTrainBegin'));
    for (let epoch = model.initialEpoch; epoch < epochs; epoch += 1) {
      trainer.scores.reset();
      yield* settled(callbacks.callAt('onEpochBegin', epoch));
      yield* epochSteps(run);
      if (source instanceof IterableBatches && source.isExhausted) {
        if (epoch === model.initialEpoch) throw new ArgumentError(`${run.owner}: x: the iterable gave no batch`);
        break;
      }
      logs = trainer.scores.logs();
      if (run.validation !== null && isValidated(run.owner, epoch, run.validationFreq)) {
        const found = yield* testSteps(run, run.validation(), run.validationSteps);
        for (const [name, value] of Object.entries(found)) logs[`val_${name}`] = value;
      }
      yield* settled(callbacks.callAt('onEpochEnd', epoch, logs));
      if (model.stopTraining) break;
    }
    trainer.optimizer.finalizeVariableValues(trainer.optimizer.trained);
    yield* settled(callbacks.call('onTrainEnd', logs));
    hasFailed = false;
    return callbacks.history;
  } finally {
    yield* settled(source.close(hasFailed));
  }
}

function* epochSteps(run: FitRun): Steps<void> {
  const { trainer, model, callbacks, source, step } = run;
  const wantsLogs = callbacks.wantsLogs('onTrainBatchEnd');
  source.begin();
  for (let index = 0; ; index += 1) {
    const batch = yield* settled(source.next());
    if (batch === null) return;
    run.goOn();
    yield* settled(callbacks.callAt('onTrainBatchBegin', index));
    run.goOn();
    trainer.train(batch, step);
    yield* settled(callbacks.callAt('onTrainBatchEnd', index, wantsLogs ? trainer.scores.logs() : {}));
    yield;
    run.goOn();
    if (model.stopTraining) return;
  }
}

/** What the judging of some batches needs. */
export type TestRun = Pick<FitRun, 'trainer' | 'callbacks' | 'goOn'>;

/** Judges batches, at most `limit`; gives loss and metrics in Keras' order. */
export function* testSteps(run: TestRun, source: BatchSource, limit: number | null): Steps<Logs> {
  const { trainer, callbacks } = run;
  const wantsLogs = callbacks.wantsLogs('onTestBatchEnd');
  let hasFailed = true;
  try {
    trainer.scores.reset();
    yield* settled(callbacks.call('onTestBegin'));
    source.begin();
    for (let index = 0; index !== limit; index += 1) {
      const batch = yield* settled(source.next());
      if (batch === null) break;
      run.goOn();
      yield* settled(callbacks.callAt('onTestBatchBegin', index));
      run.goOn();
      trainer.test(batch);
      yield* settled(callbacks.callAt('onTestBatchEnd', index, wantsLogs ? trainer.scores.logs() : {}));
      yield;
      run.goOn();
    }
    if (source instanceof IterableBatches && source.isExhausted) throw source.emptyError;
    const logs = trainer.scores.logs();
    yield* settled(callbacks.call('onTestEnd', logs));
    hasFailed = false;
    return logs;
  } finally {
    yield* settled(source.close(hasFailed));
  }
}
