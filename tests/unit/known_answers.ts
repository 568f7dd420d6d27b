// Reads the known-answer files of tests/fixtures and compares with them.
import { readFileSync } from 'node:fs';
import { expect } from '@jest/globals';
import type { Tensor } from 'simple-rnn';

export type Nested = number | string | boolean | Nested[];

export interface Step {
  op: string;
  inputs?: Inputs;
  check?: string;
}
export interface Inputs {
  x: Nested;
  x_other?: Nested;
  x_shape?: number[];
  mask?: Nested;
  initial_state?: Nested;
}
export interface Case {
  id: string;
  kind: string;
  applies: string;
  description: string;
  // biome-ignore lint/suspicious/noExplicitAny: the form depends on the kind.
  config: any;
  inputs: Inputs;
  // biome-ignore lint/suspicious/noExplicitAny: by name or as a list.
  weights?: any;
  steps: Step[];
  // biome-ignore lint/suspicious/noExplicitAny: the form depends on the kind.
  expected: any;
  tolerance: { rtol: number; atol: number };
}

/** The cases of `folder/name.json`. */
export function readCases(path: string): Case[] {
  return JSON.parse(readFileSync(new URL(`../fixtures/${path}.json`, import.meta.url), 'utf8')).cases;
}

/** Nested arrays with the strings NaN and Infinity as numbers. */
export function numbers(value: Nested): never {
  const convert = (each: Nested): unknown =>
    Array.isArray(each) ? each.map(convert) : typeof each === 'string' ? Number(each) : each;
  return convert(value) as never;
}

function flat(value: Nested): number[] {
  return ([numbers(value)] as unknown[]).flat(Number.POSITIVE_INFINITY) as number[];
}

function shapeOf(value: Nested): number[] {
  return Array.isArray(value) ? [value.length, ...(value.length > 0 ? shapeOf(value[0] as Nested) : [])] : [];
}

/** |got - expected| <= atol + rtol |expected|, and the same shape. */
export function expectClose(got: Tensor, expected: Nested, tolerance: { rtol: number; atol: number }): void {
  expect(got.shape).toEqual(shapeOf(expected));
  flat(expected).forEach((value, index) => {
    const own = got.data[index] as number;
    if (Number.isNaN(value) || !Number.isFinite(value)) expect(own).toBe(value);
    else if (!(Math.abs(own - value) <= tolerance.atol + tolerance.rtol * Math.abs(value))) {
      throw new Error(`entry ${index}: got ${own}, expected ${value}`);
    }
  });
}

/** Weights by name, in Keras' order. */
export function orderedWeights(weights: Record<string, Nested>): never[] {
  return ['kernel', 'recurrent_kernel', 'bias', 'embeddings']
    .filter((name) => name in weights)
    .map((name) => numbers(weights[name] as Nested));
}
