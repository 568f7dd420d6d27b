// A model in a worker: the words of a model, and its numbers to the bit.
import { describe, expect, jest, test } from '@jest/globals';
import { Dense, Input, Model, Sequential, SimpleRNN, Tensor, tensor, utils } from 'simple-rnn';
import { flat, seeded, useWorkers, x, y } from './worker_models.js';

const toWorker = useWorkers();
const fitting = { epochs: 3, batchSize: 16, validationSplit: 0.2, verbose: 0 } as const;

describe('what a model does', () => {
  test('fit gives the history and the weights of a local fit', async () => {
    const [local, model] = [seeded(), seeded()];
    const remote = await toWorker(model);
    utils.setRandomSeed(5);
    const expected = await local.fit(x, y, fitting);
    utils.setRandomSeed(5);
    const history = await remote.fit(x, y, fitting);
    expect(history.history).toEqual(expected.history);
    expect(history.epoch).toEqual([0, 1, 2]);
    expect(remote.history).toBe(history);
    expect(flat(await remote.getWeights())).toEqual(flat(local.getWeights()));
    expect(flat(model.getWeights())).toEqual(flat(seeded().getWeights()));
  });

  test('predict, evaluate, inspect, the steps on a batch, names', async () => {
    const model = seeded();
    const remote = await toWorker(model);
    const predicted = await remote.predict(x);
    expect(predicted).toBeInstanceOf(Tensor);
    expect(predicted).toEqual(model.predict(x));
    expect(await remote.predict(x, { batchSize: 9 })).toEqual(model.predict(x, { batchSize: 9 }));
    expect(await remote.evaluate(x, y)).toEqual(model.evaluate(x, y));
    expect(await remote.testOnBatch(x, y)).toEqual(model.testOnBatch(x, y));
    expect(await remote.metricsNames).toEqual(model.metricsNames);
    const [found] = await remote.inspect(x, y);
    const [wanted] = model.inspect(x, y);
    expect(found?.layer).toBe(model.layers[0]);
    expect(found?.stateGradient?.data).toEqual(wanted?.stateGradient?.data);
    expect(found?.states.data).toEqual(wanted?.states.data);
    expect(await remote.trainOnBatch(x, y)).toEqual(model.trainOnBatch(x, y));
    expect(flat(await remote.getWeights())).toEqual(flat(model.getWeights()));
  });

  test('summary comes back, and is printed here', async () => {
    const model = seeded();
    const remote = await toWorker(model);
    const printed: string[] = [];
    const text = await remote.summary({ lineLength: 70, printFn: (line) => printed.push(line) });
    expect(text).toBe(model.summary({ lineLength: 70, printFn: () => {} }));
    expect(printed).toEqual([text]);
  });

  test('setWeights and compile there leave the local model alone', async () => {
    const model = seeded({ compiled: false });
    const before = flat(model.getWeights());
    const remote = await toWorker(model);
    const weights = model.getWeights().map(({ data, shape }) =>
      tensor(
        data.map((value) => value / 2),
        shape,
      ),
    );
    await remote.setWeights(weights);
    await remote.compile({ optimizer: 'sgd', loss: 'mse' });
    await remote.trainOnBatch(x, y);
    expect(flat(model.getWeights())).toEqual(before);
    expect(model.optimizer).toBeNull();
    model.setWeights(weights);
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    model.trainOnBatch(x, y);
    expect(flat(await remote.getWeights())).toEqual(flat(model.getWeights()));
  });

  test('the global generator is that of the page, also when it is seeded later', async () => {
    const model = new Sequential([new SimpleRNN({ units: 2 }), new Dense({ units: 1 })]);
    const remote = await toWorker(model);
    expect(await remote.predict(x)).toEqual(model.predict(x));
    const other = await toWorker(new Sequential([new SimpleRNN({ units: 2 })]));
    utils.setRandomSeed(99);
    const drawn = await other.predict(x);
    utils.setRandomSeed(99);
    expect(new Sequential([new SimpleRNN({ units: 2 })]).predict(x)).toEqual(drawn);
  });
});

describe('what travels', () => {
  test('a training goes on where the local one stood', async () => {
    const model = seeded();
    await model.fit(x, y, { epochs: 2, shuffle: false, verbose: 0 });
    (model.optimizer as { learningRate: number }).learningRate = 0.02;
    const remote = await toWorker(model);
    const there = await remote.fit(x, y, { epochs: 2, shuffle: false, verbose: 0 });
    const here = await model.fit(x, y, { epochs: 2, shuffle: false, verbose: 0 });
    expect(there.history).toEqual(here.history);
    expect(flat(await remote.getWeights())).toEqual(flat(model.getWeights()));
  });

  test('pull brings weights and optimizer back: the local training goes on', async () => {
    const model = seeded();
    const remote = await toWorker(model);
    await remote.fit(x, y, { epochs: 2, shuffle: false, verbose: 0 });
    expect(await remote.pull()).toBe(model);
    expect(flat(model.getWeights())).toEqual(flat(await remote.getWeights()));
    expect(model.optimizer?.iterations).toBe(6);
    const here = await model.fit(x, y, { shuffle: false, verbose: 0 });
    const there = await remote.fit(x, y, { shuffle: false, verbose: 0 });
    expect(here.history).toEqual(there.history);
  });

  test('pull builds a model that its first data have built in the worker', async () => {
    const model = new Sequential([new SimpleRNN({ units: 2 }), new Dense({ units: 1 })]);
    const other = model.clone();
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    const remote = await toWorker(model);
    await remote.fit(x, y, { verbose: 0 });
    await remote.pull();
    expect(flat(model.getWeights())).toEqual(flat(await remote.getWeights()));
    expect(model.predict(x)).toEqual(await remote.predict(x));
    expect(await remote.trainOnBatch(x, y)).toEqual(model.trainOnBatch(x, y));
    await expect(remote.pull(other)).resolves.toBe(other);
  });

  test('pull into another model compiles it as the remote one was', async () => {
    const remote = await toWorker(seeded({ compiled: false }));
    await remote.compile({ optimizer: 'rmsprop', loss: 'mse' });
    await remote.trainOnBatch(x, y);
    const other = await remote.pull(seeded({ compiled: false }));
    expect(other.trainOnBatch(x, y)).toEqual(await remote.trainOnBatch(x, y));
    expect(flat(other.getWeights())).toEqual(flat(await remote.getWeights()));
    expect(other.optimizer?.className).toBe('RMSprop');
  });

  test('what is left out of weight decay is left out there, and when it comes home', async () => {
    const optimizer = { class_name: 'SGD', config: { learning_rate: 0.125, weight_decay: 0.5 } };
    const [model, plain] = [seeded({ optimizer }), seeded({ optimizer })];
    // Keras' defaults are None.
    plain.optimizer?.excludeFromWeightDecay({ variables: null, names: null } as never);
    model.optimizer?.excludeFromWeightDecay({ variables: [model.weights[0] as never], names: ['bias'] });
    const remote = await toWorker(model);
    const train = (each: { trainOnBatch(a: unknown, b: unknown): unknown }) => each.trainOnBatch(x, y);
    await Promise.all([remote, model, plain].map(train));
    expect(flat(await remote.getWeights())).toEqual(flat(model.getWeights()));
    expect(flat(model.getWeights())).not.toEqual(flat(plain.getWeights()));
    await remote.pull();
    expect(train(model)).toEqual(await train(remote));
    expect(flat(await remote.getWeights())).toEqual(flat(model.getWeights()));
  });

  test('states of stateful layers, there and back', async () => {
    const rows = tensor(x.data.subarray(0, 2 * 6 * 3), [2, 6, 3]);
    const model = new Sequential([new SimpleRNN({ units: 4, stateful: true, batchInputShape: [2, 6, 3] })]);
    model.predict(rows);
    const remote = await toWorker(model);
    expect(await remote.predict(rows)).toEqual(model.predict(rows));
    await remote.predict(rows);
    await remote.pull();
    expect(model.predict(rows)).toEqual(await remote.predict(rows));
    await remote.resetStates();
    model.resetStates();
    expect(await remote.predict(rows)).toEqual(model.predict(rows));
  });

  test('graphs: several inputs by name, several outputs, a shared layer', async () => {
    const [left, right] = [Input({ shape: [6, 3], name: 'left' }), Input({ shape: [6, 3], name: 'right' })];
    const shared = new SimpleRNN({ units: 3 });
    const outputs = [shared.apply(left), new Dense({ units: 2 }).apply(shared.apply(right))] as never;
    const model = new Model({ inputs: [left, right], outputs });
    const remote = await toWorker(model);
    const given = { left: x, right: x.toArray() };
    const found = await remote.predict<Tensor[]>(given);
    expect(found).toHaveLength(2);
    expect(found).toEqual(model.predict<Tensor[]>(given));
  });

  test('data given stay usable, and of a part of an array only the part is sent', async () => {
    const remote = await toWorker(seeded());
    const part = new Float32Array(1e6).subarray(100, 100 + x.data.length);
    part.set(x.data);
    const sent = jest.spyOn(MessagePort.prototype, 'postMessage');
    const found = await remote.predict(part);
    const calls = sent.mock.calls.map(([message]) => message as { argumentList?: { value: never }[] } | null);
    const given = calls.flatMap((message) => message?.argumentList ?? []).map(({ value }) => value as unknown);
    sent.mockRestore();
    const [rows] = given.find((value) => Array.isArray(value)) as [Float32Array];
    expect(rows.buffer.byteLength).toBe(part.byteLength);
    expect(found).toEqual(await remote.predict(x));
    expect([...part]).toEqual([...x.data]);
  });
});
