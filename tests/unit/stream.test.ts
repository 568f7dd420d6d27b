import { describe, expect, test } from '@jest/globals';
import {
  Activation,
  ArgumentError,
  Dense,
  DisposedError,
  Dropout,
  Embedding,
  Flatten,
  type LayerOptions,
  Masking,
  memory,
  Sequential,
  ShapeError,
  SimpleRNN,
  type Tensor,
  tensor,
  UnsupportedError,
} from 'simple-rnn';

const random = (length: number, seed = 1) => Float32Array.from({ length }, (_, index) => Math.sin(index * 7.3 + seed));

function expectNear(got: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(got.length).toBe(expected.length);
  for (let index = 0; index < got.length; index += 1) expect(got[index]).toBeCloseTo(expected[index] as number, 5);
}

// Every step of a stream must give what the model gives for the sequence so far.
function expectSameAsPredict(model: Sequential, rows: Float32Array, width: number): void {
  const stream = model.stream();
  const steps = rows.length / width;
  const tokens = model.layers[0] instanceof Embedding;
  for (let round = 0; round < 2; round += 1) {
    for (let step = 0; step < steps; step += 1) {
      const got = stream.step(rows.slice(step * width, (step + 1) * width));
      const soFar = rows.slice(0, (step + 1) * width);
      const expected = model.predict(tensor(soFar, tokens ? [1, step + 1] : [1, step + 1, width]));
      expectNear(got, expected.data.slice(-got.length));
    }
    stream.reset();
  }
  stream.dispose();
}

describe('every step gives what predict gives for the steps so far', () => {
  const input: LayerOptions = { inputShape: [null, 3] };
  test.each<[string, () => Sequential, Float32Array]>([
    ['one SimpleRNN', () => new Sequential([new SimpleRNN({ units: 5, ...input })]), random(18)],
    [
      'two, Dropout, Dense, Activation',
      () =>
        new Sequential([
          new SimpleRNN({ units: 5, returnSequences: true, activation: 'relu', ...input }),
          new Dropout({ rate: 0.5 }),
          new SimpleRNN({ units: 4, useBias: false }),
          new Dense({ units: 3 }),
          new Activation({ activation: 'softmax' }),
          new Activation({ activation: 'linear' }),
        ]),
      random(18),
    ],
    [
      'Masking',
      () =>
        new Sequential([
          new Masking({ ...input }),
          new SimpleRNN({ units: 5, returnSequences: true }),
          new SimpleRNN({ units: 4 }),
        ]),
      Float32Array.of(1, 2, 3, 0, 0, 0, 2, 2, 2, 0, 0, 0, 1, 0, 0),
    ],
    [
      'Masking with zeroOutputForMask',
      () =>
        new Sequential([
          new Masking({ ...input }),
          new SimpleRNN({ units: 5, zeroOutputForMask: true }),
          new Dense({ units: 2 }),
        ]),
      Float32Array.of(0, 0, 0, 1, 2, 3, 0, 0, 0, 2, 2, 2),
    ],
    [
      'glu',
      () => new Sequential([new SimpleRNN({ units: 4, ...input }), new Activation({ activation: 'glu' })]),
      random(12),
    ],
  ])('%s', (_, make, rows) => {
    using model = make();
    expectSameAsPredict(model, rows, 3);
  });

  test('Embedding with padding', () => {
    using model = new Sequential([
      new Embedding({ inputDim: 6, outputDim: 3, maskZero: true, inputShape: [null] }),
      new SimpleRNN({ units: 4 }),
      new Dense({ units: 2 }),
    ]);
    expectSameAsPredict(model, Float32Array.of(3, 0, 5, 1, 0, 0, 2), 1);
  });

  test('Dense before the recurrence', () => {
    using model = new Sequential([new Dense({ units: 2, inputShape: [null, 3] }), new SimpleRNN({ units: 4 })]);
    expectSameAsPredict(model, random(12), 3);
  });
});

describe('a stream', () => {
  const model = () => new Sequential([new SimpleRNN({ units: 4, inputShape: [5, 2] }), new Dense({ units: 3 })]);

  test('writes to `out` without allocating anything', () => {
    using one = model();
    const stream = one.stream();
    const [x, out] = [Float32Array.of(1, 2), new Float32Array(3)];
    stream.step(x, out);
    const before = memory();
    for (let step = 0; step < 10_000; step += 1) expect(stream.step(x, out) === out).toBe(true);
    expect(memory()).toEqual(before);
  });

  test('takes arrays of numbers and typed arrays of any kind', () => {
    using one = model();
    const stream = one.stream();
    const expected = stream.step(Float32Array.of(1, 2));
    for (const x of [[1, 2], Float64Array.of(1, 2), Int8Array.of(1, 2)]) {
      stream.reset();
      expect(stream.step(x)).toEqual(expected);
    }
  });

  test('has states of its own, two streams each their own', () => {
    using one = new Sequential([
      new SimpleRNN({ units: 4, stateful: true, batchInputShape: [1, 1, 2] }),
      new Dense({ units: 3 }),
    ]);
    const [a, b] = [one.stream(), one.stream()];
    const x = Float32Array.of(1, 2);
    const first = a.step(x);
    expect(a.step(x)).not.toEqual(first);
    expect(b.step(x)).toEqual(first);
    expectNear(one.predict(x).data, first);
  });

  test('sees weights that are written', () => {
    using one = model();
    const stream = one.stream();
    const x = Float32Array.of(1, 2);
    stream.step(x);
    one.setWeights(one.getWeights().map(({ data, shape }) => ({ data: data.map(() => 0), shape })));
    expect([...stream.step(x)]).toEqual([0, 0, 0]);
  });

  test('frees its memory, ends with the model, and says so', () => {
    const start = memory();
    const one = model();
    const built = memory();
    const stream = one.stream();
    stream.dispose();
    stream.dispose();
    expect(memory().blocks).toBe(built.blocks + 2); // the packed weights stay with the layers
    expect(() => stream.step([1, 2])).toThrow(DisposedError);
    expect(() => stream.reset()).toThrow(DisposedError);
    const other = one.stream();
    one.dispose();
    expect(() => other.step([1, 2])).toThrow(DisposedError);
    expect(memory()).toEqual(start);
  });

  test.each<[string, unknown, unknown, typeof ShapeError | typeof ArgumentError, RegExp]>([
    ['too few features', [1], undefined, ShapeError, /features: expected 2 numbers, received 1/],
    ['strings', ['1', '2'], undefined, ArgumentError, /features: expected numbers/],
    ['64-bit integers', new BigInt64Array(2), undefined, ArgumentError, /BigInt64Array/],
    ['nothing', undefined, undefined, ArgumentError, /features/],
    ['a short out', [1, 2], new Float32Array(2), ShapeError, /out: expected a Float32Array of 3/],
    ['an out of another kind', [1, 2], new Float64Array(3), ArgumentError, /out: expected a Float32Array/],
    ['an out that is no array', [1, 2], 7, ArgumentError, /out/],
  ])('refuses %s and keeps its state', (_, features, out, type, message) => {
    using one = model();
    const [stream, other] = [one.stream(), one.stream()];
    expect(() => stream.step(features as never, out as never)).toThrow(type);
    expect(() => stream.step(features as never, out as never)).toThrow(message);
    expect(stream.step([1, 2])).toEqual(other.step([1, 2]));
  });

  test.each<[string, () => Sequential, RegExp]>([
    [
      'goBackwards',
      () => new Sequential([new SimpleRNN({ units: 1, goBackwards: true, name: 'b', inputShape: [2, 1] })]),
      /'b'.*goBackwards/,
    ],
    [
      'Flatten',
      () => new Sequential([new SimpleRNN({ units: 1, inputShape: [2, 1] }), new Flatten({ name: 'f' })]),
      /'f'/,
    ],
    ['no steps', () => new Sequential([new Dense({ units: 1, inputShape: [2] })]), /no steps/],
  ])('refuses %s by name', (_, make, message) => {
    using one = make();
    const before = memory();
    expect(() => one.stream()).toThrow(UnsupportedError);
    expect(() => one.stream()).toThrow(message);
    expect(memory()).toEqual(before);
  });
});

describe('inspect', () => {
  test('gives states and both contributions; with the bias they make the pre-activation', () => {
    using model = new Sequential([
      new SimpleRNN({
        units: 3,
        returnSequences: true,
        biasInitializer: [0.1, 0.2, 0.3],
        name: 'a',
        inputShape: [4, 2],
      }),
      new SimpleRNN({ units: 2, name: 'b' }),
      new Dense({ units: 1 }),
    ]);
    const x = random(16);
    const [a, b] = model.inspect(x);
    expect([a?.layer, b?.layer]).toEqual([model.layers[0], model.layers[1]]);
    expect([a?.states.shape, b?.states.shape]).toEqual([
      [2, 4, 3],
      [2, 4, 2],
    ]);
    const bias = Float32Array.of(0.1, 0.2, 0.3);
    a?.states.data.forEach((state, index) => {
      const sum = (a.inputContribution?.data[index] as number) + (a.recurrentContribution?.data[index] as number);
      expect(state).toBeCloseTo(Math.tanh(sum + (bias[index % 3] as number)), 5);
    });
    expect([...(a as { recurrentContribution: Tensor }).recurrentContribution.data.slice(0, 3)]).toEqual([0, 0, 0]);
    const last = new Sequential([model.layers[0] as SimpleRNN]).predict(tensor(x, [2, 4, 2]));
    expectNear(last.data, (a as { states: Tensor }).states.data);
  });

  test('kept states stay as they are', () => {
    using model = new Sequential([
      new SimpleRNN({ units: 3, stateful: true, batchInputShape: [1, 2, 1] }),
      new Dense({ units: 1 }),
    ]);
    model.predict([[[1], [2]]]);
    const rnn = model.layers[0] as SimpleRNN;
    const kept = rnn.states;
    const [inspection] = model.inspect([[[1], [2]]]);
    expect(rnn.states).toEqual(kept);
    expect(inspection?.recurrentContribution?.data.slice(0, 3).some((value) => value !== 0)).toBe(true);
  });

  test('masked steps hold the state and contribute nothing', () => {
    using model = new Sequential([new Masking({ inputShape: [3, 1] }), new SimpleRNN({ units: 2 })]);
    const [inspection] = model.inspect([[[1], [0], [2]]]);
    const { states, inputContribution } = inspection as { states: Tensor; inputContribution: Tensor };
    expect(states.data.slice(2, 4)).toEqual(states.data.slice(0, 2));
    expect([...inputContribution.data.slice(2, 4)]).toEqual([0, 0]);
  });
});
