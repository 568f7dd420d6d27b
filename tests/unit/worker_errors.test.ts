// What goes wrong in a worker, or cannot be sent to one: the errors of a model, with their classes.
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, test } from '@jest/globals';
import {
  ArgumentError,
  BusyError,
  Dense,
  DisposedError,
  Layer,
  losses,
  ModelFormatError,
  NonFiniteError,
  optimizers,
  RNN,
  RuntimePoisonedError,
  registerLayer,
  Sequential,
  ShapeError,
  SimpleRNN,
  SimpleRNNError,
  Tensor,
  tensor,
  UnsupportedError,
} from 'simple-rnn';
import { flat, seeded, useWorkers, x, y } from './worker_models.js';

const toWorker = useWorkers();
const forever = { epochs: 1_000_000, verbose: 0 } as const;

/** What a promise rejects with; fails if it does not. */
async function errorOf(promise: Promise<unknown>): Promise<Error & { code?: string }> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}

const soon = () => new Promise((resolve) => setTimeout(resolve, 30));

describe('errors of the model', () => {
  test('class, code, message and stack are the same as here', async () => {
    const model = seeded();
    const remote = await toWorker(model);
    const short = tensor(new Float32Array(9), [9, 1]);
    const wanted = await errorOf(model.fit(x, short));
    const found = await errorOf(remote.fit(x, short));
    expect(found).toBeInstanceOf(ShapeError);
    expect(found).toBeInstanceOf(SimpleRNNError);
    expect([found.name, found.code, found.message]).toEqual(['ShapeError', wanted.code, wanted.message]);
    expect(found.stack).toMatch(/worker_script|core\.js/);
    await expect(remote.predict([[1, 2]])).rejects.toThrow(ShapeError);
    await expect(remote.fit(x, y, { epoch: 3 } as never)).rejects.toThrow(ArgumentError);
    await expect(remote.fit(x, y, { callbacks: {} })).rejects.toThrow(/is no callback/);
    await expect(remote.fit(x, y, { verbose: 3 as never })).rejects.toThrow(/verbose/);
    await expect(remote.fit(x, y, { signal: 'stop' as never, verbose: 0 })).rejects.toThrow(/must be an AbortSignal/);
    await expect(remote.compile({ loss: 'mean_squard_error' })).rejects.toThrow(/Could not interpret loss identifier/);
    const spoilt = tensor(
      x.data.map(() => Number.NaN),
      x.shape,
    );
    await expect(remote.fit(spoilt, y, { verbose: 0 })).rejects.toThrow(NonFiniteError);
    expect(flat(await remote.getWeights())).toEqual(flat(model.getWeights()));
  });

  test('not compiled', async () => {
    const remote = await toWorker(seeded({ compiled: false }));
    await expect(remote.fit(x, y)).rejects.toThrow('You must call `compile()` before using the model.');
  });

  test('during fit: predict is allowed, changes are not', async () => {
    const remote = await toWorker(seeded());
    const stop = new AbortController();
    const fitting = remote.fit(x, y, { ...forever, signal: stop.signal });
    await expect(remote.fit(x, y)).rejects.toThrow(BusyError);
    await expect(remote.setWeights(seeded().getWeights())).rejects.toThrow(BusyError);
    await expect(remote.compile()).rejects.toThrow(BusyError);
    expect((await remote.predict(x)).shape).toEqual([70, 1]);
    const reason = { why: 'enough' };
    stop.abort(reason);
    await expect(fitting).rejects.toBe(reason);
    expect((await remote.fit(x, y, { verbose: 0 })).epoch).toEqual([0]);
  });

  test('a signal that has fired already', async () => {
    const remote = await toWorker(seeded());
    const reason = new Error('before it began');
    await expect(remote.fit(x, y, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(flat(await remote.getWeights())).toEqual(flat(seeded().getWeights()));
  });
});

describe('the end', () => {
  test('dispose ends a fit, and everything after it', async () => {
    const remote = await toWorker(seeded());
    const fitting = errorOf(remote.fit(x, y, { ...forever, signal: new AbortController().signal }));
    await soon();
    remote.dispose();
    remote.dispose();
    expect(await fitting).toBeInstanceOf(DisposedError);
    await expect(remote.predict(x)).rejects.toThrow(DisposedError);
    await expect(remote.pull()).rejects.toThrow(DisposedError);
  });

  test('a local model that was disposed of cannot be sent', async () => {
    const model = seeded();
    model.dispose();
    await expect(toWorker(model)).rejects.toThrow(DisposedError);
  });
});

describe('what cannot be sent is refused by name', () => {
  class Halved extends Layer {
    static override className = 'Halved';
    override call(inputs: Tensor) {
      return new Tensor(
        inputs.data.map((value) => value / 2),
        inputs.shape,
      );
    }
  }
  const refused = async (sending: Promise<unknown>, words: RegExp) => {
    const error = await errorOf(sending);
    expect(error).toBeInstanceOf(UnsupportedError);
    expect(error.message).toMatch(words);
  };

  test('layers and cells of your own', async () => {
    const layers = [new SimpleRNN({ units: 2, inputShape: [3, 1] }), new Halved({ name: 'half' })];
    await refused(toWorker(new Sequential(layers)), /layer 'half'.*Halved.*worker-script/);
    const cell = { stateSize: 1, call: (inputs: Tensor, states: Tensor[]) => [inputs, states] };
    await refused(toWorker(new Sequential([new RNN({ cell } as never)])), /a cell that is a bare object/);
  });

  test('functions', async () => {
    const remote = await toWorker(seeded());
    const loss = () => ({ value: 0 });
    await refused(remote.compile({ loss } as never), /compile: `loss` is a function/);
    await refused(remote.compile({ loss: 'mse', metrics: [() => 0] } as never), /`metrics\[0\]` is a function/);
    const optimizer = optimizers.adam({ learningRate: (step: number) => 1 / step } as never);
    await refused(remote.compile({ optimizer, loss: 'mse' }), /learning rate that is a function/);
    await refused(toWorker(seeded({ optimizer })), /cannot be sent/);
    const model = seeded({ compiled: false });
    model.compile({ loss } as never);
    await refused(toWorker(model), /compiled with a function/);
    await refused(remote.predict(new Date() as never), /predict: `x`/);
  });

  test('what cannot be cloned', async () => {
    const remote = await toWorker(seeded());
    const gone = new Float32Array(18);
    structuredClone(gone.buffer, { transfer: [gone.buffer] });
    await refused(remote.predict(gone), /predict: .*detached/);
    await refused(remote.predict(new Proxy([1], {}) as never), /predict: .*could not be cloned/);
    expect((await remote.predict(x)).shape).toEqual([70, 1]);
  });

  test('objects of ours are taken, but no optimizer that has trained', async () => {
    const model = seeded({ compiled: false });
    const remote = await toWorker(model);
    const loss = losses.get({ class_name: 'Huber', config: { delta: 0.5 } }) as never;
    const optimizer = optimizers.get('sgd') as ReturnType<typeof optimizers.adam>;
    await remote.compile({ optimizer, loss });
    model.compile({ optimizer: 'sgd', loss });
    expect(await remote.trainOnBatch(x, y)).toEqual(model.trainOnBatch(x, y));
    await refused(remote.compile({ optimizer: model.optimizer as never, loss }), /has trained already/);
    const sparing = optimizers.adamW();
    sparing.excludeFromWeightDecay({ names: ['bias'] });
    await refused(remote.compile({ optimizer: sparing, loss }), /`optimizer` leaves weights out of weight decay/);
  });

  test('what is no model, no worker, no option', async () => {
    await expect(toWorker('model' as never)).rejects.toThrow(ArgumentError);
    await expect(toWorker(seeded(), { worker: 'worker.js' as never })).rejects.toThrow(ArgumentError);
    await expect(toWorker(seeded(), { workers: 2 } as never)).rejects.toThrow(ArgumentError);
  });
});

describe('a worker of your own', () => {
  const workers: Worker[] = [];

  test('one that has ended is refused', async () => {
    const worker = new Worker('', { eval: true });
    await worker.terminate();
    const error = await errorOf(toWorker(seeded(), { worker }));
    expect(error).toBeInstanceOf(UnsupportedError);
    expect(error.message).toMatch(/did not start: it has ended/);
  });
  const start = (script: string) => {
    const worker = new Worker(pathToFileURL(script));
    workers.push(worker);
    return worker;
  };
  afterEach(() => Promise.all(workers.splice(0).map((worker) => worker.terminate())));

  class Doubled extends Layer {
    static override className = 'Doubled';
    override call(inputs: Tensor) {
      return new Tensor(
        inputs.data.map((value) => 2 * value),
        inputs.shape,
      );
    }
    override computeOutputShape(shape: never) {
      return shape;
    }
  }

  test('holds more models than Node expects listeners', async () => {
    const worker = start('dist/worker_script.node.js');
    const [most, listening] = [worker.getMaxListeners(), worker.listenerCount('exit')];
    const remotes = await Promise.all(Array.from({ length: 12 }, () => toWorker(seeded(), { worker })));
    expect(worker.listenerCount('exit')).toBe(listening + 12);
    // With more it would warn of a leak.
    expect(worker.getMaxListeners()).toBeGreaterThanOrEqual(worker.listenerCount('exit'));
    for (const remote of remotes) remote.dispose();
    expect(worker.listenerCount('exit')).toBe(listening);
    expect(worker.getMaxListeners()).toBe(most);
  });

  test('holds layers of your own, and several models', async () => {
    registerLayer(Doubled as never);
    const worker = start('tests/unit/worker_layers.mjs');
    const model = new Sequential([
      new SimpleRNN({ units: 2, inputShape: [6, 3] }),
      new Doubled(),
      new Dense({ units: 1 }),
    ]);
    const [remote, other] = [await toWorker(model, { worker }), await toWorker(seeded(), { worker })];
    expect(await remote.predict(x)).toEqual(model.predict(x));
    remote.dispose();
    expect(await other.predict(x)).toEqual(seeded().predict(x));
  });

  test('that does not know the layer says so', async () => {
    registerLayer(Doubled as never);
    const worker = start('dist/worker_script.node.js');
    const sending = toWorker(new Sequential([new Doubled({ inputShape: [2] } as never)]), { worker });
    const error = await errorOf(sending);
    expect(error).toBeInstanceOf(ModelFormatError);
    expect(error.message).toMatch(/'Doubled' is not known/);
  });

  test('that stops: every call rejects', async () => {
    const worker = start('dist/worker_script.node.js');
    const remote = await toWorker(seeded(), { worker });
    const fitting = errorOf(remote.fit(x, y, forever));
    await soon();
    await worker.terminate();
    expect(await fitting).toBeInstanceOf(RuntimePoisonedError);
    await expect(remote.predict(x)).rejects.toThrow(/the worker of the model has stopped/);
  });

  test('that cannot be loaded', async () => {
    const error = await errorOf(toWorker(seeded(), { worker: start('tests/unit/no_such_script.mjs') }));
    expect(error).toBeInstanceOf(UnsupportedError);
    expect(error.message).toMatch(/the worker did not start: .*no_such_script/);
  });
});
