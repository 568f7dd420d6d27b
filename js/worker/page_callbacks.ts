// Callbacks stay in the page, where their functions and fields are. What they see of the model is sent along with every
// hook, because they ask for it without waiting; what they change goes back with the answer.
import { type CallbackLike, HOOKS } from '../callbacks/callback.js';
import { CallbackList, type Callbacks, type Hook } from '../callbacks/callback_list.js';
import { History } from '../callbacks/history.js';
import type { CallbackModel, CallbackOptimizer, Logs } from '../callbacks/model.js';
import { TerminateOnNaN } from '../callbacks/terminate_on_nan.js';
import { Tensor, type TensorLike, toTensor } from '../runtime/tensor.js';
import type { CallbackChanges, CallbackNeeds, CallbackState, HookCall } from './protocol.js';
import { Packer, unpack } from './wire.js';

const BATCH_HOOKS = /^on(Train|Test|Predict)Batch(Begin|End)$/;

/** The model as callbacks see it: as it stood at the last hook, with what they have changed since. */
class SeenModel implements CallbackModel {
  #state: CallbackState | null = null;
  #changes: CallbackChanges = {};
  readonly optimizer: CallbackOptimizer;

  constructor() {
    const seen = this;
    this.optimizer = {
      get learningRate() {
        return Math.fround(seen.#changes.learningRate ?? seen.#state?.learningRate ?? Number.NaN);
      },
      set learningRate(value) {
        seen.#changes.learningRate = value;
      },
      getVariables: () => tensors(this.#changes.variables ?? this.#state?.variables),
      setVariables: (values) => {
        this.#changes.variables = tensors(values);
      },
    };
  }

  get stopTraining(): boolean {
    return this.#changes.stopTraining ?? this.#state?.stopTraining ?? false;
  }

  set stopTraining(value: boolean) {
    this.#changes.stopTraining = value;
  }

  get initialEpoch(): number {
    return this.#changes.initialEpoch ?? this.#state?.initialEpoch ?? 0;
  }

  set initialEpoch(value: number) {
    this.#changes.initialEpoch = value;
  }

  getWeights(): Tensor[] {
    return tensors(this.#changes.weights ?? this.#state?.weights);
  }

  setWeights(weights: readonly TensorLike[]): void {
    this.#changes.weights = tensors(weights);
  }

  metricDirection(name: string): 'up' | 'down' | null {
    return this.#state?.directions[name] ?? null;
  }

  /** Takes over how the model stands now. */
  update(state: CallbackState): void {
    this.#state = { ...state, weights: unpack(state.weights), variables: unpack(state.variables) };
  }

  /** What was changed since the last time. */
  takeChanges(): CallbackChanges {
    const changes = this.#changes;
    this.#changes = {};
    const packer = new Packer('callbacks', false);
    for (const name of ['weights', 'variables'] as const) {
      if (changes[name] !== undefined) changes[name] = packer.pack(changes[name], name);
    }
    return changes;
  }
}

// Copies: a callback may keep them.
function tensors(values: unknown): Tensor[] {
  return ((values ?? []) as TensorLike[]).map((value) => {
    const { data, shape } = toTensor(value, 'callbacks');
    return new Tensor(data.slice(), shape);
  });
}

/** The callbacks of one call. */
export class PageCallbacks {
  /** What the worker has to call. */
  readonly needs: CallbackNeeds;
  /** Whether there is none but the history. */
  readonly isEmpty: boolean;
  readonly #list: CallbackList;
  readonly #model = new SeenModel();
  #logs: Logs = {};

  /** @throws {ArgumentError} for what is no callback. */
  constructor(given: Callbacks | null | undefined) {
    const { callbacks } = new CallbackList(given);
    this.isEmpty = callbacks.every((callback) => callback instanceof History);
    const has = (callback: CallbackLike, hook: Hook) =>
      callback[hook] !== undefined || callback[hook.replace('onTrainBatch', 'onBatch') as Hook] !== undefined;
    const hooks = HOOKS.filter((hook) => !hook.startsWith('onBatch')).filter((hook) =>
      callbacks.some((callback) => has(callback, hook)),
    );
    // All hear the same logs: after the others, here is what they have become.
    const listen = (...values: unknown[]) => {
      this.#logs = values.at(-1) as Logs;
    };
    this.#list = new CallbackList(given, [Object.fromEntries(hooks.map((hook) => [hook, listen]))]);
    this.#list.setModel(this.#model);
    const ofBatches = callbacks.filter((callback) =>
      hooks.some((hook) => BATCH_HOOKS.test(hook) && has(callback, hook)),
    );
    this.needs = {
      hooks,
      seeing: hooks.filter((hook) =>
        callbacks.some(
          (callback) => callback.setModel !== undefined && !(callback instanceof History) && has(callback, hook),
        ),
      ),
      ignoresBatchLogs: ofBatches.every(({ ignoresBatchLogs }) => ignoresBatchLogs),
      endsOnNaN: callbacks.some((callback) => callback instanceof TerminateOnNaN),
    };
  }

  get history(): History {
    return this.#list.history;
  }

  /** Calls a hook of all of them. */
  async call({ hook, index, logs, params, state }: HookCall): Promise<CallbackChanges> {
    if (params !== null) this.#list.setParams(params);
    if (state !== null) this.#model.update(state);
    await (index === null
      ? this.#list.call(hook as 'onTrainEnd', logs)
      : this.#list.callAt(hook as 'onEpochEnd', index, logs));
    return { ...this.#model.takeChanges(), logs: this.#logs };
  }
}
