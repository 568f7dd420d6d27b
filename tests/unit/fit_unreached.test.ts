// Weights that no loss depends on: as Keras does, an optimizer leaves them alone, and it is said once.
import { afterAll, expect, jest, test } from '@jest/globals';
import {
  Dense,
  Input,
  Model,
  memory,
  optimizers,
  Sequential,
  SimpleRNN,
  type Tensor,
  TimeDistributed,
  tensor,
} from 'simple-rnn';
import { quiet } from './fit_support.js';

const start = memory();
const warn = jest.spyOn(console, 'warn').mockImplementation(() => {});
afterAll(() => {
  warn.mockRestore();
  expect(memory()).toEqual(start);
});

const x = [[[1], [-2]]];
const judged = [[1, 2]];
const numbers = (weights: readonly Tensor[]) => weights.map(({ data }) => [...data]);

/** Two outputs of one input; only the first has a loss. */
function twoOutputs(optimizer: string): { model: Model; unreached: SimpleRNN } {
  const input = Input({ shape: [2, 1] });
  const used = new SimpleRNN({ units: 2, name: 'used' });
  const unreached = new SimpleRNN({ units: 2, name: 'unreached', kernelConstraint: 'non_neg', useBias: false });
  const model = new Model({ inputs: input, outputs: [used.apply(input), unreached.apply(input)] as never });
  unreached.setWeights([
    [[-1, 0.5]],
    [
      [1, 2],
      [3, 4],
    ],
  ]);
  model.compile({ optimizer: optimizers.get(optimizer), loss: ['mse', null] });
  return { model, unreached };
}

// Ftrl would make 0 of a weight whose gradient is 0, AdamW would shrink it, and any would apply the constraint.
test.each(['sgd', 'adamw', 'ftrl', 'lion'])('%s leaves them as they are', async (optimizer) => {
  warn.mockClear();
  const { model, unreached } = twoOutputs(optimizer);
  const before = numbers(model.getWeights());
  await model.fit(x, [judged, judged], { ...quiet, epochs: 2 });
  expect(numbers(unreached.getWeights())).toEqual([
    [-1, 0.5],
    [1, 2, 3, 4],
  ]);
  expect(numbers(model.getWeights())).not.toEqual(before);
  expect(warn.mock.calls.flat()).toEqual([
    expect.stringMatching(/Gradients do not exist for variables .*unreached.*kernel.* when minimizing the loss\.$/),
  ]);
  model.optimizer?.dispose();
  model.dispose();
});

test('a penalty is a loss too', () => {
  using model = new Sequential([new Dense({ units: 1, inputShape: [1] })]);
  const input = Input({ shape: [1] });
  const penalized = new Dense({ units: 1, kernelInitializer: 'ones', useBias: false, kernelRegularizer: 'l2' });
  using both = new Model({ inputs: input, outputs: [model.apply(input), penalized.apply(input)] as never });
  both.compile({ optimizer: 'sgd', loss: ['mse', null] });
  both.trainOnBatch([[1]], [[[1]], [[1]]]);
  expect(numbers(penalized.getWeights())[0]?.[0]).toBeCloseTo(1 - 0.01 * 0.02, 6);
});

test('a training that reaches no weight is refused, and states stay', () => {
  const input = Input({ batchShape: [1, 2, 1] });
  const unreached = new TimeDistributed({ layer: new Dense({ units: 1 }) });
  const stateful = new SimpleRNN({ units: 1, stateful: true, trainable: false });
  using model = new Model({ inputs: input, outputs: [stateful.apply(input), unreached.apply(input)] as never });
  model.compile({ optimizer: 'sgd', loss: ['mse', null] });
  stateful.resetStates(tensor([[0.25]]));
  expect(() => model.trainOnBatch(x, [[[1]], [[[1], [1]]]])).toThrow('SGD: No gradients provided for any variable.');
  expect([...((stateful.states as Tensor[])[0]?.data ?? [])]).toEqual([0.25]);
});
