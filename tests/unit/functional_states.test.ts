// Functional models: states that go in and come out, masks as edges of the graph.
import { describe, expect, test } from '@jest/globals';
import {
  Embedding,
  Input,
  Masking,
  Model,
  RNN,
  SimpleRNN,
  SimpleRNNCell,
  type SymbolicTensor,
  type Tensor,
  tensor,
} from 'simple-rnn';
import { arrays, expectNear, flat, freeAfterEach, hold, numbersOf } from './held.js';

freeAfterEach();

const x = tensor(numbersOf(3, 4, 2).data, [3, 4, 2]);
const tensors = (given: unknown) => given as SymbolicTensor[];

describe('states as inputs and outputs', () => {
  test('an encoder hands its state to a decoder', () => {
    const [source, target] = [Input({ shape: [null, 2] }), Input({ shape: [null, 3] })];
    const encoder = new SimpleRNN({ units: 4, returnState: true });
    const [, state] = tensors(encoder.apply(source)) as [SymbolicTensor, SymbolicTensor];
    const decoder = new SimpleRNN({ units: 4, returnSequences: true });
    const model = hold(
      new Model({ inputs: [source, target], outputs: decoder.apply(target, { initialState: state }) }),
    );
    const y = numbersOf(3, 5, 3);
    const [, final] = flat(encoder.apply(x)) as [Tensor, Tensor];
    expectNear(model.predict([x, y]), decoder.apply(y, { initialState: final }));
  });

  test('the state goes in and comes out: two calls are one', () => {
    const [input, h] = [Input({ shape: [null, 2] }), Input({ shape: [4] })];
    const rnn = new SimpleRNN({ units: 4, returnState: true });
    const model = hold(new Model({ inputs: [input, h], outputs: rnn.apply(input, { initialState: [h] }) as never }));
    const halves = [0, 4].map((start) => tensor(x.data.slice(start, start + 4), [1, 2, 2]));
    const zeros = tensor([[0, 0, 0, 0]]);
    const [, middle] = model.predict<Tensor[]>([halves[0] as Tensor, zeros]);
    const [last] = model.predict<Tensor[]>([halves[1] as Tensor, middle as Tensor]);
    const [whole] = model.predict<Tensor[]>([tensor(x.data.slice(0, 8), [1, 4, 2]), zeros]);
    expectNear(last as Tensor, whole as Tensor);
    expect(rnn.input).toEqual([input, h]);
  });

  test('of a stack of cells, one input and output per cell', () => {
    const input = Input({ shape: [4, 2] });
    const states = [3, 5].map((units) => Input({ shape: [units] }));
    const rnn = new RNN({ cell: [3, 5].map((units) => new SimpleRNNCell({ units })), returnState: true });
    const model = hold(
      new Model({ inputs: [input, ...states], outputs: tensors(rnn.apply(input, { initialState: states })) }),
    );
    const given = [numbersOf(3, 3), numbersOf(3, 5)];
    const got = arrays(model.predict<Tensor[]>([x, ...given]));
    expect(got).toEqual(arrays(rnn.apply(x, { initialState: given })));
  });

  test('numbers given for a state are part of the model', () => {
    const input = Input({ shape: [4, 2] });
    const rnn = new SimpleRNN({ units: 2 });
    const initialState = [
      [1, 2],
      [3, 4],
      [5, 6],
    ];
    const model = hold(new Model({ inputs: input, outputs: rnn.apply(input, { initialState }) }));
    expectNear(model.predict(x), rnn.apply(x, { initialState }), 0);
    expectNear(model.predict(x, { batchSize: 3 }), model.predict(x), 0);
  });
});

describe('masks', () => {
  test('travel from Masking and Embedding to where they end', () => {
    const ids = Input({ shape: [null] });
    const embedded = new Embedding({ inputDim: 9, outputDim: 3, maskZero: true }).apply(ids);
    const rnn = new SimpleRNN({ units: 2, returnSequences: true });
    const sequence = rnn.apply(embedded);
    const last = new SimpleRNN({ units: 2 });
    const model = hold(new Model({ inputs: ids, outputs: last.apply(sequence) }));
    expect([embedded.mask !== null, sequence.mask !== null, last.outputMask]).toEqual([true, true, null]);
    expectNear(model.predict([[3, 1, 0]]), model.predict([[3, 1]]));
    expectNear(model.predict([[3, 1, 0, 0]]), model.predict([[3, 1]]));
  });

  test('an input for the mask, null for none, numbers for one', () => {
    const [input, mask] = [Input({ shape: [4, 2] }), Input({ shape: [4] })];
    const rnn = new SimpleRNN({ units: 2 });
    const masked = new Masking().apply(input);
    const constant = [
      [1, 0, 1, 1],
      [1, 0, 1, 1],
      [1, 0, 1, 1],
    ];
    const outputs = [
      rnn.apply(masked, { mask }),
      rnn.apply(masked, { mask: null }),
      rnn.apply(masked),
      rnn.apply(input, { mask: constant }),
    ];
    const model = hold(new Model({ inputs: [input, mask], outputs }));
    const data = tensor(
      [1, 2, 3].map(() => [
        [1, 2],
        [0, 0],
        [3, 4],
        [5, 6],
      ]),
    );
    const own = [
      [1, 1, 1, 0],
      [1, 0, 0, 0],
      [0, 0, 0, 1],
    ];
    const [given, none, travelling, numbers] = model.predict<Tensor[]>([data, tensor(own)]) as [
      Tensor,
      Tensor,
      Tensor,
      Tensor,
    ];
    expectNear(given, rnn.apply(data, { mask: own }), 0);
    expectNear(none, rnn.apply(data), 0);
    expectNear(travelling, rnn.apply(data, { mask: constant }), 0);
    expectNear(numbers, travelling, 0);
    expect([rnn.getInputMaskAt(0), rnn.getInputMaskAt(1)]).toEqual([mask, null]);
  });

  test('training given in the graph holds where the call does not say it; predict says no', () => {
    const input = Input({ shape: [4, 2] });
    const rnn = new SimpleRNN({ units: 8, dropout: 1, useBias: false });
    const model = hold(new Model({ inputs: input, outputs: [rnn.apply(input, { training: true }), rnn.apply(input)] }));
    const drops = (given: unknown) => flat(given).map(({ data }) => data.every((value) => value === 0));
    expect(drops(model.predict<Tensor[]>(x))).toEqual([false, false]);
    expect(drops(model.apply(x))).toEqual([true, false]);
    expect(drops(model.apply(x, { training: true }))).toEqual([true, true]);
    expect(drops(model.apply(x, { training: false }))).toEqual([false, false]);
  });
});
