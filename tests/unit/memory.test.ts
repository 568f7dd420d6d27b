import { afterAll, describe, expect, test } from '@jest/globals';
import {
  Dense,
  DisposedError,
  Embedding,
  Masking,
  memory,
  OutOfMemoryError,
  Sequential,
  ShapeError,
  SimpleRNN,
  tensor,
} from 'simple-rnn';

const start = memory();
const x = tensor(new Float32Array(24).fill(0.5), [2, 4, 3]);

function model(): Sequential {
  return new Sequential([
    new Masking({ inputShape: [null, 3] }),
    new SimpleRNN({ units: 4, returnSequences: true }),
    new SimpleRNN({ units: 4 }),
    new Dense({ units: 2 }),
  ]);
}

afterAll(() => {
  expect(memory()).toEqual(start);
});

test('10,000 cycles of create, predict, dispose leave nothing', () => {
  for (let cycle = 0; cycle < 10_000; cycle += 1) {
    const one = new Sequential([new SimpleRNN({ units: 3, inputShape: [4, 3] }), new Dense({ units: 1 })]);
    one.predict(x);
    one.dispose();
  }
  expect(memory()).toEqual(start);
});

describe('no growth after the first call of a shape', () => {
  test('one shape', () => {
    using one = model();
    one.predict(x);
    const held = memory();
    for (let call = 0; call < 2000; call += 1) one.predict(x);
    expect(memory()).toEqual(held);
  });

  test('several shapes in turn', () => {
    using one = model();
    const shapes = [2, 5, 1, 7, 3, 6].map((batch) => tensor(new Float32Array(batch * 12), [batch, 4, 3]));
    for (const each of shapes) one.predict(each);
    const held = memory();
    for (let round = 0; round < 200; round += 1) for (const each of shapes) one.predict(each);
    expect(memory()).toEqual(held);
  });

  test('layers called eagerly hold their weights alone', () => {
    using layer = new SimpleRNN({ units: 4 });
    layer.apply(x);
    const held = memory();
    expect(held.blocks).toBe(start.blocks + 2);
    for (let call = 0; call < 500; call += 1)
      layer.apply(x, {
        mask: [
          [1, 1, 0, 1],
          [1, 0, 0, 1],
        ],
      });
    expect(memory()).toEqual(held);
  });

  test('nor by calls that are refused', () => {
    using one = model();
    one.predict(x);
    const held = memory();
    for (let call = 0; call < 500; call += 1) {
      expect(() => one.predict([[1]])).toThrow(ShapeError);
      expect(() => one.inspect([[[1]]])).toThrow(ShapeError);
      expect(() => one.getLayer(1).apply([[[1]]])).toThrow(ShapeError);
    }
    expect(memory()).toEqual(held);
  });

  test('inspect gives everything back', () => {
    using one = model();
    one.inspect(x);
    const held = memory();
    for (let call = 0; call < 100; call += 1) one.inspect(x);
    expect(memory()).toEqual(held);
  });
});

describe('after dispose', () => {
  test('a model refuses everything, twice disposed or once', () => {
    const one = model();
    one.predict(x);
    const stream = one.stream();
    one.dispose();
    one.dispose();
    for (const call of [
      () => one.predict(x),
      () => one.inspect(x),
      () => one.getWeights(),
      () => one.setWeights([]),
      () => one.stream(),
      () => one.add(new Dense({ units: 1 })),
      () => one.pop(),
      () => one.build([null, 4, 3]),
      () => one.resetStates(),
      () => stream.step([1, 2, 3]),
    ]) {
      expect(call).toThrow(DisposedError);
    }
    expect(memory()).toEqual(start);
  });

  test('a layer refuses everything, and names itself', () => {
    const rnn = new SimpleRNN({ units: 2, stateful: true, name: 'gone' });
    const embedding = new Embedding({ inputDim: 2, outputDim: 2, name: 'gone' });
    rnn.apply(x);
    embedding.apply([[0, 1]]);
    const [weight] = rnn.weights;
    for (const layer of [rnn, embedding]) {
      layer.dispose();
      layer.dispose();
      for (const call of [
        () => layer.apply(x),
        () => layer.getWeights(),
        () => layer.setWeights([]),
        () => layer.build([1, 4, 3]),
        () => new Sequential([layer]),
      ]) {
        expect(call).toThrow(DisposedError);
        expect(call).toThrow(/'gone'/);
      }
    }
    expect(() => rnn.resetStates()).toThrow(DisposedError);
    expect(() => weight?.read()).toThrow(DisposedError);
    expect(() => weight?.write([[1]])).toThrow();
    expect(memory()).toEqual(start);
  });

  test('a model whose layer was disposed says so', () => {
    using one = model();
    one.predict(x);
    one.layers[3]?.dispose();
    expect(() => one.predict(x)).toThrow(DisposedError);
  });
});

test('a workspace of more than 4 GB is refused, not wrapped to what is left of it', () => {
  // the outputs alone, 0.8 GB, would fit
  using layer = new SimpleRNN({ units: 256, biasInitializer: 'zeros', recurrentInitializer: 'zeros' });
  layer.apply(tensor(new Float32Array(4), [1, 4, 1])); // packs the weights
  const before = memory();
  const x = tensor(new Float32Array(786432 * 4), [786432, 4, 1]);
  expect(() => layer.apply(x)).toThrow(OutOfMemoryError);
  expect(memory()).toEqual(before);
});
