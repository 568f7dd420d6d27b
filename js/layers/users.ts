import { checkOptions, show, showShape } from '../runtime/check.js';
import { ArgumentError, ShapeError } from '../runtime/errors.js';
import { kernels } from '../runtime/module.js';
import { Tensor, toTensor } from '../runtime/tensor.js';
import type { Weight } from '../runtime/weight.js';
import type { Gradients, GradientTarget } from './backward.js';
import { type Span, sizeOf } from './call.js';
import type { Loss } from './losses.js';

/** Numbers of a gradient; null stands for zeros. */
export type Numbers = Float32Array | null;
/** Gradients of weights. */
export type WeightGradients = readonly (readonly [Weight, Float32Array])[];

/** Whether an object has a `backward` that goes with its `call`: one of a class whose `call` was overridden does not. */
export function hasBackward(user: object): boolean {
  for (let at: object | null = user; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    if (Object.hasOwn(at, 'backward')) return typeof (at as { backward: unknown }).backward === 'function';
    if (Object.hasOwn(at, 'call')) return false;
  }
  return false;
}

/** What a user's `backward` gave: an object with these keys, and perhaps others. @throws {ArgumentError} */
export function readResult(
  owner: string,
  given: unknown,
  needed: readonly string[],
  others: readonly string[],
): Record<string, unknown> {
  const made = given as Record<string, unknown>;
  const isResult = made !== null && typeof made === 'object' && needed.every((key) => made[key] !== undefined);
  if (isResult) return checkOptions(`${owner}: what \`backward\` returns`, made, [...needed, ...others]);
  throw new ArgumentError(
    `${owner}: \`backward\` must return an object with ${needed.join(' and ')}, received ${show(given)}`,
  );
}

/** Gradients in the order of what they belong to, each of its shape. @throws {ArgumentError} {ShapeError} naming it. */
export function readGradients(
  owner: string,
  what: string,
  given: readonly unknown[],
  shapes: readonly (readonly number[])[],
): Numbers[] {
  if (given.length !== shapes.length) {
    throw new ArgumentError(`${owner}: \`backward\` returned ${given.length} ${what}, expected ${shapes.length}`);
  }
  return given.map((each, index) => {
    if (each === null || each === undefined) return null;
    const name = `\`${what}${shapes.length > 1 ? `[${index}]` : ''}\` of \`backward\``;
    const { data, shape } = toTensor(each, `${owner}: ${name}`);
    const expected = showShape(shapes[index] as readonly number[]);
    if (showShape(shape) === expected) return data;
    throw new ShapeError(`${owner}: ${name} has shape ${showShape(shape)}, expected ${expected}`);
  });
}

/**
 * The gradients of weights: one per trainable weight in their order, or one per weight of all.
 * @throws {ArgumentError} {ShapeError} naming the weight.
 */
export function readWeightGradients(owner: string, given: unknown, all: readonly Weight[]): WeightGradients {
  const trained = all.filter(({ trainable }) => trainable);
  const list = given ?? (trained.length === 0 ? [] : null);
  const weights = Array.isArray(list) && list.length === all.length ? all : trained;
  if (!Array.isArray(list) || list.length !== weights.length) {
    throw new ArgumentError(
      `${owner}: \`weights\` of \`backward\` must be a list of ${trained.length} gradients, one per trainable weight ` +
        `(${trained.map(({ name }) => name).join(', ')}), received ${show(given)}`,
    );
  }
  return weights.flatMap((weight, index) => {
    const each: unknown = list[index];
    if (each === null || each === undefined) return [];
    const { data, shape } = toTensor(each, `${owner}: gradient of weight '${weight.name}'`);
    if (showShape(shape) === showShape(weight.shape)) return [[weight, data] as const];
    throw new ShapeError(
      `${owner}: \`backward\` returned a gradient of shape ${showShape(shape)} for weight '${weight.name}' of shape ` +
        showShape(weight.shape),
    );
  });
}

/** Adds the gradients of weights to what is there. */
export function addToWeights(gradients: Gradients, given: WeightGradients): void {
  for (const [weight, data] of given) addAt(gradients.weight(weight), data);
}

function addAt(address: number, data: Float32Array): void {
  if (address === 0) return;
  const heap = kernels().HEAPF32;
  const start = address / 4;
  for (let index = 0; index < data.length; index += 1) {
    heap[start + index] = (heap[start + index] as number) + (data[index] as number);
  }
}

/** The sum of two lists of numbers, a new one; null stands for zeros. */
export function sum(a: Float32Array, b: Numbers): Float32Array {
  return b === null ? a.slice() : a.map((value, index) => value + (b[index] as number));
}

/** Writes the gradient of a tensor to where it is wanted. */
export function put(target: GradientTarget | null, { shape }: Span, numbers: Numbers): void {
  if (target === null) return;
  kernels().HEAPF32.set(numbers ?? new Float32Array(sizeOf(shape)), target.address / 4);
  target.done();
}

/** A copy of numbers at an address as a tensor; zeros for 0. */
export function readAt(address: number, shape: readonly number[]): Tensor {
  const count = sizeOf(shape);
  const start = address / 4;
  return new Tensor(address === 0 ? new Float32Array(count) : kernels().HEAPF32.slice(start, start + count), shape);
}

/**
 * The gradients that losses of `addLoss` have by what `call` was given, in that order.
 * @throws {ArgumentError} if they are by something else.
 */
export function lossGradients(owner: string, added: readonly Loss[], given: readonly unknown[]): Numbers[] {
  const made: Numbers[] = given.map(() => null);
  for (const { inputs, gradients } of added) {
    gradients?.forEach(({ data }, at) => {
      const index = given.indexOf(inputs?.[at]);
      if (index < 0) {
        throw new ArgumentError(`${owner}: addLoss: \`inputs\` with gradients must be what \`call\` was given`);
      }
      made[index] = sum(data, made[index] ?? null);
    });
  }
  return made;
}

/** `a + factor · b`, where null stands for zeros. */
export function plus(a: Numbers, b: Numbers, factor: number): Numbers {
  return b === null
    ? a
    : sum(
        b.map((value) => factor * value),
        a,
      );
}
