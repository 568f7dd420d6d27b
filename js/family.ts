import { toCamelCase, toSnakeCase } from './layers/names.js';
import { checkOptions, nearest, show } from './runtime/check.js';
import { ArgumentError } from './runtime/errors.js';

/** A configuration as Keras writes it: snake_case keys, plain values. */
export type Config = Record<string, unknown>;

/** An object as Keras writes it. */
export interface Serialized {
  module?: string | null;
  class_name: string;
  config: Config;
  registered_name?: string | null;
}

/** A member of a family such as initializers: something with a class name and a configuration. */
export interface Member {
  /** Keras' class name. */
  readonly className: string;
  /** The constructor's arguments, in Keras' order and spelling. */
  getConfig(): Config;
}

/** One class of a family: its names, its arguments with their defaults in Keras' order, and how to make one. */
export interface Kind<T extends Member> {
  className: string;
  aliases?: readonly string[];
  defaults: Config;
  make(config: Config): T;
}

// Keras takes None for most defaults; of these it means something of its own, as all axes or no reduction.
const NULLABLE = new Set(['axis', 'reduction', 'class_aggregation', 'weight_decay', 'adam_weight_decay', 'rms_rate']);

/** Whether a value is `{ class_name, config }`. */
export function isSerialized(value: unknown): value is Serialized {
  return value !== null && typeof value === 'object' && 'class_name' in value;
}

/** Look-up by name, configuration or object, shared by all families of named objects. */
export class Family<T extends Member> {
  readonly #what: string;
  readonly #module: string;
  readonly #kinds = new Map<string, Kind<T>>();

  constructor(what: string, kinds: readonly Kind<T>[], module = `keras.${what}s`) {
    this.#what = what;
    this.#module = module;
    for (const kind of kinds) {
      for (const name of [kind.className, toSnakeCase(kind.className), ...(kind.aliases ?? [])]) {
        this.#kinds.set(name, kind);
      }
    }
  }

  /** @throws {ArgumentError} with Keras' text if the identifier is not known. */
  get(identifier: unknown): T | null {
    if (identifier === null || identifier === undefined) return null;
    if (typeof identifier === 'string') return this.create(identifier, {});
    if (isSerialized(identifier)) return this.deserialize(identifier);
    if (this.owns(identifier)) return identifier;
    throw this.unknown(show(identifier));
  }

  /** Whether a value was made by this family. */
  owns(value: unknown): value is T {
    const member = value as T | null;
    return (
      member !== null &&
      (typeof member === 'object' || typeof member === 'function') &&
      typeof member.getConfig === 'function' &&
      this.#kinds.has(member.className)
    );
  }

  /** The nested form that Keras 3 writes. */
  serialize(member: T | null): Serialized | null {
    if (member === null) return null;
    if (!this.owns(member)) throw this.unknown(show(member));
    return { module: this.#module, class_name: member.className, config: member.getConfig(), registered_name: null };
  }

  /** From `{ class_name, config }`, with Keras' or our spelling of the arguments. */
  deserialize(serialized: Serialized): T {
    const { class_name: name, config } = isSerialized(serialized) ? serialized : { class_name: null, config: null };
    if (typeof name !== 'string') throw this.unknown(show(serialized));
    return this.create(name, config ?? {});
  }

  /** From a name and arguments. */
  create(name: string, options: object): T {
    const kind = this.#kinds.get(name);
    if (kind === undefined) throw this.unknown(name);
    const keys = Object.keys(kind.defaults);
    const known = [...keys, ...keys.map(toCamelCase).filter((key) => !keys.includes(key))];
    const given = checkOptions(kind.className, options as Config, [...known, 'dtype']);
    const config: Config = {};
    for (const key of keys) {
      const value = given[key] === undefined ? given[toCamelCase(key)] : given[key];
      config[key] = value === undefined || (value === null && !NULLABLE.has(key)) ? kind.defaults[key] : value;
    }
    return kind.make(config);
  }

  private unknown(name: string): ArgumentError {
    return new ArgumentError(
      `Could not interpret ${this.#what} identifier: ${name} (the nearest known one is '${nearest(name, [...this.#kinds.keys()])}')`,
    );
  }
}
