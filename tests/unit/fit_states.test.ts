// Stateful layers in training: states go on from batch to batch, and an error gives them back.
import { expect, jest, test } from '@jest/globals';
import { Dense, NonFiniteError, Sequential, SimpleRNN, tensor } from 'simple-rnn';
import { freeAfterEach, hold } from './held.js';

freeAfterEach();

const makeModel = () => {
  const rnn = new SimpleRNN({ units: 3, stateful: true, batchInputShape: [2, 4, 1] });
  const model = hold(new Sequential([rnn, new Dense({ units: 1 })]));
  model.compile({ optimizer: 'sgd', loss: 'mse' });
  return { model, rnn };
};
const x = tensor(
  Float32Array.from({ length: 16 }, (_, i) => Math.sin(i)),
  [4, 4, 1],
);
const y = [[0], [1], [1], [0]];

test('fit goes on from the states of the batch before, and leaves the last ones', async () => {
  const { model, rnn } = makeModel();
  const weights = model.getWeights();
  await model.fit(x, y, { batchSize: 2, shuffle: false });
  const trained = rnn.states;
  model.resetStates();
  model.setWeights(weights);
  model.trainOnBatch(tensor(x.data.slice(0, 8), [2, 4, 1]), y.slice(0, 2));
  model.trainOnBatch(tensor(x.data.slice(8), [2, 4, 1]), y.slice(2));
  expect(rnn.states).toEqual(trained);
});

test('NaN in the data leaves states and weights as they were', () => {
  const { model, rnn } = makeModel();
  model.trainOnBatch(tensor(x.data.slice(0, 8), [2, 4, 1]), y.slice(0, 2));
  const before = { states: rnn.states, weights: model.getWeights() };
  const bad = tensor(new Float32Array(8).fill(Number.NaN), [2, 4, 1]);
  expect(() => model.trainOnBatch(bad, y.slice(0, 2))).toThrow(NonFiniteError);
  expect({ states: rnn.states, weights: model.getWeights() }).toEqual(before);
});

test('shuffling the samples of a stateful model is warned of, unless it was asked for', async () => {
  const warn = jest.spyOn(console, 'warn').mockImplementation(() => {});
  const { model } = makeModel();
  await model.fit(x, y, { batchSize: 2, shuffle: true });
  expect(warn).not.toHaveBeenCalled();
  await model.fit(x, y, { batchSize: 2 });
  expect(warn.mock.calls.flat().join()).toContain('shuffle: false');
  warn.mockRestore();
});
