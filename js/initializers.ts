import { Family, isSerialized, type Serialized } from './family.js';
import { fromArray, type Initializer, KINDS, makeInitializer } from './initializer_kinds.js';
import { isCallable } from './runtime/check.js';
import { ArgumentError } from './runtime/errors.js';
import { type NestedArray, Tensor, type TensorLike, toTensor } from './runtime/tensor.js';

export { computeFans, type FanAxes, type Initializer } from './initializer_kinds.js';

/**
 * A name (`'glorot_uniform'`), `{ class_name, config }`, an initializer, an array of the weight's shape,
 * or a function from a shape to such an array.
 */
export type InitializerIdentifier =
  | string
  | Serialized
  | Initializer
  | Tensor
  | readonly NestedArray[]
  | ((shape: readonly number[]) => TensorLike);

const family = new Family<Initializer>('initializer', KINDS);

function fromFunction(make: (shape: readonly number[]) => TensorLike): Initializer {
  return makeInitializer('function', {}, (address, shape) => {
    const tensor = toTensor(make(shape), 'initializer function');
    fromArray(tensor).fill(address, shape);
  });
}

/** From a name, a configuration, an object, an array or a function; null stays null. @throws {ArgumentError} if it is not known. */
export function get(identifier: InitializerIdentifier | null | undefined): Initializer | null {
  if (family.owns(identifier)) return identifier;
  if (typeof identifier === 'function') {
    if (!isCallable(identifier)) {
      throw new ArgumentError('initializers.get: expected a function from a shape to an array, received a class');
    }
    return fromFunction(identifier as () => TensorLike);
  }
  if (Array.isArray(identifier) || identifier instanceof Tensor) return fromArray(identifier as TensorLike);
  if (identifier !== null && typeof identifier === 'object' && !isSerialized(identifier) && 'shape' in identifier) {
    return fromArray(identifier as TensorLike);
  }
  return family.get(identifier);
}

/** `{ module, class_name, config, registered_name }`, as Keras 3 writes it. @throws {ArgumentError} for a function. */
export function serialize(initializer: Initializer | null): Serialized | null {
  if (initializer?.className === 'function') {
    throw new ArgumentError('initializers.serialize: a function of your own cannot be written to a configuration');
  }
  return family.serialize(initializer);
}

/** From `{ class_name, config }`. */
export function deserialize(config: Serialized): Initializer {
  return family.deserialize(config);
}

interface Seeded {
  /** A whole number gives the same values at every call; null (the default) draws from the global generator. */
  seed?: number | null;
}
interface Scaled extends Seeded {
  /** Axes that count as inputs; null (the default): Keras' rule. */
  inputAxes?: readonly number[] | null;
  /** Axes that count as outputs; null (the default): Keras' rule. */
  outputAxes?: readonly number[] | null;
}

/** All 0. */
export const zeros = (): Initializer => family.create('Zeros', {});
/** All 1. */
export const ones = (): Initializer => family.create('Ones', {});
/** All `value` (default 0), or the numbers of an array. */
export const constant = (options: { value?: number | NestedArray } = {}): Initializer =>
  family.create('Constant', options);
/** `gain` (default 1) on the diagonal of a matrix. */
export const identity = (options: { gain?: number } = {}): Initializer => family.create('Identity', options);
/** Normal distribution, mean 0, standard deviation 0.05. */
export const randomNormal = (options: Seeded & { mean?: number; stddev?: number } = {}): Initializer =>
  family.create('RandomNormal', options);
/** Normal distribution, drawn again outside two standard deviations. */
export const truncatedNormal = (options: Seeded & { mean?: number; stddev?: number } = {}): Initializer =>
  family.create('TruncatedNormal', options);
/** Uniform between `minval` (-0.05) and `maxval` (0.05). */
export const randomUniform = (options: Seeded & { minval?: number; maxval?: number } = {}): Initializer =>
  family.create('RandomUniform', options);
/** Variance `scale` / fan; `mode` is fan_in, fan_out or fan_avg, `distribution` as in Keras. */
export const varianceScaling = (
  options: Scaled & { scale?: number; mode?: string; distribution?: string } = {},
): Initializer => family.create('VarianceScaling', options);
/** Uniform within ±√(6 / (fan in + fan out)). */
export const glorotUniform = (options: Scaled = {}): Initializer => family.create('GlorotUniform', options);
/** Truncated normal of variance 2 / (fan in + fan out). */
export const glorotNormal = (options: Scaled = {}): Initializer => family.create('GlorotNormal', options);
/** Uniform within ±√(6 / fan in). */
export const heUniform = (options: Scaled = {}): Initializer => family.create('HeUniform', options);
/** Truncated normal of variance 2 / fan in. */
export const heNormal = (options: Scaled = {}): Initializer => family.create('HeNormal', options);
/** Uniform within ±√(3 / fan in). */
export const lecunUniform = (options: Scaled = {}): Initializer => family.create('LecunUniform', options);
/** Truncated normal of variance 1 / fan in. */
export const lecunNormal = (options: Scaled = {}): Initializer => family.create('LecunNormal', options);
/** A random orthogonal matrix times `gain` (default 1). */
export const orthogonal = (options: Seeded & { gain?: number } = {}): Initializer =>
  family.create('Orthogonal', options);
