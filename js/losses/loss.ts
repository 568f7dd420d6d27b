import type { Config, Kind, Member } from '../family.js';
import { toSnakeCase } from '../layers/names.js';
import { borrow } from '../runtime/borrow.js';
import { checkBoolean, checkNumber, checkOptions, show } from '../runtime/check.js';
import { ArgumentError, ShapeError } from '../runtime/errors.js';
import { aligned } from '../runtime/memory.js';
import { kernels } from '../runtime/module.js';
import { type MaskLike, Tensor, type TensorLike, toTensor } from '../runtime/tensor.js';
import { product, type Sizes, spread } from './shapes.js';
import { type LossSpec, type Values, valuesOf } from './table.js';

/** What becomes of the values of a batch; null is `'none'`. */
export type Reduction = 'sum_over_batch_size' | 'mean' | 'sum' | 'mean_with_sample_weight' | 'none' | null;

/** Options of a loss that is called. */
export interface LossCallOptions {
  /** One number per value, or a shape that is repeated to theirs: a number, [batch], [batch, 1]. */
  sampleWeight?: TensorLike | null;
  /** Which values count, shaped like them. */
  mask?: MaskLike | null;
}

/** A loss of the user's own: values of shape `yPred` without its last axes, and their gradient, shaped like `yPred`. */
export type LossFunction = (yTrue: Tensor, yPred: Tensor) => { value: TensorLike; gradient?: TensorLike };

/** @internal A loss on batches of one shape, between addresses. */
export interface LossPlan {
  /** Values of a batch, and predictions of each. */
  readonly rows: number;
  readonly columns: number;
  /** Shape of the values. */
  readonly values: Sizes;
  /** What weights and masks have: the same, or more where there is one value for the whole batch. */
  readonly shape: Sizes;
  /** Bytes of workspace, aligned to 16. */
  readonly bytes: number;
  /** Where the targets are class numbers: how many classes there are. */
  readonly classes: number | null;
  /** A class number that is left out, or null. */
  readonly ignored: number | null;
  /**
   * The reduced loss; afterwards the workspace begins with the weighted values [rows].
   * @param gradients Shaped like the predictions, for the derivative of the result; 0 for none.
   * @param weights float32 of `shape` or 0. @param mask uint8 of `shape` or 0.
   * @param repeats How many of the weights are one weight that was given.
   */
  run(
    workspace: number,
    predictions: number,
    targets: number,
    weights: number,
    mask: number,
    gradients: number,
    repeats: number,
  ): number;
}

/**
 * A loss: call it on targets and predictions, and it gives a number, or without reduction a tensor.
 * @see https://keras.io/api/losses/
 */
export interface Loss extends Member {
  /** @throws {ShapeError} saying which shape is due, {ArgumentError} if something is no data. */
  (yTrue: TensorLike, yPred: TensorLike, options?: LossCallOptions): number | Tensor;
  /** Keras' name of the object. */
  readonly lossName: string;
  /** What becomes of the values of a batch. */
  readonly reduction: Reduction;
  /** @internal For batches of two shapes. */
  plan(yTrue: Sizes, yPred: Sizes): LossPlan;
  /** @internal The same loss of an activation's inputs, where that is better: of softmax or sigmoid. Null for none. */
  fused(activation: string): Loss | null;
}

const SUMS: readonly Reduction[] = ['sum', 'none', null];
const REDUCTIONS = ['mean', 'sum', 'mean_with_sample_weight', 'none'];

function checkReduction(value: unknown): Reduction {
  if (value === null || value === 'sum_over_batch_size' || REDUCTIONS.includes(value as string))
    return value as Reduction;
  throw new ArgumentError(
    'Invalid value for argument `reduction`. Expected one of {sum_over_batch_size, mean, sum, mean_with_sample_weight, ' +
      `none, null}. Received: reduction=${typeof value === 'string' ? value : show(value)}`,
  );
}

function planOf(values: Values, reduction: Reduction): LossPlan {
  const { rows, columns, masks, classes = null, ignored = null, weighed = values.shape } = values;
  const isWhole = weighed !== values.shape;
  const numbers = aligned(4 * Math.max(rows, product(weighed)));
  const scratch = 2 * numbers + (masks ? aligned(rows) : 0);
  const code = reduction === 'sum_over_batch_size' ? 0 : REDUCTIONS.indexOf(reduction ?? 'none');
  return {
    rows,
    columns,
    values: values.shape,
    shape: weighed,
    classes,
    ignored,
    bytes: scratch + aligned(values.bytes),
    run(workspace, predictions, targets, weights, mask, gradients, repeats) {
      const core = kernels();
      const [factors, own] = [workspace + numbers, workspace + 2 * numbers];
      if (masks) {
        if (mask === 0) core.HEAPU8.fill(1, own, own + rows);
        else core.HEAPU8.copyWithin(own, mask, mask + rows);
      }
      values.forward(workspace, gradients, masks ? own : 0, workspace + scratch, targets, predictions);
      const [value, factor] = [workspace / 4, factors / 4];
      const count = isWhole && (weights !== 0 || mask !== 0) ? product(weighed) : rows;
      if (count !== rows) core.HEAPF32.fill(core.HEAPF32[value] as number, value, value + count);
      const found = core._reduce_loss(workspace, factors, weights, masks ? own : mask, count, code);
      // Keras sums the weights up as they were given; a mask repeats them before.
      let times = 1;
      if (mask === 0 && !masks) {
        if (isWhole && SUMS.includes(reduction)) times = 1 / repeats;
        if (!isWhole && reduction === 'mean_with_sample_weight') times = repeats;
      }
      const loss = found * times;
      if (gradients === 0) return loss;
      if (times !== 1) core._scale_elements(factors, factors, times, count);
      if (count !== rows) {
        core.HEAPF32[factor] = core.HEAPF32.subarray(factor, factor + count).reduce((sum, each) => sum + each, 0);
      }
      if (values.backward) values.backward(gradients, factors, workspace + scratch, predictions);
      else core._scale_rows(gradients, factors, rows, columns);
      return loss;
    },
  };
}

// Places for data in one piece of memory, one behind the other.
function withData<T>(
  owner: string,
  data: readonly (ArrayLike<number> | null)[],
  bytes: number,
  work: (...at: number[]) => T,
) {
  const total = data.reduce((sum, each) => sum + aligned(4 * (each?.length ?? 0)), aligned(bytes));
  return borrow(total, owner, (start) => {
    let next = start + aligned(bytes);
    const places = data.map((each) => {
      if (each === null) return 0;
      const place = next;
      kernels().HEAPF32.set(each, place / 4);
      next += aligned(4 * each.length);
      return place;
    });
    return work(start, ...places);
  });
}

function useAlone(loss: Loss, owner: string, yTrue: TensorLike, yPred: TensorLike, options?: LossCallOptions) {
  const { sampleWeight = null, mask = null } = checkOptions(owner, options, ['sampleWeight', 'mask']);
  const target = toTensor(yTrue, `${owner}: yTrue`);
  const output = toTensor(yPred, `${owner}: yPred`);
  const plan = loss.plan(target.shape, output.shape);
  const { shape, bytes } = plan;
  const count = product(shape);
  // One value for the whole batch goes with a weight for each of its rows.
  const isWhole = shape !== plan.values;
  const read = (value: TensorLike | MaskLike | null, name: string): Float32Array | null =>
    value === null ? null : spread(owner, name, toTensor(value, `${owner}: ${name}`, name === 'mask'), shape, isWhole);
  const given = sampleWeight === null ? null : toTensor(sampleWeight, `${owner}: sampleWeight`);
  const weights = read(given, 'sampleWeight');
  const kept = read(mask ?? output.mask, 'mask');
  return withData(
    owner,
    [output.data, target.data, weights],
    bytes + aligned(count),
    (start, predictions, targets, weight) => {
      const flags = (start as number) + aligned(bytes);
      if (kept !== null) kernels().HEAPU8.set(Uint8Array.from(kept, Number), flags);
      const value = plan.run(
        start as number,
        predictions as number,
        targets as number,
        weight as number,
        kept === null ? 0 : flags,
        0,
        given === null ? 1 : count / given.data.length,
      );
      if (loss.reduction !== null && loss.reduction !== 'none') return value;
      const from = (start as number) / 4;
      const found = isWhole && weights === null && kept === null ? plan.values : shape;
      return new Tensor(kernels().HEAPF32.slice(from, from + product(found)), found);
    },
  );
}

function make(
  className: string,
  config: Config,
  values: (owner: string, yTrue: Sizes, yPred: Sizes) => Values,
  fused: (activation: string) => Loss | null,
  unwritten: Config = {},
): Loss {
  const reduction = checkReduction(config.reduction);
  const lossName = String(config.name);
  const owner = `${className} '${lossName}'`;
  const loss: Loss = Object.assign(
    (yTrue: TensorLike, yPred: TensorLike, options?: LossCallOptions) => useAlone(loss, owner, yTrue, yPred, options),
    {
      className,
      lossName,
      reduction,
      getConfig: () => {
        const isLost = (key: string) => key in unwritten && unwritten[key] === config[key];
        return Object.fromEntries(Object.entries(config).filter(([key]) => !isLost(key)));
      },
      plan: (yTrue: Sizes, yPred: Sizes) => planOf(values(owner, yTrue, yPred), reduction),
      fused,
    },
  );
  return Object.freeze(loss);
}

function checkOwn(className: string, config: Config, defaults: Config): void {
  for (const [key, standard] of Object.entries(defaults)) {
    const value = config[key];
    if (typeof standard === 'boolean') checkBoolean(className, key, value);
    else if (key !== 'axis' && value !== null) checkNumber(className, key, value);
  }
  if (className === 'CategoricalGeneralizedCrossEntropy' && !((config.q as number) > 0 && (config.q as number) < 1)) {
    throw new ArgumentError(`${className}: q must be in the interval (0, 1), received q=${config.q}`);
  }
}

// A softmax or sigmoid and the crossentropy after it are one function of the logits.
const SIGMOID = ['BinaryCrossentropy', 'BinaryFocalCrossentropy'];
const SOFTMAX = ['CategoricalCrossentropy', 'SparseCategoricalCrossentropy', 'CategoricalFocalCrossentropy'];

/** A loss of Keras for its family. */
export function lossKind(spec: LossSpec): Kind<Loss> {
  const { className, aliases = [], own = {}, unwritten = [] } = spec;
  const kernel = toSnakeCase(className);
  const makeLoss = (config: Config): Loss => {
    checkOwn(className, config, own);
    const fused = (activation: string) => {
      const isFused = (activation === 'sigmoid' ? SIGMOID : activation === 'softmax' ? SOFTMAX : []).includes(
        className,
      );
      // Keras takes the logits whatever is said of the predictions; its focal losses do not.
      const isTaken = config.from_logits === false || !className.includes('Focal');
      return isFused && isTaken ? makeLoss({ ...config, from_logits: true }) : null;
    };
    const values = (owner: string, yTrue: Sizes, yPred: Sizes) => valuesOf(spec, kernel, config, owner, yTrue, yPred);
    return make(className, config, values, fused, Object.fromEntries(unwritten.map((key) => [key, own[key]])));
  };
  const defaults = { name: spec.name ?? kernel, reduction: 'sum_over_batch_size', ...own };
  return { className, aliases: [kernel, ...aliases], defaults, make: makeLoss };
}

/** Copy of numbers of the heap. */
export function tensorAt(address: number, shape: Sizes): Tensor {
  return new Tensor(kernels().HEAPF32.slice(address / 4, address / 4 + product(shape)), [...shape]);
}

function valuesOfFunction(fn: LossFunction, owner: string, yTrue: Sizes, yPred: Sizes): Values {
  const shape = yPred.length > 1 ? yPred.slice(0, -1) : yPred;
  const rows = product(shape);
  const columns = rows === 0 ? 0 : product(yPred) / rows;
  const write = (address: number, what: string, value: TensorLike | undefined, due: Sizes) => {
    const tensor = toTensor(value, `${owner}: ${what}`);
    if (tensor.data.length !== product(due)) {
      throw new ShapeError(`${owner}: fn must give \`${what}\` of shape [${due}], received [${tensor.shape}]`);
    }
    kernels().HEAPF32.set(tensor.data, address / 4);
  };
  return {
    shape,
    rows,
    columns,
    bytes: 0,
    masks: false,
    forward(values, gradients, _mask, _workspace, targets, predictions) {
      const given = fn(tensorAt(targets, yTrue), tensorAt(predictions, yPred));
      if (given === null || typeof given !== 'object') {
        throw new ArgumentError(`${owner}: fn must give { value, gradient }, received ${show(given)}`);
      }
      write(values, 'value', given.value, shape);
      if (gradients !== 0) write(gradients, 'gradient', given.gradient, yPred);
    },
  };
}

/** Options of `new Loss(…)`. */
export interface LossOptions {
  /** Gives `{ value, gradient }` of targets and predictions. */
  fn: LossFunction;
  /** Default `'sum_over_batch_size'`. */
  reduction?: Reduction;
  /** Default: the function's. */
  name?: string | null;
}

/** A loss of the user's own. */
export function userLoss(options: LossOptions): Loss {
  const { fn, reduction = 'sum_over_batch_size', name } = checkOptions('Loss', options, ['fn', 'reduction', 'name']);
  if (typeof fn !== 'function') throw new ArgumentError(`Loss: \`fn\` must be a function, received ${show(fn)}`);
  const config = { name: name ?? (fn.name || 'loss'), reduction };
  return make(
    'Loss',
    config,
    (owner, yTrue, yPred) => valuesOfFunction(fn, owner, yTrue, yPred),
    () => null,
  );
}
