import type { Callbacks } from '../callbacks/callback_list.js';
import { checkInteger, checkOptions, show } from '../runtime/check.js';
import { ArgumentError } from '../runtime/errors.js';
import type { TensorLike } from '../runtime/tensor.js';
import { type ClassWeight, isValidated } from './arrays.js';
import type { BatchIterable, Shuffle } from './data.js';
import type { Verbose } from './progress.js';

/** Sample weights: [samples], [samples, steps] for sequences; for several outputs also a list or an object by name. */
export type SampleWeight = TensorLike | readonly (TensorLike | null)[] | Readonly<Record<string, TensorLike | null>>;

/** Options of `fit`. */
export interface FitOptions {
  /** Index of the last epoch plus 1; default 1. */
  epochs?: number;
  /** Samples per update; default 32. */
  batchSize?: number | null;
  /** Epoch to begin with, from 0 on; default 0. */
  initialEpoch?: number;
  /** Batches per epoch; default: all. */
  stepsPerEpoch?: number | null;
  /** Default true: another order in every epoch, fixed by `utils.setRandomSeed`. */
  shuffle?: Shuffle;
  sampleWeight?: SampleWeight | null;
  /** Weights of the samples by label. */
  classWeight?: ClassWeight | null;
  /** `[x, y]`, `[x, y, sampleWeight]`, or an iterable of such batches. */
  validationData?: readonly unknown[] | BatchIterable | null;
  /** Share of the samples, the last ones before shuffling, that are kept for validation; default 0. */
  validationSplit?: number;
  /** Every how manieth epoch is validated, or the epochs, from 1 on; default 1. */
  validationFreq?: number | readonly number[];
  /** Batches per validation; default: all. */
  validationSteps?: number | null;
  /** Default: `batchSize`. */
  validationBatchSize?: number | null;
  /** Objects with hooks. */
  callbacks?: Callbacks | null;
  /** 0: silent, 1: a bar, 2: a line per epoch; `'auto'` (the default): a bar in a terminal, else silent. */
  verbose?: Verbose;
  /** Stops the training after a batch, or while it waits for data: `fit` rejects with the signal's reason. */
  signal?: AbortSignal | null;
  /** What becomes of a loss or gradient that is NaN or infinite; default `'throw'`, before anything has changed. */
  nonFinite?: 'throw' | 'warn';
  /** Steps after which back-propagation through time is cut; default 0: never. */
  truncate?: number;
}

/** Options of `evaluate`. */
export interface EvaluateOptions {
  /** Default 32. */
  batchSize?: number | null;
  sampleWeight?: SampleWeight | null;
  /** Default `'auto'`. */
  verbose?: Verbose;
  callbacks?: Callbacks | null;
  /** Batches to judge; default: all. */
  steps?: number | null;
}

/** Options of `trainOnBatch`. */
export interface TrainOnBatchOptions
  extends Pick<FitOptions, 'sampleWeight' | 'classWeight' | 'truncate' | 'nonFinite'> {}

const FIT_OPTIONS: readonly (keyof FitOptions)[] = [
  'epochs',
  'batchSize',
  'initialEpoch',
  'stepsPerEpoch',
  'shuffle',
  'sampleWeight',
  'classWeight',
  'validationData',
  'validationSplit',
  'validationFreq',
  'validationSteps',
  'validationBatchSize',
  'callbacks',
  'verbose',
  'signal',
  'nonFinite',
  'truncate',
];

/** @throws {ArgumentError} for what is neither `'throw'` nor `'warn'`. */
export function checkNonFinite(owner: string, value: unknown): void {
  if (value === 'throw' || value === 'warn') return;
  throw new ArgumentError(`${owner}: \`nonFinite\` must be 'throw' or 'warn', received ${show(value)}`);
}

type Known = 'epochs' | 'initialEpoch' | 'nonFinite' | 'signal' | 'truncate';

/** The options of `fit` with their defaults, as far as they can be checked without data. @throws {ArgumentError} */
export function checkFitOptions(
  owner: string,
  options: FitOptions | undefined,
): FitOptions & Required<Pick<FitOptions, Known>> {
  const given = checkOptions(owner, options, FIT_OPTIONS);
  const { epochs = 1, initialEpoch = 0, nonFinite = 'throw', signal = null, truncate = 0 } = given;
  const count = (name: string, value: number, least: number) => checkInteger(owner, name, value, least, 2 ** 31);
  count('epochs', epochs, 0);
  count('initialEpoch', initialEpoch, 0);
  count('truncate', truncate, 0);
  if (given.validationSteps) count('validationSteps', given.validationSteps, 1);
  isValidated(owner, 0, given.validationFreq ?? 1);
  checkNonFinite(owner, nonFinite);
  if (signal !== null && !(typeof signal === 'object' && 'throwIfAborted' in signal && 'addEventListener' in signal)) {
    throw new ArgumentError(`${owner}: \`signal\` must be an AbortSignal, received ${show(signal)}`);
  }
  return { ...given, epochs, initialEpoch, nonFinite, signal, truncate };
}
