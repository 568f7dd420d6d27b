import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { seedAt, setRandomSeed } from '../../js/runtime/random.js';
import { tensor } from '../../js/runtime/tensor.js';
import * as arrays from '../../js/training/arrays.js';
import * as data from '../../js/training/data.js';
import { highWords, permutation } from '../../js/training/permutation.js';

const column = (...values: number[]) => tensor(values.map((value) => [value]));
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);
const only = (x: ReturnType<typeof tensor>): arrays.Arrays => ({ x: [x], y: null, sampleWeight: null });

/** The samples of an epoch, batch by batch. */
async function epochOf(source: data.BatchSource): Promise<number[][]> {
  const batches: number[][] = [];
  source.begin();
  for (;;) {
    const batch = await source.next();
    if (batch === null) return batches;
    batches.push([...(batch.x[0] as data.Rows).toTensor().data]);
  }
}

const warned = () => jest.spyOn(console, 'warn').mockImplementation(() => {});

afterEach(() => {
  jest.restoreAllMocks();
});

describe('batches of arrays', () => {
  test('the last one is as small as it comes; x, y and weights go together', () => {
    const y = tensor([[[1, 1]], [[2, 2]], [[3, 3]]]);
    const source = new data.ArrayBatches(
      'fit',
      { x: [column(1, 2, 3), column(4, 5, 6)], y: [y], sampleWeight: [tensor([7, 8, 9]), null] },
      { batchSize: 2, shuffle: true },
    );
    expect(source.steps).toBe(2);
    source.begin();
    const sizes: number[] = [];
    for (let batch = source.next(); batch !== null; batch = source.next()) {
      sizes.push(batch.size);
      const [first, second] = batch.x.map((rows) => [...rows.toTensor().data]);
      expect(second).toEqual(first?.map((value) => value + 3));
      expect(batch.y?.[0]?.shape).toEqual([batch.size, 1, 2]);
      const into = new Float32Array(6);
      batch.y?.[0]?.copyTo(into);
      expect([into[0], into[1]]).toEqual([first?.[0], first?.[0]]);
      expect([...(batch.sampleWeight?.[0]?.toTensor().data ?? [])]).toEqual(first?.map((value) => value + 6));
      expect(batch.sampleWeight?.[1]).toBe(null);
    }
    expect(sizes).toEqual([2, 1]);
  });

  test('in order nothing is copied', async () => {
    const x = tensor(upTo(70).map((value) => [value]));
    const source = new data.ArrayBatches('fit', only(x), {});
    expect((await epochOf(source)).map(({ length }) => length)).toEqual([32, 32, 6]);
    source.begin();
    expect(source.next()?.x[0]?.toTensor().data.buffer).toBe(x.data.buffer);
  });

  test('shuffled: another order in every epoch, the same after the same seed', async () => {
    const x = tensor(upTo(100).map((value) => [value]));
    const twoEpochs = async () => {
      setRandomSeed(3);
      const source = new data.ArrayBatches('fit', only(x), { batchSize: 10, shuffle: true });
      return [await epochOf(source), await epochOf(source)];
    };
    const [first, second] = await twoEpochs();
    expect(first?.flat().sort((a, b) => a - b)).toEqual(upTo(100));
    expect(first).not.toEqual(second);
    expect(await twoEpochs()).toEqual([first, second]);
  });

  test("'batch' shuffles within each batch", async () => {
    const source = new data.ArrayBatches('fit', only(tensor(upTo(50).map((value) => [value]))), {
      batchSize: 20,
      shuffle: 'batch',
    });
    const batches = await epochOf(source);
    expect(batches.flat()).not.toEqual(upTo(50));
    expect(batches.flatMap((batch) => batch.sort((a, b) => a - b))).toEqual(upTo(50));
  });

  test('steps per epoch go on where the epoch before stopped, and tell when there is no more', async () => {
    const warning = warned();
    const x = column(0, 1, 2, 3, 4);
    const source = new data.ArrayBatches('fit', only(x), { batchSize: 2, stepsPerEpoch: 2 });
    expect(await epochOf(source)).toEqual([
      [0, 1],
      [2, 3],
    ]);
    expect(warning).not.toHaveBeenCalled();
    expect(await epochOf(source)).toEqual([[4]]);
    expect(warning.mock.calls.flat().join()).toMatch(/^Your input ran out of data; interrupting training\./);
    expect((await epochOf(source)).length).toBe(2);
    const three = new data.ArrayBatches('fit', only(x), { stepsPerEpoch: 3 });
    expect(await epochOf(three)).toEqual([[0, 1], [2, 3], [4]]);
  });

  test("the core's own generator", () => {
    for (const seed of [
      { high: 0, low: 0 },
      { high: 0xffffffff, low: 0xffffffff },
      { high: 0x12345678, low: 0x9abcdef0 },
    ]) {
      const draw = highWords(seed);
      for (let index = 0; index < 300; index += 1) expect(draw()).toBe(seedAt(seed, index).high);
    }
  });

  test('every order is about as frequent', () => {
    setRandomSeed(1);
    const counts = new Map<string, number>();
    for (let draw = 0; draw < 6000; draw += 1) {
      const order = permutation(3).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(120);
  });

  test('what is wrong is said', () => {
    const make = (options: object) => () => new data.ArrayBatches('fit', only(column(1)), options);
    expect(make({ batchSize: 0 })).toThrow('fit: `batchSize` must be a whole number from 1');
    expect(make({ stepsPerEpoch: 1.5 })).toThrow('fit: `stepsPerEpoch` must be a whole number from 1');
    expect(make({ shuffle: 'epoch' })).toThrow("fit: `shuffle` must be true, false or 'batch', received 'epoch'");
    expect(() => arrays.checkCardinality('fit', { x: [column(1, 2)], y: [column(1)], sampleWeight: null })).toThrow(
      "Data cardinality is ambiguous. Make sure all arrays contain the same number of samples.'x' sizes: 2\n'y' sizes: 1\n",
    );
  });
});

describe('batches of an iterable', () => {
  const read = (batch: unknown) => {
    const { x } = data.unpackBatch('fit', batch);
    return only(tensor(x as number[][]));
  };
  const pairs = [1, 2, 3].map((value) => [[[value]], [[0]]]);
  const { signal } = new AbortController();

  test('a list-like iterable starts again in every epoch, and the number of steps is learnt', async () => {
    const source = new data.IterableBatches('fit', new Set(pairs), read, signal);
    expect(source.steps).toBe(null);
    expect(await epochOf(source)).toEqual([[1], [2], [3]]);
    expect(source.steps).toBe(3);
    expect(await epochOf(source)).toEqual([[1], [2], [3]]);
    expect(source.isExhausted).toBe(false);
  });

  test('an asynchronous generator with steps per epoch goes on, ends, and is closed', async () => {
    const warning = warned();
    let closed = 0;
    async function* generate() {
      try {
        for (const x of [1, 2, 3]) yield { x: [[x]], y: [[0]] };
      } finally {
        closed += 1;
      }
    }
    const source = new data.IterableBatches('fit', generate(), read, signal, 2);
    expect(source.steps).toBe(2);
    expect(await epochOf(source)).toEqual([[1], [2]]);
    await source.close(false);
    expect(closed).toBe(1);
    const whole = new data.IterableBatches('fit', generate(), read, signal, 2);
    expect(await epochOf(whole)).toEqual([[1], [2]]);
    expect(await epochOf(whole)).toEqual([[3]]);
    expect(whole.isExhausted).toBe(false);
    expect(await epochOf(whole)).toEqual([]);
    expect(whole.isExhausted).toBe(true);
    expect(warning).toHaveBeenCalledTimes(2);
  });

  test('a pass that was broken off is closed by the next', async () => {
    const iterators = [0, 1].map(() => ({ next: () => ({ done: false, value: pairs[0] }), return: jest.fn() }));
    const opened = iterators.values();
    const source = new data.IterableBatches(
      'fit',
      { [Symbol.iterator]: () => opened.next().value } as never,
      read,
      signal,
    );
    source.begin();
    await source.next();
    source.begin();
    expect(iterators.map((each) => each.return.mock.calls.length)).toEqual([1, 0]);
    await source.close(false);
    expect(iterators.map((each) => each.return.mock.calls.length)).toEqual([1, 1]);
  });

  test('what is an iterable of batches, and what is a batch', () => {
    expect(data.isBatchIterable(new Map())).toBe(true);
    expect([[1], new Float32Array(1), column(1), null, 'ab', { x: 1 }].map(data.isBatchIterable)).not.toContain(true);
    expect(data.unpackBatch('fit', [1, 2, 3])).toEqual({ x: 1, y: 2, sampleWeight: 3 });
    expect(() => data.unpackBatch('fit', [1])).toThrow(/Data is expected to be in format `\(x, y\)`/);
    expect(() => data.refuseBesideIterable('fit', { y: [1] })).toThrow(
      'fit: When providing `x` as a generator, `y` should not be passed. Instead, the targets should be included as part of the generator.',
    );
    expect(() => data.refuseBesideIterable('fit', { shuffle: true })).toThrow(/Argument `shuffle` is not supported/);
    data.refuseBesideIterable('fit', { y: null, shuffle: false, validationSplit: 0 });
  });
});

test('validation split: the last part', () => {
  const all = {
    x: [column(1, 2, 3, 4, 5)],
    y: [tensor([1, 2, 3, 4, 5])],
    sampleWeight: [tensor([1, 1, 1, 1, 2]), null],
  };
  const [train, validation] = arrays.splitValidation('fit', all, 0.3);
  expect(train.x[0]?.toArray()).toEqual([[1], [2], [3]]);
  expect(validation.y?.[0]?.toArray()).toEqual([4, 5]);
  expect(validation.sampleWeight?.map((each) => each?.toArray())).toEqual([[1, 2], undefined]);
  for (const fraction of [0, 1]) {
    expect(() => arrays.splitValidation('fit', only(column(1, 2)), fraction)).toThrow(
      /Training data contains 2 samples, which is not sufficient to split it into a validation and training set as specified by `validation_split=[01]`\. Either provide more data, or a different value for the `validation_split` argument\./,
    );
  }
});

test('epochs with validation', () => {
  const epochs = (frequency: number | number[]) =>
    upTo(6).filter((epoch) => arrays.isValidated('fit', epoch, frequency));
  expect(epochs(1)).toEqual(upTo(6));
  expect(epochs(2)).toEqual([1, 3, 5]);
  expect(epochs([1, 6])).toEqual([0, 5]);
  expect(() => epochs(0)).toThrow('Expected `validation_freq` to be a list or int. Received: validation_freq=0');
});

describe('weights', () => {
  test('of classes', () => {
    const weigh = (y: unknown, weights: arrays.ClassWeight = { 0: 0.5, 2: 4 }) => [
      ...arrays.weighClasses('fit', [tensor(y as number[])], null, weights).data,
    ];
    expect(weigh([0, 1, 2])).toEqual([0.5, 1, 4]);
    expect(weigh([[2], [0]])).toEqual([4, 0.5]);
    // A half goes to the even class.
    expect(weigh([0.5, 1.5, 2.5])).toEqual([0.5, 4, 4]);
    expect(
      weigh([
        [0.1, 0.2, 0.7],
        [1, 0, 0],
      ]),
    ).toEqual([4, 0.5]);
    expect(weigh([1], new Map([[1, 3]]))).toEqual([3]);
    expect(() => weigh([[[1]]])).toThrow(/`classWeight` needs one class per sample/);
    expect(() => weigh([1], { one: 1 } as never)).toThrow("`classWeight`: 'one' is no label, a whole number");
    expect(() => weigh([1], { 1: '2' } as never)).toThrow(/`classWeight` must be a finite number/);
    expect(() => weigh([1], 3 as never)).toThrow(/must be an object by label/);
  });

  test('of classes not with others', () => {
    const y = column(1);
    expect(() => arrays.weighClasses('fit', [y], [y], {})).toThrow(
      'You cannot `class_weight` and `sample_weight` at the same time.',
    );
    expect(() => arrays.weighClasses('fit', [y, y], null, {})).toThrow(
      '`class_weight` is only supported for Models with a single output.',
    );
    expect(() => arrays.weighClasses('fit', null, null, {})).toThrow('`classWeight` needs targets');
  });

  test('of samples: for one output, for each, for all', () => {
    const shapes = (value: unknown, names: string[], samples = 2) =>
      arrays.readSampleWeight('fit', value, names, samples).map((each) => each?.shape ?? null);
    expect(shapes([1, 2], ['a'])).toEqual([[2]]);
    expect(shapes([[1, 2, 3]], ['a'])).toEqual([[1, 3]]);
    expect(shapes(new Float32Array(4), ['a', 'b'])).toEqual([[4], [4]]);
    expect(shapes([1, 2], ['a', 'b'])).toEqual([[2], [2]]);
    expect(shapes([[1], [2]], ['a', 'b'])).toEqual([
      [2, 1],
      [2, 1],
    ]);
    expect(shapes([[1], [2]], ['a', 'b'], 1)).toEqual([[1], [1]]);
    expect(shapes([[1, 2], null], ['a', 'b'])).toEqual([[2], null]);
    expect(shapes({ b: null, a: [[1]] }, ['a', 'b'])).toEqual([[1, 1], null]);
    expect(() => shapes(tensor([[1, 2]]), ['a', 'b'])).toThrow(
      /For a model with multiple outputs, when providing a single `sample_weight` array, it should only have one scalar/,
    );
  });
});

test('targets: a list, by name, one alone', () => {
  const shapes = (value: unknown, names: string[]) =>
    arrays.readTargets('fit', 'y', value, names).map(({ shape }) => shape);
  expect(shapes([[1], [2]], ['a'])).toEqual([[2, 1]]);
  expect(shapes([column(1, 2)], ['a'])).toEqual([[2, 1]]);
  expect(shapes({ a: [1] }, ['a'])).toEqual([[1]]);
  expect(shapes({ b: [1, 2], a: column(1, 2) }, ['a', 'b'])).toEqual([[2, 1], [2]]);
  expect(shapes([new Float32Array(3), [1, 2, 3]], ['a', 'b'])).toEqual([[3], [3]]);
  expect(() => shapes({ c: [1] }, ['a'])).toThrow("fit: `y` must have the keys ['a'], see 'c'");
  expect(() => shapes({ a: [1] }, ['a', 'b'])).toThrow("see 'b'");
  expect(() => shapes([1], ['a', 'b'])).toThrow(/`y` must be a list of 2/);
});
