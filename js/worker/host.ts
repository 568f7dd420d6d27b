// In the worker: a model, and the calls of its page.
import { expose, finalizer, type Remote, transfer, wrap } from 'comlink';
import { flattenLayers } from '../models/predictor.js';
import type { TrainableModel } from '../models/trainable.js';
import { configure } from '../runtime/configure.js';
import { started } from '../runtime/module.js';
import { setRandomState } from '../runtime/random.js';
import { type ModelCopy, restoreModel, stateOf } from './copy.js';
import { sendErrorsWhole } from './errors.js';
import { printed } from './listen.js';
import type { CallOptions, PageSide, WorkerSettings, WorkerSide } from './protocol.js';
import { Packer, unpack } from './wire.js';
import { workerCallbacks } from './worker_callbacks.js';

/** What stands for a layer in an answer: its place among the layers of the model. */
function layerIndex(model: TrainableModel, layer: unknown): number {
  return flattenLayers(model).indexOf(layer as TrainableModel);
}

/** One model, and the line to its page. */
class Host implements WorkerSide {
  #model: TrainableModel | null = null;
  readonly #page: Remote<PageSide>;
  readonly #controllers = new Map<number, AbortController>();

  constructor(page: Remote<PageSide>) {
    this.#page = page;
  }

  load(copy: unknown, { configuration, randomState }: WorkerSettings): void {
    // Whoever shares a worker of his own with others has set it up himself.
    if (!started()) configure(configuration);
    setRandomState(randomState);
    this.#model = restoreModel(unpack(copy) as ModelCopy);
  }

  async call(method: string, args: readonly unknown[], options: CallOptions): Promise<unknown> {
    const { id, randomState } = options;
    if (randomState !== null) setRandomState(randomState);
    const given = args.map((each) => unpack(each, (iterable) => this.#batches(id, iterable)));
    const controller = new AbortController();
    this.#controllers.set(id, controller);
    try {
      const extra = {
        ...(options.callbacks === null ? {} : { callbacks: workerCallbacks(this.#page, id, options.callbacks) }),
        ...(options.hasSignal ? { signal: controller.signal } : {}),
      };
      if (Object.keys(extra).length > 0) given.push({ ...(given.pop() as object), ...extra });
      return this.#answer(await this.#run(method, given));
    } finally {
      await printed();
      this.#controllers.delete(id);
    }
  }

  #run(method: string, args: unknown[]): unknown {
    const model = this.#model as TrainableModel;
    switch (method) {
      case 'state':
        return stateOf(model);
      case 'metricsNames':
        return model.metricsNames;
      case 'summary':
        return model.summary({ ...(args[0] as object), printFn: () => {} });
      case 'inspect':
        return model
          .inspect(...(args as Parameters<typeof model.inspect>))
          .map((each) => ({ ...each, layer: layerIndex(model, each.layer) }));
      case 'evaluate':
        // The page's callbacks are asynchronous here.
        if ((args[2] as { callbacks?: unknown } | undefined)?.callbacks === undefined) break;
        return model.evaluateInTurns(...(args as Parameters<typeof model.evaluateInTurns>));
      case 'fit':
        // The page has the history.
        return model.fit(...(args as Parameters<typeof model.fit>)).then(() => null);
    }
    return (model[method as 'predict'] as (...values: unknown[]) => unknown).apply(model, args);
  }

  #answer(value: unknown): unknown {
    const packer = new Packer((this.#model as TrainableModel).owner, true);
    const packed = packer.pack(value, 'result');
    return packer.transfer.length > 0 ? transfer(packed as object, packer.transfer) : packed;
  }

  // An iterable of the page: every pass begins it anew there.
  #batches(id: number, iterable: number): AsyncIterable<unknown> {
    const page = this.#page;
    return {
      async *[Symbol.asyncIterator]() {
        const iterator = await page.begin(id, iterable);
        try {
          for (;;) {
            const { done, value } = (await page.next(id, iterator)) as IteratorResult<unknown>;
            if (done) return;
            yield unpack(value);
          }
        } finally {
          await page.end(id, iterator);
        }
      },
    };
  }

  abort(id: number): void {
    this.#controllers.get(id)?.abort();
  }

  /** Called when the page lets go. */
  [finalizer](): void {
    this.#model?.dispose();
    this.#model = null;
  }
}

/** Serves the page at the other end of a line. */
export function serve(port: MessagePort): void {
  sendErrorsWhole();
  expose(new Host(wrap<PageSide>(port)), port);
}
