import { type Config, Family, isSerialized, type Serialized } from './family.js';
import { Optimizer } from './optimizers/optimizer.js';
import { COMMON, OPTIMIZERS } from './optimizers/table.js';
import type { ScheduleIdentifier } from './schedules.js';

export type { Optimizer } from './optimizers/optimizer.js';
export type { OptimizerVariable } from './optimizers/state.js';

/** A name, `{ class_name, config }` or an optimizer. */
export type OptimizerIdentifier = string | Serialized | Optimizer;

const family = new Family<Optimizer>(
  'optimizer',
  OPTIMIZERS.map((spec) => ({
    className: spec.className,
    aliases: [spec.className.toLowerCase()],
    defaults: { ...COMMON, ...spec.common, ...spec.own },
    make: (config: Config) => new Optimizer(spec, config),
  })),
);

/** From a name in any case, a configuration or an object; null stays null. @throws {ArgumentError} if it is not known. */
export function get(identifier: OptimizerIdentifier): Optimizer;
export function get(identifier: OptimizerIdentifier | null | undefined): Optimizer | null;
export function get(identifier: OptimizerIdentifier | null | undefined): Optimizer | null {
  if (typeof identifier === 'string') return family.get(identifier.toLowerCase());
  return isSerialized(identifier) ? deserialize(identifier) : family.get(identifier);
}

/** `{ module, class_name, config, registered_name }`, as Keras 3 writes it. */
export function serialize(optimizer: Optimizer): Serialized {
  return family.serialize(optimizer) as Serialized;
}

/** From `{ class_name, config }`. */
export function deserialize(config: Serialized): Optimizer {
  const name: unknown = isSerialized(config) && config.class_name;
  return family.deserialize(typeof name === 'string' ? { ...config, class_name: name.toLowerCase() } : config);
}

/** What all optimizers take. */
export interface OptimizerOptions {
  /** Default: `'adam'`, `'adam_1'`, … */
  name?: string | null;
  /** Default 0.001, of SGD 0.01; a schedule or a function of the number of updates. */
  learningRate?: number | ScheduleIdentifier;
  /** Weights lose this share, times the learning rate, at every update; default null, of AdamW and Muon 0.004. */
  weightDecay?: number | null;
  /** Largest norm of the gradient of one weight; at most one of the three kinds of clipping. */
  clipnorm?: number | null;
  /** Largest norm of all gradients together. */
  globalClipnorm?: number | null;
  /** Largest absolute value of a gradient. */
  clipvalue?: number | null;
  /** Whether to keep moving averages of the weights, which they get at the end of training; default false. */
  useEma?: boolean;
  /** Default 0.99. */
  emaMomentum?: number;
  /** Updates after which the weights are overwritten by their averages; null (the default) for never. */
  emaOverwriteFrequency?: number | null;
  /** Losses are multiplied and gradients divided by it; default null. */
  lossScaleFactor?: number | null;
  /** At least 2: only every so manieth call updates, with the mean of the gradients; default null. */
  gradientAccumulationSteps?: number | null;
}

type Maker<T = object> = (options?: OptimizerOptions & T) => Optimizer;
interface Betas {
  beta1?: number;
  beta2?: number;
  epsilon?: number;
}

function maker<T>(className: string): Maker<T> {
  return (options) => family.create(className, options ?? {});
}

/** Gradient descent; momentum 0 by default. */
export const sgd: Maker<{ momentum?: number; nesterov?: boolean }> = maker('SGD');
/** Divides by the root of a moving average of squared gradients. */
export const rmsprop: Maker<{ rho?: number; momentum?: number; epsilon?: number; centered?: boolean }> =
  maker('RMSprop');
/** Moving averages of gradients and of their squares. */
export const adam: Maker<Betas & { amsgrad?: boolean }> = maker('Adam');
/** Adam with weight decay 0.004. */
export const adamW: Maker<Betas & { amsgrad?: boolean }> = maker('AdamW');
/** Adam with Nesterov momentum. */
export const nadam: Maker<Betas> = maker('Nadam');
/** Adam with the largest gradient in place of the squares. */
export const adamax: Maker<Betas> = maker('Adamax');
/** Divides by the root of the sum of all squared gradients. */
export const adagrad: Maker<{ initialAccumulatorValue?: number; epsilon?: number }> = maker('Adagrad');
/** Scales by moving averages of squared updates and gradients. */
export const adadelta: Maker<{ rho?: number; epsilon?: number }> = maker('Adadelta');
/** Follow the regularized leader. */
export const ftrl: Maker<{
  learningRatePower?: number;
  initialAccumulatorValue?: number;
  l1RegularizationStrength?: number;
  l2RegularizationStrength?: number;
  l2ShrinkageRegularizationStrength?: number;
  beta?: number;
}> = maker('Ftrl');
/** The sign of a moving average. */
export const lion: Maker<{ beta1?: number; beta2?: number }> = maker('Lion');
/** Adam, scaled by the norm of each weight. */
export const lamb: Maker<Betas> = maker('Lamb');
/** Adam with factored squares, small in memory. */
export const adafactor: Maker<{
  beta2Decay?: number;
  epsilon1?: number;
  epsilon2?: number;
  clipThreshold?: number;
  relativeStep?: boolean;
}> = maker('Adafactor');
/** Orthogonalized momentum for matrices, Adam for the rest. */
export const muon: Maker<{
  adamBeta1?: number;
  adamBeta2?: number;
  epsilon?: number;
  excludeLayers?: readonly string[];
  muonA?: number;
  muonB?: number;
  muonC?: number;
  adamLrRatio?: number;
  momentum?: number;
  nsSteps?: number;
  nesterov?: boolean;
  excludeEmbeddings?: boolean;
  adamWeightDecay?: number | null;
  rmsRate?: number | null;
}> = maker('Muon');
