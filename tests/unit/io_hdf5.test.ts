import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { loadModel } from 'simple-rnn/io';
import { FORMAT, json, keras, members, path, refused, text } from './io_support.js';

const model = 'keras_stateful_nobias.keras';
const inputs = JSON.parse(readFileSync(path('keras_stateful_nobias.io.json'), 'utf8')).inputs[0];
const withWeights = (weights: Uint8Array) => keras(model, { 'model.weights.h5': weights });
const variant = (name: string) => withWeights(new Uint8Array(readFileSync(path(`hdf5/${name}.h5`))));

async function outputs(bytes: Uint8Array): Promise<number[]> {
  const loaded = await loadModel(bytes);
  const { data } = loaded.predict(inputs);
  loaded.dispose();
  return [...data];
}

test.each(['float64', 'big_endian', 'big_endian_float64', 'checkpoint_dependencies', 'foreign_groups'])(
  'reads weights of the variant %s to the bit',
  async (name) => {
    expect(await outputs(variant(name))).toEqual(await outputs(keras(model)));
  },
);

test.each(['nested_dependencies', 'nested_dependencies_doubled'])(
  "reads a model within a model with early versions' names of groups: %s",
  async (name) => {
    const nested = 'k3_nested_trained.keras';
    const weights = new Uint8Array(readFileSync(path(`hdf5/${name}.h5`)));
    const old = await loadModel(keras(nested, { 'model.weights.h5': weights }));
    const plain = await loadModel(keras(nested));
    expect(old.getWeights()).toEqual(plain.getWeights());
    expect(old.optimizerState).toEqual(plain.optimizerState);
    old.dispose();
    plain.dispose();
  },
);

test('reads half precision', async () => {
  const [half, single] = [await outputs(variant('float16')), await outputs(keras(model))];
  for (const [i, value] of half.entries()) expect(value).toBeCloseTo(single[i], 2);
});

test.each<[string, RegExp]>([
  ['int32', /type "<i4"; float32 is expected/],
  ['text', /type "S3"/],
  ['boolean', /type/],
  ['bfloat16', /number format that is not IEEE/],
  ['wrong_shape', /"simple_rnn_3".*kernel has the shape \(3,3\), the weights file has \(2,3\)/],
  ['wrong_rank', /has \(9\)/],
  ['scalar', /has \(\)/],
  ['empty', /has \(0,3\)/],
  ['missing', /has 2 weights \(kernel, recurrent_kernel\), the weights file has 1/],
  ['missing_layer', /has 2 weights.*has 0/],
  ['missing_layers', /has 2 weights.*has 0|no group "layers"/],
  ['surplus', /has 2 weights.*has 3/],
  ['surplus_layer', /"layers\/dense\/vars", which the model does not have/],
  ['wrong_name', /layer named "another"/],
  ['wrong_index', /no "layers\/simple_rnn\/cell\/vars\/1", the recurrent_kernel/],
  ['soft_link', /soft link/],
  ['external_link', /form of HDF5 1\.8|link/],
  ['hard_link_cycle', /twice, or in a circle/],
  ['chunked', /is stored in chunks/],
  ['gzip', /is compressed/],
  ['external_storage', /lies in another file/],
  ['virtual', /is virtual/],
  ['compact', /inside its header/],
  ['superblock_3', /superblock 3/],
  ['user_block', /not an HDF5 file/],
  ['deep', /more than 32 levels/],
  ['reference_attribute', /neither text nor a number/],
])('refuses weights of the variant %s', async (name, message) => {
  await refused(variant(name), FORMAT, message);
});

const whole = members(model)['model.weights.h5'];
/** Offset of the n-th occurrence of some letters. */
function find(letters: string, n = 0): number {
  const wanted = text(letters);
  let at = -1;
  for (let i = 0; i <= n; i++) {
    do at++;
    while (at < whole.length && !wanted.every((byte, k) => whole[at + k] === byte));
  }
  if (at >= whole.length) throw new Error(`no ${letters}`);
  return at;
}
/** The weights file with some bytes replaced. */
function patched(at: number, ...values: number[]): Uint8Array {
  const bytes = whole.slice();
  bytes.set(values, at);
  return withWeights(bytes);
}
const far = [0, 0, 0, 0, 1, 0, 0, 0];
const beyond = [255, 255, 255, 255, 255, 255, 255, 127];
const self = (at: number) => [at & 255, at >> 8, 0, 0, 0, 0, 0, 0];
/** Address of the first dataset's header: the message of its dataspace holds 3, 3. */
const dimensions = (() => {
  for (let at = 0; at < whole.length; at++) {
    if (whole[at] === 1 && whole[at + 1] === 2 && whole[at + 8] === 3 && whole[at + 16] === 3) return at;
  }
  throw new Error('no dataspace');
})();

test.each<[string, () => Uint8Array, RegExp]>([
  ['nothing', () => withWeights(new Uint8Array(0)), /not an HDF5 file/],
  ['text', () => withWeights(text('no HDF5 at all')), /not an HDF5 file/],
  ['a signature alone', () => withWeights(whole.subarray(0, 8)), /outside itself/],
  ['a foreign superblock', () => patched(8, 9), /superblock 9/],
  ['short addresses', () => patched(13, 4), /8 bytes/],
  ['an end beyond the file', () => patched(40, ...far), /outside itself/],
  ['a root beyond the file', () => patched(64, ...far), /outside itself/],
  ['a root that is no object', () => patched(64, ...self(find('TREE'))), /unknown version/],
  ['a tree of itself', () => patched(find('TREE') + 5, 1), /twice|in order|SNOD|TREE|circle/],
  ['a tree in a circle', () => patched(find('TREE') + 32, ...self(find('TREE'))), /twice|circle|SNOD/],
  ['a tree with too many children', () => patched(find('TREE') + 6, 255, 255), /outside itself|SNOD|circle/],
  ['a heap beyond the file', () => patched(find('HEAP') + 24, ...far), /outside itself/],
  ['a heap of 2^63 bytes', () => patched(find('HEAP') + 8, ...beyond), /outside itself/],
  ['a name beyond the heap', () => patched(find('SNOD') + 8, ...far), /without a proper name/],
  ['too many names', () => patched(find('SNOD') + 6, 255, 255), /outside itself/],
  ['an array of 2^40 rows', () => patched(dimensions + 8, 0, 0, 0, 0, 0, 1, 0, 0), /2\^32/],
  ['an array of 2^31 rows', () => patched(dimensions + 8, 0, 0, 0, 128), /contradicts itself/],
  ['an array of 200 dimensions', () => patched(dimensions + 1, 200), /200 dimensions/],
])('refuses weights with %s', async (_, make, message) => {
  await refused(make(), FORMAT, message);
});

test('weights cut short anywhere are refused', async () => {
  for (let i = 0; i < 50; i++) {
    await refused(withWeights(whole.subarray(0, Math.floor((whole.length * i) / 50))), FORMAT, /./);
  }
});

describe("the optimizer's variables", () => {
  const compiled = (name: string): Uint8Array => {
    const config = JSON.parse(new TextDecoder().decode(members(model)['config.json']));
    config.compile_config = { optimizer: 'sgd', loss: 'mse' };
    const weights = new Uint8Array(readFileSync(path(`hdf5/${name}.h5`)));
    return keras(model, { 'config.json': json(config), 'model.weights.h5': weights });
  };

  test('come in the order of their numbers, whole numbers exactly', async () => {
    const loaded = await loadModel(compiled('optimizer'));
    const { name, variables } = loaded.optimizerState ?? { name: null, variables: [] };
    expect(name).toBe('sgd');
    expect(variables.map(({ shape }) => shape)).toEqual([[], [], ...Array(9).fill([3, 3])]);
    expect([...variables[0].data, ...variables[1].data]).toEqual([2 ** 40, 0.5]);
    loaded.dispose();
  });

  test.each<[string, RegExp]>([
    ['optimizer_large', /1000 values of the optimizer, too many/],
    ['optimizer_index', /2 variables of the optimizer, but no "optimizer\/vars\/1"/],
    ['optimizer_text', /type "S3"; a number is expected/],
  ])('are refused in the variant %s, and left aside without the training configuration', async (name, message) => {
    await refused(compiled(name), FORMAT, message);
    const loaded = await loadModel(compiled(name), { compile: false });
    expect(loaded.optimizerState).toBeNull();
    loaded.dispose();
  });
});
