import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { ArgumentError, type Config, schedules } from 'simple-rnn';

interface Known {
  class_name: string;
  config: Config;
  full_config: Config;
  steps: number[];
  rates: number[];
}

const read = (path: string) => JSON.parse(readFileSync(new URL(`../fixtures/${path}`, import.meta.url), 'utf8'));
const known: Known[] = read('callbacks/schedules.json');
const cases: {
  id: string;
  kind: string;
  config: { class_name: string; config: Config };
  inputs: { steps: number[] };
  expected: { lr: number[] };
}[] = read('cases/keras_lr_schedules.json').cases;

function expectRates(schedule: schedules.ScheduleFunction, steps: number[], rates: number[], tolerance: number): void {
  steps.forEach((step, index) => {
    expect(Math.abs(schedule(step) - (rates[index] as number))).toBeLessThanOrEqual(tolerance);
  });
}

test.each(known)('Keras: $class_name $config', ({ class_name, config, full_config, steps, rates }) => {
  const schedule = schedules.deserialize({ class_name, config });
  // Keras computes in float32: near 0 of a cosine its own error shows.
  expectRates(schedule, steps, rates, 2e-7 * Math.max(...rates) * 2);
  expect(schedule.getConfig()).toEqual(full_config);
  expect(Object.keys(schedule.getConfig())).toEqual(Object.keys(full_config));
  expect(schedules.serialize(schedule)).toEqual({
    module: 'keras.optimizers.schedules',
    class_name,
    config: full_config,
    registered_name: null,
  });
});

test.each(cases.filter(({ kind }) => kind === 'lr_schedule'))('$id', ({ config, inputs, expected }) => {
  expectRates(schedules.get(config), inputs.steps, expected.lr, 1e-6);
});

describe('schedules', () => {
  test('by our own names', () => {
    expect(schedules.exponentialDecay({ initialLearningRate: 1, decaySteps: 2, decayRate: 0.25 })(1)).toBe(0.5);
    expect(
      schedules.inverseTimeDecay({ initialLearningRate: 1, decaySteps: 1, decayRate: 1, staircase: true })(1),
    ).toBe(0.5);
    expect(schedules.piecewiseConstantDecay({ boundaries: [3], values: [2, 1], name: 'mine' }).getConfig()).toEqual({
      boundaries: [3],
      values: [2, 1],
      name: 'mine',
    });
    expect(schedules.polynomialDecay({ initialLearningRate: 1, decaySteps: 4, endLearningRate: 0 })(1)).toBe(0.75);
    expect(schedules.cosineDecay({ initialLearningRate: 0, decaySteps: 4, warmupTarget: 1, warmupSteps: 2 })(1)).toBe(
      0.5,
    );
    expect(schedules.cosineDecayRestarts({ initialLearningRate: 1, firstDecaySteps: 4, tMul: 1 })(4)).toBe(1);
  });

  test('a function of the user is its own schedule, null stays null', () => {
    const own = (step: number) => 1 / (step + 1);
    expect(schedules.get(own)).toBe(own);
    expect(schedules.get(null)).toBe(null);
    const made = schedules.cosineDecay({ initialLearningRate: 1, decaySteps: 4 });
    expect(schedules.get(made)).toBe(made);
  });

  test('what is wrong is said', () => {
    expect(() => schedules.cosineDecay({ initialLearningRate: 1, decaySteps: 0 })).toThrow(
      'Argument `decay_steps` must be > 0. Received: decay_steps=0',
    );
    expect(() => schedules.cosineDecayRestarts({ initialLearningRate: 1, firstDecaySteps: -1 })).toThrow(
      'Argument `first_decay_steps` must be > 0. Received: first_decay_steps=-1',
    );
    expect(() => schedules.piecewiseConstantDecay({ boundaries: [1, 2], values: [1, 2] })).toThrow(
      'The length of boundaries should be 1 less than the length of values.',
    );
    expect(() => schedules.piecewiseConstantDecay({ boundaries: [Number.NaN], values: [1, 2] })).toThrow(ArgumentError);
    expect(() => schedules.piecewiseConstantDecay({ boundaries: 3 as never, values: [1] })).toThrow(/list of numbers/);
    expect(() => schedules.get('CosineDecay')).toThrow(/`initial_learning_rate` must be a finite number/);
    expect(() => schedules.get('CosinusDecay')).toThrow(
      "Could not interpret schedule identifier: CosinusDecay (the nearest known one is 'CosineDecay')",
    );
    expect(() =>
      schedules.exponentialDecay({ initialLearningRate: 1, decaySteps: 1, decayRate: 1, staircase: 1 as never }),
    ).toThrow(/`staircase` must be true or false/);
    expect(() => schedules.polynomialDecay({ initialLearningRate: 1, decaySteps: 1, cycles: true } as never)).toThrow(
      /Did you mean 'cycle'/,
    );
  });
});
