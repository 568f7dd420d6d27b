import type { Config } from '../family.js';
import { checkBoolean, checkNumber, show } from '../runtime/check.js';
import { ArgumentError } from '../runtime/errors.js';
import type { Weight } from '../runtime/weight.js';

/** A slot of every variable. */
export interface Slot {
  name: string;
  /** Which of the kernel's slots it is. */
  index: number;
  initial?: number;
}

/** A kernel and what it is given. */
export interface Part {
  kernel: string;
  /** The kernel's a to g. */
  parameters: readonly number[];
  /** Factor of the learning rate. */
  rate: number;
  weightDecay: number;
  /** Whether this variable is its own; all are without it. */
  takes?(variable: Weight): boolean;
  /** Slots that it has none of. */
  without?: readonly string[];
}

/** An optimizer by Keras' class name. */
export interface OptimizerSpec {
  className: string;
  /** Its own arguments with their defaults, in Keras' order. */
  own: Config;
  /** Other defaults of the common arguments. */
  common?: Config;
  /** Slots in the order in which Keras makes them: those of a group together, variable by variable. */
  slots(config: Config): Slot[][];
  parts(config: Config): Part[];
}

/** The arguments of all optimizers, in Keras' order. */
export const COMMON: Config = {
  name: null,
  learning_rate: 0.001,
  weight_decay: null,
  clipnorm: null,
  global_clipnorm: null,
  clipvalue: null,
  use_ema: false,
  ema_momentum: 0.99,
  ema_overwrite_frequency: null,
  loss_scale_factor: null,
  gradient_accumulation_steps: null,
};

const numberOf = (value: unknown): number => (value === null ? 0 : Number(value));
const group = (...names: string[]): Slot[] => names.map((name, index) => ({ name, index }));

function simple(kernel: string, ...keys: string[]): (config: Config) => Part[] {
  return (config) => [
    {
      kernel,
      parameters: keys.map((key) => numberOf(config[key])),
      rate: 1,
      weightDecay: numberOf(config.weight_decay),
    },
  ];
}

const MOMENTS = () => [group('momentum', 'velocity')];
const BETAS = { beta_1: 0.9, beta_2: 0.999, epsilon: 1e-7 };
const BETA_KEYS = Object.keys(BETAS);
const adam = { own: { ...BETAS, amsgrad: false }, slots: adamSlots, parts: simple('adam', ...BETA_KEYS) };

function adamSlots({ amsgrad }: Config): Slot[][] {
  return amsgrad ? [...MOMENTS(), [{ name: 'velocity_hat', index: 2 }]] : MOMENTS();
}

function muonParts(config: Config): Part[] {
  const keys = ['momentum', 'nesterov', 'rms_rate', 'ns_steps', 'muon_a', 'muon_b', 'muon_c'];
  const excluded = (config.exclude_layers as string[]).map((keyword) => new RegExp(keyword));
  const [muon] = simple('muon', ...keys)(config) as [Part];
  const [other] = simple('adam', 'adam_beta_1', 'adam_beta_2', 'epsilon')(config) as [Part];
  const takes = ({ shape, path }: Weight) =>
    shape.length === 2 &&
    !(config.exclude_embeddings && path.toLowerCase().includes('embedding')) &&
    !excluded.some((keyword) => keyword.test(path));
  return [
    { ...muon, takes, without: ['velocity'] },
    { ...other, rate: Number(config.adam_lr_ratio), weightDecay: numberOf(config.adam_weight_decay) },
  ];
}

/** All optimizers. */
export const OPTIMIZERS: readonly OptimizerSpec[] = [
  {
    className: 'SGD',
    common: { learning_rate: 0.01 },
    own: { momentum: 0, nesterov: false },
    slots: ({ momentum }) => (momentum === 0 ? [] : [group('momentum')]),
    parts: simple('sgd', 'momentum', 'nesterov'),
  },
  {
    className: 'RMSprop',
    own: { rho: 0.9, momentum: 0, epsilon: 1e-7, centered: false },
    slots: ({ momentum, centered }) => [
      group('velocity'),
      ...((momentum as number) > 0 ? [[{ name: 'momentum', index: 1 }]] : []),
      ...(centered ? [[{ name: 'average_gradient', index: 2 }]] : []),
    ],
    parts: simple('rmsprop', 'rho', 'momentum', 'epsilon'),
  },
  { className: 'Adam', ...adam },
  { className: 'AdamW', ...adam, common: { weight_decay: 0.004 } },
  { className: 'Nadam', own: BETAS, slots: MOMENTS, parts: simple('nadam', ...BETA_KEYS) },
  { className: 'Adamax', own: BETAS, slots: () => [group('momentum', 'norm')], parts: simple('adamax', ...BETA_KEYS) },
  {
    className: 'Adagrad',
    own: { initial_accumulator_value: 0.1, epsilon: 1e-7 },
    slots: (config) => [[{ name: 'accumulator', index: 0, initial: Number(config.initial_accumulator_value) }]],
    parts: simple('adagrad', 'epsilon'),
  },
  {
    className: 'Adadelta',
    own: { rho: 0.95, epsilon: 1e-7 },
    slots: () => [group('accumulated_grad', 'accumulated_delta_var')],
    parts: simple('adadelta', 'rho', 'epsilon'),
  },
  {
    className: 'Ftrl',
    own: {
      learning_rate_power: -0.5,
      initial_accumulator_value: 0.1,
      l1_regularization_strength: 0,
      l2_regularization_strength: 0,
      l2_shrinkage_regularization_strength: 0,
      beta: 0,
    },
    slots: (config) => [
      [
        { name: 'accumulator', index: 0, initial: Number(config.initial_accumulator_value) },
        { name: 'linear', index: 1 },
      ],
    ],
    parts: simple(
      'ftrl',
      'learning_rate_power',
      'l1_regularization_strength',
      'l2_regularization_strength',
      'l2_shrinkage_regularization_strength',
      'beta',
    ),
  },
  {
    className: 'Lion',
    own: { beta_1: 0.9, beta_2: 0.99 },
    slots: () => [group('momentum')],
    parts: simple('lion', 'beta_1', 'beta_2'),
  },
  { className: 'Lamb', own: BETAS, slots: MOMENTS, parts: simple('lamb', ...BETA_KEYS) },
  {
    className: 'Adafactor',
    own: { beta_2_decay: -0.8, epsilon_1: 1e-30, epsilon_2: 0.001, clip_threshold: 1, relative_step: true },
    slots: () => [group('r', 'c', 'velocity')],
    parts: simple('adafactor', 'beta_2_decay', 'epsilon_1', 'epsilon_2', 'clip_threshold'),
  },
  {
    className: 'Muon',
    common: { weight_decay: 0.004 },
    own: {
      adam_beta_1: 0.9,
      adam_beta_2: 0.999,
      epsilon: 1e-7,
      exclude_layers: [],
      muon_a: 3.4445,
      muon_b: -4.775,
      muon_c: 2.0315,
      adam_lr_ratio: 1,
      momentum: 0.95,
      ns_steps: 5,
      nesterov: true,
      exclude_embeddings: true,
      adam_weight_decay: 0.004,
      rms_rate: 0.2,
    },
    slots: MOMENTS,
    parts: muonParts,
  },
];

const isBetween = (value: unknown, low: number, high: number) => (value as number) >= low && (value as number) <= high;
const isWhole = (value: unknown, least: number) => Number.isInteger(value) && (value as number) >= least;

/** @throws {ArgumentError} with Keras' text. */
export function checkConfig(className: string, config: Config, defaults: Config): void {
  const refuse = (text: string, key: string) => {
    throw new ArgumentError(`${className}: ${text} Received: ${key}=${show(config[key])}.`);
  };
  for (const [key, standard] of Object.entries(defaults)) {
    const value = config[key];
    if (key === 'name' || key === 'learning_rate') continue;
    if (typeof standard === 'boolean') checkBoolean(className, key, value);
    else if (value !== null && !Array.isArray(standard)) checkNumber(className, key, value);
  }
  const { clipnorm, clipvalue, global_clipnorm: globally } = config;
  if ([clipnorm, clipvalue, globally].filter((each) => each !== null).length > 1) {
    throw new ArgumentError(
      `${className}: Only one of \`clipnorm\`, \`clipvalue\` and \`global_clipnorm\` can be set. Received: ` +
        `clipnorm=${clipnorm}, clipvalue=${clipvalue}, global_clipnorm=${globally}`,
    );
  }
  const steps = config.gradient_accumulation_steps;
  if (steps !== null && !isWhole(steps, 2)) {
    refuse('`gradient_accumulation_steps` must be an integer >= 2.', 'gradient_accumulation_steps');
  }
  if (config.use_ema && !isBetween(config.ema_momentum, 0, 1)) {
    refuse('`ema_momentum` must be in the range [0, 1].', 'ema_momentum');
  }
  if (config.use_ema && config.ema_overwrite_frequency !== null && !isWhole(config.ema_overwrite_frequency, 1)) {
    refuse('`ema_overwrite_frequency` must be an integer >= 1 or None.', 'ema_overwrite_frequency');
  }
  if (className === 'AdamW' && config.weight_decay === null) {
    refuse('Argument `weight_decay` must be a float.', 'weight_decay');
  }
  if (className === 'SGD' && !isBetween(config.momentum, 0, 1)) {
    refuse('`momentum` must be a float between [0, 1].', 'momentum');
  }
  if (className === 'Lion' && !(isBetween(config.beta_1, 0, 1) && (config.beta_1 as number) > 0)) {
    refuse('Argument `beta_1` must be in the [0, 1] range. Otherwise, the optimizer degenerates to SignSGD.', 'beta_1');
  }
  if (className === 'Ftrl') {
    if ((config.learning_rate_power as number) > 0) {
      refuse('`learning_rate_power` needs to be negative or zero.', 'learning_rate_power');
    }
    const negative = Object.keys(config).find((key) => /^initial|strength$/.test(key) && (config[key] as number) < 0);
    if (negative !== undefined) refuse(`\`${negative}\` needs to be positive or zero.`, negative);
  }
  if (className === 'Muon') {
    const layers = config.exclude_layers;
    if (!Array.isArray(layers) || layers.some((each) => typeof each !== 'string')) {
      refuse('`exclude_layers` must be a list of strings.', 'exclude_layers');
    }
    if (!isWhole(config.ns_steps, 0)) refuse('`ns_steps` must be a whole number.', 'ns_steps');
  }
}
