// For test files whose layers and models are freed after each test: at its end nothing may be held.
import { afterEach, expect } from '@jest/globals';
import { memory, type Tensor } from 'simple-rnn';

const held: { dispose(): void }[] = [];

/** Frees a layer or model after the test. */
export function hold<T extends { dispose(): void }>(made: T): T {
  held.push(made);
  return made;
}

/** To be called once per file. */
export function freeAfterEach(): void {
  afterEach(() => {
    for (const each of held.splice(0)) each.dispose();
    expect(memory()).toEqual({ blocks: 0, bytes: 0 });
  });
}

/** What `apply` or `predict` gave, one by one. */
export const flat = (given: unknown): Tensor[] => [given].flat(Number.POSITIVE_INFINITY) as Tensor[];

/** The same as nested arrays. */
export const arrays = (given: unknown): unknown[] => flat(given).map((each) => each.toArray());

/** Whether two tensors agree, shapes included, to within `tolerance`. */
export function expectNear(got: Tensor, expected: Tensor, tolerance = 1e-6): void {
  expect(got.shape).toEqual(expected.shape);
  const worst = got.data.reduce((most, value, i) => Math.max(most, Math.abs(value - (expected.data[i] as number))), 0);
  expect(worst).toBeLessThanOrEqual(tolerance);
}

/** Numbers that look random and are the same every time, from -1 to 1. */
export function numbersOf(...shape: number[]): { data: Float32Array; shape: number[] } {
  const count = shape.reduce((all, size) => all * size, 1);
  return { data: Float32Array.from({ length: count }, (_, i) => Math.sin(12.9898 * (i + 1))), shape };
}
