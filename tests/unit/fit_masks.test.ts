// Masks in training: what is masked counts nowhere. Answers computed by hand.
import { afterAll, expect, test } from '@jest/globals';
import { type losses, Masking, memory, Sequential, SimpleRNN, TimeDistributed } from 'simple-rnn';
import { doubling, expectLogs, metrics, optimizer, silent, twos, weightedMetrics, weightOf } from './fit_doubling.js';

const start = memory();

afterAll(() => {
  expect(memory()).toEqual(start);
});

// Predictions 2, ., 4 and ., ., 6 against ones: of six steps three count, with errors of 1, 3, 5.
const sequence = [
  [[1], [0], [2]],
  [[0], [0], [3]],
];
const ones = [
  [[1], [1], [1]],
  [[1], [1], [1]],
];

function masked(loss: losses.LossIdentifier = 'mse', layer = doubling(), more: readonly string[] = []): Sequential {
  const model = new Sequential([new Masking({ inputShape: [3, 1] }), layer]);
  model.compile({ optimizer, loss, metrics: [...metrics, ...more], weightedMetrics });
  return model;
}

test.each([
  ['Dense', doubling],
  ['TimeDistributed', () => new TimeDistributed({ layer: doubling() })],
])('%s: steps that are masked count nowhere', (_, layer) => {
  using model = masked('mse', layer() as never);
  expectLogs(model.evaluate(sequence, ones, silent), { loss: 35 / 3, mae: 3, weighted_mae: 3 });
  model.trainOnBatch(sequence, ones);
  // 2 (1·1 + 3·2 + 5·3) / 3
  expect(weightOf(model)).toBeCloseTo(2 - 4.4 / 3, 5);
});

test('with weights of samples', () => {
  using model = masked();
  // Each of the three steps counts twice as much as one of six.
  const expected = { loss: (2 * (1 + 9 + 50)) / 6, mae: 3, weighted_mae: (1 + 3 + 10) / 4 };
  expectLogs(model.evaluate(sequence, ones, { ...silent, sampleWeight: [[1], [2]] }), expected);
  // As in Keras, which would multiply the steps by them.
  expect(() => model.evaluate(sequence, ones, { ...silent, sampleWeight: [1, 2] })).toThrow(
    '`sampleWeight` must have the shape (2, 3) or one that can be repeated to it, received (2,)',
  );
});

test('with weights of steps', () => {
  using model = masked();
  const sampleWeight = [
    [1, 2, 3],
    [4, 5, 6],
  ];
  const expected = { loss: (2 * (1 + 27 + 150)) / 6, mae: 3, weighted_mae: (1 + 9 + 30) / 10 };
  expectLogs(model.evaluate(sequence, ones, { ...silent, sampleWeight }), expected);
});

test('sums', () => {
  using model = masked({ class_name: 'MeanSquaredError', config: { reduction: 'sum' } });
  expect(model.evaluate(sequence, ones, silent).loss).toBeCloseTo(35, 4);
});

test('nothing but masked steps: a loss of 0, and nothing is learned', () => {
  using model = masked();
  const zeros = [[[0], [0], [0]]];
  expectLogs(model.trainOnBatch(zeros, [[[1], [1], [1]]]), { loss: 0, mae: 0, weighted_mae: 0 });
  expect(weightOf(model)).toBe(2);
});

test('what a masked step holds does not matter to the layers behind', () => {
  const filled = (value: number) => [[[1], [0], [2]].map(([each]) => [each === 0 ? value : each])];
  const trainedOn = (target: number) => {
    using model = new Sequential([
      new Masking({ inputShape: [3, 1] }),
      new SimpleRNN({ units: 1, returnSequences: true, kernelInitializer: twos, recurrentInitializer: 'ones' }),
      doubling(),
    ]);
    model.compile({ optimizer, loss: 'mse' });
    model.trainOnBatch(filled(0) as number[][][], [[[1], [target], [1]]]);
    return model.getWeights().map((weight) => [...weight.data]);
  };
  expect(trainedOn(100)).toEqual(trainedOn(-3));
});

test('metrics that are no means of a function count them all the same, as in Keras', () => {
  using model = masked('mse', doubling(), ['RootMeanSquaredError', 'FalseNegatives']);
  const logs = model.evaluate(sequence, ones, silent);
  expect(logs.mae).toBeCloseTo(3, 5);
  expect(logs.RootMeanSquaredError).toBeCloseTo(Math.sqrt(38 / 6), 5);
  expect(logs.FalseNegatives).toBe(3);
});

test('a loss that is one value for the whole batch: the weights of what counts, as in Keras', () => {
  const dice = (reduction: string) => ({ class_name: 'Dice', config: { reduction } });
  // 1 - 2 · 12 / (6 + 12)
  const value = -1 / 3;
  const sampleWeight = [[1], [2]];
  for (const [reduction, alone, weighted] of [
    ['mean', value, (value * 4) / 3],
    ['sum', value * 3, value * 4],
    ['mean_with_sample_weight', value, value],
  ] as const) {
    using model = masked(dice(reduction));
    expect(model.evaluate(sequence, ones, silent).loss).toBeCloseTo(alone, 5);
    expect(model.evaluate(sequence, ones, { ...silent, sampleWeight }).loss).toBeCloseTo(weighted, 5);
    // d dice / d w = -2 Σ x / 18 + 2 · 12 Σ x / 18²
    model.trainOnBatch(sequence, ones, { sampleWeight });
    expect(weightOf(model)).toBeCloseTo(2 + (0.1 * 2 * 6 * 6 * weighted) / (18 * 18 * value), 5);
  }
});
