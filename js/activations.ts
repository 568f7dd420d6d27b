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

// Puts `axis` last by a copy: [outer, size, inner] -> [outer, inner, size], or back with swapped sizes.
function swapLast(data: Float32Array, outer: number, size: number, inner: number): Float32Array {
  const swapped = new Float32Array(data.length);
  for (let o = 0; o < outer; o += 1) {
    for (let s = 0; s < size; s += 1) {
      for (let i = 0; i < inner; i += 1) {
        swapped[(o * inner + i) * size + s] = data[(o * size + s) * inner + i] as number;
      }
    }
  }
  return swapped;
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((all, size) => all * size, 1);
}

function compute(name: string, x: TensorLike, options: object | undefined): Tensor {
  const owner = `activations.${toCamelCase(name)}`;
  const given = checkOptions(owner, options, Object.keys(ACTIVATIONS[name] as Parameters)) as Record<string, unknown>;
  const [a, b, c] = parameters(name, given);
  const input = toTensor(x, `${owner}: x`);
  const rank = input.shape.length;
  const asked = given.axis === undefined ? -1 : given.axis;
  if (!Number.isInteger(asked) || (asked as number) < -Math.max(1, rank) || (asked as number) >= Math.max(1, rank)) {
    throw new ShapeError(`${owner}: \`axis\` must be an axis of ${rank} axes, received ${show(asked)}`);
  }
  const axis = (asked as number) < 0 ? rank + (asked as number) : (asked as number);
  const columns = rank === 0 ? 1 : (input.shape[axis] as number);
  const inner = product(input.shape.slice(axis + 1));
  const rows = columns === 0 ? 0 : input.data.length / columns;
  if (name === 'glu' && columns % 2 !== 0) {
    throw new ShapeError(`${owner}: the axis to be halved has ${columns} entries, an even number is needed`);
  }
  const width = name === 'glu' ? columns / 2 : columns;
  const shape = input.shape.map((size, index) => (index === axis ? width : size));
  if (rows === 0) return new Tensor(new Float32Array(0), shape);
  const moved = inner === 1 ? input.data : swapLast(input.data, rows / inner, columns, inner);
  const output = run(owner, moved, rows, columns, width, activationCode(name), a, b, c);
  return new Tensor(inner === 1 ? output : swapLast(output, rows / inner, inner, width), shape);
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
    kernels().activationForward(outputs, address, rows, columns, code, a, b, c);
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
export const softmax: With<AxisOption> = make('softmax');
/** Logarithm of softmax. */
export const logSoftmax: With<AxisOption> = make('log_softmax');
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
