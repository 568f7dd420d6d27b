import { describe, expect, test } from '@jest/globals';
import { ArgumentError, constraints, regularizers } from 'simple-rnn';
import { numbers, readCases } from './known_answers.js';

const families = { regularizers, constraints };
const cases = [...readCases('cases/keras_regularizers'), ...readCases('cases/keras_constraints')].map((each) => ({
  each,
  family: each.id.startsWith('reg') ? regularizers : constraints,
}));

describe.each(cases.filter(({ each }) => ['identifier', 'get_config', 'error'].includes(each.kind)))(
  'known answer $each.id',
  ({ each, family }) => {
    test(each.description, () => {
      const { config, expected } = each;
      if (each.kind === 'identifier') expect(family.get(config.identifier)?.className).toBe(expected.resolves_to);
      else if (each.kind === 'get_config') expect(family.get(config)?.getConfig()).toEqual(expected.config);
      else if (config.identifier !== undefined) expect(() => family.get(config.identifier)).toThrow(ArgumentError);
      else {
        const values = Object.fromEntries(
          Object.entries(config.config).map(([key, value]) => [key, numbers(value as never)]),
        );
        const call = () => family.get({ class_name: config.class_name, config: values });
        expect(call).toThrow(ArgumentError);
        expect(call).toThrow(new RegExp(expected.message_regex));
      }
    });
  },
);

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
  expect(family.get(one)).toBe(one);
  expect(() => family.get(7 as never)).toThrow(ArgumentError);
});
