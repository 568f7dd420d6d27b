// Which metric and loss a name stands for, what they are called, in which order they are told.
import { afterAll, afterEach, describe, expect, jest, test } from '@jest/globals';
import { Activation, callbacks, Dense, losses, memory, metrics, Sequential, type Tensor, tensor } from 'simple-rnn';

const start = memory();
const silent = { verbose: 0 } as const;

afterEach(() => {
  jest.restoreAllMocks();
});

afterAll(() => {
  expect(memory()).toEqual(start);
});

/** Gives its inputs back. */
function same(units: number, options: object): Sequential {
  const model = new Sequential([
    new Dense({ units, useBias: false, kernelInitializer: 'identity', inputShape: [units] }),
  ]);
  model.compile({ optimizer: 'sgd', loss: 'mse', ...options });
  return model;
}

test('functions of Keras are losses and metrics under their names', () => {
  const loss = losses.meanAbsoluteError;
  using model = same(1, { loss, metrics: [losses.meanSquaredError, losses.get('mae')] });
  const [x, y] = [tensor([[1], [2]]), [[3], [3]]];
  const expected = { loss: 1.5, mean_squared_error: 2.5, mean_absolute_error: 1.5 };
  expect(model.evaluate(x, y, silent)).toEqual(expected);
  expect(model.trainOnBatch(x, y)).toEqual(expected);
  expect(losses.serialize(loss)).toEqual(losses.serialize(losses.get('mae')));
  expect(loss(y, x).toArray()).toEqual([2, 1]);
});

test.each([
  ['softmax', 'SparseCategoricalCrossentropy', [1], 40],
  ['softmax', 'CategoricalCrossentropy', [[0, 1]], 40],
  ['sigmoid', 'BinaryCrossentropy', [[0, 1]], (40 + Math.log(2)) / 2],
])('%s: %s takes the logits, whatever is said of the predictions, as a metric too', (activation, name, y, expected) => {
  for (const fromLogits of [false, true]) {
    const given = { class_name: name, config: { fromLogits } };
    using model = new Sequential([new Activation({ activation, inputShape: [2] })]);
    model.compile({ loss: given, metrics: [{ class_name: name, config: { fromLogits, name: 'm' } }] });
    const logs = model.evaluate([[40, 0]], y, silent);
    expect(logs.loss).toBeCloseTo(expected, 4);
    expect(logs.m).toBeCloseTo(expected, 4);
    expect(model.testOnBatch([[40, 0]], y).m).toBeCloseTo(expected, 4);
  }
});

test('targets may be booleans', async () => {
  using model = same(1, { loss: 'bce', metrics: ['accuracy'] });
  const x = tensor([[0.9], [0.2]]);
  const expected = model.evaluate(x, [[1], [0]], silent);
  expect(expected.accuracy).toBe(1);
  expect(model.evaluate(x, [[true], [false]], silent)).toEqual(expected);
  expect(model.evaluate(x, [true, false], silent)).toEqual(expected);
  expect(await model.evaluate([[x, [true, false]]][Symbol.iterator]() as never, null, silent)).toEqual(expected);
  expect(() => model.evaluate(x, new BigInt64Array(2) as never, silent)).toThrow('evaluate: y is a BigInt64Array');
});

describe("'accuracy', 'acc', 'crossentropy' and 'ce'", () => {
  const one = tensor([[0.9], [0.6], [0.4], [0.2]]);
  const three = tensor([
    [0.7, 0.2, 0.1],
    [0.1, 0.2, 0.7],
  ]);
  const half = [[0.5], [0.5], [0.5], [0.5]];
  const [ln] = [Math.log];

  test('of one output are binary', () => {
    using model = same(1, { metrics: ['accuracy', 'acc', 'ce'] });
    const logs = model.evaluate(one, [[1], [0], [0], [1]], silent);
    expect(Object.keys(logs)).toEqual(['loss', 'accuracy', 'acc', 'ce']);
    expect(logs.accuracy).toBe(0.5);
    expect(logs.acc).toBe(0.5);
    expect(logs.ce).toBeCloseTo(-(ln(0.9) + ln(0.4) + ln(0.6) + ln(0.2)) / 4, 5);
    // 0.5 is not above it.
    expect(model.evaluate(tensor(half), [[1], [0], [0], [0]], silent).accuracy).toBe(0.75);
  });

  test.each([
    ['class numbers', [0, 1]],
    ['class numbers of a last axis of 1', [[0], [1]]],
  ])('of %s are sparse', (_, labels) => {
    using model = same(3, { loss: 'crossentropy', metrics: ['accuracy', 'crossentropy'] });
    const { loss, accuracy, crossentropy } = model.evaluate(three, labels, silent);
    expect(accuracy).toBe(0.5);
    expect(loss).toBeCloseTo(-(ln(0.7) + ln(0.2)) / 2, 5);
    expect(crossentropy).toBeCloseTo(loss as number, 5);
  });

  test('in capitals too', () => {
    using model = same(3, { loss: 'CE', metrics: ['Accuracy', 'ACC'] });
    const { loss, Accuracy, ACC } = model.evaluate(three, [0, 1], silent);
    expect([Accuracy, ACC]).toEqual([0.5, 0.5]);
    expect(loss).toBeCloseTo(-(ln(0.7) + ln(0.2)) / 2, 5);
  });

  test('of classes one-hot are categorical; the first of equal ones wins', () => {
    using model = same(3, { loss: 'ce', metrics: ['acc'] });
    const oneHot = [
      [1, 0, 0],
      [0, 1, 0],
    ];
    const { loss, acc } = model.evaluate(three, oneHot, silent);
    expect(loss).toBeCloseTo(-(ln(0.7) + ln(0.2)) / 2, 5);
    expect(acc).toBe(0.5);
    const equal = tensor([
      [0.4, 0.4, 0.2],
      [0.4, 0.4, 0.2],
    ]);
    expect(model.evaluate(equal, oneHot, silent).acc).toBe(0.5);
  });
});

describe('names', () => {
  const x = [[1], [3]];
  const y = [[0], [0]];

  test('as given; twice the same are numbered, weighted ones of a taken name are called so', () => {
    using model = same(1, {
      metrics: [
        'mae',
        'mean_absolute_error',
        'MAE',
        metrics.get({ class_name: 'MeanAbsoluteError', config: { name: 'mae' } }),
      ],
      weightedMetrics: ['mae', 'mse', metrics.get({ class_name: 'MeanSquaredError', config: { name: 'own' } })],
    });
    expect(model.metricsNames).toEqual(['loss']);
    const logs = model.evaluate(x, y, { ...silent, sampleWeight: [1, 0] });
    expect(Object.keys(logs)).toEqual(model.metricsNames);
    expect(logs).toEqual({
      loss: 0.5,
      mae: 2,
      mean_absolute_error: 2,
      MAE: 2,
      mae_1: 2,
      weighted_mae: 1,
      mse: 1,
      own: 1,
    });
  });

  test('sorted in the history, those of validation among them', async () => {
    using model = same(1, { metrics: ['mse', 'mae'] });
    const { history } = await model.fit(x, y, { verbose: 0, validationData: [x, y] });
    expect(Object.keys(history)).toEqual(['loss', 'mae', 'mse', 'val_loss', 'val_mae', 'val_mse']);
  });

  test("functions of one's own", () => {
    function distance(yTrue: Tensor, yPred: Tensor): number[] {
      return [...yPred.data].map((each, index) => each - (yTrue.data[index] as number));
    }
    using model = same(1, { metrics: [distance], weightedMetrics: [distance] });
    expect(model.evaluate(x, y, { ...silent, sampleWeight: [3, 1] })).toEqual({
      loss: 6,
      distance: 2,
      weighted_distance: 1.5,
    });
  });

  test('metrics begin anew with each epoch and each call; in a validation they count apart', async () => {
    using model = same(1, { metrics: ['mae'] });
    const seen: unknown[] = [];
    const batches = {
      onTrainBatchEnd: (_: number, logs?: callbacks.Logs) => void seen.push(logs?.mae),
    };
    model.compile({
      optimizer: { class_name: 'SGD', config: { learning_rate: 1e-30 } },
      loss: 'mse',
      metrics: ['mae'],
    });
    const options = { verbose: 0, shuffle: false, batchSize: 1, epochs: 2, callbacks: batches } as const;
    await model.fit(x, y, { ...options, validationData: [[[9]], [[0]]] });
    expect(seen).toEqual([1, 2, 1, 2]);
    expect(model.testOnBatch([[5]], [[0]])).toEqual({ loss: 25, mae: 5 });
    expect(model.testOnBatch([[7]], [[0]])).toEqual({ loss: 49, mae: 7 });
  });

  test('while a model is trained it can be judged: what fit tells is the same', async () => {
    using model = same(1, { metrics: ['mae'] });
    model.compile({
      optimizer: { class_name: 'SGD', config: { learning_rate: 1e-30 } },
      loss: 'mse',
      metrics: ['mae'],
    });
    const judge = { onTrainBatchEnd: () => void model.evaluate([[9]], [[0]], silent) };
    const { history } = await model.fit(x, y, { verbose: 0, batchSize: 1, callbacks: judge });
    expect(history).toEqual({ loss: [5], mae: [2] });
  });

  test('directions for callbacks: those of the metrics', async () => {
    using model = same(1, {
      metrics: ['accuracy', 'mae', metrics.get({ class_name: 'AUC', config: { name: 'area' } })],
    });
    const direction = async (monitor: string) => {
      const stopping = new callbacks.EarlyStopping({ monitor });
      await model.fit(x, [[0], [1]], { verbose: 0, callbacks: [stopping] });
      return stopping.direction;
    };
    for (const name of ['accuracy', 'area']) expect(await direction(name)).toBe('max');
    for (const name of ['mae', 'loss']) expect(await direction(name)).toBe('min');
  });
});
