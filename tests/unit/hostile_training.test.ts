// Training against every bad value: a typed error or a result, weights that are finite, no byte left behind.
import { afterAll, expect, test } from '@jest/globals';
import * as simpleRNN from 'simple-rnn';
import { type Anything, cross, crossAwaited } from './hostile_support.js';

const { callbacks, Dense, losses, memory, metrics, optimizers, schedules, Sequential, SimpleRNN } = simpleRNN;

// What ends early, or has nothing to monitor, is told of.
console.warn = () => {};
console.log = () => {};

const x = [[[1], [2]]];
const y = [[1]];
const plain = { optimizer: 'sgd', loss: 'mse' };

afterAll(() => {
  expect(memory()).toEqual({ blocks: 0, bytes: 0 });
});

function made(options: object = plain): Anything {
  const model = new Sequential([new SimpleRNN({ units: 2, inputShape: [2, 1] }), new Dense({ units: 1 })]);
  model.compile(options);
  return model;
}

/** Gives a model to a call with every bad value; afterwards it can be trained, and its weights are finite. */
async function crossModel(call: (model: Anything, value: Anything) => unknown): Promise<void> {
  const model = made();
  const start = model.getWeights();
  await crossAwaited(async (value) => call(model, value));
  const weights = model.getWeights().flatMap(({ data }: { data: Float32Array }) => [...data]);
  expect(weights.every(Number.isFinite)).toBe(true);
  model.setWeights(start);
  model.compile(plain);
  await model.fit(x, y, { verbose: 0 });
  model.dispose();
}

const COMPILE = ['optimizer', 'loss', 'lossWeights', 'metrics', 'weightedMetrics'];
const FIT = [
  'stepsPerEpoch',
  'initialEpoch',
  'batchSize',
  'shuffle',
  'sampleWeight',
  'classWeight',
  'validationData',
  'validationSplit',
  'validationFreq',
  'validationSteps',
  'validationBatchSize',
  'callbacks',
  'verbose',
  'signal',
  'nonFinite',
  'truncate',
];

test('compile', async () => {
  await crossModel((model, value) => model.compile(value));
  for (const option of COMPILE) {
    await crossModel((model, value) => {
      model.compile({ ...plain, [option]: value });
      return model.trainOnBatch(x, y);
    });
    await crossModel((model, value) => {
      model.compile({ ...plain, [option]: [value] });
      return model.trainOnBatch(x, y);
    });
  }
});

test('fit', async () => {
  await crossModel((model, value) => model.fit(value));
  await crossModel((model, value) => model.fit(value, y, { verbose: 0 }));
  await crossModel((model, value) => model.fit(x, value, { verbose: 0 }));
  await crossModel((model, value) => model.fit(x, y, value));
  for (const option of FIT) await crossModel((model, value) => model.fit(x, y, { verbose: 0, [option]: value }));
  await crossModel((model, value) => model.fit([value].values(), null, { verbose: 0 }));
  await crossModel((model, value) => model.fit([[value, y]].values(), null, { verbose: 0 }));
  await crossModel((model, value) => model.fit([[x, y, value]].values(), null, { verbose: 0 }));
  // 2^31 epochs would be a result, but a late one.
  await crossModel((model, value) => value !== 2 ** 31 && model.fit(x, y, { verbose: 0, epochs: value }));
});

test('evaluate, trainOnBatch, testOnBatch', async () => {
  for (const method of ['evaluate', 'trainOnBatch', 'testOnBatch']) {
    await crossModel((model, value) => model[method](value, y));
    await crossModel((model, value) => model[method](x, value));
    await crossModel((model, value) => model[method](x, y, value));
    for (const option of ['sampleWeight', 'classWeight', 'truncate', 'batchSize', 'callbacks', 'steps', 'verbose']) {
      await crossModel((model, value) => model[method](x, y, { verbose: 0, [option]: value }));
      await crossModel((model, value) => model[method](x, y, { [option]: value }));
    }
  }
});

test('inspect with targets', async () => {
  await crossModel((model, value) => model.inspect(x, value));
});

test('losses, metrics, optimizers, schedules', () => {
  for (const family of [losses, metrics, optimizers, schedules] as Anything[]) {
    cross((value) => family.get(value));
    cross((value) => void family.serialize(value));
    cross((value) => family.deserialize(value));
  }
  for (const name of ['mse', 'categorical_crossentropy', 'sparse_categorical_crossentropy', 'ctc', 'circle', 'dice']) {
    cross((value) => losses.get(name)(value, [[1, 0]]));
    cross((value) => losses.get(name)([[1, 0]], value));
    cross((value) => losses.get(name)([[1, 0]], [[1, 0]], value));
    cross((value) => losses.get({ class_name: name, config: value }));
  }
  for (const name of ['mae', 'accuracy', 'auc', 'f1_score', 'mean', 'r2_score']) {
    cross((value) => metrics.get(name).updateState(value, [[1, 0]]));
    cross((value) => metrics.get(name).updateState([[1, 0]], value));
    cross((value) => metrics.get(name).updateState([[1, 0]], [[1, 0]], value));
    cross((value) => metrics.get({ class_name: name, config: value }));
  }
  for (const make of Object.values(optimizers) as Anything[]) {
    if (typeof make === 'function') cross((value) => make(value));
  }
  for (const make of Object.values(schedules) as Anything[]) {
    if (typeof make === 'function') cross((value) => make(value));
  }
});

test('optimizers at work', () => {
  const weight = simpleRNN.variable([1, 2]);
  for (const name of ['sgd', 'adam', 'muon', 'adafactor']) {
    const optimizer: Anything = optimizers.get(name);
    cross((value) => optimizer.build(value));
    cross((value) => optimizer.apply(value, [weight]));
    cross((value) => optimizer.apply([value], [weight]));
    cross((value) => optimizer.apply([[1, 2]], value));
    cross((value) => optimizer.excludeFromWeightDecay(value));
    cross((value) => optimizer.excludeFromWeightDecay({ names: value }));
    cross((value) => optimizer.excludeFromWeightDecay({ variables: value }));
    cross((value) => {
      optimizer.learningRate = value;
    });
    optimizer.dispose();
  }
  weight.release();
});

test('callbacks', async () => {
  const kinds = Object.entries(callbacks).filter(([, kind]) => /^class/.test(String(kind)));
  for (const [, kind] of kinds as [string, Anything][]) cross((value) => void new kind(value));
  for (const option of [
    'monitor',
    'mode',
    'minDelta',
    'patience',
    'baseline',
    'restoreBestWeights',
    'startFromEpoch',
  ]) {
    await crossModel((model, value) => {
      const stopping = new callbacks.EarlyStopping({ monitor: 'loss', [option]: value });
      return model.fit(x, y, { verbose: 0, epochs: 2, callbacks: stopping });
    });
  }
  await crossModel((model, value) => {
    const scheduler = new callbacks.LearningRateScheduler({ schedule: () => value });
    return model.fit(x, y, { verbose: 0, callbacks: scheduler });
  });
});
