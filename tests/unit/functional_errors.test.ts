// What functional models refuse; after an error all is as before.
import { describe, expect, test } from '@jest/globals';
import {
  Add,
  ArgumentError,
  BusyError,
  Dense,
  DisposedError,
  Input,
  Layer,
  Model,
  memory,
  Sequential,
  ShapeError,
  SimpleRNN,
  type SymbolicTensor,
  type Tensor,
  tensor,
  UnsupportedError,
} from 'simple-rnn';
import { arrays, expectNear, freeAfterEach, hold, numbersOf } from './held.js';

freeAfterEach();

const dense = (name?: string) => hold(new Dense({ units: 2, ...(name === undefined ? {} : { name }) }));

describe('graphs that are none', () => {
  test('disconnected', () => {
    const [a, b] = [Input({ shape: [2], name: 'a' }), Input({ shape: [2], name: 'b' })];
    const output = dense('d').apply(a);
    expect(() => new Model({ inputs: b, outputs: output })).toThrow(ArgumentError);
    expect(() => new Model({ inputs: b, outputs: output })).toThrow(
      /Graph disconnected: cannot find parent for tensor .*name=a.* at operation 'd'/,
    );
    const sum = new Add().apply([a, b]);
    expect(() => new Model({ inputs: a, outputs: sum })).toThrow(/Graph disconnected/);
  });

  test('two layers of one name', () => {
    const input = Input({ shape: [2] });
    const output = dense('same').apply(dense('same').apply(input));
    expect(() => new Model({ inputs: input, outputs: output })).toThrow(
      /The name "same" is used 2 times in the model. All operation names should be unique./,
    );
  });

  test('a cycle', () => {
    const input = Input({ shape: [2] });
    const layer = dense('first');
    const middle = layer.apply(input);
    const output = dense('second').apply(middle);
    const { args } = layer.inboundNodes[0] as unknown as { args: SymbolicTensor[] };
    args.splice(0, 1, output);
    expect(() => new Model({ inputs: input, outputs: output })).toThrow(/is part of a cycle/);
  });

  test.each<[string, () => object, RegExp]>([
    ['no inputs', () => ({ outputs: Input({ shape: [2] }) }), /`inputs` must be a symbolic tensor/],
    ['no outputs', () => ({ inputs: Input({ shape: [2] }) }), /`outputs` must be a symbolic tensor/],
    ['an empty list', () => ({ inputs: [], outputs: [] }), /`inputs` must be a symbolic tensor/],
    [
      'numbers',
      () => ({ inputs: Input({ shape: [2] }), outputs: tensor([[1]]) }),
      /`outputs` must be a symbolic tensor/,
    ],
    ['an unknown option', () => ({ input: 1, outputs: Input({ shape: [2] }) }), /Did you mean 'inputs'/],
  ])('%s', (_, options, message) => {
    expect(() => new Model(options() as never)).toThrow(message);
  });

  test('an input twice, an input that a layer computes', () => {
    const input = Input({ shape: [2] });
    const middle = dense().apply(input);
    const output = dense().apply(middle);
    expect(() => new Model({ inputs: [input, input], outputs: output })).toThrow(/All `inputs` must be unique/);
    expect(() => new Model({ inputs: middle, outputs: output })).toThrow(UnsupportedError);
  });
});

describe('symbolic applications', () => {
  test('shapes that do not go together leave no node', () => {
    const layer = hold(new SimpleRNN({ units: 2 }));
    expect(() => layer.apply(Input({ shape: [2] }))).toThrow(/expected ndim=3, found ndim=2/);
    expect(() => layer.apply(Input({ shape: [2, null] }))).toThrow(ShapeError);
    const input = Input({ shape: [5, 2] });
    expect(() => layer.apply(input, { initialState: Input({ shape: [3] }) })).toThrow(/State 0 is incompatible/);
    expect(() => layer.apply(input, { mask: Input({ shape: [4] }) })).toThrow(/mask: shape \(None, 4\)/);
    expect([layer.built, layer.inboundNodes, input.node?.layer.outboundNodes]).toEqual([false, [], []]);
  });

  test('a stateful layer needs a batch size', () => {
    const layer = hold(new SimpleRNN({ units: 2, stateful: true }));
    expect(() => layer.apply(Input({ shape: [5, 2] }))).toThrow(/the batch size must be static/);
    expect([layer.built, layer.inboundNodes]).toEqual([false, []]);
    expect(layer.apply(Input({ batchShape: [3, 5, 2] })).shape).toEqual([3, 2]);
  });
});

describe('inputs of predict', () => {
  function sum() {
    const [a, b] = [Input({ shape: [2], name: 'a' }), Input({ shape: [2], name: 'b' })];
    const model = hold(new Model({ inputs: [a, b], outputs: new Add().apply([dense().apply(a), b]), name: 'm' }));
    return model;
  }
  const [one, two] = [tensor([[1, 2]]), tensor([[3, 4]])];

  test.each<[string, unknown, RegExp]>([
    ['one instead of two', one, /expects 2 input\(s\), but it received 1 input tensors/],
    ['three', [one, two, two], /expects 2 input\(s\), but it received 3 input tensors/],
    ['one by name', { a: one }, /input 'b' is missing/],
    ['a name too many', { a: one, b: two, c: two }, /there is no input 'c'/],
    ['other numbers of rows', [one, numbersOf(2, 2)], /Data cardinality is ambiguous.*Received: 1, 2/],
    ['another width', [one, numbersOf(1, 3)], /x\[1\]: Invalid input shape. Expected shape \(None, 2\).*\(1, 3\)/],
    ['a word', [one, 'two'], /x\[1\]/],
    ['nothing', undefined, /x/],
  ])('%s', (_, x, message) => {
    const model = sum();
    const expected = model.predict([one, two]);
    const before = memory();
    expect(() => model.predict(x as never)).toThrow(message);
    expect(() => model.predict(x as never)).toThrow(/Functional 'm'/);
    expect(memory()).toEqual(before);
    expectNear(model.predict([one, two]), expected, 0);
  });

  test('after dispose', () => {
    const model = sum();
    model.dispose();
    expect(() => model.predict([one, two])).toThrow(DisposedError);
    expect(() => model.apply([one, two])).toThrow(DisposedError);
  });
});

describe('a model that is used while it computes', () => {
  // A layer that does something to its own model on the way.
  function within(act: (model: Sequential) => void) {
    let acts = true;
    let model: Sequential;
    class Acting extends Layer {
      static override readonly className: string = 'Acting';
      override call(x: Tensor): Tensor {
        if (acts && x.data[0] === 1) act(model);
        return x;
      }
      override computeOutputShape(shape: never): never {
        return shape;
      }
    }
    model = hold(
      new Sequential([new Acting({ inputShape: [2] }), new Dense({ units: 2, kernelInitializer: 'identity' })]),
    );
    return {
      model,
      run: () => model.predict([[1, 2]]).toArray(),
      calm: () => {
        acts = false;
      },
    };
  }

  test('predict within is refused, and so is dispose; afterwards all is as before', () => {
    for (const act of [
      (m: Sequential) => m.predict(numbersOf(5000, 2)),
      (m: Sequential) => m.predict([[5, 6]]),
      (m: Sequential) => m.dispose(),
    ]) {
      const { model, run, calm } = within(act);
      expect(run).toThrow(BusyError);
      calm();
      expect(run()).toEqual([[1, 2]]);
      expect(
        arrays(
          model.predict([
            [3, 4],
            [5, 6],
          ]),
        ),
      ).toEqual([
        [
          [3, 4],
          [5, 6],
        ],
      ]);
    }
  });

  test('its layers and its weights can be used within', () => {
    const seen: unknown[] = [];
    const { run } = within((model) => {
      const layer = model.getLayer(model.layers.length - 1);
      seen.push(layer.apply([[7, 8]]).toArray(), model.inspect([[3, 4]]).length);
    });
    expect(run()).toEqual([[1, 2]]);
    expect(seen).toEqual([[[7, 8]], 0]);
  });
});
