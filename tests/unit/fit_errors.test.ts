// Training refuses wrong input with typed errors, and nothing is lost: weights, optimizer and memory are as before.
import { afterAll, describe, expect, test } from '@jest/globals';
import { ArgumentError, callbacks, memory, NonFiniteError, ShapeError, UnsupportedError } from 'simple-rnn';
import {
  type Act,
  compiled,
  data,
  type ErrorClass,
  expectRefusal,
  FEATURES,
  made,
  quiet,
  STEPS,
  weightsOf,
  withOne,
  x,
  y,
} from './fit_support.js';

const start = memory();

afterAll(() => {
  expect(memory()).toEqual(start);
});

const cases: [string, Act, ErrorClass, string | RegExp][] = [
  [
    'x and y of unlike lengths',
    (model) => model.fit(x, data(5, 1), quiet),
    ShapeError,
    "Data cardinality is ambiguous. Make sure all arrays contain the same number of samples.'x' sizes: 6\n'y' sizes: 5",
  ],
  ['the same in evaluate', (model) => model.evaluate(x, data(5, 1), { verbose: 0 }), ShapeError, 'cardinality'],
  ['the same in trainOnBatch', (model) => model.trainOnBatch(x, data(5, 1)), ShapeError, 'cardinality'],
  ['the same in testOnBatch', (model) => model.testOnBatch(x, data(5, 1)), ShapeError, 'cardinality'],
  [
    'trainOnBatch with a word of nobody for nonFinite',
    (model) => model.trainOnBatch(x, y, { nonFinite: 'ignore' as never }),
    ArgumentError,
    "`nonFinite` must be 'throw' or 'warn'",
  ],
  [
    'too many sample weights',
    (model) => model.fit(x, y, { ...quiet, sampleWeight: data(7) }),
    ShapeError,
    "'x' sizes: 6\n'y' sizes: 6\n'sample_weight' sizes: 7",
  ],
  [
    'sample weights of steps that are not there',
    (model) => model.fit(x, y, { ...quiet, sampleWeight: data(6, 4) }),
    ShapeError,
    '`sampleWeight`',
  ],
  [
    'validation data of unlike lengths',
    (model) => model.fit(x, y, { ...quiet, validationData: [x, data(5, 1)] }),
    ShapeError,
    'cardinality',
  ],
  ['targets that are missing', (model) => model.fit(x, null as never, quiet), ArgumentError, /\by\b/],
  [
    'targets of another width',
    (model) => model.fit(x, data(6, 2), quiet),
    ShapeError,
    'targets of shape (6, 1) are due',
  ],
  ['x of another rank', (model) => model.fit(data(6, 2), y, quiet), ShapeError, /\(null, 3, 2\)|\(None, 3, 2\)/],
  ['x of other features', (model) => model.fit(data(6, STEPS, 5), y, quiet), ShapeError, /5/],
  ['no samples', (model) => model.fit(data(0, STEPS, FEATURES), data(0, 1), quiet), ArgumentError, 'x has no samples'],
  ['text', (model) => model.fit([[['a', 'b']]] as never, [[1]], quiet), ArgumentError, /'a'/],
  ['an epoch that is none', (model) => model.fit(x, y, { ...quiet, epochs: 1.5 }), ArgumentError, '`epochs`'],
  ['a batch of nothing', (model) => model.fit(x, y, { ...quiet, batchSize: 0 }), ArgumentError, '`batchSize`'],
  [
    'a split that leaves nothing',
    (model) => model.fit(x, y, { ...quiet, validationSplit: 1.5 }),
    ArgumentError,
    'Training data contains 6 samples, which is not sufficient to split it into a validation and training set as ' +
      'specified by `validation_split=1.5`. Either provide more data, or a different value for the `validation_split` ' +
      'argument.',
  ],
  [
    'class and sample weights',
    (model) => model.fit(x, y, { ...quiet, sampleWeight: data(6), classWeight: { 0: 1 } }),
    ArgumentError,
    'You cannot `class_weight` and `sample_weight` at the same time.',
  ],
  [
    'a callback that is none',
    (model) => model.fit(x, y, { ...quiet, callbacks: [{ onEpoch: () => {} }] as never }),
    ArgumentError,
    'is no callback',
  ],
  [
    'an option that is not known',
    (model) => model.fit(x, y, { ...quiet, epoch: 3 } as never),
    ArgumentError,
    /'epoch'.*Did you mean 'epochs'/s,
  ],
  [
    'one of evaluate',
    (model) => model.evaluate(x, y, { batchsize: 3 } as never),
    ArgumentError,
    /Did you mean 'batchSize'/,
  ],
  [
    'one of trainOnBatch',
    (model) => model.trainOnBatch(x, y, { sampleWeights: null } as never),
    ArgumentError,
    /Did you mean 'sampleWeight'/,
  ],
  [
    'one of testOnBatch',
    (model) => model.testOnBatch(x, y, { sampleWeights: null } as never),
    ArgumentError,
    /Did you mean 'sampleWeight'/,
  ],
  [
    'one of compile',
    (model) => model.compile({ optimiser: 'sgd' } as never),
    ArgumentError,
    /Did you mean 'optimizer'/,
  ],
  [
    "an option of Keras' that is not supported",
    (model) => model.compile({ loss: 'mse', jitCompile: true } as never),
    UnsupportedError,
    '`jitCompile` is not supported',
  ],
  [
    'another optimizer than there is',
    (model) => model.compile({ optimizer: 'sdg', loss: 'mse' }),
    ArgumentError,
    'Could not interpret optimizer identifier: sdg',
  ],
  [
    'another loss than there is',
    (model) => model.compile({ optimizer: 'sgd', loss: 'mean_square' }),
    ArgumentError,
    'Could not interpret loss identifier: mean_square',
  ],
  [
    'another metric than there is',
    (model) => model.compile({ optimizer: 'sgd', loss: 'mse', metrics: ['acuracy'] }),
    ArgumentError,
    'Could not interpret metric identifier: acuracy',
  ],
  [
    'metrics that are no list',
    (model) => model.compile({ optimizer: 'sgd', loss: 'mse', metrics: 'mae' as never }),
    ArgumentError,
    'Expected `metrics` argument to be a list, tuple, or dict. Received instead: metrics=',
  ],
  [
    'losses for outputs that are not there',
    (model) => model.compile({ optimizer: 'sgd', loss: { other: 'mse' } }),
    ArgumentError,
    'other',
  ],
  ['NaN in x', (model) => model.fit(withOne(x, Number.NaN), y, quiet), NonFiniteError, 'NaN'],
  ['infinity in x', (model) => model.fit(withOne(x, Number.POSITIVE_INFINITY), y, quiet), NonFiniteError, /finite|Inf/],
  ['NaN in y', (model) => model.fit(x, withOne(y, Number.NaN), quiet), NonFiniteError, 'NaN'],
  ['NaN in trainOnBatch', (model) => model.trainOnBatch(x, withOne(y, Number.NaN)), NonFiniteError, 'NaN'],
  [
    'a sample weight that is NaN',
    (model) => model.fit(x, y, { ...quiet, sampleWeight: withOne(data(6), Number.NaN) }),
    NonFiniteError,
    'NaN',
  ],
];

test.each(cases)('%s', async (_, act, type, text) => {
  using model = compiled();
  await expectRefusal(model, y, act, type, text);
});

describe('before compile', () => {
  const calls: [string, Act][] = [
    ['fit', (model) => model.fit(x, y, quiet)],
    ['evaluate', (model) => model.evaluate(x, y, { verbose: 0 })],
    ['trainOnBatch', (model) => model.trainOnBatch(x, y)],
    ['testOnBatch', (model) => model.testOnBatch(x, y)],
  ];

  test.each(calls)('%s', async (_, act) => {
    using model = made();
    expect(model.optimizer).toBeNull();
    await expectRefusal(model, y, act, ArgumentError, 'You must call `compile()` before using the model.');
  });

  test('or without a loss', async () => {
    using model = made();
    model.compile({ optimizer: 'sgd' });
    const before = weightsOf(model);
    await expect(model.fit(x, y, quiet)).rejects.toThrow(
      'No loss to compute. Provide a `loss` argument in `compile()`.',
    );
    expect(weightsOf(model)).toEqual(before);
  });
});

test('a backup of another optimizer is refused', async () => {
  using model = compiled();
  using other = made();
  other.compile({ optimizer: 'sgd', loss: 'mse' });
  const backup = new callbacks.BackupAndRestore({ deleteCheckpoint: false });
  await model.fit(x, y, { ...quiet, callbacks: backup });
  const before = weightsOf(other);
  await expect(other.fit(x, y, { ...quiet, callbacks: backup })).rejects.toThrow(
    /SGD: setVariables: expected 2 variables, received 12/,
  );
  expect(weightsOf(other)).toEqual(before);
});
