import { activationCode } from './activation_table.js';
import { type Config, Family, type Kind, type Member, type Serialized } from './family.js';
import { sizeOf } from './layers/call.js';
import { borrow } from './runtime/borrow.js';
import { AXES_BYTES, broadcastAxes, writeAxes } from './runtime/broadcast.js';
import { checkNumber, show, showShape } from './runtime/check.js';
import { ArgumentError, ShapeError } from './runtime/errors.js';
import { kernels } from './runtime/module.js';
import { Tensor, type TensorLike, toTensor } from './runtime/tensor.js';

/**
 * A rule that a weight is held to after each update of training: call it on a tensor, and it gives a new one.
 * @see https://keras.io/api/layers/constraints/
 */
export interface Constraint extends Member {
  /** `w` as the rule wants it. @throws {ShapeError} if `w` has not the rule's `axis`. */
  (w: TensorLike): Tensor;
  /** @internal Overwrites the numbers of this shape at `address`. Nothing is changed after an error. */
  apply(address: number, shape: readonly number[]): void;
}

/** A name (`'max_norm'`), `{ class_name, config }`, a constraint, or null for none. */
export type ConstraintIdentifier = string | Serialized | Constraint | null;

type Rule = Constraint['apply'];

/** Norms over `axis` between two bounds, approached at `rate`. */
function norms(className: string, axis: unknown, least: number, most: number, rate: number): Rule {
  const axes: unknown[] | null = axis === null ? null : Array.isArray(axis) ? Array.from(axis) : [axis];
  if (axes?.every((each) => Number.isInteger(each)) === false) {
    throw new ArgumentError(
      `${className}: \`axis\` must be a whole number, a list of them or null, received ${show(axis)}`,
    );
  }
  return (address, shape) => {
    const normShape = axes === null ? shape.map(() => 1) : [...shape];
    for (const each of (axes ?? []) as number[]) {
      const index = each < 0 ? shape.length + each : each;
      if (shape[index] === undefined) {
        throw new ShapeError(`${className}: \`axis\` ${each} is none of a weight of shape ${showShape(shape)}`);
      }
      normShape[index] = 1;
    }
    const walk = broadcastAxes(shape, normShape);
    const count = sizeOf(normShape);
    borrow(AXES_BYTES + 8 * count, className, (workspace) => {
      writeAxes(workspace, walk);
      const place = workspace + AXES_BYTES;
      kernels().constrainNorms(address, place, count, workspace, walk.length / 3, least, most, rate);
    });
  };
}

function nonNegative(address: number, shape: readonly number[]): void {
  kernels()._activation_forward(
    address,
    address,
    1,
    sizeOf(shape),
    activationCode('relu'),
    0,
    Number.POSITIVE_INFINITY,
    0,
  );
}

function kind(className: string, defaults: Config, ruleOf: (numbers: Record<string, number>, axis: unknown) => Rule) {
  return {
    className,
    defaults,
    make(config: Config) {
      const { axis, ...numbers } = config;
      for (const [name, value] of Object.entries(numbers)) checkNumber(className, name, value);
      const apply = ruleOf(numbers as Record<string, number>, axis);
      const constraint = (w: TensorLike): Tensor => {
        const { data, shape } = toTensor(w, `${className}: w`);
        if (data.length === 0) return new Tensor(new Float32Array(0), [...shape]);
        return borrow(4 * data.length, className, (address) => {
          kernels().HEAPF32.set(data, address / 4);
          apply(address, shape);
          return new Tensor(kernels().HEAPF32.slice(address / 4, address / 4 + data.length), [...shape]);
        });
      };
      return Object.freeze(Object.assign(constraint, { className, getConfig: () => ({ ...config }), apply }));
    },
  } satisfies Kind<Constraint>;
}

const family = new Family<Constraint>('constraint', [
  kind('MaxNorm', { max_value: 2, axis: 0 }, ({ max_value: most }, axis) => norms('MaxNorm', axis, 0, most, 1)),
  kind('NonNeg', {}, () => nonNegative),
  kind('UnitNorm', { axis: 0 }, (_, axis) => norms('UnitNorm', axis, 1, 1, 1)),
  kind('MinMaxNorm', { min_value: 0, max_value: 1, rate: 1, axis: 0 }, (given, axis) =>
    norms('MinMaxNorm', axis, given.min_value, given.max_value, given.rate),
  ),
]);

/** One axis, several, or null for all; negative ones count from the last. */
type Axis = number | readonly number[] | null;

/** From a name, a configuration or an object; null stays null. @throws {ArgumentError} if it is not known. */
export function get(identifier: ConstraintIdentifier | undefined): Constraint | null {
  return family.get(identifier);
}

/** `{ module, class_name, config, registered_name }`, as Keras 3 writes it. */
export function serialize(constraint: Constraint | null): Serialized | null {
  return family.serialize(constraint);
}

/** From `{ class_name, config }`. */
export function deserialize(config: Serialized): Constraint {
  return family.deserialize(config);
}

/** Norms over `axis` (default 0: per output unit) at most `maxValue` (default 2). */
export function maxNorm(options: { maxValue?: number; axis?: Axis } = {}): Constraint {
  return family.create('MaxNorm', options);
}

/** No negative weights. */
export function nonNeg(): Constraint {
  return family.create('NonNeg', {});
}

/** Norms over `axis` (default 0) equal to 1. */
export function unitNorm(options: { axis?: Axis } = {}): Constraint {
  return family.create('UnitNorm', options);
}

/** Norms over `axis` (default 0) between `minValue` (0) and `maxValue` (1), approached at `rate` (1). */
export function minMaxNorm(
  options: { minValue?: number; maxValue?: number; rate?: number; axis?: Axis } = {},
): Constraint {
  return family.create('MinMaxNorm', options);
}
