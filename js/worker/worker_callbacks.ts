// What stands in a worker for the callbacks of the page.
import { type Remote, transfer } from 'comlink';
import type { CallbackLike } from '../callbacks/callback.js';
import type { Hook } from '../callbacks/callback_list.js';
import type { CallbackModel, Logs, Params } from '../callbacks/model.js';
import { TerminateOnNaN } from '../callbacks/terminate_on_nan.js';
import type { Tensor } from '../runtime/tensor.js';
import type { CallbackNeeds, CallbackState, PageSide } from './protocol.js';
import { Packer, unpack } from './wire.js';

/** Lets `fit` know that the page has a TerminateOnNaN; what that does it does there. */
class EndsOnNaN extends TerminateOnNaN {
  override readonly onBatchEnd = (): void => {};
}

/** Calls the hooks of the page, and does to the model what they did to what they see of it. */
class PageHooks {
  readonly ignoresBatchLogs: boolean;
  #model: CallbackModel | null = null;
  #params: Params | null = null;
  readonly #page: Remote<PageSide>;
  readonly #id: number;
  readonly #needs: CallbackNeeds;

  constructor(page: Remote<PageSide>, id: number, needs: CallbackNeeds) {
    this.#page = page;
    this.#id = id;
    this.#needs = needs;
    this.ignoresBatchLogs = needs.ignoresBatchLogs;
    const hooks = needs.hooks.map((hook) => [hook, (...values: unknown[]) => this.#call(hook, values)] as const);
    Object.assign(this, Object.fromEntries(hooks));
  }

  setModel(model: CallbackModel): void {
    this.#model = model;
  }

  setParams(params: Params): void {
    this.#params = params;
  }

  async #call(hook: Hook, values: unknown[]): Promise<void> {
    const logs = values.at(-1) as Logs;
    const index = values.length > 1 ? (values[0] as number) : null;
    const params = this.#params;
    this.#params = null;
    const packer = new Packer('callbacks', true);
    const state = this.#needs.seeing.includes(hook) ? this.#state(logs, packer) : null;
    const call = transfer({ hook, index, logs, params, state }, packer.transfer);
    const { logs: added, weights, variables, ...changes } = await this.#page.hook(this.#id, call);
    Object.assign(logs, added);
    const model = this.#model as CallbackModel;
    if (weights !== undefined) model.setWeights(unpack(weights) as Tensor[]);
    if (variables !== undefined) model.optimizer?.setVariables(unpack(variables) as Tensor[]);
    if (changes.learningRate !== undefined && model.optimizer) model.optimizer.learningRate = changes.learningRate;
    if (changes.stopTraining !== undefined) model.stopTraining = changes.stopTraining;
    if (changes.initialEpoch !== undefined) model.initialEpoch = changes.initialEpoch;
  }

  #state(logs: Logs, packer: Packer): CallbackState {
    const model = this.#model as CallbackModel;
    const { stopTraining, initialEpoch, optimizer } = model;
    const names = Object.keys(logs).map((name) => name.replace(/^val_/, ''));
    return {
      stopTraining,
      initialEpoch,
      learningRate: optimizer?.learningRate ?? Number.NaN,
      weights: packer.pack(model.getWeights(), 'weights'),
      variables: packer.pack(optimizer?.getVariables() ?? [], 'variables'),
      directions: Object.fromEntries(names.map((name) => [name, model.metricDirection(name)])),
    };
  }
}

/** The callbacks to give to `fit` or `evaluate`. */
export function workerCallbacks(page: Remote<PageSide>, id: number, needs: CallbackNeeds): CallbackLike[] {
  const hooks = new PageHooks(page, id, needs);
  return needs.endsOnNaN ? [hooks, new EndsOnNaN()] : [hooks];
}
