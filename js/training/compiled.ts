import { type Config, isSerialized } from '../family.js';
import { isOpenLoss } from '../losses/resolve.js';
import { get as getLoss, type LossIdentifier, serialize as serializeLoss } from '../losses.js';
import { get as getMetric, type MetricIdentifier, serialize as serializeMetric } from '../metrics.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import { get as getOptimizer, type OptimizerIdentifier, serialize as serializeOptimizer } from '../optimizers.js';
import { checkNumber, checkOptions, isCallable, show } from '../runtime/check.js';
import { ArgumentError, inArgument } from '../runtime/errors.js';
import { refuseOptions } from '../utils/values.js';

/** For each output: one for all, a list, or an object by the outputs' names. */
export type PerOutput<T> = T | readonly T[] | Readonly<Record<string, T>>;

/** Options of `compile`. */
export interface CompileOptions {
  /** Default `'rmsprop'`. */
  optimizer?: OptimizerIdentifier;
  /** A loss for all outputs, or one per output; null (the default) for none. */
  loss?: PerOutput<LossIdentifier | null> | null;
  /** Factors of the outputs' losses in the sum; default 1. */
  lossWeights?: PerOutput<number> | null;
  /** A list of metrics; for several outputs a list of lists, or an object by the outputs' names. */
  metrics?: readonly unknown[] | Readonly<Record<string, unknown>> | null;
  /** The same for metrics that take sample and class weights into account. */
  weightedMetrics?: readonly unknown[] | Readonly<Record<string, unknown>> | null;
}

/** What one output is judged by. */
export interface OutputSpec {
  name: string;
  loss: LossIdentifier | null;
  /** Factor of the loss. */
  factor: number;
  metrics: readonly MetricIdentifier[];
  weightedMetrics: readonly MetricIdentifier[];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** What `compile` was given, checked. */
export class Compiled {
  readonly optimizer: Optimizer;
  /** Whether the optimizer was made here, from its name or configuration. */
  readonly ownsOptimizer: boolean;
  /** Keras' compile_config; null if something in it is a function. */
  readonly config: Config | null;
  readonly #owner: string;
  readonly #given: CompileOptions;

  /** @throws {ArgumentError} naming what is unknown. */
  constructor(owner: string, options?: CompileOptions) {
    const known = ['optimizer', 'loss', 'lossWeights', 'metrics', 'weightedMetrics'];
    const none = ['runEagerly', 'stepsPerExecution', 'jitCompile', 'autoScaleLoss'];
    refuseOptions(owner, options ?? {}, none, 'there is one way to compute');
    const given = checkOptions(owner, options, known);
    const { optimizer = 'rmsprop', loss = null, lossWeights = null } = given;
    this.#owner = owner;
    this.#given = given;
    this.optimizer = inArgument(owner, 'optimizer', () => {
      const made = getOptimizer(optimizer);
      if (made !== null) return made;
      throw new ArgumentError('an optimizer is needed, received null');
    });
    this.ownsOptimizer = this.optimizer !== optimizer;
    inArgument(owner, 'loss', () => {
      for (const each of leaves(loss)) if (!isOpenLoss(each)) getLoss(each as LossIdentifier);
    });
    for (const each of leaves(lossWeights)) if (each !== null) checkNumber(owner, 'lossWeights', each);
    for (const name of ['metrics', 'weightedMetrics'] as const) {
      const metrics = given[name] ?? null;
      if (metrics !== null && (typeof metrics !== 'object' || isSerialized(metrics) || 'updateState' in metrics)) {
        throw new ArgumentError(
          `${owner}: Expected \`${name}\` argument to be a list, tuple, or dict. Received instead: ${name}=${show(metrics)}`,
        );
      }
      inArgument(owner, name, () => {
        for (const each of leaves(metrics)) checkMetric(each);
      });
    }
    this.config = this.#serialize();
  }

  #serialize(): Config | null {
    const { loss = null, lossWeights = null, metrics = null, weightedMetrics = null } = this.#given;
    const all = [loss, metrics, weightedMetrics].flatMap((each) => leaves(each));
    // Our own losses are callable too: they have a configuration.
    if (all.some((each) => isCallable(each) && !('getConfig' in (each as object)))) return null;
    try {
      return {
        optimizer: serializeOptimizer(this.optimizer),
        loss: mapLeaves(loss, (each) => (isCallable(each) ? serializeLoss(each as never) : each)),
        loss_weights: lossWeights,
        metrics: mapLeaves(metrics, serializedMetric),
        weighted_metrics: mapLeaves(weightedMetrics, serializedMetric),
        run_eagerly: false,
        steps_per_execution: 1,
        jit_compile: false,
      };
    } catch (error) {
      if (error instanceof ArgumentError) return null;
      throw error;
    }
  }

  /** What each output is judged by. @throws {ArgumentError} if a list or an object does not go with the outputs. */
  outputs(names: readonly string[]): OutputSpec[] {
    const { loss, lossWeights } = this.#given;
    const losses = this.#perOutput('loss', loss ?? null, names, true);
    if (typeof lossWeights === 'number' && isStructure(loss) && names.length > 1) {
      throw new ArgumentError(
        `${this.#owner}: \`loss_weights\` must match the number of losses, got ${names.length} losses and 1 weights.`,
      );
    }
    const factors = this.#perOutput('lossWeights', lossWeights ?? null, names, true);
    for (const each of factors) if (each !== null) checkNumber(this.#owner, 'lossWeights', each);
    const metrics = this.#metrics('metrics', names);
    const weighted = this.#metrics('weightedMetrics', names);
    return names.map((name, index) => ({
      name,
      loss: (losses[index] ?? null) as LossIdentifier | null,
      factor: (factors[index] ?? 1) as number,
      metrics: metrics[index] as MetricIdentifier[],
      weightedMetrics: weighted[index] as MetricIdentifier[],
    }));
  }

  #perOutput(argument: string, value: unknown, names: readonly string[], isWhole: boolean): unknown[] {
    if (value === null || !isStructure(value)) return names.map(() => value);
    if (Array.isArray(value)) {
      if (value.length === names.length) return value;
      throw new ArgumentError(
        `${this.#owner}: \`${argument}\` must have one entry for each of the ${names.length} outputs ${show([...names])}, ` +
          `received ${value.length}`,
      );
    }
    const keys = Object.keys(value as object);
    if (keys.some((key) => !names.includes(key)) || (isWhole && argument === 'loss' && keys.length !== names.length)) {
      throw new ArgumentError(
        `${this.#owner}: Expected keys ${show([...names])} in ${argument} dict, but found ${argument}.keys()=${show(keys)}`,
      );
    }
    return names.map((name) => (value as Record<string, unknown>)[name] ?? null);
  }

  #metrics(argument: 'metrics' | 'weightedMetrics', names: readonly string[]): unknown[][] {
    const value = this.#given[argument] ?? null;
    if (value === null) return names.map(() => []);
    if (names.length === 1) return [leaves(value).filter((each) => each !== null)];
    return this.#perOutput(argument, value, names, false).map((each) => leaves(each).filter((one) => one !== null));
  }
}

// A list or an object by name, not one thing.
function isStructure(value: unknown): boolean {
  return Array.isArray(value) || (isObject(value) && !isSerialized(value) && !('getConfig' in value));
}

// Lists within lists go no deeper: one that holds itself has no end.
const DEPTH = 5;

function leaves(value: unknown, depth = 0): unknown[] {
  if (!isStructure(value) || depth > DEPTH) return [value ?? null];
  return Object.values(value as object).flatMap((each) => leaves(each, depth + 1));
}

function mapLeaves(value: unknown, map: (leaf: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => mapLeaves(each, map));
  if (!isStructure(value)) return map(value);
  return Object.fromEntries(Object.entries(value as object).map(([key, each]) => [key, mapLeaves(each, map)]));
}

const OPEN = ['accuracy', 'acc', 'crossentropy', 'ce'];

function checkMetric(identifier: unknown): void {
  const isOpen = typeof identifier === 'string' && OPEN.includes(identifier.toLowerCase());
  if (identifier !== null && !isOpen) getMetric(identifier as MetricIdentifier);
}

function serializedMetric(each: unknown): unknown {
  return isObject(each) && !isSerialized(each) ? serializeMetric(each as never) : each;
}
