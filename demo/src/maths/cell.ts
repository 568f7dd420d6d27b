import type { RecurrentCard, RecurrentRun } from '../host/model_host.js';

/** One product (or the bias) that goes into a cell's sum. */
export interface Term {
  readonly kind: 'input' | 'state' | 'bias';
  /** Feature of x, unit of h₋₁; 0 for the bias. */
  readonly index: number;
  /** x or h₋₁; 1 for the bias. */
  readonly value: number;
  readonly weight: number;
  readonly product: number;
}

/** h = activation(x·W + h₋₁·U + b) of one cell, taken apart. */
export interface CellArithmetic {
  /** Largest first, by size without sign. */
  readonly terms: readonly Term[];
  readonly inputSum: number;
  readonly stateSum: number;
  readonly bias: number;
  readonly sum: number;
  /** activation(sum), computed here; null if this page does not know the activation. */
  readonly result: number | null;
  /** The state that the network computed. */
  readonly state: number;
}

const ACTIVATIONS: Readonly<Record<string, (z: number) => number>> = {
  tanh: Math.tanh,
  sigmoid: (z) => 1 / (1 + Math.exp(-z)),
  relu: (z) => Math.max(0, z),
  linear: (z) => z,
};

/** The arithmetic of `unit` (from 0) at `step` (from 1; the state before step 1 is zero). */
export function cellArithmetic(card: RecurrentCard, run: RecurrentRun, step: number, unit: number): CellArithmetic {
  const { features, units, kernel, recurrentKernel, bias } = card;
  const terms: Term[] = [];
  const add = (kind: Term['kind'], index: number, value: number, weight: number) =>
    terms.push({ kind, index, value, weight, product: value * weight });
  for (let i = 0; i < features; i++) {
    add('input', i, at(run.inputs, (step - 1) * features + i), at(kernel, i * units + unit));
  }
  for (let k = 0; k < units; k++) {
    const before = step > 1 ? at(run.states, (step - 2) * units + k) : 0;
    add('state', k, before, at(recurrentKernel, k * units + unit));
  }
  add('bias', 0, 1, at(bias, unit));
  const total = (kind: Term['kind']) =>
    terms.filter((term) => term.kind === kind).reduce((sum, term) => sum + term.product, 0);
  const sum = total('input') + total('state') + total('bias');
  const activation = ACTIVATIONS[card.activation];
  return {
    terms: terms.sort((a, b) => Math.abs(b.product) - Math.abs(a.product)),
    inputSum: total('input'),
    stateSum: total('state'),
    bias: total('bias'),
    sum,
    result: activation ? activation(sum) : null,
    state: at(run.states, (step - 1) * units + unit),
  };
}

function at(array: Float32Array, index: number): number {
  const value = array[index];
  if (value === undefined) throw new RangeError(`no number at ${index} of ${array.length}`);
  return value;
}
