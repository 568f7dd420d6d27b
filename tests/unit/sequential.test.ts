import { describe, expect, test } from '@jest/globals';
import {
  ArgumentError,
  Dense,
  Dropout,
  Embedding,
  Flatten,
  InputLayer,
  Masking,
  ModelFormatError,
  memory,
  Sequential,
  ShapeError,
  SimpleRNN,
  type Tensor,
  tensor,
} from 'simple-rnn';
import { expectClose, numbers, orderedWeights, readCases } from './known_answers.js';

describe('known answers of a stateful model given as a list of layers', () => {
  const cases = readCases('cases/tfjs_recurrent').filter(({ kind }) => kind === 'model_steps');

  test.each(cases.map((each) => [each.id, each] as const))('%s', (_, each) => {
    const { model: list, batch_input_shape: shape } = each.config;
    using model = Sequential.fromConfig({ layers: list, build_input_shape: shape });
    model.setWeights(each.weights.flatMap(orderedWeights));
    let calls = 0;
    for (const { op } of each.steps) {
      if (op === 'reset_state') model.resetStates();
      else expectClose(model.predict(numbers(each.inputs.x)), each.expected.outputs_in_order[calls++], each.tolerance);
    }
    expect(calls).toBeGreaterThan(1);
  });
});

const random = (length: number, seed = 1) => Float32Array.from({ length }, (_, index) => Math.sin(index * 12.9 + seed));

function model(): Sequential {
  return new Sequential([
    new SimpleRNN({ units: 5, returnSequences: true, inputShape: [4, 3], name: 'first' }),
    new Dropout({ rate: 0.5 }),
    new SimpleRNN({ units: 6, name: 'second' }),
    new Dense({ units: 2, activation: 'softmax', name: 'out' }),
  ]);
}

describe('predict', () => {
  test('takes tensors, nested arrays, { data, shape } and bare typed arrays alike', () => {
    using one = model();
    const data = random(24);
    const expected = one.predict(data);
    expect(expected.shape).toEqual([2, 2]);
    const whole = tensor(data, [2, 4, 3]);
    for (const x of [whole, whole.toArray(), { data, shape: [2, 4, 3] }, Float64Array.from(data)]) {
      expect(one.predict(x as never)).toEqual(expected);
    }
  });

  test('batch sizes do not matter, nor do several shapes in turn', () => {
    using one = model();
    const x = tensor(random(100 * 12), [100, 4, 3]);
    const whole = one.predict(x);
    for (const batchSize of [1, 7, 32, 100, 1000]) {
      one.predict(x, { batchSize }).data.forEach((value, index) => {
        expect(value).toBeCloseTo(whole.data[index] as number, 6);
      });
    }
    expect(one.predict(x.data.slice(0, 12)).shape).toEqual([1, 2]);
    expect(one.predict(x)).toEqual(whole);
  });

  test('what is returned never changes later and is frozen in shape alone', () => {
    using one = model();
    const first = one.predict(random(12));
    const copy = first.data.slice();
    one.predict(random(12, 2));
    expect(first.data).toEqual(copy);
    first.data.fill(7);
    expect(one.predict(random(12)).data).toEqual(copy);
  });

  test('a batch of 0 rows', () => {
    using one = model();
    expect(one.predict({ data: new Float32Array(0), shape: [0, 4, 3] }).shape).toEqual([0, 2]);
    expect(one.predict(new Float32Array(0)).shape).toEqual([0, 2]);
  });

  test('several outputs of the last layer', () => {
    using one = new Sequential([
      new InputLayer({ shape: [3, 1] }),
      new SimpleRNN({ units: 2, returnSequences: true, returnState: true }),
    ]);
    const [sequence, state] = one.predict<Tensor[]>(tensor(random(210), [70, 3, 1]), { batchSize: 32 });
    expect([sequence?.shape, state?.shape]).toEqual([
      [70, 3, 2],
      [70, 2],
    ]);
    expect(state?.data.slice(0, 2)).toEqual(sequence?.data.slice(4, 6));
    expect(one.outputShape).toEqual([
      [null, 3, 2],
      [null, 2],
    ]);
  });

  test('weights written between two calls count', () => {
    using one = model();
    const before = one.predict(random(12));
    one.setWeights(one.getWeights().map(({ data, shape }) => ({ data: data.map((value) => value / 2), shape })));
    expect(one.predict(random(12))).not.toEqual(before);
  });

  test('steps of any number where the shape has null', () => {
    using one = new Sequential([new SimpleRNN({ units: 2, inputShape: [null, 3] }), new Dense({ units: 1 })]);
    expect(one.predict(tensor(random(15), [1, 5, 3])).shape).toEqual([1, 1]);
    expect(one.predict(tensor(random(18), [2, 3, 3])).shape).toEqual([2, 1]);
    expect(() => one.predict(random(15))).toThrow(/bare typed array/);
  });

  test('Flatten, and a Dense on sequences', () => {
    using one = new Sequential([
      new Dense({ units: 2, kernelInitializer: 'ones', inputShape: [2, 3] }),
      new Flatten(),
      new Dense({ units: 1, kernelInitializer: 'ones' }),
    ]);
    expect(
      one
        .predict([
          [
            [1, 2, 3],
            [4, 5, 6],
          ],
        ])
        .toArray(),
    ).toEqual([[42]]);
  });

  test('a mask goes through Dropout, Dense and SimpleRNN', () => {
    using one = new Sequential([
      new Masking({ inputShape: [4, 1] }),
      new Dense({ units: 2 }),
      new Dropout({ rate: 0.1 }),
      new SimpleRNN({ units: 3, returnSequences: true }),
      new SimpleRNN({ units: 3 }),
    ]);
    using short = new Sequential([new InputLayer({ shape: [2, 1] }), ...one.layers]);
    expect(one.predict([[[1], [2], [0], [0]]]).data).toEqual(short.predict([[[1], [2]]]).data);
  });
});

describe('a stateful model', () => {
  test('keeps its batch and its states', () => {
    using one = new Sequential([
      new SimpleRNN({ units: 3, stateful: true, batchInputShape: [2, 2, 1] }),
      new Dense({ units: 1 }),
    ]);
    const x = random(4);
    const first = one.predict(x);
    const second = one.predict(x);
    expect(second).not.toEqual(first);
    one.resetStates();
    expect(one.predict(x)).toEqual(first);
    expect(one.predict(x)).toEqual(second);
    one.resetStates();
    const both = one.predict(tensor([...x, ...x], [4, 2, 1]));
    expect(both.data).toEqual(Float32Array.of(...first.data, ...second.data));
    expect(() => one.predict(random(6))).toThrow(/Expected batch size: 2/);
    expect(() => one.predict(x, { batchSize: 1 })).toThrow(ShapeError);
  });

  test('needs a known batch size', () => {
    expect(
      () => new Sequential([new SimpleRNN({ units: 3, stateful: true, inputShape: [2, 1] }), new Dense({ units: 1 })]),
    ).toThrow(/batch size must be static. Found dynamic batch size: sequence.shape=\(None, 2, 1\)/);
  });
});

describe('structure', () => {
  test('names, layers, weights, counts', () => {
    using one = model();
    expect(one.name).toMatch(/^sequential(_\d+)?$/);
    expect(one.layers.map(({ name }) => name)).toEqual(['first', expect.stringMatching(/^dropout/), 'second', 'out']);
    expect(one.countParams()).toBe(45 + 72 + 14);
    expect(one.weights.length).toBe(8);
    expect(one.weights[0]?.path).toBe(`${one.name}/first/simple_rnn_cell/kernel`);
    expect(one.getLayer('second')).toBe(one.layers[2]);
    expect(one.getLayer(3)).toBe(one.layers[3]);
    expect([one.inputShape, one.outputShape]).toEqual([
      [null, 4, 3],
      [null, 2],
    ]);
    one.trainable = false;
    expect([one.trainableWeights.length, one.nonTrainableWeights.length]).toEqual([0, 8]);
  });

  test('automatic names count up as Keras does', () => {
    const [a, b] = [new SimpleRNN({ units: 1 }), new SimpleRNN({ units: 1 })];
    const number = (name: string) => Number(name.split('_')[2] ?? 0);
    expect(number(b.name)).toBe(number(a.name) + 1);
  });

  test('built by data, by add, and not at all', () => {
    using one = new Sequential([new SimpleRNN({ units: 2 }), new Dense({ units: 1 })]);
    expect([one.built, one.weights.length]).toEqual([false, 0]);
    expect(() => one.countParams()).toThrow(/isn't built/);
    one.predict([[[1, 2]]]);
    expect([one.built, one.weights.length, one.inputShape]).toEqual([true, 5, [null, 1, 2]]);
    one.add(new Dense({ units: 4 }));
    expect(one.predict([[[1, 2]]]).shape).toEqual([1, 4]);
    one.pop().dispose();
    expect(one.predict([[[1, 2]]]).shape).toEqual([1, 1]);
  });

  test('a configuration goes round, as JSON too', () => {
    using one = model();
    const config = JSON.parse(JSON.stringify(one.getConfig()));
    using two = Sequential.fromConfig(config);
    expect(two.getConfig()).toEqual(one.getConfig());
    two.setWeights(one.getWeights());
    expect(two.predict(random(12))).toEqual(one.predict(random(12)));
    const json = JSON.parse(JSON.stringify(one));
    expect(Object.keys(json)).toEqual([
      'module',
      'class_name',
      'config',
      'registered_name',
      'build_config',
      'compile_config',
    ]);
    expect(json.config.build_input_shape).toEqual([null, 4, 3]);
    expect(json.config.layers[0].class_name).toBe('InputLayer');
    expect(json.config.layers[1].build_config).toEqual({ input_shape: [null, 4, 3] });
  });
});

describe('misuse', () => {
  const rnn = () => new SimpleRNN({ units: 2, inputShape: [3, 1] });
  test.each([
    [
      'something else than a layer',
      () => new Sequential([7 as never]),
      ArgumentError,
      /Only instances of `keras.Layer`/,
    ],
    [
      'two layers of one name',
      () => new Sequential([new Dropout({ rate: 0, name: 'a' }), new Dropout({ rate: 0, name: 'a' })]),
      ArgumentError,
      /unique names. Name 'a'/,
    ],
    ['an option that is unknown', () => new Sequential({ layer: [] } as never), ArgumentError, /layer.*'layers'/],
    [
      'a second input',
      () => new Sequential([rnn(), new InputLayer({ shape: [1] })]),
      ArgumentError,
      /already been configured/,
    ],
    [
      'a layer that does not fit',
      () => new Sequential([rnn(), new SimpleRNN({ units: 1, name: 'bad' })]),
      ShapeError,
      /'bad'.*expected ndim=3, found ndim=2/,
    ],
    [
      'states in the middle',
      () =>
        new Sequential([new SimpleRNN({ units: 2, returnState: true, inputShape: [3, 1] }), new Dense({ units: 1 })]),
      ArgumentError,
      /expects 1 input\(s\), but it received 2/,
    ],
    ['a name with a slash', () => new Sequential({ name: 'a/b' }), ArgumentError, /name/],
    ['building without layers', () => new Sequential().build([1, 2]), ArgumentError, /no layers/],
    [
      'a layer that is not there',
      () => new Sequential([new Dense({ units: 1 })]).getLayer('x'),
      ArgumentError,
      /No such layer: 'x'/,
    ],
    [
      'an index that is not there',
      () => new Sequential([new Dense({ units: 1 })]).getLayer(4),
      ArgumentError,
      /index 4, but model only has 1/,
    ],
    ['a configuration without layers', () => Sequential.fromConfig({}), ModelFormatError, /list of layers/],
    ['an unknown entry', () => Sequential.fromConfig({ layers: [], x: 1 }), ModelFormatError, /'x'/],
    ['pop on nothing', () => new Sequential().pop(), ArgumentError, /no layer/],
    ['stream before building', () => new Sequential([new Dense({ units: 1 })]).stream(), ArgumentError, /build/],
  ])('%s', (_, call, type, message) => {
    const before = memory();
    expect(call).toThrow(type);
    expect(call).toThrow(message);
    expect(memory()).toEqual(before);
  });

  test('an add that fails leaves the model as it was', () => {
    using one = model();
    const before = memory();
    expect(() => one.add(new SimpleRNN({ units: 1 }))).toThrow(ShapeError);
    expect(one.layers.length).toBe(4);
    expect(memory()).toEqual(before);
    expect(one.predict(random(12)).shape).toEqual([1, 2]);
  });

  test.each([
    [
      'a wrong rank',
      [[1, 2, 3]],
      ShapeError,
      /Expected shape \(None, 4, 3\), but input has incompatible shape \(1, 3\)/,
    ],
    ['a wrong feature size', [[[1], [1], [1], [1]]], ShapeError, /\(1, 4, 1\)/],
    ['a part of a row', new Float32Array(13), ShapeError, /13 numbers are no whole rows/],
    [
      'ragged arrays',
      [
        [
          [1, 2, 3],
          [1, 2],
        ],
      ],
      ShapeError,
      /ragged/,
    ],
    ['strings', [[['a']]], ArgumentError, /x: expected numbers/],
    ['64-bit integers', new BigInt64Array(12), ArgumentError, /BigInt64Array/],
    ['a data view', new DataView(new ArrayBuffer(48)), ArgumentError, /typed array/],
    ['nothing', undefined, ArgumentError, /x: expected/],
    ['null', null, ArgumentError, /x: expected/],
  ])('predict of %s', (_, x, type, message) => {
    using one = model();
    one.predict(random(12));
    const before = memory();
    expect(() => one.predict(x as never)).toThrow(type);
    expect(() => one.predict(x as never)).toThrow(message);
    expect(memory()).toEqual(before);
  });

  test('options of predict', () => {
    using one = model();
    expect(() => one.predict(random(12), { batchsize: 1 } as never)).toThrow(/batchsize.*'batchSize'/);
    expect(() => one.predict(random(12), { batchSize: 0 })).toThrow(ArgumentError);
  });

  test('token ids out of range, or no whole numbers', () => {
    using one = new Sequential([
      new Embedding({ inputDim: 4, outputDim: 2, name: 'emb', inputShape: [3] }),
      new SimpleRNN({ units: 1 }),
    ]);
    expect(one.predict(Int32Array.of(0, 1, 3)).shape).toEqual([1, 1]);
    for (const bad of [4, -1, 1.5, Number.NaN, Infinity]) {
      expect(() => one.predict([[0, 1, bad]])).toThrow(/'emb'.*token ids must be whole numbers from 0 to 3/);
    }
  });
});
