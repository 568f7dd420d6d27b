import { type Config, Family, type Kind, type Member, type Serialized } from './family.js';
import { checkNumber, show } from './runtime/check.js';
import { ArgumentError } from './runtime/errors.js';

/** A rule that training holds a weight to after each update. It is kept in the configuration. */
export type Constraint = Member;

/** A name (`'max_norm'`), `{ class_name, config }`, a constraint, or null for none. */
export type ConstraintIdentifier = string | Serialized | Constraint | null;

function checkAxis(className: string, axis: unknown): void {
  for (const value of Array.isArray(axis) ? (axis as unknown[]) : [axis]) {
    if (!Number.isInteger(value)) {
      throw new ArgumentError(
        `${className}: \`axis\` must be a whole number or a list of them, received ${show(axis)}`,
      );
    }
  }
}

function rule(className: string, defaults: Config): Kind<Constraint> {
  return {
    className,
    defaults,
    make(config) {
      for (const [name, value] of Object.entries(config)) {
        if (name === 'axis') checkAxis(className, value);
        else checkNumber(className, name, value);
      }
      return Object.freeze({ className, getConfig: () => ({ ...config }) });
    },
  };
}

const family = new Family<Constraint>('constraint', [
  rule('MaxNorm', { max_value: 2, axis: 0 }),
  rule('NonNeg', {}),
  rule('UnitNorm', { axis: 0 }),
  rule('MinMaxNorm', { min_value: 0, max_value: 1, rate: 1, axis: 0 }),
]);

type Axis = number | readonly number[];

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
