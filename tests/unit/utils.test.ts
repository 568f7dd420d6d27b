// padSequences, toCategorical, timeseriesDataset against Keras' own results.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { ArgumentError, ShapeError, tensor, UnsupportedError, utils } from 'simple-rnn';

// biome-ignore lint/suspicious/noExplicitAny: the form depends on the function.
const known: Record<string, any[]> = JSON.parse(
  readFileSync(new URL('../fixtures/functions/functions.json', import.meta.url), 'utf8'),
);

const camelCase = (options: object) =>
  Object.fromEntries(
    Object.entries(options).map(([key, value]) => [key.replace(/_(.)/g, (_, letter) => letter.toUpperCase()), value]),
  );

describe('padSequences', () => {
  const { padSequences } = utils;

  test.each(known.pad_sequences ?? [])('Keras: $sequences $options', ({ sequences, options, expected }) => {
    expect(padSequences(sequences, options).toArray()).toEqual(expected);
  });

  test('tensors and typed arrays, numbers kept as they are, no rows', () => {
    const padded = padSequences([Int8Array.of(1, 2), tensor([0.5])]);
    expect(padded.toArray()).toEqual([
      [1, 2],
      [0, 0.5],
    ]);
    expect(padSequences([], { maxlen: 3 }).shape).toEqual([0, 3]);
  });

  test('what Keras refuses', () => {
    expect(() => padSequences(5 as never)).toThrow(/`sequences` must be iterable/);
    expect(() => padSequences([[1], 2])).toThrow(/must be a list of iterables. Found non-iterable: 2/);
    expect(() => padSequences([[1]], { padding: 'mid' as never })).toThrow(/Padding type 'mid' not understood/);
    expect(() => padSequences([[1]], { truncating: 'mid' as never })).toThrow(/Truncating type 'mid' not understood/);
    expect(() => padSequences([[[1, 2]], [[1]]])).toThrow(
      /Shape of sample \(1,\) of sequence at position 1 is different from expected shape \(2,\)/,
    );
    expect(() => padSequences([[1]], { dtype: 'int32' } as never)).toThrow(UnsupportedError);
    expect(() => padSequences([[1]], { maxLen: 3 } as never)).toThrow(/Did you mean 'maxlen'/);
    for (const maxlen of [0, -1, 1.5]) expect(() => padSequences([[1]], { maxlen })).toThrow(ArgumentError);
    expect(() => padSequences([])).toThrow(/maxlen/);
    expect(() => padSequences([[1]], { value: 'x' as never })).toThrow(/value/);
  });
});

describe('toCategorical', () => {
  const { toCategorical } = utils;

  test.each(known.to_categorical ?? [])('Keras: $x, $num_classes classes', ({ x, num_classes, expected }) => {
    expect(toCategorical(x, { numClasses: num_classes }).toArray()).toEqual(expected);
  });

  test('typed arrays', () => {
    expect(toCategorical(Uint8Array.of(1, 0)).toArray()).toEqual([
      [0, 1],
      [1, 0],
    ]);
  });

  test('classes that are none', () => {
    for (const x of [[-1], [0.5], [Number.NaN]]) expect(() => toCategorical(x)).toThrow(/classes are whole numbers/);
    expect(() => toCategorical([3], { numClasses: 3 })).toThrow(/with 3 classes the last one is 2, received 3/);
    expect(() => toCategorical([0], { numClasses: 0 })).toThrow(ArgumentError);
    expect(() => toCategorical([2 ** 23, 2 ** 23 + 1], { num_classes: 3 } as never)).toThrow(/numClasses/);
    expect(() => toCategorical(new Float32Array(1000), { numClasses: 2 ** 24 })).toThrow(ShapeError);
  });
});

describe('timeseriesDataset', () => {
  const { timeseriesDataset } = utils;
  const series = Float32Array.from({ length: 10 }, (_, index) => index);
  const withOptions = (options: object) => () => timeseriesDataset(series, null, { sequenceLength: 2, ...options });

  test.each(known.timeseries_dataset ?? [])('Keras: $options', ({ data, targets, options, x, y }) => {
    const windows = timeseriesDataset(data, targets, camelCase(options) as never);
    expect(windows.x.toArray()).toEqual(x);
    expect(windows.y === null ? null : (windows.y as { toArray(): unknown }).toArray()).toEqual(y);
  });

  test('a series too short gives no windows', () => {
    const { x, y } = timeseriesDataset([[1], [2]], [[1], [2]], { sequenceLength: 3 });
    expect([x.shape, y.shape]).toEqual([
      [0, 3, 1],
      [0, 1],
    ]);
  });

  test.each([
    [{ startIndex: -1 }, '`startIndex` must be 0 or greater. Received: startIndex=-1'],
    [{ startIndex: 10 }, '`startIndex` must be lower than the length of the data (10). Received: startIndex=10'],
    [{ endIndex: 10 }, '`endIndex` must be lower than the length of the data (10). Received: endIndex=10'],
    [{ endIndex: 0 }, '`endIndex` must be higher than 0. Received: endIndex=0'],
    [{ startIndex: 3, endIndex: 3 }, '`endIndex` must be higher than `startIndex` (3). Received: endIndex=3'],
    [{ samplingRate: 0 }, '`samplingRate` must be higher than 0. Received: samplingRate=0'],
    [{ samplingRate: 10 }, '`samplingRate` must be lower than the length of the data (10)'],
    [{ sequenceStride: 0 }, '`sequenceStride` must be higher than 0'],
    [{ sequenceStride: 10 }, '`sequenceStride` must be lower than the length of the data (10)'],
    [{ sequenceLength: 0 }, '`sequenceLength`'],
    [{ sequenceLength: undefined }, '`sequenceLength`'],
    [{ startIndex: 0.5 }, '`startIndex`'],
    [{ sequenceLenght: 2 }, "Did you mean 'sequenceLength'"],
  ])('refuses %j', (options, message) => {
    expect(withOptions(options)).toThrow(ArgumentError);
    expect(withOptions(options)).toThrow(message);
  });

  test.each(['batchSize', 'shuffle', 'seed', 'format'])('refuses %s by name', (name) => {
    expect(withOptions({ [name]: 1 })).toThrow(UnsupportedError);
    expect(withOptions({ [name]: 1 })).toThrow(name);
  });

  test('windows without targets, series without time', () => {
    const options = { sequenceLength: 2, startIndex: 5 };
    expect(() => timeseriesDataset(series, series.slice(0, 7), options)).toThrow(/`targets` has 7 steps/);
    expect(() => timeseriesDataset(5, null, options)).toThrow(ShapeError);
    expect(() => timeseriesDataset('x' as never, null, options)).toThrow(ArgumentError);
  });
});
