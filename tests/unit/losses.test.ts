// What layers and models add to the loss: activity terms first, then the penalties on trainable weights.
import { describe, expect, test } from '@jest/globals';
import {
  ActivityRegularization,
  Bidirectional,
  Dense,
  Embedding,
  Input,
  Model,
  RNN,
  regularizers,
  Sequential,
  SimpleRNN,
  SimpleRNNCell,
  type SymbolicTensor,
  type Tensor,
  TimeDistributed,
  tensor,
} from 'simple-rnn';
import { flat, freeAfterEach, hold, numbersOf } from './held.js';

freeAfterEach();

const x = numbersOf(3, 4, 2);
const squares = ({ data }: Tensor) => data.reduce((sum, value) => sum + value * value, 0);
const near = (values: number[]) => values.map((value) => expect.closeTo(value, 5));
const l2 = (factor: number) => regularizers.l2({ l2: factor });

describe('activityRegularizer of SimpleRNN', () => {
  test.each([1, 3, 8])('is divided by the batch size, here %i', (batch) => {
    const layer = hold(new SimpleRNN({ units: 4, activityRegularizer: l2(0.5), returnSequences: true }));
    const output = layer.apply(numbersOf(batch, 4, 2));
    expect(layer.losses).toEqual(near([(0.5 * squares(output)) / batch]));
  });

  test('with returnState the states count as outputs, each a term of its own', () => {
    const layer = hold(new SimpleRNN({ units: 4, activityRegularizer: l2(0.5), returnState: true }));
    const [output, state] = flat(layer.apply(x)) as [Tensor, Tensor];
    expect(layer.losses).toEqual(near([output, state].map((each) => (0.5 * squares(each)) / 3)));
  });

  test('comes before the penalties on the weights, which are not divided', () => {
    const layer = hold(
      new SimpleRNN({
        units: 4,
        biasInitializer: 'ones',
        activityRegularizer: l2(0.5),
        kernelRegularizer: l2(1),
        recurrentRegularizer: l2(2),
        biasRegularizer: l2(3),
      }),
    );
    const output = layer.apply(x);
    const [kernel, recurrent, bias] = layer.getWeights() as [Tensor, Tensor, Tensor];
    expect(layer.losses).toEqual(
      near([(0.5 * squares(output)) / 3, squares(kernel), 2 * squares(recurrent), 3 * squares(bias)]),
    );
  });

  test('is there again in a layer made from the configuration', () => {
    const layer = new SimpleRNN({ units: 4, activityRegularizer: l2(0.5) });
    const again = hold(SimpleRNN.fromConfig(layer.getConfig()));
    const output = again.apply(x);
    expect(again.losses).toEqual(near([(0.5 * squares(output)) / 3]));
  });

  test('a batch of no rows has no loss', () => {
    const layer = hold(new SimpleRNN({ units: 4, activityRegularizer: 'l2' }));
    layer.apply({ data: new Float32Array(0), shape: [0, 4, 2] });
    expect(layer.losses.every((loss) => loss === 0)).toBe(true);
  });
});

describe('weights', () => {
  test('frozen ones have no penalty, activity stays', () => {
    const layer = hold(new SimpleRNN({ units: 4, activityRegularizer: 'l2', kernelRegularizer: 'l2' }));
    layer.apply(x);
    expect(layer.losses).toHaveLength(2);
    layer.trainable = false;
    expect(layer.losses).toHaveLength(1);
    layer.trainable = true;
    expect(layer.losses).toHaveLength(2);
  });

  test('the penalty is that of the numbers of now', () => {
    const layer = hold(new Dense({ units: 1, useBias: false, kernelRegularizer: l2(1) }));
    layer.build([null, 2]);
    layer.setWeights([[[3], [4]]]);
    expect(layer.losses).toEqual([25]);
    layer.weights[0]?.write([[1], [0]]);
    expect(layer.losses).toEqual([1]);
  });

  test('a shared layer’s are counted once', () => {
    const [a, b] = [Input({ shape: [4, 2] }), Input({ shape: [4, 2] })];
    const shared = new SimpleRNN({ units: 2, kernelRegularizer: 'l2', activityRegularizer: 'l2' });
    const model = hold(new Model({ inputs: [a, b], outputs: [shared.apply(a), shared.apply(b)] }));
    expect(model.losses).toHaveLength(1);
    const [first, second] = flat(
      model.apply([
        tensor(x.data, x.shape),
        tensor(
          x.data.map((value) => 2 * value),
          x.shape,
        ),
      ]),
    );
    const kernel = squares(shared.getWeights()[0] as Tensor);
    expect(model.losses).toEqual(
      near([(0.01 * squares(first as Tensor)) / 3, (0.01 * squares(second as Tensor)) / 3, 0.01 * kernel]),
    );
  });
});

describe('models', () => {
  const made = () =>
    hold(
      new Sequential([
        new SimpleRNN({
          units: 3,
          inputShape: [4, 2],
          returnSequences: true,
          activityRegularizer: l2(1),
          recurrentRegularizer: l2(1),
        }),
        new ActivityRegularization({ l1: 1 }),
        new Dense({ units: 1, kernelRegularizer: l2(1), activityRegularizer: l2(1) }),
      ]),
    );

  test('all activity terms in the order of the layers, then all penalties', () => {
    const model = made();
    const output = model.apply(x) as Tensor;
    const [rnn, , dense] = model.layers.slice(-3) as [SimpleRNN, ActivityRegularization, Dense];
    const sequence = rnn.call(x) as Tensor;
    model.apply(x);
    const l1 = sequence.data.reduce((sum, value) => sum + Math.abs(value), 0);
    expect(model.losses).toEqual(
      near([
        squares(sequence) / 3,
        l1 / 3,
        squares(output) / 3,
        squares(rnn.getWeights()[1] as Tensor),
        squares(dense.getWeights()[0] as Tensor),
      ]),
    );
  });

  test('predict and inspect add nothing', () => {
    const model = made();
    expect(model.losses).toHaveLength(2);
    model.predict(x);
    model.inspect(x);
    expect(model.losses).toHaveLength(2);
    model.apply(x);
    const five = model.losses;
    model.predict(numbersOf(1, 4, 2));
    expect(model.losses).toEqual(five);
  });

  test('symbolic applications add nothing', () => {
    const layer = hold(new SimpleRNN({ units: 2, activityRegularizer: 'l2' }));
    layer.apply(Input({ shape: [4, 2] }));
    expect(layer.losses).toEqual([]);
  });

  test('getLossesFor: those of the inputs that an application was given', () => {
    const model = made();
    const input = tensor(x.data, x.shape);
    model.apply(input);
    const [rnn] = model.layers.slice(-3) as [SimpleRNN];
    expect(rnn.getLossesFor(input)).toEqual(rnn.losses.slice(0, 1));
    expect(rnn.getLossesFor()).toEqual(rnn.losses.slice(1));
  });
});

describe('wrappers and cells', () => {
  test('the parts of Bidirectional, TimeDistributed and RNN count', () => {
    const both = hold(new Bidirectional({ layer: new SimpleRNN({ units: 2, kernelRegularizer: 'l2' }) }));
    both.apply(x);
    expect(both.losses).toHaveLength(2);
    const each = hold(new TimeDistributed({ layer: new Dense({ units: 2, kernelRegularizer: 'l2' }) }));
    each.apply(x);
    expect(each.losses).toHaveLength(1);
    const rnn = hold(
      new RNN({ cell: [2, 3].map((units) => new SimpleRNNCell({ units, recurrentRegularizer: 'l2' })) }),
    );
    rnn.apply(x);
    expect(rnn.losses).toHaveLength(2);
  });

  test('activity of a wrapper is that of its own output', () => {
    const both = hold(new Bidirectional({ layer: new SimpleRNN({ units: 2 }), activityRegularizer: l2(1) }));
    const output = both.apply(x);
    expect(both.losses).toEqual(near([squares(output) / 3]));
  });

  test('Embedding', () => {
    const layer = hold(
      new Embedding({ inputDim: 5, outputDim: 2, embeddingsRegularizer: l2(1), activityRegularizer: l2(1) }),
    );
    const output = layer.apply([[1, 2]]);
    expect(layer.losses).toEqual(near([squares(output), squares(layer.getWeights()[0] as Tensor)]));
  });

  test('a symbolic output does not hold a loss', () => {
    const input = Input({ shape: [4, 2] });
    const output = hold(new ActivityRegularization({ l2: 1 })).apply(input) as SymbolicTensor;
    const model = hold(new Model({ inputs: input, outputs: output }));
    expect(model.losses).toEqual([]);
    model.apply(x);
    expect(model.losses).toEqual(near([squares(tensor(x.data, x.shape)) / 3]));
  });
});
