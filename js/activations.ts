import { ACTIVATIONS, activationCode, activationName, type Parameters, parameters } from './activation_table.js';
import { toCamelCase } from './layers/names.js';
import { checkOptions, elements, show } from './runtime/check.js';
import { ShapeError } from './runtime/errors.js';
import { Block } from './runtime/memory.js';
import { kernels, trapped } from './runtime/module.js';
import { Tensor, type TensorLike, toTensor } from './runtime/tensor.js';

/** An activation to be used alone: takes data of any shape, gives a tensor. */
export interface ActivationFunction {
  (x: TensorLike, options?: object): Tensor;
  /** Keras' name. */
  readonly activation: string;
}

/** A name, null (for linear), an activation of ours, or the form that Keras writes for a function. */
export type ActivationIdentifier = string | ActivationFunction | { class_name: string; config: unknown } | null;

function product(sizes: readonly number[]): number {
  return sizes.reduce((all, size) => all * size, 1);
}

// The elements with the axes in another order.
function transpose(data: Float32Array, shape: readonly number[], order: readonly number[]): Float32Array {
  const sizes = order.map((axis) => shape[axis] as number);
  const steps = order.map((axis) => product(shape.slice(axis + 1)));
  const index = sizes.map(() => 0);
  let from = 0;
  return data.map(() => {
    const value = data[from] as number;
    for (let axis = sizes.length - 1; axis >= 0; axis -= 1) {
      const [size, step] = [sizes[axis] as number, steps[axis] as number];
      index[axis] = (index[axis] as number) + 1;
      from += step;
      if ((index[axis] as number) < size) break;
      from -= step * size;
      index[axis] = 0;
    }
    return value;
  });
}

// The axes to work along, counted from 0; softmax and log_softmax take several, or all for null.
function readAxes(owner: string, name: string, asked: unknown, rank: number): number[] {
  if (rank === 0 && asked === undefined) return [];
  const takesSeveral = name === 'softmax' || name === 'log_softmax';
  if (takesSeveral && asked === null) return Array.from({ length: rank }, (_, axis) => axis);
  const list: unknown[] = takesSeveral && Array.isArray(asked) && asked.length > 0 ? asked : [asked ?? -1];
  const axes = list.map((axis) => (Number.isInteger(axis) && (axis as number) < 0 ? rank + (axis as number) : axis));
  const isSound = (axis: unknown) => Number.isInteger(axis) && (axis as number) >= 0 && (axis as number) < rank;
  if (asked !== null && axes.every(isSound) && new Set(axes).size === axes.length) return axes as number[];
  throw new ShapeError(`${owner}: \`axis\` must be an axis of ${rank} axes, received ${show(asked)}`);
}

function compute(name: string, x: TensorLike, options: object | undefined): Tensor {
  const owner = `activations.${toCamelCase(name)}`;
  const given = checkOptions(owner, options, Object.keys(ACTIVATIONS[name] as Parameters)) as Record<string, unknown>;
  const [a, b, c] = parameters(name, given);
  const input = toTensor(x, `${owner}: x`);
  const { shape } = input;
  const axes = readAxes(owner, name, given.axis, shape.length);
  const order = [...shape.keys()].filter((axis) => !axes.includes(axis)).concat(axes);
  const columns = product(axes.map((axis) => shape[axis] as number));
  const rows = columns === 0 ? 0 : input.data.length / columns;
  if (name === 'glu' && columns % 2 !== 0) {
    throw new ShapeError(`${owner}: the axis to be halved has ${columns} entries, an even number is needed`);
  }
  const width = name === 'glu' ? columns / 2 : columns;
  const outputShape = name === 'glu' ? shape.map((size, axis) => (axis === axes[0] ? width : size)) : shape;
  if (rows === 0) return new Tensor(new Float32Array(0), outputShape);
  const isInOrder = order.every((axis, index) => axis === index);
  const moved = isInOrder ? input.data : transpose(input.data, shape, order);
  const output = run(owner, moved, rows, columns, width, activationCode(name), a, b, c);
  if (isInOrder) return new Tensor(output, outputShape);
  const movedShape = order.map((axis) => outputShape[axis] as number);
  const back = order.map((_, axis) => order.indexOf(axis));
  return new Tensor(transpose(output, movedShape, back), outputShape);
}

function run(
  owner: string,
  data: Float32Array,
  rows: number,
  columns: number,
  width: number,
  code: number,
  ...[a, b, c]: [number, number, number]
): Float32Array {
  const block = new Block(4 * elements(owner, 'x', [rows, columns + width]), owner);
  try {
    const { address } = block;
    kernels().HEAPF32.set(data, address / 4);
    const outputs = address + 4 * rows * columns;
    kernels()._activation_forward(outputs, address, rows, columns, code, a, b, c);
    return kernels().HEAPF32.slice(outputs / 4, outputs / 4 + rows * width);
  } catch (error) {
    throw trapped(error);
  } finally {
    block.free();
  }
}

function make(name: string): ActivationFunction {
  return Object.assign((x: TensorLike, options?: object) => compute(name, x, options), { activation: name });
}

/**
 * The activation of a name, to be called on data: `get('gelu')(x, { approximate: true })`.
 * @throws {ArgumentError} if the name is not known.
 */
export function get(identifier: ActivationIdentifier | undefined): ActivationFunction {
  return make(activationName('activations', identifier));
}

/** Keras' name of an activation; aliases give the first name. */
export function serialize(activation: ActivationFunction | string): string {
  return activationName('activations', activation);
}

/** The activation that `serialize` wrote. */
export function deserialize(name: ActivationIdentifier): ActivationFunction {
  return get(name);
}

type Simple = (x: TensorLike) => Tensor;
type With<T> = (x: TensorLike, options?: T) => Tensor;
interface AxisOption {
  /** Axis to work along, default -1. */
  axis?: number;
}
interface AxesOption {
  /** Axis, or axes taken together, to work along; null for all. Default -1. */
  axis?: number | readonly number[] | null;
}

/** x */
export const linear: Simple = make('linear');
/** max(x, 0); with `maxValue` clipped, below `threshold` `negativeSlope` · (x - threshold). */
export const relu: With<{ negativeSlope?: number; maxValue?: number | null; threshold?: number }> = make('relu');
/** min(max(x, 0), 6) */
export const relu6: Simple = make('relu6');
/** x, below 0 times `negativeSlope` (0.2). */
export const leakyRelu: With<{ negativeSlope?: number }> = make('leaky_relu');
/** x, below 0 `alpha` (1) · (eˣ - 1). */
export const elu: With<{ alpha?: number }> = make('elu');
/** The scaled `elu` with its two fixed constants. */
export const selu: Simple = make('selu');
/** max(0, x) + min(0, alpha · (exp(x / alpha) - 1)) */
export const celu: With<{ alpha?: number }> = make('celu');
/** x · Φ(x), or its approximation by tanh. */
export const gelu: With<{ approximate?: boolean }> = make('gelu');
/** 1 / (1 + e⁻ˣ) */
export const sigmoid: Simple = make('sigmoid');
/** relu6(x + 3) / 6, as Keras 3 has it. */
export const hardSigmoid: Simple = make('hard_sigmoid');
/** -softplus(-x) */
export const logSigmoid: Simple = make('log_sigmoid');
/** 0 up to -1, 1 from 1 on, (x + 1) / 2 between. */
export const sparseSigmoid: Simple = make('sparse_sigmoid');
/** Hyperbolic tangent. */
export const tanh: Simple = make('tanh');
/** x clipped to [-1, 1] */
export const hardTanh: Simple = make('hard_tanh');
/** x - tanh x */
export const tanhShrink: Simple = make('tanh_shrink');
/** x pulled towards 0 by `threshold` (0.5). */
export const softShrink: With<{ threshold?: number }> = make('soft_shrink');
/** x where |x| > `threshold` (0.5), else 0. */
export const hardShrink: With<{ threshold?: number }> = make('hard_shrink');
/** x where x > `threshold`, else `defaultValue`. */
export const threshold: With<{ threshold: number; defaultValue: number }> = make('threshold');
/** eˣ / Σ eˣ along `axis`. */
export const softmax: With<AxesOption> = make('softmax');
/** Logarithm of softmax. */
export const logSoftmax: With<AxesOption> = make('log_softmax');
/** Projection onto the probability simplex. */
export const sparsemax: With<AxisOption> = make('sparsemax');
/** log(1 + eˣ) */
export const softplus: Simple = make('softplus');
/** x / (1 + |x|) */
export const softsign: Simple = make('softsign');
/** x · sigmoid(x), also called swish. */
export const silu: Simple = make('silu');
/** The same as {@link silu}. */
export const swish: Simple = silu;
/** x · hardSigmoid(x), also called hard swish. */
export const hardSilu: Simple = make('hard_silu');
/** The same as {@link hardSilu}. */
export const hardSwish: Simple = hardSilu;
/** x · tanh(softplus x) */
export const mish: Simple = make('mish');
/** eˣ */
export const exponential: Simple = make('exponential');
/** (x + √(x² + b)) / 2 */
export const squareplus: With<{ b?: number }> = make('squareplus');
/** 0 up to -1, x from 1 on, (x + 1)² / 4 between. */
export const sparsePlus: Simple = make('sparse_plus');
/** The first half of `axis` times the sigmoid of the second. */
export const glu: With<AxisOption> = make('glu');
