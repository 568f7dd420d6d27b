// Labels, targets and learning rates that cannot be: typed errors that say what is due, and nothing is lost.
import { afterAll, describe, expect, test } from '@jest/globals';
import { ArgumentError, callbacks, memory, optimizers, type Sequential, ShapeError } from 'simple-rnn';
import { compiled, data, expectRefusal, quiet, weightsOf, x, y } from './fit_support.js';

const start = memory();

afterAll(() => {
  expect(memory()).toEqual(start);
});

describe('labels', () => {
  const sparse = () => compiled('sparse_categorical_crossentropy', 3, 'softmax');
  const labels = [0, 1, 2, 0, 1, 2];

  test.each([
    [3, 'a label that is no class'],
    [-1, 'a negative one'],
  ])('%s: %s', async (label) => {
    using model = sparse();
    const act = () => model.fit(x, [0, 1, label, 0, 1, 2], quiet);
    const text = `label value of ${label} which is outside the valid range of [0, 3)`;
    await expectRefusal(model, labels, act, ArgumentError, text);
  });

  test('in evaluate and for one batch', async () => {
    using model = sparse();
    const wrong = [0, 1, 9, 0, 1, 2];
    const text = /label value of 9 .*\[0, 3\)/;
    const before = weightsOf(model);
    await expect(async () => model.evaluate(x, wrong, { verbose: 0 })).rejects.toThrow(text);
    expect(() => model.trainOnBatch(x, wrong)).toThrow(text);
    expect(() => model.testOnBatch(x, wrong)).toThrow(text);
    expect(weightsOf(model)).toEqual(before);
  });

  test('the class that is ignored is none', async () => {
    using model = compiled({ class_name: 'SparseCategoricalCrossentropy', config: { ignore_class: -1 } }, 3, 'softmax');
    const { history } = await model.fit(x, [0, 1, -1, 0, 1, 2], quiet);
    expect(Number.isFinite(history.loss?.[0])).toBe(true);
  });

  test.each([
    ['categorical_crossentropy', [0, 1, 2, 0, 1, 2], '(6, 3)'],
    ['sparse_categorical_crossentropy', data(6, 3), '(6,)'],
    ['binary_crossentropy', data(6, 2), '(6, 3)'],
    ['mse', data(6, 2), '(6, 3)'],
  ])('%s says which shape of targets is due', async (loss, targets, due) => {
    using model = compiled(loss, 3, 'softmax');
    const before = weightsOf(model);
    const call = model.fit(x, targets, quiet);
    await expect(call).rejects.toBeInstanceOf(ShapeError);
    await expect(call).rejects.toThrow(`${due} are due`);
    expect(weightsOf(model)).toEqual(before);
  });
});

describe('learning rates', () => {
  test.each([0, -0.1, Number.NaN, Number.POSITIVE_INFINITY, '1' as never])('%p is refused', async (rate) => {
    const optimizer = { class_name: 'SGD', config: { learning_rate: rate } };
    expect(() => optimizers.sgd({ learningRate: rate })).toThrow(ArgumentError);
    using model = compiled();
    const act = () => model.compile({ optimizer, loss: 'mse' });
    await expectRefusal(model, y, act, ArgumentError, /learning_?rate/i);
    const own = model.optimizer as NonNullable<typeof model.optimizer>;
    expect(() => {
      own.learningRate = rate;
    }).toThrow(ArgumentError);
    expect(own.learningRate).toBeCloseTo(0.01);
  });

  test('of 0 for an epoch, by a callback: nothing is learned in it', async () => {
    using model = compiled();
    const before = weightsOf(model);
    const warmUp = new callbacks.LearningRateScheduler({ schedule: (epoch) => 0.1 * epoch });
    await model.fit(x, y, { ...quiet, callbacks: warmUp });
    expect(weightsOf(model)).toEqual(before);
    const { history } = await model.fit(x, y, { ...quiet, epochs: 2, callbacks: warmUp });
    expect(history.learning_rate).toEqual([0, Math.fround(0.1)]);
    expect(weightsOf(model)).not.toEqual(before);
  });

  test('of a schedule that gives NaN', async () => {
    using model = compiled();
    using twin = compiled();
    const rate = (last: number) =>
      new callbacks.LearningRateScheduler({ schedule: (epoch) => (epoch < 2 ? 0.1 : last) });
    const train = (one: Sequential, epochs: number) =>
      one.fit(x, y, { ...quiet, epochs, callbacks: [rate(Number.NaN)] });
    await expect(train(model, 3)).rejects.toBeInstanceOf(ArgumentError);
    await train(twin, 2);
    expect(weightsOf(model)).toEqual(weightsOf(twin));
  });
});
