// Every bad value, and what may come of a call with one: a typed error with a code, or a result.
import { expect } from '@jest/globals';
import { SimpleRNNError, Tensor } from 'simple-rnn';

// biome-ignore lint/suspicious/noExplicitAny: wrong values of every kind.
export type Anything = any;

const USER_ERROR = 'thrown by the user';
function throwing(): never {
  throw new Error(USER_ERROR);
}

export function badValues(): Anything[] {
  const loop: unknown[] = [];
  loop.push(loop);
  const four = new Float32Array(4);
  const primitives = [
    undefined,
    null,
    Number.NaN,
    Infinity,
    -1,
    0,
    1.5,
    2 ** 31,
    2 ** 53,
    '',
    'x',
    '3',
    true,
    false,
    10n,
  ];
  const names = ['__proto__', 'constructor', 'toString', Symbol('s')];
  const arrays = [[], [[]], [1], [[1]], [[[1]]], [[[1, 2]]], [['a']], [null], [undefined], new Array(2), [10n], loop];
  const objects = [{}, new Date(), new Map(), /x/, new Error('e'), Promise.resolve(1), Object.create(null), class {}];
  const buffers = [
    new ArrayBuffer(8),
    new SharedArrayBuffer(8),
    new DataView(new ArrayBuffer(8)),
    new Float32Array(0),
    new Float32Array(2),
    new Float64Array(3),
    new BigInt64Array(2),
    new Uint8Array(100_001),
  ];
  const parts = [
    { data: 1, shape: [1] },
    { data: four, shape: [Number.NaN] },
    { data: four, shape: [-1] },
    { data: four, shape: [2, 2] },
    { data: null, shape: null },
    { data: 'x', shape: [1] },
    { shape: [1] },
  ];
  const serialized = [
    { class_name: 'x' },
    { class_name: 1 },
    { class_name: 'Zeros', config: 1 },
    { class_name: 'Constant', config: { value: {} } },
    { class_name: 'RandomNormal', config: { seed: {} } },
    { class_name: 'VarianceScaling', config: { input_axes: 5, output_axes: 'x' } },
    JSON.parse('{"__proto__":{"units":3}}'),
    JSON.parse('{"constructor":1}'),
  ];
  const tensors = [
    new Tensor(four, [-2, -2]),
    new Tensor(four, ['2', 2] as never),
    new Tensor('x' as never, [1]),
    new Tensor(four, null as never),
    new Tensor(null as never, [1]),
  ];
  const hooks = [() => 1, throwing, new Proxy({}, { get: throwing })];
  return [...primitives, ...names, ...arrays, ...objects, ...buffers, ...parts, ...serialized, ...tensors, ...hooks];
}

let cells = 0;

/** How many calls there were. */
export const count = (): number => cells;

/** Fails unless an error is one of the package's, or the user's own. */
function expectTyped(error: unknown): void {
  if (error instanceof Error && error.message === USER_ERROR) return;
  if (!(error instanceof SimpleRNNError)) throw error;
  expect(error.code).toMatch(/^ERR_/);
}

/** Takes what a call gives, whatever it is; a promise may be refused by an error of the package. */
export function ignore(result: Anything): void {
  if (typeof result?.then === 'function') result.then(undefined, expectTyped);
}

/** Calls with every bad value; what comes back is disposed of. */
export function cross(call: (value: Anything) => unknown): void {
  for (const value of badValues()) {
    cells += 1;
    try {
      const result = call(value) as { dispose?: () => void } | undefined;
      if (typeof result?.dispose === 'function') result.dispose();
    } catch (error) {
      expectTyped(error);
    }
  }
}

/** The same with calls that are awaited. */
export async function crossAwaited(call: (value: Anything) => Promise<unknown>): Promise<void> {
  for (const value of badValues()) {
    cells += 1;
    try {
      await call(value);
    } catch (error) {
      expectTyped(error);
    }
  }
}
