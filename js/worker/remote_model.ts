import { expose, type Remote, releaseProxy, transfer, wrap } from 'comlink';
import type { Callbacks } from '../callbacks/callback_list.js';
import type { History } from '../callbacks/history.js';
import type { Logs } from '../callbacks/model.js';
import type { Inspection } from '../layers/call.js';
import type { Layer } from '../layers/layer.js';
import type { ModelInput, PredictOptions } from '../models/model.js';
import { flattenLayers } from '../models/predictor.js';
import type { SummaryOptions } from '../models/summary.js';
import type { EvaluateOptions, FitOptions, Targets, TrainableModel, TrainOnBatchOptions } from '../models/trainable.js';
import { configuration } from '../runtime/configure.js';
import { DISPOSE } from '../runtime/dispose.js';
import { DisposedError, UnsupportedError } from '../runtime/errors.js';
import { randomState } from '../runtime/random.js';
import type { Tensor, TensorLike } from '../runtime/tensor.js';
import type { CompileOptions } from '../training/compiled.js';
import type { BatchIterable } from '../training/data.js';
import { resolveVerbose } from '../training/progress.js';
import type { Connection } from './connection.js';
import { applyState, type ModelCopy, type ModelState } from './copy.js';
import { PageCallbacks } from './page_callbacks.js';
import { PageCalls } from './page_calls.js';
import type { WorkerSide } from './protocol.js';
import { Packer, unpack } from './wire.js';

// Below `dispose`, the net: a model that nobody can reach any more takes its worker with it.
const forgotten = new FinalizationRegistry<Connection>((connection) =>
  connection.end(new DisposedError('the model was given up')),
);

/** What goes along with a call. */
interface Along {
  callbacks?: PageCallbacks;
  signal?: AbortSignal | null | undefined;
}

/**
 * A model in a worker, made by `toWorker`: the words of a model, all of them asynchronous. Data are copied into the
 * worker, results are handed over without a copy. Errors are those of the model, with their class and `code`;
 * besides, every call rejects with a DisposedError after `dispose()`, and with a RuntimePoisonedError if the worker stops.
 */
export class RemoteModel {
  /** What the last `fit` gave; null before. */
  history: History | null = null;
  readonly #model: TrainableModel;
  readonly #layers: readonly Layer[];
  readonly #connection: Connection;
  readonly #worker: Remote<WorkerSide>;
  readonly #calls = new PageCalls();
  #seedings: number;
  #isDisposed = false;

  /** @internal */
  constructor(model: TrainableModel, connection: Connection) {
    this.#model = model;
    this.#layers = flattenLayers(model);
    this.#connection = connection;
    this.#worker = wrap<WorkerSide>(connection.port);
    this.#seedings = randomState().seedings;
    expose(this.#calls, connection.port);
    forgotten.register(this, connection, this);
  }

  /** @internal Sends the model. */
  async load(copy: ModelCopy): Promise<void> {
    const packer = new Packer('toWorker', true);
    const packed = transfer(packer.pack(copy, 'model') as object, packer.transfer);
    const settings = { configuration: configuration(), randomState: randomState().state };
    await this.#connection.wait(() => this.#worker.load(packed, settings));
  }

  async #call<T>(
    method: string,
    args: Readonly<Record<string, unknown>> = {},
    { callbacks, signal }: Along = {},
  ): Promise<T> {
    const owner = `${this.#model.owner}: ${method}`;
    if (this.#isDisposed) throw new DisposedError(`${this.#model.owner} was used after dispose()`);
    const packer = new Packer(owner, false);
    const packed = Object.entries(args).map(([name, each]) => packer.pack(each, name === 'options' ? '' : name));
    const { state, seedings } = randomState();
    const isSeeded = seedings !== this.#seedings;
    this.#seedings = seedings;
    const { id, call } = this.#calls.open(packer.iterables, callbacks ?? null);
    const stop = () => {
      if (!this.#isDisposed) this.#worker.abort(id);
    };
    signal?.addEventListener('abort', stop);
    try {
      const answer = await this.#connection.wait(() =>
        this.#worker.call(method, packed, {
          id,
          randomState: isSeeded ? state : null,
          callbacks: callbacks?.needs ?? null,
          hasSignal: signal !== null && signal !== undefined,
        }),
      );
      return unpack(answer) as T;
    } catch (error) {
      // What was thrown here has been there and back.
      if (call.thrown !== null) throw call.thrown.error;
      if (signal?.aborted && (error as Error | null)?.name === 'AbortError') throw signal.reason;
      if ((error as Error | null)?.name === 'DataCloneError') {
        throw new UnsupportedError(`${owner}: ${(error as Error).message}`, { cause: error });
      }
      throw error;
    } finally {
      signal?.removeEventListener('abort', stop);
      this.#calls.close(id);
    }
  }

  /** As `compile` of a model. @throws {UnsupportedError} for a function of your own, besides what a model throws. */
  compile(options: CompileOptions = {}): Promise<void> {
    return this.#call('compile', { options });
  }

  /**
   * As `fit` of a model. Callbacks are called here; what they see of the model is a copy of its last whole batch, and what
   * they set is set before the training goes on. An iterable of batches is read here.
   */
  async fit(x: ModelInput | BatchIterable, y: Targets | null = null, options: FitOptions = {}): Promise<History> {
    const { signal, callbacks, given } = this.#along('fit', options);
    const hasSignal = typeof signal?.addEventListener === 'function';
    if (hasSignal) signal.throwIfAborted();
    const sent = hasSignal ? given : { ...given, signal };
    await this.#call('fit', { x, y, options: sent }, { callbacks, signal: hasSignal ? signal : null });
    this.history = callbacks.history;
    return callbacks.history;
  }

  /** As `evaluate` of a model, callbacks as in {@link fit}. */
  async evaluate(
    x: ModelInput | BatchIterable,
    y: Targets | null = null,
    options: EvaluateOptions = {},
  ): Promise<Logs> {
    const { callbacks, given } = this.#along('evaluate', options);
    return this.#call('evaluate', { x, y, options: given }, callbacks.isEmpty ? {} : { callbacks });
  }

  // What stays here of the options, and what goes to the worker, which is no terminal.
  #along<T extends { callbacks?: Callbacks | null; verbose?: FitOptions['verbose'] }>(method: string, options: T) {
    const { callbacks, signal, ...rest } = options as T & Pick<FitOptions, 'signal'>;
    const verbose = resolveVerbose(`${this.#model.owner}: ${method}`, rest.verbose ?? 'auto');
    return { signal, callbacks: new PageCallbacks(callbacks), given: { ...rest, verbose } };
  }

  /** As `trainOnBatch` of a model. */
  trainOnBatch(x: ModelInput, y: Targets, options: TrainOnBatchOptions = {}): Promise<Logs> {
    return this.#call('trainOnBatch', { x, y, options });
  }

  /** As `testOnBatch` of a model. */
  testOnBatch(x: ModelInput, y: Targets, options: Pick<EvaluateOptions, 'sampleWeight'> = {}): Promise<Logs> {
    return this.#call('testOnBatch', { x, y, options });
  }

  /** As `predict` of a model; also between the batches of `fit`. */
  predict<T extends Tensor | Tensor[] = Tensor>(x: ModelInput, options?: PredictOptions): Promise<T> {
    return this.#call('predict', { x, options });
  }

  /** As `inspect` of a model; `layer` is that of the local model. */
  async inspect(x: ModelInput, y: Targets | null = null): Promise<Inspection[]> {
    const found = await this.#call<(Omit<Inspection, 'layer'> & { layer: number })[]>('inspect', { x, y });
    return found.map((each) => ({ ...each, layer: this.#layers[each.layer] as Layer }));
  }

  /** Copies of all weights, in Keras' order. */
  getWeights(): Promise<Tensor[]> {
    return this.#call('getWeights');
  }

  /** Overwrites all weights, in Keras' order. */
  setWeights(weights: readonly TensorLike[]): Promise<void> {
    return this.#call('setWeights', { weights });
  }

  /** Sets the states of all stateful layers to zeros. */
  resetStates(): Promise<void> {
    return this.#call('resetStates');
  }

  /** Names in the logs, in Keras' order. */
  get metricsNames(): Promise<string[]> {
    return this.#call('metricsNames');
  }

  /** As `summary` of a model; the text is also handed to `printFn`, by default `console.log`. */
  async summary({ printFn = console.log, ...options }: SummaryOptions = {}): Promise<string> {
    const text = await this.#call<string>('summary', { options });
    printFn(text);
    return text;
  }

  /**
   * Brings home what was learnt: weights, states, and how the model is trained with where its optimizer stands.
   * @param model What to give it to, of the same layers; default: the model that was sent.
   * @returns `model`.
   */
  async pull<T extends TrainableModel = TrainableModel>(model: T = this.#model as T): Promise<T> {
    applyState(model, await this.#call<ModelState>('state'));
    return model;
  }

  /** Ends the worker; a `fit` under way rejects with a DisposedError. The local model stays. A second call does nothing. */
  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    forgotten.unregister(this);
    this.#worker[releaseProxy]();
    this.#connection.end(new DisposedError(`${this.#model.owner} was used after dispose()`));
  }

  /** The same as {@link dispose}, for `using`. */
  [DISPOSE](): void {
    this.dispose();
  }
}
