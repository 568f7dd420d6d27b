import { type Config, Family, type Kind, type Member, type Serialized } from './family.js';
import { show } from './runtime/check.js';
import { ArgumentError } from './runtime/errors.js';

/** A penalty on weights or outputs. It is kept in the configuration; training adds it to the loss. */
export type Regularizer = Member;

/** A name (`'l2'`), `{ class_name, config }`, a regularizer, or null for none. */
export type RegularizerIdentifier = string | Serialized | Regularizer | null;

function factor(config: Config, name: string): number {
  const value = config[name];
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) {
    throw new ArgumentError(
      `Invalid value for argument ${name}: expected a non-negative float.Received: ${name}=${show(value)}`,
    );
  }
  return value;
}

function penalty(className: string, aliases: string[], defaults: Config): Kind<Regularizer> {
  return {
    className,
    aliases,
    defaults,
    make(config) {
      for (const name of Object.keys(defaults)) if (name !== 'mode') factor(config, name);
      if ('mode' in config && config.mode !== 'rows' && config.mode !== 'columns') {
        throw new ArgumentError(
          `Invalid value for argument \`mode\`. Expected one of {"rows", "columns"}. Received: mode=${show(config.mode)}`,
        );
      }
      return Object.freeze({ className, getConfig: () => ({ ...config }) });
    },
  };
}

const family = new Family<Regularizer>('regularizer', [
  penalty('L1', ['l1'], { l1: 0.01 }),
  penalty('L2', ['l2'], { l2: 0.01 }),
  penalty('L1L2', ['l1l2', 'l1_l2'], { l1: 0, l2: 0 }),
  penalty('OrthogonalRegularizer', ['orthogonal_regularizer'], { factor: 0.01, mode: 'rows' }),
]);

/** From a name, a configuration or an object; null stays null. @throws {ArgumentError} if it is not known. */
export function get(identifier: RegularizerIdentifier | undefined): Regularizer | null {
  return family.get(identifier);
}

/** `{ module, class_name, config, registered_name }`, as Keras 3 writes it. */
export function serialize(regularizer: Regularizer | null): Serialized | null {
  return family.serialize(regularizer);
}

/** From `{ class_name, config }`. */
export function deserialize(config: Serialized): Regularizer {
  return family.deserialize(config);
}

/** l1 · Σ|w|; `l1` defaults to 0.01. */
export function l1(options: { l1?: number | null } = {}): Regularizer {
  return family.create('L1', options);
}

/** l2 · Σw²; `l2` defaults to 0.01. */
export function l2(options: { l2?: number | null } = {}): Regularizer {
  return family.create('L2', options);
}

/** l1 · Σ|w| + l2 · Σw²; both default to 0. */
export function l1l2(options: { l1?: number | null; l2?: number | null } = {}): Regularizer {
  return family.create('L1L2', options);
}

/** Penalty on rows (or columns) that are not orthogonal; `factor` defaults to 0.01, `mode` to `'rows'`. */
export function orthogonalRegularizer(options: { factor?: number; mode?: 'rows' | 'columns' } = {}): Regularizer {
  return family.create('OrthogonalRegularizer', options);
}
