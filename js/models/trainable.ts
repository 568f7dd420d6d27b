import { CallbackList } from '../callbacks/callback_list.js';
import type { History } from '../callbacks/history.js';
import type { Logs } from '../callbacks/model.js';
import { TerminateOnNaN } from '../callbacks/terminate_on_nan.js';
import type { Config } from '../family.js';
import type { Inspection } from '../layers/call.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import { checkInteger, checkOptions, show } from '../runtime/check.js';
import { ArgumentError, BusyError, DisposedError } from '../runtime/errors.js';
import type { MaskLike, Tensor, TensorLike } from '../runtime/tensor.js';
import {
  type Arrays,
  checkCardinality,
  readSampleWeight,
  readTargets,
  splitValidation,
  weighClasses,
} from '../training/arrays.js';
import { fromCompileConfig } from '../training/compile_config.js';
import { Compiled, type CompileOptions } from '../training/compiled.js';
import {
  ArrayBatches,
  type Batch,
  type BatchIterable,
  type BatchSource,
  IterableBatches,
  isBatchIterable,
  peek,
  refuseBesideIterable,
  unpackBatch,
} from '../training/data.js';
import { fitSteps, testSteps } from '../training/fit.js';
import {
  checkFitOptions,
  checkNonFinite,
  type EvaluateOptions,
  type FitOptions,
  type TrainOnBatchOptions,
} from '../training/options.js';
import { ProgressBar, resolveVerbose } from '../training/progress.js';
import { atOnce, inTurns, type Steps } from '../training/steps.js';
import { callbackModel, type NonFinite, Trainer } from '../training/trainer.js';
import { BaseModel, countOf, type ModelInput, type OptimizerState } from './model.js';
import { isStateful } from './predictor.js';

export type { EvaluateOptions, FitOptions, TrainOnBatchOptions } from '../training/options.js';

/** Targets, which may be booleans: of one output, or a list or an object by the outputs' names. */
export type Targets = ModelInput | MaskLike | readonly MaskLike[] | Readonly<Record<string, MaskLike>>;

/** What all models have in common that concerns training. */
export abstract class TrainableModel extends BaseModel {
  /** Set to true by a callback: training ends after this batch or, from `onEpochEnd`, after this epoch. */
  stopTraining = false;
  /** What the last `fit` gave; null before. */
  history: History | null = null;
  #compiled: Compiled | null = null;
  #trainer: Trainer | null = null;
  // Ends the `fit`, or the evaluation in several turns, that is under way; null for none.
  #running: AbortController | null = null;

  /**
   * The optimizer; null before `compile`. That of a loaded model stands where the file's stood.
   * @throws {UnsupportedError} if the model was compiled with something that is not there yet.
   */
  get optimizer(): Optimizer | null {
    this.compileAsLoaded();
    return this.optimizerInUse;
  }

  /** @internal As `optimizer`, but null for a loaded model that was not trained yet. */
  get optimizerInUse(): Optimizer | null {
    return this.#compiled?.optimizer ?? null;
  }

  protected override get optimizerSize(): number {
    const optimizer = this.optimizerInUse;
    return optimizer?.built ? countOf(optimizer.variables) : super.optimizerSize;
  }

  /** Names in the logs, in Keras' order; metrics once there were data. */
  get metricsNames(): string[] {
    return this.#compiled === null ? [] : (this.#trainer?.scores.names ?? ['loss']);
  }

  /**
   * Sets optimizer, losses and metrics. What an earlier optimizer knew is forgotten.
   * Follows https://keras.io/api/models/model_training_apis/#compile-method.
   * @throws {ArgumentError} naming what is unknown, {BusyError} during `fit`; nothing has changed then.
   */
  compile(options?: CompileOptions): void {
    this.alive();
    this.checkIdle();
    this.adoptCompiled(new Compiled(`${this.owner}: compile`, options));
    this.compileConfig = (this.#compiled as Compiled).config;
    this.optimizerState = null;
  }

  private adoptCompiled(compiled: Compiled): void {
    const before = this.#trainer;
    const trainer = this.built ? new Trainer(this, compiled, before) : null;
    before?.release(compiled.optimizer);
    this.#compiled = compiled;
    this.#trainer = trainer;
  }

  /** @internal Compiles the model as another one was, and goes on where that one stood: `state` is of a built model. */
  compileAs(config: Config, state: OptimizerState | null): void {
    this.checkIdle();
    this.adoptCompiled(new Compiled(`${this.owner}: compile`, fromCompileConfig(config)));
    this.compileConfig = config;
    if (state !== null) (this.#trainer as Trainer).restore(state);
  }

  // The model is built, or about to be by its first data.
  private trainerOf(x: unknown): { trainer: Trainer; inputs: Tensor[] } {
    const compiled = this.checkCompiled();
    const inputs = this.readInputs(x);
    this.#trainer ??= new Trainer(this, compiled, null);
    return { trainer: this.#trainer, inputs };
  }

  private compileAsLoaded(): void {
    if (this.#compiled === null && this.compileConfig !== null && this.compileConfig.optimizer !== undefined) {
      this.alive();
      this.compileAs(this.compileConfig, this.optimizerState);
    }
  }

  private checkCompiled(): Compiled {
    this.alive();
    this.compileAsLoaded();
    if (this.#compiled === null) {
      throw new ArgumentError(`${this.owner}: You must call \`compile()\` before using the model.`);
    }
    return this.#compiled;
  }

  // Inputs, targets and weights, checked.
  private readArrays(
    owner: string,
    x: unknown,
    y: unknown,
    sampleWeight: unknown,
  ): { trainer: Trainer; arrays: Arrays } {
    const { trainer, inputs } = this.trainerOf(x);
    const { specs } = trainer;
    const names = specs.map(({ name }) => name);
    const judged = specs.filter(({ loss }) => loss !== null).map(({ name }) => name);
    if (judged.length === 0) {
      throw new ArgumentError(`${owner}: No loss to compute. Provide a \`loss\` argument in \`compile()\`.`);
    }
    if (y === null || y === undefined) throw new ArgumentError(`${owner}: \`y\` is needed, received ${show(y)}`);
    // Targets may be left out where there is no loss.
    const isWhole = Array.isArray(y) ? y.length === names.length : names.every((name) => name in Object(y));
    const arrays = {
      x: inputs,
      y: readTargets(owner, 'y', y, isWhole ? names : judged),
      sampleWeight:
        sampleWeight === null || sampleWeight === undefined
          ? null
          : readSampleWeight(owner, sampleWeight, names, inputs[0]?.shape[0] as number),
    };
    checkCardinality(owner, arrays);
    return { trainer, arrays };
  }

  private iterableBatches(
    owner: string,
    iterable: BatchIterable,
    steps: number | null,
    signal: AbortSignal,
  ): IterableBatches {
    const read = (batch: unknown): Arrays => {
      const { x, y, sampleWeight } = unpackBatch(owner, batch);
      return this.readArrays(owner, x, y, sampleWeight).arrays;
    };
    return new IterableBatches(owner, iterable, read, signal, steps);
  }

  /**
   * Trains the model. It yields to the event loop every few milliseconds, so that a page stays alive.
   * Follows https://keras.io/api/models/model_training_apis/#fit-method.
   * @param x Inputs as for `predict`, or an iterable, asynchronous or not, of batches `[x, y]`, `[x, y, sampleWeight]`.
   * @param y Targets, samples first; null for an iterable.
   * @returns loss and metrics of every epoch.
   * @throws {ShapeError} {ArgumentError} if the data do not suit the model or an option is not sound, {NonFiniteError} for
   *   NaN in data or loss, {BusyError} during another `fit`, {DisposedError} if the model is disposed meanwhile,
   *   {UnsupportedError} naming a layer that cannot be trained. The model is left at the last whole batch.
   */
  async fit(x: ModelInput | BatchIterable, y?: Targets | null, options?: FitOptions): Promise<History> {
    const owner = `${this.owner}: fit`;
    this.alive();
    this.checkIdle();
    const { epochs, initialEpoch, nonFinite, signal, truncate, ...given } = checkFitOptions(owner, options);
    signal?.throwIfAborted();
    const verbose = resolveVerbose(owner, given.verbose ?? 'auto');
    this.checkCompiled();
    if (isBatchIterable(x)) refuseBesideIterable(owner, { ...given, y });
    const callbacks = new CallbackList(given.callbacks, verbose ? [new ProgressBar()] : []);
    const isKeras = callbacks.callbacks.some((each) => each instanceof TerminateOnNaN);
    const mode: NonFinite = isKeras ? 'ignore' : nonFinite;
    const isOpen = isBatchIterable(x) && !this.built;
    const running = new AbortController();
    const stop = () => running.abort(signal?.reason);
    // Data may build the model, which is refused once the training has begun.
    const read = isOpen ? null : this.readFit(owner, x, y, given, running.signal);
    signal?.addEventListener('abort', stop);
    return this.alone(running, async () => {
      const { source, validation, trainer } =
        read ?? (await this.readOpenFit(owner, x as BatchIterable, given, running.signal));
      this.history = await inTurns(
        fitSteps({
          owner,
          trainer,
          model: callbackModel(trainer, this, (weights) => super.setWeights(weights)),
          callbacks,
          verbose,
          source,
          validation,
          validationSteps: given.validationSteps || null,
          validationFreq: given.validationFreq ?? 1,
          epochs,
          initialEpoch,
          step: { nonFinite: mode, truncate },
          goOn: () => running.signal.throwIfAborted(),
        }),
      );
      return this.history;
    }).finally(() => signal?.removeEventListener('abort', stop));
  }

  // Carries out what takes several turns: meanwhile nothing else trains or changes the model.
  private async alone<T>(running: AbortController, run: () => Promise<T>): Promise<T> {
    this.checkIdle();
    this.#running = running;
    try {
      return await run();
    } finally {
      this.#running = null;
    }
  }

  // An unbuilt model learns its shapes from the first batch.
  private async readOpenFit(owner: string, iterable: BatchIterable, given: Partial<FitOptions>, signal: AbortSignal) {
    const { first, whole } = await peek(iterable, signal);
    if (first === undefined) throw new ArgumentError(`${owner}: x: the iterable gave no batch`);
    const running = this.#running;
    try {
      const { x, y, sampleWeight } = unpackBatch(owner, first);
      // What is built during a training is refused otherwise.
      this.#running = null;
      this.readArrays(owner, x, y, sampleWeight);
      return this.readFit(owner, whole, null, given, signal);
    } catch (error) {
      await whole[Symbol.asyncIterator]()
        .return?.()
        .catch(() => {});
      throw error;
    } finally {
      this.#running = running;
    }
  }

  // Where the batches of `fit` come from.
  private readFit(
    owner: string,
    x: ModelInput | BatchIterable,
    y: Targets | null | undefined,
    given: Partial<FitOptions>,
    signal: AbortSignal,
  ): { source: BatchSource; validation: (() => BatchSource) | null; trainer: Trainer } {
    const { batchSize = null, stepsPerEpoch = null, validationSplit = 0, validationData = null } = given;
    const { validationBatchSize = batchSize } = given;
    const validate = (arrays: Arrays) => () => new ArrayBatches(owner, arrays, { batchSize: validationBatchSize });
    let validation: (() => BatchSource) | null = null;
    if (isBatchIterable(validationData)) {
      validation = () => this.iterableBatches(`${owner}: validationData`, validationData, null, signal);
    } else if (validationData !== null) {
      const data = unpackBatch(owner, validationData);
      validation = validate(this.readArrays(`${owner}: validationData`, data.x, data.y, data.sampleWeight).arrays);
      validation();
    }
    if (isBatchIterable(x)) {
      const source = this.iterableBatches(owner, x, stepsPerEpoch, signal);
      return { source, validation, trainer: this.readyTrainer() };
    }
    const { trainer, arrays: all } = this.readArrays(owner, x, y, given.sampleWeight);
    let arrays = all;
    if (given.classWeight !== null && given.classWeight !== undefined) {
      arrays = { ...all, sampleWeight: [weighClasses(owner, all.y, all.sampleWeight, given.classWeight)] };
    }
    if (validationSplit !== 0 && validationData === null) {
      const [train, rest] = splitValidation(owner, arrays, validationSplit);
      arrays = train;
      // Weights of classes are for training alone.
      validation = validate(given.classWeight ? { ...rest, sampleWeight: null } : rest);
    }
    if (given.shuffle === undefined && isStateful(this)) {
      console.warn(`${owner}: a stateful model is trained in shuffled order; pass \`shuffle: false\` to keep it`);
    }
    const source = new ArrayBatches(owner, arrays, { batchSize, stepsPerEpoch, shuffle: given.shuffle ?? true });
    return { source, validation, trainer };
  }

  private readyTrainer(): Trainer {
    const compiled = this.checkCompiled();
    if (this.built) {
      this.#trainer ??= new Trainer(this, compiled, null);
      return this.#trainer;
    }
    throw new ArgumentError(`${this.owner}: build the model first, or give \`inputShape\``);
  }

  /**
   * Loss and metrics on data.
   * Follows https://keras.io/api/models/model_training_apis/#evaluate-method.
   * @returns by name, in Keras' order; a promise for an iterable of batches.
   * @throws {ShapeError} {ArgumentError} if the data do not suit the model, or an iterable gives no batch; {BusyError} for
   *   an iterable during `fit` or while another one is evaluated. Meanwhile the model can't be trained or changed.
   */
  evaluate(x: ModelInput, y: Targets, options?: EvaluateOptions): Logs;
  evaluate(x: BatchIterable, y?: null, options?: EvaluateOptions): Promise<Logs>;
  evaluate(x: ModelInput | BatchIterable, y?: Targets | null, options?: EvaluateOptions): Logs | Promise<Logs> {
    return this.judge(x, y, options, atOnce);
  }

  /** @internal As `evaluate`, but awaits callbacks. */
  async evaluateInTurns(x: ModelInput, y: Targets, options?: EvaluateOptions): Promise<Logs> {
    this.checkIdle();
    return this.judge(x, y, options, (_, steps) => this.alone(new AbortController(), () => inTurns(steps)));
  }

  private judge<T extends Logs | Promise<Logs>>(
    x: ModelInput | BatchIterable,
    y: Targets | null | undefined,
    options: EvaluateOptions | undefined,
    carryOut: (owner: string, steps: Steps<Logs>) => T,
  ): T | Promise<Logs> {
    const owner = `${this.owner}: evaluate`;
    const known = ['batchSize', 'sampleWeight', 'verbose', 'callbacks', 'steps'];
    const { batchSize = null, sampleWeight = null, ...given } = checkOptions(owner, options, known);
    const { steps = null, verbose: asked = 'auto' } = given;
    if (steps !== null) checkInteger(owner, 'steps', steps, 1, 2 ** 31);
    const verbose = resolveVerbose(owner, asked);
    const begin = (trainer: Trainer, source: BatchSource) => {
      const callbacks = new CallbackList(given.callbacks, verbose ? [new ProgressBar()] : []);
      callbacks.setModel(callbackModel(trainer, this, (weights) => super.setWeights(weights)));
      callbacks.setParams({ verbose, epochs: 1, steps: source.steps });
      return testSteps({ trainer, callbacks, goOn: () => this.alive() }, source, steps);
    };
    if (isBatchIterable(x)) {
      refuseBesideIterable(owner, { batchSize, sampleWeight, y });
      const running = new AbortController();
      const source = this.iterableBatches(owner, x, null, running.signal);
      return this.alone(running, async () => inTurns(begin(this.readyTrainer(), source)));
    }
    const { trainer, arrays } = this.readArrays(owner, x, y, sampleWeight);
    const run = () => carryOut(owner, begin(trainer, new ArrayBatches(owner, arrays, { batchSize })));
    return this.#running ? trainer.scores.apart(run) : run();
  }

  /**
   * One update with one batch.
   * @returns loss and metrics of the batch, by name.
   * @throws {ShapeError} {ArgumentError} if the data do not suit the model, {NonFiniteError} for NaN in data or loss,
   *   {BusyError} during `fit`; nothing has changed then.
   */
  trainOnBatch(x: ModelInput, y: Targets, options?: TrainOnBatchOptions): Logs {
    const owner = `${this.owner}: trainOnBatch`;
    this.checkIdle();
    const known = ['sampleWeight', 'classWeight', 'truncate', 'nonFinite'];
    const {
      sampleWeight = null,
      classWeight = null,
      truncate = 0,
      nonFinite = 'throw',
    } = checkOptions(owner, options, known);
    checkInteger(owner, 'truncate', truncate, 0, 2 ** 31);
    checkNonFinite(owner, nonFinite);
    const { trainer, arrays } = this.readArrays(owner, x, y, sampleWeight);
    const weighted =
      classWeight === null
        ? arrays
        : { ...arrays, sampleWeight: [weighClasses(owner, arrays.y, arrays.sampleWeight, classWeight)] };
    const batch = wholeBatch(owner, weighted);
    trainer.prepare();
    trainer.scores.reset();
    trainer.train(batch, { nonFinite, truncate });
    return trainer.scores.logs();
  }

  /** Loss and metrics of one batch, by name. @throws {ShapeError} {ArgumentError} if the data do not suit the model. */
  testOnBatch(x: ModelInput, y: Targets, options?: Pick<EvaluateOptions, 'sampleWeight'>): Logs {
    const owner = `${this.owner}: testOnBatch`;
    const { sampleWeight = null } = checkOptions(owner, options, ['sampleWeight']);
    const { trainer, arrays } = this.readArrays(owner, x, y, sampleWeight);
    const run = () => {
      trainer.scores.reset();
      trainer.test(wholeBatch(owner, arrays));
      return trainer.scores.logs();
    };
    return this.#running ? trainer.scores.apart(run) : run();
  }

  protected override inspectTraining(x: unknown, y: unknown, found: Inspection[]): void {
    const owner = `${this.owner}: inspect`;
    const { trainer, arrays } = this.readArrays(owner, x, y, null);
    trainer.inspect(wholeBatch(owner, arrays), found);
  }

  override setWeights(values: readonly TensorLike[]): void {
    this.checkIdle();
    super.setWeights(values);
  }

  protected override checkIdle(): void {
    super.checkIdle();
    this.#trainer?.checkIdle();
    if (this.#running === null) return;
    throw new BusyError(`${this.owner} is being trained or evaluated: wait for the end of it, or stop it`);
  }

  protected override forgetLayout(): void {
    super.forgetLayout();
    this.#trainer?.forgetLayout();
  }

  override dispose(): void {
    // Ends a `fit` after the batch at hand.
    const running = this.#running;
    this.#running = null;
    try {
      super.dispose();
    } finally {
      this.#running = running;
    }
    running?.abort(new DisposedError(`${this.owner} was used after dispose()`));
    this.#trainer?.free();
    this.#trainer = null;
  }
}

function wholeBatch(owner: string, arrays: Arrays): Batch {
  const batches = new ArrayBatches(owner, arrays, { batchSize: checkCardinality(owner, arrays) || 1 });
  batches.begin();
  return batches.next() as Batch;
}
