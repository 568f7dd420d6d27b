import { describe, expect, test } from '@jest/globals';
import {
  ActivityRegularization,
  ArgumentError,
  Input,
  RepeatVector,
  Reshape,
  Sequential,
  ShapeError,
  tensor,
} from 'simple-rnn';
import { freeAfterEach, hold, numbersOf } from './held.js';

freeAfterEach();

describe('Reshape', () => {
  const reshape = (...targetShape: number[]) => hold(new Reshape({ targetShape }));
  const x = numbersOf(2, 3, 4);

  test('gives rows another shape', () => {
    for (const target of [[12], [4, 3], [-1, 2], [2, -1, 3]]) {
      const { data, shape } = reshape(...target).apply(x);
      expect(data).toEqual(x.data);
      expect(shape).toEqual([
        2,
        ...target.map((size) => (size === -1 ? -24 / target.reduce((p, q) => p * q, 2) : size)),
      ]);
    }
    expect(reshape().apply([[1], [2]]).shape).toEqual([2]);
    expect(
      reshape(4, 3).computeMask(x, [
        [1, 1, 0],
        [1, 0, 0],
      ]),
    ).toBe(null);
  });

  test('in a graph the size of an axis may be unknown', () => {
    expect(reshape(-1, 2).computeOutputShape([null, null, 4])).toEqual([null, null, 2]);
    expect(reshape(-1, 2).apply(Input({ shape: [6] })).shape).toEqual([null, 3, 2]);
    const model = hold(new Sequential([new Reshape({ targetShape: [3, 2], inputShape: [6] })]));
    expect(model.predict(numbersOf(2, 6)).shape).toEqual([2, 3, 2]);
  });

  test("misuse, in Keras' words", () => {
    expect(() => reshape(5, 2).apply(x)).toThrow(
      /The total size of the tensor must be unchanged. Received: input_shape=\(3, 4\), target_shape=\(5, 2\)/,
    );
    expect(() => reshape(5, -1).apply(x)).toThrow(
      /the input size cannot by divided by the specified dimensions in target_shape. Received: input_shape=\(3, 4\), target_shape=\(5, -1\)/,
    );
    expect(() => reshape(-1, -1)).toThrow(/at most one unknown dimension \(-1\) in `target_shape`/);
    expect(() => reshape(-2, 3)).toThrow(/Each dimension in `target_shape` must be a non-negative integer/);
    expect(() => reshape(1.5)).toThrow(ArgumentError);
    expect(() => new Reshape({} as never)).toThrow(/targetShape/);
    expect(() => reshape(0, 2).apply(x)).toThrow(ShapeError);
    expect(() => reshape(2 ** 25)).toThrow(ShapeError);
  });
});

describe('RepeatVector', () => {
  const repeat = (n: unknown) => hold(new RepeatVector({ n: n as number }));

  test('repeats each row as steps', () => {
    expect(
      repeat(2)
        .apply([
          [1, 2],
          [3, 4],
        ])
        .toArray(),
    ).toEqual([
      [
        [1, 2],
        [1, 2],
      ],
      [
        [3, 4],
        [3, 4],
      ],
    ]);
    expect(repeat(3).computeOutputShape([null, 5])).toEqual([null, 3, 5]);
    expect(repeat(3).apply(tensor(new Float32Array(0), [0, 2])).shape).toEqual([0, 3, 2]);
  });

  test("misuse, in Keras' words", () => {
    for (const n of [1.5, 'a', true]) expect(() => repeat(n)).toThrow(/Expected an integer value for `n`, got/);
    expect(() => repeat(0)).toThrow(/Argument `n` should be a positive integer. Received: n=0/);
    expect(() => repeat(2).apply(numbersOf(2, 3, 4))).toThrow(
      /expected ndim=2, found ndim=3. Full shape received: \(2, 3, 4\)/,
    );
  });
});

describe('ActivityRegularization', () => {
  test('hands its input on and adds a penalty, divided by the batch size', () => {
    const layer = hold(new ActivityRegularization({ l1: 0.1, l2: 0.01 }));
    const output = layer.apply(
      [
        [1, -2],
        [3, 0],
      ],
      {},
    );
    expect(output.toArray()).toEqual([
      [1, -2],
      [3, 0],
    ]);
    expect(layer.losses).toHaveLength(1);
    expect(layer.losses[0]).toBeCloseTo((0.1 * 6 + 0.01 * 14) / 2, 6);
    expect(layer.apply([[[1], [2]]], { mask: [[1, 0]] }).mask?.toArray()).toEqual([[1, 0]]);
    expect(layer.losses[0]).toBeCloseTo(0.1 * 3 + 0.01 * 5, 6);
  });

  test('its configuration names the factors, not the regularizer', () => {
    const config = new ActivityRegularization({ l2: 0.5, name: 'a' }).getConfig();
    expect(Object.keys(config)).toEqual(['name', 'trainable', 'dtype', 'l1', 'l2']);
    const copy = ActivityRegularization.fromConfig(config).clone();
    expect(copy.getConfig()).toEqual(config);
    expect(copy.activityRegularizer.getConfig()).toEqual({ l1: 0, l2: 0.5 });
  });

  test('misuse', () => {
    expect(() => new ActivityRegularization({ l1: -1 })).toThrow(/l1: expected a non-negative float.Received: l1=-1/);
    expect(() => new ActivityRegularization({ activityRegularizer: 'l2' } as never)).toThrow(ArgumentError);
  });
});
