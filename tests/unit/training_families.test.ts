// Losses, metrics and optimizers: what the known answers do not say.
import { describe, expect, test } from '@jest/globals';
import { losses, memory, metrics, optimizers, schedules, type Tensor, tensor, variable } from 'simple-rnn';

const squares = (yTrue: Tensor, yPred: Tensor) => {
  const value = [...yPred.data].map((p, index) => (p - (yTrue.data[index] as number)) ** 2);
  return { value, gradient: yPred };
};

describe('losses', () => {
  test('one value per sample, and a number', () => {
    const yTrue = [
      [0, 1],
      [0, 0],
    ];
    const yPred = [
      [1, 1],
      [1, 0],
    ];
    expect(losses.meanSquaredError(yTrue, yPred).toArray()).toEqual([0.5, 0.5]);
    expect(losses.get('mse')(yTrue, yPred)).toBe(0.5);
    expect(losses.get('mse')(yTrue, yPred, { sampleWeight: [2, 0] })).toBe(0.5);
    expect(losses.huber([[0]], [[3]], { delta: 2 }).toArray()).toEqual([4]);
  });

  test("the mask of a layer's output counts, unless another is given", () => {
    const yPred = { ...tensor([[1], [3]]), mask: tensor([1, 0]) };
    const masked = Object.assign(Object.create(Object.getPrototypeOf(tensor([0]))), yPred) as Tensor;
    expect(losses.get('mae')([[0], [0]], masked)).toBe(1);
    expect(losses.get('mae')([[0], [0]], masked, { mask: [0, 1] })).toBe(3);
  });

  test('options that Keras loses are kept where they are not the default', () => {
    expect(losses.get('huber').getConfig()).toEqual({ name: 'huber_loss', reduction: 'sum_over_batch_size' });
    const made = losses.get({ class_name: 'Huber', config: { delta: 2 } });
    expect(made.getConfig()).toMatchObject({ delta: 2 });
    expect(losses.deserialize(losses.serialize(made)).getConfig()).toEqual(made.getConfig());
  });

  test("one of the user's", () => {
    const own = new losses.Loss({ fn: squares, reduction: 'sum', name: 'own' });
    expect(own([1, 2], [2, 4])).toBe(5);
    expect(own.lossName).toBe('own');
    expect(losses.get(own)).toBe(own);
    expect(losses.get(squares)([1, 2], [2, 4])).toBe(2.5);
    expect(() => losses.serialize(own)).toThrow('Could not interpret loss identifier');
    expect(() => new losses.Loss({ fn: () => ({ value: [1] }) })([1, 2], [2, 4])).toThrow(
      "Loss 'fn': fn must give `value` of shape [2], received [1]",
    );
  });

  test('errors', () => {
    expect(() => losses.get('foo')).toThrow('Could not interpret loss identifier: foo');
    expect(() => losses.get('mse')([[1, 2]], [[1, 2, 3]])).toThrow(
      "MeanSquaredError 'mean_squared_error': Arguments `target` and `output` must have the same shape. Received: " +
        'target.shape=(1, 2), output.shape=(1, 3); targets of shape (1, 3) are due',
    );
    expect(() => losses.get('sparse_categorical_crossentropy')([[1, 0]], [[0.5, 0.5]])).toThrow(
      'class numbers of shape (1,) are due',
    );
    expect(() => losses.get('mse')([[1], [2]], [[1], [2]], { sampleWeight: [1, 2, 3] })).toThrow(
      '`sampleWeight` must have the shape (2,) or one that can be repeated to it, received (3,)',
    );
    expect(() => losses.categoricalCrossentropy([[1, 0]], [[0.5, 0.5]], { axis: 0 })).toThrow('only the last ones');
    expect(() => losses.get('ctc')([[9]], [[[1, 2]]])).toThrow('class numbers from 0 to 1, received 9');
    expect(losses.sparseCategoricalCrossentropy([7], [[0.5, 0.5]]).toArray()).toEqual([Number.NaN]);
  });
});

describe('metrics', () => {
  test('names and directions', () => {
    expect(['auc', 'mse', 'mean'].map((name) => metrics.get(name).direction)).toEqual(['up', 'down', null]);
    expect(metrics.get({ class_name: 'AUC', config: { name: 'area', curve: 'PR' } }).name).toBe('area');
    expect(metrics.get('auc').getConfig()).not.toHaveProperty('thresholds');
  });

  test("functions of the user's", () => {
    const error = metrics.get((yTrue: Tensor, yPred: Tensor) =>
      [...yPred.data].map((p, i) => p - (yTrue.data[i] ?? 0)),
    );
    error.updateState([1, 2], [2, 4]);
    error.updateState([1, 2], [2, 4], [0, 1]);
    expect(error.result()).toBeCloseTo(5 / 3, 6);
    const wrapped = metrics.meanMetricWrapper({ fn: 'huber', name: 'huber' });
    wrapped.updateState([[0]], [[3]]);
    expect(wrapped.result()).toBe(2.5);
    expect(wrapped.direction).toBe('down');
  });

  test('nothing is counted by a call that fails', () => {
    const accuracy = metrics.get('binary_accuracy');
    expect(accuracy.result()).toBe(0);
    accuracy.updateState([[1]], [[1]]);
    expect(() => accuracy.updateState([[1, 2]], [[1]])).toThrow('must have the same shape');
    expect(accuracy.result()).toBe(1);
    accuracy.resetState();
    expect(accuracy.result()).toBe(0);
  });

  test('errors', () => {
    expect(() => metrics.get('foo')).toThrow('Could not interpret metric identifier: foo');
    expect(() => metrics.get({ class_name: 'Precision', config: { thresholds: 2 } })).toThrow(
      'Threshold values must be in [0, 1]. Received: [2]',
    );
    expect(() => metrics.get({ class_name: 'AUC', config: { curve: 'x' } })).toThrow('Invalid AUC curve value: "x"');
    expect(() => metrics.get('f1_score').updateState([1, 0], [1, 0])).toThrow('expects 2D inputs');
    expect(() =>
      metrics.get({ class_name: 'Recall', config: { class_id: 7 } }).updateState([[0, 1]], [[0, 1]]),
    ).toThrow('`classId` 7 is none of the classes');
    expect(() => metrics.get({ class_name: 'Mean', config: { dtype: 'float64' } })).toThrow("only 'float32'");
  });
});

describe('optimizers', () => {
  test('schedules, and rates that are set', () => {
    const decay = schedules.exponentialDecay({ initialLearningRate: 1, decaySteps: 1, decayRate: 0.5 });
    const made = optimizers.sgd({ learningRate: decay });
    expect(optimizers.deserialize(optimizers.serialize(made)).learningRate).toBe(1);
    expect(made.variables.map(({ name }) => name)).toEqual(['iteration']);
    expect(() => {
      made.learningRate = 0.1;
    }).toThrow('This optimizer was created with a `LearningRateSchedule`');
    const adam = optimizers.get('ADAM');
    adam.learningRate = 0.5;
    expect(adam.learningRate).toBe(0.5);
    adam.learningRate = decay;
    expect(adam.learningRate).toBe(1);
  });

  test('state is freed, and begins anew', () => {
    const before = memory().blocks;
    const weight = variable([1, 2]);
    const adam = optimizers.adam({ learningRate: 0.1 });
    adam.apply([[1, 1]], [weight]);
    const first = weight.read().toArray();
    expect(adam.iterations).toBe(1);
    adam.dispose();
    expect(adam.iterations).toBe(0);
    weight.write([1, 2]);
    adam.apply([[1, 1]], [weight]);
    expect(weight.read().toArray()).toEqual(first);
    adam.dispose();
    expect(memory().blocks).toBe(before + 1);
  });

  test('the state can be written', () => {
    const weights = [variable([1, 2]), variable([1, 2])];
    const [one, other] = [optimizers.nadam(), optimizers.nadam()];
    one.apply([[1, 2]], weights.slice(0, 1));
    other.build(weights.slice(1));
    one.variables.forEach((each, index) => {
      other.variables[index]?.write(each.read());
    });
    weights[1]?.write(weights[0]?.read() as Tensor);
    one.apply([[3, -1]]);
    other.apply([[3, -1]]);
    expect(weights[1]?.read().toArray()).toEqual(weights[0]?.read().toArray());
    for (const each of [one, other]) each.dispose();
  });

  test('errors change nothing', () => {
    const weight = variable([1, 2]);
    const sgd = optimizers.sgd();
    expect(() => sgd.apply([[1, 2]])).toThrow('the optimizer must already be built');
    expect(() => sgd.apply([null], [weight])).toThrow('No gradients provided for any variable.');
    expect(() => sgd.apply([[1, 2, 3]], [weight])).toThrow('gradients[0]');
    sgd.build([weight]);
    expect(() => sgd.apply([[1, 2]], [variable([1, 2])])).toThrow('Unknown variable: variable');
    expect(() => sgd.apply([[1, 2]], [{} as never])).toThrow('must be an array of weights');
    expect(sgd.rawIterations).toBe(0);
    expect(weight.read().toArray()).toEqual([1, 2]);
    sgd.dispose();
  });

  test.each([
    [{ class_name: 'Adam', config: { learning_rate: 'a' } }, 'Argument `learning_rate` should be float'],
    [{ class_name: 'Adam', config: { gradient_accumulation_steps: 1 } }, 'must be an integer >= 2'],
    [{ class_name: 'Adam', config: { use_ema: true, ema_momentum: 2 } }, '`ema_momentum` must be in the range [0, 1]'],
    [{ class_name: 'AdamW', config: { weight_decay: null } }, 'Argument `weight_decay` must be a float'],
    [{ class_name: 'Ftrl', config: { learning_rate_power: 1 } }, 'needs to be negative or zero'],
    [{ class_name: 'Lion', config: { beta_1: 2 } }, 'degenerates to SignSGD'],
    [{ class_name: 'Foo', config: {} }, 'Could not interpret optimizer identifier: foo'],
  ])('%j', (identifier, text) => {
    expect(() => optimizers.get(identifier)).toThrow(text);
  });
});
