// What counts how much: sample weights, class weights, weights of losses, penalties. Answers computed by hand.
import { afterAll, describe, expect, test } from '@jest/globals';
import { Dense, Input, losses, Model, memory, Sequential, tensor } from 'simple-rnn';
import { doubling, expectLogs, metrics, optimizer, silent, weightedMetrics, weightOf } from './fit_doubling.js';
import { quiet } from './fit_support.js';

const start = memory();
afterAll(() => {
  expect(memory()).toEqual(start);
});

/** y = 2x, one number per sample. */
function double(options: object = {}, loss: losses.LossIdentifier = 'mse'): Sequential {
  const model = new Sequential([doubling({ inputShape: [1], ...options })]);
  model.compile({ optimizer, loss, metrics, weightedMetrics });
  return model;
}

// Predictions 2, 4, 6: errors of 1, 3, 5.
const x = [[1], [2], [3]];
const y = [[1], [1], [1]];

describe('one number per sample', () => {
  test('without weights', () => {
    using model = double();
    expectLogs(model.evaluate(x, y, silent), { loss: 35 / 3, mae: 3, weighted_mae: 3 });
    expect(model.metricsNames).toEqual(['loss', 'mae', 'weighted_mae']);
  });

  test('sample weights: the divisor of the loss stays the count, that of the metric is the sum of the weights', () => {
    using model = double();
    const sampleWeight = [1, 2, 0];
    const expected = { loss: (1 + 18) / 3, mae: 3, weighted_mae: 7 / 3 };
    expectLogs(model.evaluate(x, y, { ...silent, sampleWeight }), expected);
    expectLogs(model.testOnBatch(x, y, { sampleWeight: [[1], [2], [0]] }), expected);
    expectLogs(model.trainOnBatch(x, y, { sampleWeight }), expected);
    // d loss / d w = 2 (1·1·1 + 2·3·2 + 0) / 3
    expect(weightOf(model)).toBeCloseTo(2 - (0.1 * 2 * 13) / 3, 5);
  });

  test('weights of classes: those that are not named count 1, validation does without', async () => {
    using model = double();
    const labels = [[1], [3], [0]]; // errors of 1, 1, 6
    const classWeight = { 1: 2, 3: 0.5 };
    const { history } = await model.fit(x, labels, { ...quiet, classWeight, validationData: [x, labels] });
    expect(history.loss?.[0]).toBeCloseTo((2 + 0.5 + 36) / 3, 4);
    expect(history.mae?.[0]).toBeCloseTo(8 / 3, 4);
    expect(history.weighted_mae?.[0]).toBeCloseTo((2 + 0.5 + 6) / 3.5, 4);
    // d loss / d w = 2 (2·1·1 + 0.5·1·2 + 1·6·3) / 3 = 14
    const weight = 2 - 1.4;
    expect(weightOf(model)).toBeCloseTo(weight, 5);
    const errors = [weight - 1, 2 * weight - 3, 3 * weight];
    expect(history.val_loss?.[0]).toBeCloseTo(errors.reduce((sum, each) => sum + each * each, 0) / 3, 4);
    expect(history.val_weighted_mae?.[0]).toBeCloseTo(errors.reduce((sum, each) => sum + Math.abs(each), 0) / 3, 4);
  });

  test('weights of classes as a Map, of one-hot targets', () => {
    using model = new Sequential([
      new Dense({ units: 2, useBias: false, kernelInitializer: 'zeros', activation: 'softmax', inputShape: [1] }),
    ]);
    model.compile({ optimizer, loss: 'categorical_crossentropy' });
    const classWeight = new Map([
      [0, 4],
      [1, 0.5],
    ]);
    const logs = model.trainOnBatch([[1], [1]], [[1, 0], [0, 1]], { classWeight }); // biome-ignore format: two rows
    expectLogs(logs, { loss: (4.5 * Math.log(2)) / 2 });
  });

  test('the loss of an epoch is that of the samples, whatever the batches', () => {
    using model = double();
    expectLogs(model.evaluate(x, y, { ...silent, batchSize: 2 }), { loss: 35 / 3, mae: 3, weighted_mae: 3 });
    const sampleWeight = [1, 0, 4];
    // batches of 2 and 1: losses of 1/2 and 100
    const expected = { loss: (2 * 0.5 + 100) / 3, mae: 3, weighted_mae: 21 / 5 };
    expectLogs(model.evaluate(x, y, { ...silent, batchSize: 2, sampleWeight }), expected);
  });

  test('reductions', () => {
    const reduced = (reduction: string) => ({ class_name: 'MeanSquaredError', config: { reduction } });
    const sampleWeight = [1, 2, 0];
    for (const [reduction, loss, weighted] of [
      ['sum', 35, 19],
      ['mean', 35 / 3, 19 / 3],
      ['mean_with_sample_weight', 35 / 3, 19 / 3],
    ] as const) {
      using model = double({}, reduced(reduction));
      expect(model.evaluate(x, y, silent).loss).toBeCloseTo(loss, 4);
      expect(model.evaluate(x, y, { ...silent, sampleWeight }).loss).toBeCloseTo(weighted, 4);
    }
    using model = double({}, reduced('mean_with_sample_weight'));
    expect(model.evaluate(x, y, { ...silent, sampleWeight: [1, 4, 0] }).loss).toBeCloseTo(37 / 5, 4);
  });

  test('the mean by weights divides by their sum as they were given, however many steps they count for', () => {
    const loss = { class_name: 'MeanSquaredError', config: { reduction: 'mean_with_sample_weight' } };
    using model = double({ inputShape: [2, 1] }, loss);
    // Errors of 1, 3 and 5, 1.
    const steps = [
      [[1], [2]],
      [[3], [1]],
    ];
    const ones = [
      [[1], [1]],
      [[1], [1]],
    ];
    const options = { sampleWeight: [[1], [2]] };
    expect(model.evaluate(steps, ones, { ...silent, ...options }).loss).toBeCloseTo((10 + 2 * 26) / 3, 4);
    model.trainOnBatch(steps, ones, options);
    expect(weightOf(model)).toBeCloseTo(2 - (0.1 * 2 * (7 + 2 * 16)) / 3, 5);
    expect(
      losses.get(loss)(
        ones,
        [
          [[2], [4]],
          [[6], [2]],
        ],
        options,
      ),
    ).toBeCloseTo((10 + 2 * 26) / 3, 4);
  });

  test('one value for the whole batch', () => {
    const dice = losses.get('dice');
    const pair = [
      [[1], [0], [2]],
      [[2], [1], [2]],
    ] as const;
    const value = dice(...pair) as number;
    expect(value).toBeCloseTo(1 - (2 * 6) / 8, 5);
    expect(dice(...pair, { sampleWeight: [1, 2, 0] })).toBeCloseTo(value, 5);
    expect(dice(...pair, { sampleWeight: [2, 4, 0], mask: [1, 0, 1] })).toBeCloseTo(value, 5);
    const sum = losses.get({ class_name: 'Dice', config: { reduction: 'sum' } });
    expect(sum(...pair, { sampleWeight: [1, 2, 5] })).toBeCloseTo(8 * value, 5);
  });

  test('penalties are part of the loss, not of the metrics', () => {
    using model = double({ kernelRegularizer: { class_name: 'L2', config: { l2: 0.1 } }, activityRegularizer: 'l1' });
    // 0.1 · 2² and 0.01 · (2 + 4 + 6) / 3
    const expected = { loss: 35 / 3 + 0.4 + 0.04, mae: 3, weighted_mae: 3 };
    expectLogs(model.evaluate(x, y, silent), expected);
    expectLogs(model.trainOnBatch(x, y), expected);
    // d / d w: 2 (1 + 6 + 15) / 3, 0.2 · 2 and 0.01 · (1 + 2 + 3) / 3
    expect(weightOf(model)).toBeCloseTo(2 - 0.1 * (44 / 3 + 0.4 + 0.02), 5);
  });
});

describe('two outputs', () => {
  function made(options: object): Model {
    const input = Input({ shape: [1] });
    const layers = ['a', 'b'].map((name) => doubling({ name }));
    const model = new Model({ inputs: input, outputs: layers.map((layer) => layer.apply(input)) });
    model.compile({ optimizer, loss: 'mse', ...options });
    return model;
  }
  const zeros = [[0], [0], [0]]; // errors of 2, 4, 6
  const targets = [y, zeros];

  test('their losses, weighted', () => {
    using model = made({ lossWeights: [0.5, 2] });
    const [a, b] = [35 / 3, 56 / 3];
    expectLogs(model.evaluate(x, targets, silent), { loss: 0.5 * a + 2 * b, a_loss: a, b_loss: b });
    model.trainOnBatch(x, targets);
    expect(model.getWeights()[0]?.data[0]).toBeCloseTo(2 - (0.1 * 0.5 * 44) / 3, 4);
    expect(model.getWeights()[1]?.data[0]).toBeCloseTo(2 - (0.1 * 2 * 56) / 3, 4);
  });

  test('by name; metrics of one of them; one without a loss', () => {
    using model = made({ loss: { a: 'mae', b: 'mse' }, lossWeights: { b: 3 }, metrics: { b: ['mae', 'mse'] } });
    const named = { b: zeros, a: y };
    expectLogs(model.evaluate(x, named, silent), {
      loss: 3 + 56,
      a_loss: 3,
      b_loss: 56 / 3,
      b_mae: 4,
      b_mse: 56 / 3,
    });
    model.compile({ optimizer, loss: [null, 'mse'] });
    for (const some of [tensor(zeros), zeros, [tensor(zeros)], { b: zeros }, named, [y, zeros]]) {
      expectLogs(model.evaluate(x, some as typeof zeros, silent), { loss: 56 / 3 });
    }
  });

  test('one number weighs one loss for all, not several', () => {
    using model = made({ lossWeights: 0.5 });
    expectLogs(model.evaluate(x, targets, silent), { loss: 91 / 6, a_loss: 35 / 3, b_loss: 56 / 3 });
    expect(() => model.compile({ loss: ['mse', 'mae'], lossWeights: 0.5 })).toThrow(
      '`loss_weights` must match the number of losses, got 2 losses and 1 weights.',
    );
  });

  test('weights for each, or for both; the losses of the outputs are means over batches, as in Keras', () => {
    using model = made({});
    const sampleWeight = [[1, 2, 0], null];
    const weighted = { loss: 19 / 3 + 56 / 3, a_loss: 19 / 3, b_loss: 56 / 3 };
    expectLogs(model.evaluate(x, targets, { ...silent, sampleWeight }), weighted);
    const both = { loss: (19 + 4 + 32) / 3, a_loss: 19 / 3, b_loss: 12 };
    for (const weights of [
      [1, 2, 0],
      [[1], [2], [0]],
    ]) {
      expectLogs(model.evaluate(x, targets, { ...silent, sampleWeight: weights }), both);
    }
    const batches = { loss: (35 + 56) / 3, a_loss: (5 + 25) / 2, b_loss: (10 + 36) / 2 };
    expectLogs(model.evaluate(x, targets, { ...silent, batchSize: 2 }), batches);
  });
});
