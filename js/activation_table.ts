import { checkBoolean, checkNumber, nearest, show } from './runtime/check.js';
import { ArgumentError } from './runtime/errors.js';
import { kernels } from './runtime/module.js';

/** What an activation's parameters are called here, with their defaults; undefined: has to be given. */
export type Parameters = Readonly<Record<string, number | boolean | null | undefined>>;

const AXIS: Parameters = { axis: -1 };
const NONE: Parameters = {};

/** Every activation by Keras' name. The order of the parameters is the one the kernel takes. */
export const ACTIVATIONS: Readonly<Record<string, Parameters>> = {
  linear: NONE,
  relu: { negativeSlope: 0, maxValue: null, threshold: 0 },
  relu6: NONE,
  leaky_relu: { negativeSlope: 0.2 },
  elu: { alpha: 1 },
  selu: NONE,
  celu: { alpha: 1 },
  gelu: { approximate: false },
  sigmoid: NONE,
  hard_sigmoid: NONE,
  hard_sigmoid_keras2: NONE,
  log_sigmoid: NONE,
  sparse_sigmoid: NONE,
  tanh: NONE,
  hard_tanh: NONE,
  tanh_shrink: NONE,
  soft_shrink: { threshold: 0.5 },
  hard_shrink: { threshold: 0.5 },
  threshold: { threshold: undefined, defaultValue: undefined },
  softmax: AXIS,
  log_softmax: AXIS,
  sparsemax: AXIS,
  softplus: NONE,
  softsign: NONE,
  silu: NONE,
  hard_silu: NONE,
  mish: NONE,
  exponential: NONE,
  squareplus: { b: 4 },
  sparse_plus: NONE,
  glu: AXIS,
};
const ALIASES: Readonly<Record<string, string>> = { swish: 'silu', hard_swish: 'hard_silu' };
const NAMES = [...Object.keys(ACTIVATIONS), ...Object.keys(ALIASES)];

/** Keras' own name of an activation. @throws {ArgumentError} with Keras' text if it is not known. */
export function activationName(owner: string, identifier: unknown): string {
  if (identifier === null || identifier === undefined) return 'linear';
  if (typeof identifier === 'function' && 'activation' in identifier) return String(identifier.activation);
  let name: unknown = identifier;
  if (typeof identifier === 'object') {
    const { class_name: className, config } = identifier as { class_name?: unknown; config?: unknown };
    name = className === 'function' ? config : className;
  }
  const known = typeof name === 'string' ? (ALIASES[name] ?? name) : '';
  if (typeof name === 'string' && Object.hasOwn(ACTIVATIONS, known)) return known;
  const text = typeof name === 'string' ? name : show(identifier);
  throw new ArgumentError(
    `${owner}: Could not interpret activation function identifier: ${text}` +
      (typeof name === 'string' ? ` (the nearest known one is '${nearest(name, NAMES)}')` : ''),
  );
}

/** The kernel's number of an activation. */
export function activationCode(name: string): number {
  return (kernels() as unknown as Record<string, number>)[`activation_${name}`] as number;
}

/** The three numbers that the kernel takes, from the defaults. */
export function defaultParameters(name: string): [number, number, number] {
  return parameters(name, {});
}

/** The three numbers that the kernel takes, from options. */
export function parameters(name: string, options: Record<string, unknown>): [number, number, number] {
  const values: number[] = [];
  for (const [key, standard] of Object.entries(ACTIVATIONS[name] as Parameters)) {
    if (key === 'axis') continue;
    const given = options[key] === undefined ? standard : options[key];
    if (given === undefined) throw new ArgumentError(`activations.${name}: \`${key}\` is needed`);
    if (key === 'approximate') values.push(checkBoolean(`activations.${name}`, key, given) ? 1 : 0);
    else if (given === null && standard === null) values.push(Number.POSITIVE_INFINITY);
    else values.push(checkNumber(`activations.${name}`, key, given));
  }
  return [values[0] ?? 0, values[1] ?? 0, values[2] ?? 0];
}
