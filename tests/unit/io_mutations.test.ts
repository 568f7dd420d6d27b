// Seeded damage: whatever one byte does to a file, loading ends soon, in a working model or one of our errors.
import { expect, test } from '@jest/globals';
import { memory, SimpleRNNError, type Tensor } from 'simple-rnn';
import { loadModel } from 'simple-rnn/io';
import { bytesOf, json, keras, members, stopwatch } from './io_support.js';

/** mulberry32: the same numbers at every run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

async function survives(bytes: Uint8Array, what: string): Promise<'read' | 'refused'> {
  const before = memory();
  const elapsed = stopwatch();
  let result: 'read' | 'refused' = 'read';
  try {
    const model = await loadModel(bytes);
    try {
      const inputs = model.inputs.map(({ shape }) => {
        const sizes = shape.map((size) => size ?? 2);
        return { data: new Float32Array(sizes.reduce((a, b) => a * b, 1)), shape: sizes };
      });
      const [first] = [model.predict<Tensor | Tensor[]>(inputs.length === 1 ? inputs[0] : inputs)].flat();
      expect(first.data.length).toBeGreaterThan(0);
    } finally {
      model.dispose();
    }
  } catch (error) {
    if (!(error instanceof SimpleRNNError)) throw new Error(`${what}: ${String(error)}`, { cause: error });
    result = 'refused';
  }
  const time = elapsed();
  if (time > 1000) throw new Error(`${what} took ${time} ms`);
  if (memory().bytes !== before.bytes) throw new Error(`${what} left memory behind`);
  return result;
}

const names = ['keras_stateful_nobias.keras', 'keras_seq_two_rnn.keras'];

test.each(names)('%s: one byte changed anywhere in the archive', async (name) => {
  const next = random(1);
  const whole = bytesOf(name);
  const counts = { read: 0, refused: 0 };
  for (let i = 0; i < 300; i++) {
    const at = Math.floor(next() * whole.length);
    const bytes = whole.slice();
    bytes[at] ^= 1 << Math.floor(next() * 8);
    counts[await survives(bytes, `byte ${at}`)]++;
  }
  expect(counts.refused).toBeGreaterThan(220);
});

// Inside the members the CRC is made good again, so that the damage reaches the readers behind it.
test.each(names.flatMap((name) => ['config.json', 'model.weights.h5'].map((member) => [name, member] as const)))(
  '%s: one byte changed in %s',
  async (name, member) => {
    const next = random(2);
    const whole = members(name)[member];
    const counts = { read: 0, refused: 0 };
    for (let i = 0; i < 350; i++) {
      const at = Math.floor(next() * whole.length);
      const bytes = whole.slice();
      bytes[at] = Math.floor(next() * 256);
      counts[await survives(keras(name, { [member]: bytes }), `byte ${at} of ${member}`)]++;
    }
    expect(counts.read + counts.refused).toBe(350);
  },
);

const odd: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  2 ** 31,
  1e300,
  '',
  'x',
  'tanh',
  [],
  [null],
  [[1, 2], 3],
  {},
  { class_name: 'Zeros' },
  { class_name: 3, config: 4 },
  { class_name: 'L2', config: { l2: 'x' } },
  { module: 1, class_name: 'function', config: 'tanh' },
];

/** Every place in a JSON value: what holds it, and its key there. */
function places(value: unknown, found: [Record<string, unknown>, string][] = []): [Record<string, unknown>, string][] {
  if (typeof value !== 'object' || value === null) return found;
  for (const [key, inner] of Object.entries(value)) {
    found.push([value as Record<string, unknown>, key]);
    places(inner, found);
  }
  return found;
}

const graphs = [
  'k3_shared_multi_io.keras',
  'k3_nested_trained.keras',
  'random_20.keras',
  'random_27.keras',
  'tfk_states.keras',
  'tfk_nested.keras',
];

test.each([...names, 'keras_embedding_masked_rnn.keras', 'digits.keras', 'tfk_seq_trained.keras', ...graphs])(
  '%s: one value of the configuration replaced or left out',
  async (name) => {
    const next = random(3);
    const pick = <T>(list: readonly T[]) => list[Math.floor(next() * list.length)] as T;
    const config = members(name)['config.json'];
    const counts = { read: 0, refused: 0 };
    for (let i = 0; i < 200; i++) {
      const changed = JSON.parse(new TextDecoder().decode(config));
      const [holder, key] = pick(places(changed));
      const value = pick(odd);
      if (next() < 0.2) delete holder[key];
      else holder[key] = value;
      counts[await survives(keras(name, { 'config.json': json(changed) }), `${key} = ${JSON.stringify(value)}`)]++;
    }
    expect(counts.refused).toBeGreaterThan(30);
    expect(counts.read).toBeGreaterThan(10);
  },
);

test.each(graphs)('%s: two values of the configuration exchanged, or one put in the place of another', async (name) => {
  const next = random(4);
  const config = members(name)['config.json'];
  const counts = { read: 0, refused: 0 };
  for (let i = 0; i < 200; i++) {
    const changed = JSON.parse(new TextDecoder().decode(config));
    // Of the graph alone: references, names, shapes, whole layers.
    const all = places(changed.config).filter(([, key]) => !/initializer|dtype|build_config/.test(key));
    const [first, key] = all[Math.floor(next() * all.length)];
    const kind = typeof first[key];
    const alike = all.filter(([holder, other]) => typeof holder[other] === kind && holder[other] !== first[key]);
    if (alike.length === 0) continue;
    const [second, other] = alike[Math.floor(next() * alike.length)];
    const [value, given] = [structuredClone(first[key]), structuredClone(second[other])];
    first[key] = given;
    if (next() < 0.5) second[other] = value;
    counts[await survives(keras(name, { 'config.json': json(changed) }), `${key} = ${JSON.stringify(given)}`)]++;
  }
  expect(counts.refused).toBeGreaterThan(30);
  expect(counts.read).toBeGreaterThan(3);
});
