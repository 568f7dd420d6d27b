import { runInNewContext } from 'node:vm';
import { describe, expect, test } from '@jest/globals';
import { ArgumentError, Dense, memory, ShapeError, Tensor, tensor } from 'simple-rnn';

describe('tensor', () => {
  test('nested arrays, typed arrays with and without a shape, scalars', () => {
    expect(
      tensor([
        [1, 2],
        [3, 4],
      ]),
    ).toEqual(new Tensor(Float32Array.of(1, 2, 3, 4), [2, 2]));
    expect(tensor(new Float32Array(6), [2, 3]).shape).toEqual([2, 3]);
    expect(tensor([1, 2, 3, 4], [2, 2]).toArray()).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(tensor(Int16Array.of(1, 2)).toArray()).toEqual([1, 2]);
    expect(tensor(5).toArray()).toBe(5);
    expect(tensor(Float64Array.of(0.1), [1]).data).toEqual(Float32Array.of(0.1));
    expect(tensor([]).shape).toEqual([0]);
    expect(tensor(new Float32Array(0), [0, 3]).toArray()).toEqual([]);
  });

  test('is a copy', () => {
    const data = Float32Array.of(1, 2);
    const made = tensor(data, [2]);
    const bare = tensor(data);
    data[0] = 9;
    expect([made.data[0], bare.data[0]]).toEqual([1, 1]);
  });

  test('NaN and infinities are kept', () => {
    expect(tensor([Number.NaN, Infinity, -Infinity]).toArray()).toEqual([Number.NaN, Infinity, -Infinity]);
  });

  const grown = () => {
    const data = [1, 2, 3];
    return [data, [1]];
  };
  test.each<[string, () => unknown, typeof ShapeError | typeof ArgumentError, RegExp]>([
    ['ragged arrays', () => tensor([[1, 2], [3]]), ShapeError, /ragged array: at depth 2 expected an array of 2/],
    ['arrays deeper at one place', () => tensor([[1, [2] as never]]), ShapeError, /ragged/],
    ['arrays less deep at one place', () => tensor([[1], 2] as never), ShapeError, /ragged/],
    ['unequal rows', () => tensor(grown() as never), ShapeError, /ragged/],
    ['a shape that does not fit', () => tensor(new Float32Array(5), [2, 3]), ShapeError, /needs 6 numbers, data has 5/],
    ['strings', () => tensor(['1'] as never), ArgumentError, /expected numbers, received '1'/],
    ['booleans', () => tensor([true] as never), ArgumentError, /expected numbers/],
    ['null inside', () => tensor([null] as never), ArgumentError, /expected numbers/],
    ['big integers', () => tensor([1n] as never), ArgumentError, /1n/],
    ['arrays of big integers', () => tensor(new BigUint64Array(1) as never), ArgumentError, /BigUint64Array/],
    ['a data view', () => tensor(new DataView(new ArrayBuffer(4)) as never), ArgumentError, /typed array/],
    ['a buffer', () => tensor(new ArrayBuffer(4) as never), ArgumentError, /ArrayBuffer/],
    ['nothing', () => tensor(undefined as never), ArgumentError, /undefined/],
    ['a function', () => tensor((() => 1) as never), ArgumentError, /function/],
    ['a negative size', () => tensor(new Float32Array(1), [-1]), ShapeError, /axis 0/],
    ['a fraction', () => tensor(new Float32Array(1), [0.5]), ShapeError, /axis 0/],
    ['a size that is no number', () => tensor(new Float32Array(1), ['1'] as never), ShapeError, /axis 0/],
    ['an inner size of 0', () => tensor(new Float32Array(0), [1, 0]), ShapeError, /axis 1/],
    [
      'a shape that is no array',
      () => tensor(new Float32Array(1), 1 as never),
      ArgumentError,
      /`shape` must be an array/,
    ],
    ['a huge product', () => tensor(new Float32Array(1), [2 ** 24, 2 ** 24]), ShapeError, /elements/],
    ['a huge size', () => tensor(new Float32Array(1), [2 ** 31]), ShapeError, /2147483648/],
    ['too many axes', () => tensor(new Float32Array(1), new Array(9).fill(1)), ShapeError, /9 axes/],
  ])('refuses %s', (_, call, type, message) => {
    expect(call).toThrow(type);
    expect(call).toThrow(message);
  });

  test('arrays that contain themselves', () => {
    const loop: unknown[] = [];
    loop.push(loop);
    expect(() => tensor(loop as never)).toThrow(ShapeError);
  });
});

describe('typed arrays of every origin', () => {
  const dense = () => new Dense({ units: 1, kernelInitializer: 'ones' });

  test('of another realm', () => {
    using layer = dense();
    const data = runInNewContext('Float32Array.of(1, 2)');
    expect(data instanceof Float32Array).toBe(false);
    expect(layer.apply({ data, shape: [1, 2] }).toArray()).toEqual([[3]]);
    expect(layer.apply(tensor(data, [1, 2])).toArray()).toEqual([[3]]);
  });

  test('shared', () => {
    using layer = dense();
    const data = new Float32Array(new SharedArrayBuffer(8));
    data.set([1, 2]);
    expect(layer.apply({ data, shape: [1, 2] }).toArray()).toEqual([[3]]);
  });

  test('resizable, before and after it has shrunk', () => {
    using layer = dense();
    const buffer = new (ArrayBuffer as unknown as new (bytes: number, options: object) => ArrayBuffer)(8, {
      maxByteLength: 16,
    });
    const data = new Float32Array(buffer);
    data.set([1, 2]);
    const x = new Tensor(data, [1, 2]);
    expect(layer.apply(x).toArray()).toEqual([[3]]);
    (buffer as unknown as { resize(bytes: number): void }).resize(4);
    const before = memory();
    expect(() => layer.apply(x)).toThrow(ShapeError);
    expect(memory()).toEqual(before);
  });

  test('detached', () => {
    using layer = dense();
    const data = Float32Array.of(1, 2);
    const x = new Tensor(data, [1, 2]);
    layer.apply(x);
    structuredClone(data, { transfer: [data.buffer] });
    const before = memory();
    for (const bad of [x, { data, shape: [1, 2] }]) {
      expect(() => layer.apply(bad)).toThrow(ArgumentError);
      expect(() => layer.apply(bad)).toThrow(/detached/);
    }
    expect(memory()).toEqual(before);
  });
});
