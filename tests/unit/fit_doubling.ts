// A model of one weight, whose losses and gradients can be computed by hand.
import { expect } from '@jest/globals';
import { Dense, type Sequential } from 'simple-rnn';

export const metrics = ['mae'];
export const weightedMetrics = ['mae'];
export const optimizer = { class_name: 'SGD', config: { learning_rate: 0.1 } };
export const silent = { verbose: 0 } as const;
export const twos = { class_name: 'Constant', config: { value: 2 } };

/** One number 2x of each x. */
export const doubling = (options: object = {}): Dense =>
  new Dense({ units: 1, useBias: false, kernelInitializer: twos, ...options });

/** The first number of the first weight. */
export const weightOf = (model: Sequential): number | undefined => model.getWeights()[0]?.data[0];

/** Expects logs of these keys in this order, near these numbers. */
export function expectLogs(logs: Record<string, unknown>, expected: Record<string, number>) {
  expect(Object.keys(logs)).toEqual(Object.keys(expected));
  for (const [name, value] of Object.entries(expected)) expect(logs[name]).toBeCloseTo(value, 4);
}
