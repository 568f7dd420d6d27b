import { describe, expect, test } from '@jest/globals';
import { ArgumentError, initializers, memory, ShapeError, tensor, utils } from 'simple-rnn';

const { get } = initializers;

function made(identifier: unknown): initializers.Initializer {
  return get(identifier as string) as initializers.Initializer;
}

function moments(values: Float32Array): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, deviation: Math.sqrt(variance) };
}

describe('distributions', () => {
  const shape = [200, 100];
  test.each([
    ['random_normal', {}, 0.05],
    ['truncated_normal', {}, 0.05 * 0.8796256610342398],
    ['random_uniform', {}, 0.1 / Math.sqrt(12)],
    ['glorot_uniform', {}, Math.sqrt(2 / 300)],
    ['glorot_normal', {}, Math.sqrt(2 / 300)],
    ['he_uniform', {}, Math.sqrt(2 / 200)],
    ['he_normal', {}, Math.sqrt(2 / 200)],
    ['lecun_uniform', {}, Math.sqrt(1 / 200)],
    ['lecun_normal', {}, Math.sqrt(1 / 200)],
    ['variance_scaling', { mode: 'fan_out', distribution: 'untruncated_normal' }, Math.sqrt(1 / 100)],
    ['orthogonal', {}, Math.sqrt(1 / 200)],
  ])('%s has mean 0 and its standard deviation', (name, config, expected) => {
    const values = made({ class_name: name, config: { ...config, seed: 5 } })(shape).data;
    const { mean, deviation } = moments(values);
    expect(Math.abs(mean)).toBeLessThan(0.02 * expected + 1e-3);
    expect(deviation / expected).toBeCloseTo(1, 1);
  });
});

describe('seeds', () => {
  test('a seed gives the same values at every call, another seed others', () => {
    const one = initializers.glorotUniform({ seed: 1 });
    expect(one([4, 4]).data).toEqual(one([4, 4]).data);
    expect(initializers.glorotUniform({ seed: 1 })([4, 4]).data).toEqual(one([4, 4]).data);
    expect(initializers.glorotUniform({ seed: 2 })([4, 4]).data).not.toEqual(one([4, 4]).data);
    expect(initializers.glorotUniform({ seed: -1 })([4, 4]).data).not.toEqual(one([4, 4]).data);
  });

  test('without a seed the global generator is drawn from, and can be seeded', () => {
    const free = initializers.randomNormal();
    utils.setRandomSeed(42);
    const first = [free([8]).data, free([8]).data];
    utils.setRandomSeed(42);
    expect([free([8]).data, free([8]).data]).toEqual(first);
    expect(first[0]).not.toEqual(first[1]);
    expect(() => utils.setRandomSeed(1.5)).toThrow(ArgumentError);
  });
});

describe('identifiers', () => {
  test('names, aliases, configurations of Keras 2 and 3, arrays, functions', () => {
    expect(made('normal').className).toBe('RandomNormal');
    expect(made('uniform').className).toBe('RandomUniform');
    expect(made('GlorotUniform').className).toBe('GlorotUniform');
    expect([...made('zeros')([2]).data, ...made('one')([1]).data]).toEqual([0, 0, 1]);
    const old = made({ class_name: 'GlorotUniform', config: { seed: null, dtype: 'float32' } });
    expect(old.getConfig()).toEqual({ seed: null, input_axes: null, output_axes: null });
    expect(made([[1, 2]])([1, 2]).toArray()).toEqual([[1, 2]]);
    expect(made(tensor([1, 2]))([2]).toArray()).toEqual([1, 2]);
    expect(made((shape: readonly number[]) => new Array(shape[0]).fill(3))([2]).toArray()).toEqual([3, 3]);
    expect(get(null)).toBe(null);
    const again = initializers.deserialize(
      initializers.serialize(initializers.orthogonal({ gain: 2, seed: 3 })) as never,
    );
    expect(again.getConfig()).toEqual({ seed: 3, gain: 2 });
    expect(initializers.identity({ gain: 3 }).getConfig()).toEqual({ gain: 3 });
  });

  test('misuse', () => {
    expect(() => get('glorot')).toThrow(/Could not interpret initializer identifier: glorot/);
    expect(() => made('identity')([2, 2, 2])).toThrow(ShapeError);
    expect(() => made('orthogonal')([2])).toThrow(/at least two-dimensional.*\(2,\) of rank 1/);
    expect(() => made([[1, 2]])([2, 1])).toThrow(ShapeError);
    expect(() => initializers.glorotUniform({ seed: 1.5 })).toThrow(ArgumentError);
    expect(() => initializers.glorotUniform({ sead: 1 } as never)).toThrow(/sead.*'seed'/);
    expect(() => initializers.varianceScaling({ mode: 'fan' })).toThrow(/Invalid `mode` argument/);
    expect(() => initializers.varianceScaling({ distribution: 'x' })).toThrow(/Invalid `distribution` argument/);
    expect(() => initializers.serialize(get(() => [1]))).toThrow(ArgumentError);
    expect(() => made('zeros')([2 ** 24, 2 ** 24])).toThrow(ShapeError);
    expect(memory()).toEqual({ blocks: 0, bytes: 0 });
  });
});

/** FNV-1a over the bytes. */
function hashOf({ data }: { data: Float32Array }): bigint {
  let hash = 14695981039346656037n;
  for (const byte of new Uint8Array(data.buffer, data.byteOffset, data.byteLength)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 1099511628211n);
  }
  return hash;
}

// The hashes of tests/native/random_test.cpp: both modules draw what the native build draws.
test('a seed gives the same bits in WebAssembly as natively', () => {
  const drawn = (class_name: string, config: object, shape: number[]) => hashOf(made({ class_name, config })(shape));
  expect(drawn('RandomUniform', { minval: -1, maxval: 1, seed: 42 }, [1000])).toBe(1586595510987224550n);
  expect(drawn('RandomNormal', { mean: 0, stddev: 1, seed: 42 }, [1000])).toBe(3641817994390159357n);
  expect(drawn('TruncatedNormal', { mean: 0, stddev: 1, seed: 42 }, [1000])).toBe(8423900567007443815n);
  expect(drawn('Orthogonal', { gain: 1, seed: 42 }, [33, 17])).toBe(1221391517441174769n);
});
