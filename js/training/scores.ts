import type { Logs } from '../callbacks/model.js';
import type { Sizes } from '../losses/shapes.js';
import { resolveMetric } from '../metrics/resolve.js';
import type { Metric } from '../metrics.js';
import type { OutputSpec } from './compiled.js';

/** The metrics of one output. */
export interface OutputMetrics {
  plain: readonly Metric[];
  weighted: readonly Metric[];
}

/** Loss and metrics over the batches of an epoch. */
export class Scores {
  readonly #specs: readonly OutputSpec[];
  readonly #metrics: (OutputMetrics | null)[];
  // Names in the logs with their metrics, in Keras' order; null until all outputs are resolved.
  #named: readonly [string, Metric][] | null = null;
  #sum = 0;
  #samples = 0;
  #outputSums: number[];
  #batches = 0;

  constructor(specs: readonly OutputSpec[]) {
    this.#specs = specs;
    this.#metrics = specs.map(() => null);
    this.#outputSums = specs.map(() => 0);
  }

  /** The metrics of an output, once the shapes of its targets and predictions are known. */
  resolve(index: number, yTrue: Sizes, yPred: Sizes): OutputMetrics {
    const { metrics, weightedMetrics } = this.#specs[index] as OutputSpec;
    let found = this.#metrics[index] ?? null;
    if (found === null) {
      found = {
        plain: metrics.map((each) => resolveMetric(each, yTrue, yPred)),
        weighted: weightedMetrics.map((each) => resolveMetric(each, yTrue, yPred)),
      };
      this.#metrics[index] = found;
      this.#named = null;
    }
    return found;
  }

  private get named(): readonly [string, Metric][] {
    this.#named ??= nameMetrics(this.#specs, this.#metrics);
    return this.#named;
  }

  // Only several losses are told one by one.
  private get lossNames(): readonly (string | null)[] {
    const isSeveral = this.#specs.filter(({ loss }) => loss !== null).length > 1;
    return this.#specs.map(({ name, loss }) => (isSeveral && loss !== null ? `${name}_loss` : null));
  }

  /** Names in the logs, in Keras' order. */
  get names(): string[] {
    return ['loss', ...this.lossNames.filter((name) => name !== null), ...this.named.map(([name]) => name)];
  }

  /** Whether more or less is better; null if it is not said. */
  direction(name: string): 'up' | 'down' | null {
    if (name === 'loss' || this.lossNames.includes(name)) return 'down';
    return this.named.find(([own]) => own === name)?.[1].direction ?? null;
  }

  /** Begins anew. */
  reset(): void {
    this.#sum = 0;
    this.#samples = 0;
    this.#outputSums.fill(0);
    this.#batches = 0;
    for (const found of this.#metrics) {
      for (const metric of [...(found?.plain ?? []), ...(found?.weighted ?? [])]) metric.resetState();
    }
  }

  /** Counts a batch. @param outputs The outputs' losses, not weighted. */
  add(loss: number, outputs: readonly number[], samples: number): void {
    this.#sum += loss * samples;
    this.#samples += samples;
    for (let index = 0; index < outputs.length; index += 1) {
      (this.#outputSums[index] as number) += outputs[index] as number;
    }
    this.#batches += 1;
  }

  /** Means over what was counted, in Keras' order. */
  logs(): Logs {
    const logs: Logs = { loss: this.#samples === 0 ? 0 : this.#sum / this.#samples };
    this.lossNames.forEach((name, index) => {
      if (name !== null) logs[name] = this.#batches === 0 ? 0 : (this.#outputSums[index] as number) / this.#batches;
    });
    for (const [name, metric] of this.named) logs[name] = metric.result();
    return logs;
  }

  /** Carries something out that counts anew, and goes on from where it was. */
  apart<T>(run: () => T): T {
    const kept = [this.#sum, this.#samples, this.#outputSums, this.#batches] as const;
    const counts = this.named.map(([, metric]) => metric.counts);
    this.#outputSums = this.#specs.map(() => 0);
    try {
      return run();
    } finally {
      [this.#sum, this.#samples, this.#outputSums, this.#batches] = kept;
      this.named.forEach(([, metric], index) => {
        metric.counts = counts[index] ?? new Float64Array(0);
      });
    }
  }
}

// Later ones of a name are numbered; weighted ones are called so first.
function nameMetrics(specs: readonly OutputSpec[], metrics: readonly (OutputMetrics | null)[]): [string, Metric][] {
  const counts = new Map<string, number>();
  const named: [string, Metric][] = [];
  const add = (name: string, metric: Metric): void => {
    const before = counts.get(name) ?? 0;
    counts.set(name, before + 1);
    named.push([before === 0 ? name : `${name}_${before}`, metric]);
  };
  const prefix = specs.map(({ name }) => (specs.length > 1 ? `${name}_` : ''));
  metrics.forEach((found, index) => {
    for (const metric of found?.plain ?? []) add(`${prefix[index]}${metric.name}`, metric);
  });
  metrics.forEach((found, index) => {
    for (const metric of found?.weighted ?? []) {
      const name = `${prefix[index]}${metric.name}`;
      add(counts.has(name) ? `${prefix[index]}weighted_${metric.name}` : name, metric);
    }
  });
  return named;
}
