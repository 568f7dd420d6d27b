// Functional models: wiring and numbers. What they refuse is in functional_errors.test.ts.
import { describe, expect, test } from '@jest/globals';
import {
  Add,
  Concatenate,
  Dense,
  Input,
  Model,
  memory,
  Sequential,
  SimpleRNN,
  type SymbolicTensor,
  type Tensor,
  tensor,
} from 'simple-rnn';
import { arrays, expectNear, flat, freeAfterEach, hold, numbersOf } from './held.js';

freeAfterEach();

const x = tensor(numbersOf(3, 4, 2).data, [3, 4, 2]);
const tensors = (given: unknown) => given as SymbolicTensor[];

describe('inputs and outputs', () => {
  // Two inputs, three outputs, one of them an input's own state.
  function twoByThree() {
    const [a, b] = [Input({ shape: [4, 2], name: 'a' }), Input({ shape: [3], name: 'b' })];
    const rnn = new SimpleRNN({ units: 5, returnState: true, returnSequences: true, name: 'r' });
    const [sequence, state] = tensors(rnn.apply(a)) as [SymbolicTensor, SymbolicTensor];
    const joined = new Concatenate({ name: 'j' }).apply([state, b]);
    const dense = new Dense({ units: 1, name: 'd' });
    const model = hold(new Model({ inputs: [a, b], outputs: [dense.apply(joined), sequence, state] }));
    return { model, rnn, dense };
  }
  const b = tensor(numbersOf(3, 3).data, [3, 3]);

  test('several of both; each output is what the layers compute one by one', () => {
    const { model, rnn, dense } = twoByThree();
    const outputs = model.predict<Tensor[]>([x, b]);
    const [sequence, state] = flat(rnn.apply(x)) as [Tensor, Tensor];
    const row = (i: number) => [...state.data.slice(5 * i, 5 * i + 5), ...b.data.slice(3 * i, 3 * i + 3)];
    expectNear(outputs[0] as Tensor, dense.apply([row(0), row(1), row(2)]));
    expectNear(outputs[1] as Tensor, sequence);
    expectNear(outputs[2] as Tensor, state);
    expect(model.outputShape).toEqual([
      [null, 1],
      [null, 4, 5],
      [null, 5],
    ]);
    expect([model.inputNames, model.outputNames]).toEqual([
      ['a', 'b'],
      ['d', 'r', 'r'],
    ]);
  });

  test('predict takes a list, an object by the inputs’ names in any order, and bare arrays', () => {
    const { model } = twoByThree();
    const expected = arrays(model.predict<Tensor[]>([x, b]));
    expect(arrays(model.predict<Tensor[]>({ b, a: x }))).toEqual(expected);
    expect(arrays(model.predict<Tensor[]>([x.data, b.data]))).toEqual(expected);
    expect(arrays(model.predict<Tensor[]>([x.toArray(), b.toArray()] as never))).toEqual(expected);
    expect(arrays(model.apply([x, b]))).toEqual(expected);
  });

  test('any number of rows, batches of any size', () => {
    const { model } = twoByThree();
    const whole = model.predict<Tensor[]>([numbersOf(70, 4, 2), numbersOf(70, 3)]);
    const parts = model.predict<Tensor[]>([numbersOf(70, 4, 2), numbersOf(70, 3)], { batchSize: 32 });
    for (const [i, each] of whole.entries()) expectNear(parts[i] as Tensor, each, 0);
    expect(model.predict<Tensor[]>([numbersOf(0, 4, 2), numbersOf(0, 3)]).map(({ shape }) => shape)).toEqual([
      [0, 1],
      [0, 4, 5],
      [0, 5],
    ]);
  });

  test('an input may be an output, and an output be given twice', () => {
    const input = Input({ shape: [2] });
    const out = new Dense({ units: 1 }).apply(input);
    const model = hold(new Model({ inputs: input, outputs: [input, out, out] }));
    const [same, one, two] = model.predict<Tensor[]>([[1, 2]]) as [Tensor, Tensor, Tensor];
    expect(same.toArray()).toEqual([[1, 2]]);
    expectNear(one, two, 0);
    const [again] = model.predict<Tensor[]>([[3, 4]]) as [Tensor];
    expect([same.toArray(), again.toArray()]).toEqual([[[1, 2]], [[3, 4]]]);
  });

  test('memory goes with the model', () => {
    const { model } = twoByThree();
    model.predict<Tensor[]>([x, b]);
    expect(memory().bytes).toBeGreaterThan(0);
    model.dispose();
    expect(memory()).toEqual({ blocks: 0, bytes: 0 });
  });
});

describe('shared layers and nested models', () => {
  test('a layer applied twice has two nodes and one set of weights', () => {
    const [a, b] = [Input({ shape: [4, 2] }), Input({ shape: [null, 2] })];
    const shared = new SimpleRNN({ units: 3 });
    const outputs = [shared.apply(a), shared.apply(b)];
    const model = hold(new Model({ inputs: [a, b], outputs: new Add().apply(outputs) }));
    expect(model.weights).toHaveLength(3);
    expect(model.layers.filter((layer) => layer === shared)).toHaveLength(1);
    const sum = model.predict([x, x]);
    expectNear(
      sum,
      tensor(
        shared.apply(x).data.map((value) => 2 * value),
        [3, 3],
      ),
    );
    expect([shared.getInputAt(1), shared.getOutputAt(0)]).toEqual([b, outputs[0]]);
    expect(() => shared.input).toThrow(/multiple inbound nodes/);
  });

  test('models within models, applied twice, sequential and functional', () => {
    const inner = new Sequential([new SimpleRNN({ units: 3, inputShape: [4, 2] }), new Dense({ units: 2 })]);
    const middleInput = Input({ shape: [4, 2] });
    const middle = new Model({ inputs: middleInput, outputs: [inner.apply(middleInput), inner.apply(middleInput)] });
    const input = Input({ shape: [4, 2] });
    const model = hold(new Model({ inputs: input, outputs: new Add().apply(tensors(middle.apply(input))) }));
    const one = inner.predict(x);
    expectNear(
      model.predict(x),
      tensor(
        one.data.map((value) => 2 * value),
        one.shape,
      ),
    );
    expect(model.weights).toHaveLength(5);
    expect(model.countParams()).toBe(3 * (2 + 3 + 1) + 2 * 4);
  });

  test('models over the same graph share its layers', () => {
    const input = Input({ shape: [4, 2] });
    const rnn = new SimpleRNN({ units: 3, returnSequences: true });
    const sequence = rnn.apply(input);
    const output = new Dense({ units: 1 }).apply(sequence);
    const whole = hold(new Model({ inputs: input, outputs: output }));
    const part = hold(new Model({ inputs: input, outputs: sequence }));
    expectNear(part.predict(x), rnn.apply(x), 0);
    rnn.setWeights(
      rnn.getWeights().map(({ data, shape }) =>
        tensor(
          data.map(() => 0),
          shape,
        ),
      ),
    );
    expect(new Set(part.predict(x).data)).toEqual(new Set([0]));
    expect(new Set(whole.predict(x).data)).toEqual(new Set([0]));
  });

  test('a copy has the same numbers, weights of its own, and no part in the graph', () => {
    const [a, h] = [Input({ shape: [4, 2] }), Input({ shape: [3] })];
    const shared = new SimpleRNN({ units: 3 });
    const model = hold(new Model({ inputs: [a, h], outputs: [shared.apply(a, { initialState: h }), shared.apply(a)] }));
    const copy = hold(model.clone());
    const given = [x, numbersOf(3, 3)] as const;
    expect(arrays(copy.predict<Tensor[]>(given))).toEqual(arrays(model.predict<Tensor[]>(given)));
    expect(copy.weights.some((weight) => model.weights.includes(weight))).toBe(false);
    expect(shared.inboundNodes).toHaveLength(2);
    expect(copy.layers.map(({ name }) => name)).toEqual(model.layers.map(({ name }) => name));
  });
});
