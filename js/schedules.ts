import { type Config, Family, isSerialized, type Kind, type Member, type Serialized } from './family.js';
import { checkBoolean, checkNumber, isCallable, show } from './runtime/check.js';
import { ArgumentError } from './runtime/errors.js';

/**
 * A learning rate that changes while training: call it with the number of updates made so far, and it gives the rate.
 * @see https://keras.io/api/optimizers/learning_rate_schedules/
 */
export interface Schedule extends Member {
  /** The rate of update `step`, counted from 0. */
  (step: number): number;
}

/** A function of the user's own: the rate of update `step`, counted from 0. */
export type ScheduleFunction = (step: number) => number;

/** A name, `{ class_name, config }`, a schedule or a function. */
export type ScheduleIdentifier = string | Serialized | Schedule | ScheduleFunction;

type Numbers = Record<string, number>;

const { floor, fround, log, cos, PI } = Math;
const NUMBERS = { initial_learning_rate: undefined, decay_steps: undefined, decay_rate: undefined };

function kind(
  className: string,
  own: Config,
  scheduleOf: (numbers: Numbers, config: Config) => ScheduleFunction,
): Kind<Schedule> {
  const defaults = 'name' in own ? own : { ...own, name: className };
  return {
    className,
    defaults,
    make(config) {
      for (const [key, value] of Object.entries(config)) {
        if (key === 'name' || Array.isArray(value) || (key === 'warmup_target' && value === null)) continue;
        if (typeof defaults[key] === 'boolean') checkBoolean(className, key, value);
        else checkNumber(className, key, value);
        if (/decay_steps$/.test(key) && (value as number) <= 0) {
          throw new ArgumentError(`${className}: Argument \`${key}\` must be > 0. Received: ${key}=${value}`);
        }
      }
      const schedule = scheduleOf(config as Numbers, config);
      // The function may not carry its own name, which is no more than the variable's here.
      return Object.freeze(
        Object.assign((step: number) => schedule(step), { className, getConfig: () => structuredClone(config) }),
      );
    },
  };
}

function fraction({ decay_steps: steps }: Numbers, { staircase }: Config, step: number): number {
  return staircase ? floor(step / steps) : step / steps;
}

function listOf(argument: string, value: unknown): readonly number[] {
  if (!Array.isArray(value)) {
    throw new ArgumentError(
      `PiecewiseConstantDecay: \`${argument}\` must be a list of numbers, received ${show(value)}`,
    );
  }
  return Array.from(value, (each) => checkNumber('PiecewiseConstantDecay', argument, each));
}

function piecewise(_: Numbers, config: Config): ScheduleFunction {
  const boundaries = listOf('boundaries', config.boundaries);
  const values = listOf('values', config.values);
  if (boundaries.length !== values.length - 1) {
    throw new ArgumentError(
      'PiecewiseConstantDecay: The length of boundaries should be 1 less than the length of values. Received: ' +
        `boundaries=${show(boundaries)} of length ${boundaries.length}, and values=${show(values)} of length ${values.length}.`,
    );
  }
  return (step) => {
    const index = boundaries.findIndex((boundary) => step <= boundary);
    return values.at(index) as number;
  };
}

function polynomial(given: Numbers, { cycle }: Config): ScheduleFunction {
  const { initial_learning_rate: initial, decay_steps: steps, end_learning_rate: end, power } = given;
  return (step) => {
    const part = cycle ? step / (steps * Math.max(1, Math.ceil(step / steps))) : Math.min(1, step / steps);
    return (initial - end) * (1 - part) ** power + end;
  };
}

/** From 1 down to `alpha` along half a cosine. */
function halfCosine(part: number, alpha: number, height = 1): number {
  return (1 - alpha) * 0.5 * height * (1 + cos(PI * part)) + alpha;
}

function cosine(given: Numbers): ScheduleFunction {
  const { initial_learning_rate: initial, decay_steps: steps, alpha, warmup_steps: warmup } = given;
  const target = given.warmup_target as number | null;
  if (target === null) return (step) => initial * halfCosine(Math.min(1, step / steps), alpha);
  return (step) =>
    step < warmup
      ? (target - initial) * (step / warmup) + initial
      : target * halfCosine(Math.min(1, (step - warmup) / steps), alpha);
}

function restarts(given: Numbers): ScheduleFunction {
  const { initial_learning_rate: initial, first_decay_steps: first, t_mul: longer, m_mul: lower, alpha } = given;
  return (step) => {
    let part = step / first;
    let restart = floor(part);
    if (longer === 1) {
      part -= restart;
    } else {
      // In float32, as Keras: in float64 the quotient of a restart's own step can fall just below a whole number.
      restart = floor(fround(fround(log(1 - part * (1 - longer))) / fround(log(longer))));
      const length = longer ** restart;
      part = (part - (1 - length) / (1 - longer)) / length;
    }
    return initial * halfCosine(part, alpha, lower ** restart);
  };
}

const family = new Family<Schedule>(
  'schedule',
  [
    kind('ExponentialDecay', { ...NUMBERS, staircase: false }, (given, config) => {
      const { initial_learning_rate: initial, decay_rate: rate } = given;
      return (step) => initial * rate ** fraction(given, config, step);
    }),
    kind('PiecewiseConstantDecay', { boundaries: undefined, values: undefined, name: 'PiecewiseConstant' }, piecewise),
    kind(
      'PolynomialDecay',
      { initial_learning_rate: undefined, decay_steps: undefined, end_learning_rate: 0.0001, power: 1, cycle: false },
      polynomial,
    ),
    kind('InverseTimeDecay', { ...NUMBERS, staircase: false }, (given, config) => {
      const { initial_learning_rate: initial, decay_rate: rate } = given;
      return (step) => initial / (1 + rate * fraction(given, config, step));
    }),
    kind(
      'CosineDecay',
      {
        initial_learning_rate: undefined,
        decay_steps: undefined,
        alpha: 0,
        name: 'CosineDecay',
        warmup_target: null,
        warmup_steps: 0,
      },
      cosine,
    ),
    kind(
      'CosineDecayRestarts',
      {
        initial_learning_rate: undefined,
        first_decay_steps: undefined,
        t_mul: 2,
        m_mul: 1,
        alpha: 0,
        name: 'SGDRDecay',
      },
      restarts,
    ),
  ],
  'keras.optimizers.schedules',
);

/** From a name, a configuration, an object or a function. @throws {ArgumentError} if it is not known. */
export function get(identifier: ScheduleIdentifier): ScheduleFunction;
export function get(identifier: ScheduleIdentifier | null | undefined): ScheduleFunction | null;
export function get(identifier: ScheduleIdentifier | null | undefined): ScheduleFunction | null {
  return isCallable(identifier) && !family.owns(identifier) ? identifier : family.get(identifier);
}

/** `{ module, class_name, config, registered_name }`, as Keras 3 writes it. @throws {ArgumentError} for functions. */
export function serialize(schedule: Schedule): Serialized {
  return family.serialize(schedule) as Serialized;
}

/** From `{ class_name, config }`. */
export function deserialize(config: Serialized): Schedule {
  return family.deserialize(config);
}

/** Whether a value is a schedule of this module or what describes one, and no number. */
export function isSchedule(value: unknown): value is ScheduleIdentifier {
  return isSerialized(value) || typeof value === 'function';
}

/** What all schedules take. */
export interface ScheduleOptions {
  /** Goes into the configuration and nowhere else; default: Keras'. */
  name?: string;
}

/** Options of {@link exponentialDecay} and {@link inverseTimeDecay}. */
export interface RateDecayOptions extends ScheduleOptions {
  initialLearningRate: number;
  /** Updates, more than 0. */
  decaySteps: number;
  decayRate: number;
  /** Whether the rate changes every `decaySteps` updates only; default false. */
  staircase?: boolean;
}

/** Options of {@link polynomialDecay}. */
export interface PolynomialDecayOptions extends ScheduleOptions {
  initialLearningRate: number;
  /** Updates, more than 0. */
  decaySteps: number;
  /** Default 0.0001. */
  endLearningRate?: number;
  /** Default 1: a line. */
  power?: number;
  /** Whether it starts again, over a longer span, where it has ended; default false. */
  cycle?: boolean;
}

/** Options of {@link cosineDecay}. */
export interface CosineDecayOptions extends ScheduleOptions {
  initialLearningRate: number;
  /** Updates of the decay, more than 0; those of the warm-up come before them. */
  decaySteps: number;
  /** Least rate, as a fraction of the first; default 0. */
  alpha?: number;
  /** Null (the default): no warm-up. Else the rate at its end, which the decay starts from. */
  warmupTarget?: number | null;
  /** Updates of the warm-up; default 0. */
  warmupSteps?: number;
}

/** Options of {@link cosineDecayRestarts}. */
export interface CosineDecayRestartsOptions extends ScheduleOptions {
  initialLearningRate: number;
  /** Updates of the first period, more than 0. */
  firstDecaySteps: number;
  /** Each period is that much longer than the one before; default 2. */
  tMul?: number;
  /** Each period starts at that much of the rate that the one before started at; default 1. */
  mMul?: number;
  /** Least rate, as a fraction of the first; default 0. */
  alpha?: number;
}

/** initial · rate^(step / decaySteps). */
export function exponentialDecay(options: RateDecayOptions): Schedule {
  return family.create('ExponentialDecay', options);
}

/** `values[i]` after `boundaries[i - 1]` and up to `boundaries[i]`, counted in updates. */
export function piecewiseConstantDecay(
  options: { boundaries: readonly number[]; values: readonly number[] } & ScheduleOptions,
): Schedule {
  return family.create('PiecewiseConstantDecay', options);
}

/** From the initial to the end rate along (1 - step / decaySteps)^power. */
export function polynomialDecay(options: PolynomialDecayOptions): Schedule {
  return family.create('PolynomialDecay', options);
}

/** initial / (1 + rate · step / decaySteps). */
export function inverseTimeDecay(options: RateDecayOptions): Schedule {
  return family.create('InverseTimeDecay', options);
}

/** Along half a cosine down to `alpha` of the first rate, after a warm-up along a line if `warmupTarget` is given. */
export function cosineDecay(options: CosineDecayOptions): Schedule {
  return family.create('CosineDecay', options);
}

/** Half cosines one after the other, each longer than the one before. */
export function cosineDecayRestarts(options: CosineDecayRestartsOptions): Schedule {
  return family.create('CosineDecayRestarts', options);
}
