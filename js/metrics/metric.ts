import type { Config, Kind, Member } from '../family.js';
import { toSnakeCase } from '../layers/names.js';
import { product, type Sizes, spread } from '../losses/shapes.js';
import { borrow } from '../runtime/borrow.js';
import { show } from '../runtime/check.js';
import { ArgumentError, UnsupportedError } from '../runtime/errors.js';
import { aligned } from '../runtime/memory.js';
import { kernels } from '../runtime/module.js';
import { type TensorLike, toTensor } from '../runtime/tensor.js';

/** What a metric gives: a number, or one per class, output or threshold. */
export type MetricResult = number | number[];

/** @internal Adds batches of one shape to a metric, between addresses. */
export interface MetricPlan {
  /** Shape of the weights. */
  readonly shape: Sizes;
  /** Bytes of workspace. */
  readonly bytes: number;
  /** Whether it takes the activation's inputs in place of the predictions. */
  readonly isOfLogits: boolean;
  /** @param weights float32, one per element of `shape`, or 0. */
  add(workspace: number, predictions: number, targets: number, weights: number): void;
}

/** How a kind of metric counts. */
export interface Core {
  /** Whether masked predictions are left out: Keras does so in means of functions alone. */
  masks?: boolean;
  /** The same of the inputs of the activation that made the predictions. */
  ofLogits?: { activation: string; core: Core };
  /** Doubles counted for predictions of this shape. */
  size(yPred: Sizes): number;
  /** `add` adds to the counts, which lie at `counts` in the heap. */
  plan(
    owner: string,
    yTrue: Sizes,
    yPred: Sizes,
  ): {
    shape: Sizes;
    bytes: number;
    add(counts: number, workspace: number, predictions: number, targets: number, weights: number): void;
  };
  result(counts: Float64Array): MetricResult;
}

/**
 * A quantity that is followed over batches. Sums are float64.
 * @see https://keras.io/api/metrics/
 */
export class Metric implements Member {
  /** Keras' class name. */
  readonly className: string;
  /** Name in logs. */
  readonly name: string;
  /** Whether it should rise (`'up'`), fall (`'down'`), or neither is known. */
  readonly direction: 'up' | 'down' | null;
  readonly #config: Config;
  readonly #core: Core;
  /** @internal What was counted. */
  counts: Float64Array = new Float64Array(0);

  /** @internal */
  constructor(className: string, config: Config, direction: 'up' | 'down' | null, core: Core) {
    this.className = className;
    this.name = String(config.name);
    this.direction = direction;
    this.#config = config;
    this.#core = core;
  }

  /** @internal Whether masked predictions are left out. */
  get masks(): boolean {
    return this.#core.masks === true;
  }

  /** The constructor's arguments, in Keras' order and spelling. */
  getConfig(): Config {
    const { thresholds, ...config } = this.#config;
    return this.className === 'AUC' && thresholds === null ? config : { ...this.#config };
  }

  /**
   * Counts a batch; `Mean` and `Sum` take values and weights in place of targets and predictions.
   * @param sampleWeight One number per sample, or of a shape that is repeated to theirs.
   * @throws {ShapeError} {ArgumentError} if something does not fit; nothing is counted then.
   */
  updateState(yTrue: TensorLike, yPred?: TensorLike | null, sampleWeight?: TensorLike | null): void {
    const owner = `${this.className} '${this.name}'`;
    const isOfValues = this.className === 'Mean' || this.className === 'Sum';
    const target = toTensor(yTrue, `${owner}: ${isOfValues ? 'values' : 'yTrue'}`);
    const output = isOfValues ? target : toTensor(yPred, `${owner}: yPred`);
    const given = (isOfValues ? yPred : sampleWeight) ?? null;
    const plan = this.plan(target.shape, output.shape);
    const read = given === null ? null : toTensor(given, `${owner}: sampleWeight`);
    let weights = read === null ? null : spread(owner, 'sampleWeight', read, plan.shape, true);
    const mask = this.masks && !isOfValues ? output.mask : null;
    if (mask !== null) {
      const kept = spread(owner, 'mask', mask, plan.shape, true);
      weights = weights === null ? kept : weights.map((weight, index) => weight * (kept[index] as number));
    }
    const sizes = [plan.bytes, 4 * output.data.length, 4 * target.data.length].map(aligned);
    const total = sizes.reduce((sum, size) => sum + size, 4 * product(plan.shape));
    borrow(total, owner, (workspace) => {
      const [predictions, targets, end] = sizes.map((_, index) =>
        sizes.slice(0, index + 1).reduce((sum, size) => sum + size, workspace),
      ) as [number, number, number];
      const { HEAPF32 } = kernels();
      HEAPF32.set(output.data, predictions / 4);
      HEAPF32.set(target.data, targets / 4);
      if (weights !== null) HEAPF32.set(weights, end / 4);
      plan.add(workspace, predictions, targets, weights === null ? 0 : end);
    });
  }

  /** The value of all that was counted; 0 if nothing was. */
  result(): MetricResult {
    return this.#core.result(this.counts);
  }

  /** Forgets what was counted. */
  resetState(): void {
    this.counts = new Float64Array(0);
  }

  /** @internal For batches of two shapes. @param activation Whose inputs are at hand too. */
  plan(yTrue: Sizes, yPred: Sizes, activation: string | null = null): MetricPlan {
    const { ofLogits } = this.#core;
    const isOfLogits = ofLogits !== undefined && ofLogits.activation === activation;
    const size = this.#core.size(yPred);
    const inner = (isOfLogits ? ofLogits.core : this.#core).plan(`${this.className} '${this.name}'`, yTrue, yPred);
    const room = aligned(8 * size);
    return {
      shape: inner.shape,
      isOfLogits,
      bytes: room + aligned(inner.bytes),
      add: (workspace, predictions, targets, weights) => {
        if (this.counts.length === 0) this.counts = new Float64Array(size);
        if (this.counts.length !== size) {
          throw new ArgumentError(
            `${this.className} '${this.name}': other numbers of classes were counted before; call resetState()`,
          );
        }
        const counts = this.counts;
        const start = workspace / 8;
        kernels().HEAPF64.set(counts, start);
        inner.add(workspace, workspace + room, predictions, targets, weights);
        const { HEAPF64 } = kernels();
        for (let index = 0; index < size; index += 1) counts[index] = HEAPF64[start + index] as number;
      },
    };
  }
}

/** A kind of metric for the family. `own`: its own arguments in Keras' order, after name and dtype if they are not there. */
export function metricKind(
  className: string,
  direction: 'up' | 'down' | null,
  own: Config,
  coreOf: (config: Config, owner: string) => Core,
  aliases: readonly string[] = [],
): Kind<Metric> {
  const dtype = 'dtype' in own ? own.dtype : 'float32';
  return {
    className,
    aliases,
    defaults: 'name' in own ? own : { name: toSnakeCase(className), dtype, ...own },
    make(config) {
      if (config.dtype !== dtype) {
        throw new UnsupportedError(`${className}: \`dtype\` ${show(config.dtype)}: only '${dtype}' is supported`);
      }
      return new Metric(className, config, direction, coreOf(config, className));
    },
  };
}
