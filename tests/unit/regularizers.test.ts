import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { ArgumentError, constraints, memory, regularizers, ShapeError, tensor } from 'simple-rnn';
import { type Case, expectClose, type Nested, numbers } from './known_answers.js';

const families = { regularizers, constraints };
const tolerance = { rtol: 1e-6, atol: 1e-6 };

function constrained(member: unknown, w: Nested) {
  return (constraints.get(member as never) as constraints.Constraint)(numbers(w));
}

function expectPenalty(member: unknown, x: Nested, value: number, { rtol, atol }: Case['tolerance']): void {
  const penalty = (regularizers.get(member as never) as regularizers.Regularizer)(numbers(x));
  expect(Math.abs(penalty - value)).toBeLessThanOrEqual(atol + rtol * value);
}

const ours: Record<string, { member: unknown; x: Nested; expected: Nested }[]> = JSON.parse(
  readFileSync(new URL('../fixtures/functions/functions.json', import.meta.url), 'utf8'),
);

test.each(ours.regularizers ?? [])('Keras: $member.class_name $member.config', ({ member, x, expected }) => {
  expectPenalty(member, x, expected as number, tolerance);
});

test.each(ours.constraints ?? [])('Keras: $member.class_name $member.config', ({ member, x, expected }) => {
  expectClose(constrained(member, x), expected, tolerance);
});

describe('regularizers', () => {
  test('names, defaults, None', () => {
    expect(regularizers.get('l1_l2')?.getConfig()).toEqual({ l1: 0, l2: 0 });
    expect(regularizers.get('L2')?.getConfig()).toEqual({ l2: 0.01 });
    expect(regularizers.get({ class_name: 'L1', config: { l1: null } })?.getConfig()).toEqual({ l1: 0.01 });
    expect(regularizers.l1l2({ l1: null, l2: 0.5 }).getConfig()).toEqual({ l1: 0, l2: 0.5 });
    expect(regularizers.get(null)).toBe(null);
    expect(regularizers.serialize(regularizers.l1())).toEqual({
      module: 'keras.regularizers',
      class_name: 'L1',
      config: { l1: 0.01 },
      registered_name: null,
    });
    expect(() => regularizers.orthogonalRegularizer({ mode: 'x' as never })).toThrow(
      /Invalid value for argument `mode`/,
    );
    expect(() => regularizers.l2({ l2: -1 })).toThrow(
      'Invalid value for argument l2: expected a non-negative float.Received: l2=-1',
    );
  });
});

describe('on tensors', () => {
  test('the argument stays as it is, and nothing stays in the module', () => {
    const before = memory();
    const w = tensor([
      [-3, 4],
      [0, 0],
    ]);
    expect(constraints.nonNeg()(w).toArray()).toEqual([
      [0, 4],
      [0, 0],
    ]);
    expect(constraints.unitNorm({ axis: null })(w).toArray()).toEqual(
      constraints
        .unitNorm({ axis: [0, 1] })(w)
        .toArray(),
    );
    expect(regularizers.l1({ l1: 1 })({ data: new Int8Array([-1, 2]), shape: [2] })).toBe(3);
    expect(w.toArray()).toEqual([
      [-3, 4],
      [0, 0],
    ]);
    expect(memory()).toEqual(before);
  });

  test('a number, no rows', () => {
    expect(regularizers.l2({ l2: 1 })(3)).toBe(9);
    expect(regularizers.l2()(tensor([], [0, 3]))).toBe(0);
    expect(constraints.nonNeg()(-3).toArray()).toBe(0);
    expect(constraints.maxNorm()(tensor([], [0, 3])).shape).toEqual([0, 3]);
  });

  test('float64 sums, the worst case of the orthogonal one', () => {
    expect(regularizers.l2({ l2: 1 })(new Array(2 ** 16).fill(0.1))).toBeCloseTo(2 ** 16 * Math.fround(0.1) ** 2, 9);
    expect(
      regularizers.orthogonalRegularizer({ factor: 1 })([
        [1, 2],
        [1, 2],
        [-1, -2],
      ]),
    ).toBeCloseTo(1, 6);
    expect(regularizers.orthogonalRegularizer()([[1, 2]])).toBe(0);
  });

  test('wrong ranks and axes', () => {
    const orthogonal = regularizers.orthogonalRegularizer();
    expect(() => orthogonal(tensor(new Float32Array(64), [4, 4, 4]))).toThrow(ShapeError);
    expect(() => orthogonal(tensor(new Float32Array(64), [4, 4, 4]))).toThrow(
      'Inputs to OrthogonalRegularizer must have rank 2. Received: inputs.shape=(4, 4, 4)',
    );
    expect(() => constraints.maxNorm({ axis: 1 })([1, 2])).toThrow(/MaxNorm: `axis` 1 is none of .*\(2,\)/);
    expect(() => constraints.unitNorm({ axis: [0, -3] })([[1], [2]])).toThrow(ShapeError);
    expect(() => constraints.unitNorm()(5)).toThrow(ShapeError);
    expect(() => regularizers.l1()('x' as never)).toThrow(/L1: x: expected a Tensor/);
  });
});

describe('constraints', () => {
  test('names, both spellings, lists of axes', () => {
    expect(constraints.maxNorm({ maxValue: 3 }).getConfig()).toEqual({ max_value: 3, axis: 0 });
    expect(constraints.get({ class_name: 'min_max_norm', config: { min_value: 0.5 } })?.getConfig()).toEqual({
      min_value: 0.5,
      max_value: 1,
      rate: 1,
      axis: 0,
    });
    expect(constraints.unitNorm({ axis: [0, 1] }).getConfig()).toEqual({ axis: [0, 1] });
    expect(constraints.nonNeg().className).toBe('NonNeg');
    expect(() => constraints.maxNorm({ axis: 0.5 })).toThrow(/axis/);
    expect(() => constraints.maxNorm({ maxValue: Number.NaN })).toThrow(ArgumentError);
    expect(() => constraints.get('maxnorm2')).toThrow(/Could not interpret constraint identifier: maxnorm2/);
  });
});

test.each(Object.keys(families))('%s: an object of ours is taken as it is', (name) => {
  const family = families[name as keyof typeof families];
  const one = family.get(name === 'regularizers' ? 'l2' : 'non_neg');
  expect(family.get(one as never)).toBe(one);
  expect(() => family.get(7 as never)).toThrow(ArgumentError);
});
