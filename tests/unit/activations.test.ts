import { describe, expect, test } from '@jest/globals';
import { ArgumentError, activations, ShapeError, type Tensor } from 'simple-rnn';

function expectFirst({ data }: Tensor, expected: readonly number[]): void {
  expected.forEach((value, index) => {
    expect(Math.abs((data[index] as number) / value - 1)).toBeLessThan(1e-6);
  });
}

describe('by name', () => {
  test('every exported function is what get() gives for its name', () => {
    const x = [[-2.5, -0.5, 0.25, 3]];
    const known = Object.entries(activations).filter(([name]) => !['get', 'serialize', 'deserialize'].includes(name));
    expect(known.length).toBe(32);
    for (const [name, value] of known) {
      const options = name === 'threshold' ? { threshold: 0, defaultValue: 7 } : {};
      const activation = value as activations.ActivationFunction;
      expect(activations.get(activation.activation)(x, options).data).toEqual(activation(x, options).data);
    }
  });

  test('aliases are written under the first name', () => {
    expect(activations.serialize('swish')).toBe('silu');
    expect(activations.serialize(activations.get('hard_swish'))).toBe('hard_silu');
    expect(activations.get({ class_name: 'function', config: 'relu' }).activation).toBe('relu');
  });

  test('softmax and log_softmax over several axes, or all', () => {
    const x = [
      [
        [1, 2],
        [3, 4],
      ],
      [
        [5, 6],
        [7, 8],
      ],
    ];
    // As Keras 3.15.1 gives them.
    const all = [0.00057661277, 0.0015673961, 0.0042606238, 0.0115815764, 0.0314819887, 0.0855769217];
    expectFirst(activations.softmax(x, { axis: null }), all);
    expectFirst(activations.softmax(x, { axis: [0, 1] }), [0.00214400887, 0.00214400887, 0.01584219933]);
    expectFirst(activations.softmax(x, { axis: [-2, 2] }), [0.03205860034, 0.08714431524, 0.23688283563]);
    expectFirst(activations.logSoftmax(x, { axis: null }), [-7.45833969116, -6.45833969116, -5.45833969116]);
    expect(() => activations.softmax(x, { axis: [0, 0] })).toThrow(ShapeError);
    expect(() => activations.sparsemax(x, { axis: null as never })).toThrow(ShapeError);
  });

  test('Keras 2 hard_sigmoid stays there under its own name', () => {
    const x = [[-3, -1, 0, 1, 3]];
    expect(activations.get('hard_sigmoid_keras2')(x).data).toEqual(Float32Array.of(0, 0.3, 0.5, 0.7, 1));
  });

  test('edges: NaN is kept, infinities saturate', () => {
    const [low, nan, high] = activations.tanh([-Infinity, Number.NaN, Infinity]).data;
    expect([low, nan, high]).toEqual([-1, Number.NaN, 1]);
    expect([...activations.sigmoid([-1000, 1000]).data]).toEqual([0, 1]);
  });
});

describe('misuse', () => {
  test.each([
    ['an unknown name', () => activations.get('tahn'), ArgumentError, /tahn.*'tanh'/],
    ['an unknown option', () => activations.relu([1], { slope: 1 } as never), ArgumentError, /slope.*negativeSlope/],
    ['a wrong option', () => activations.relu([1], { threshold: '1' } as never), ArgumentError, /threshold/],
    ['a missing option', () => activations.threshold([1]), ArgumentError, /threshold.*needed/],
    ['an axis that is not there', () => activations.softmax([[1]], { axis: 2 }), ShapeError, /axis/],
    ['an odd axis for glu', () => activations.glu([[1, 2, 3]]), ShapeError, /even/],
    ['strings', () => activations.relu(['1'] as never), ArgumentError, /x: expected numbers/],
  ])('%s', (_, call, type, message) => {
    expect(call).toThrow(type);
    expect(call).toThrow(message);
  });
});
