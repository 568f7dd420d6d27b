import { checkOptions, show, showShape } from '../runtime/check.js';
import { ArgumentError, ShapeError } from '../runtime/errors.js';
import { Tensor, type TensorLike, toTensor } from '../runtime/tensor.js';
import type { LossSink } from './call.js';
import type { Layer } from './layer.js';
import { Losses, nested } from './losses.js';
import { isTensorList } from './symbolic.js';
import { lossGradients, type Numbers } from './users.js';
import { WeightHolder } from './weight_holder.js';

/** Options of `addLoss`. */
export interface AddLossOptions {
  /** The tensor that the loss depends on, or a list of those: then `getLossesFor` tells it by them. */
  inputs?: unknown;
  /**
   * dLoss / dinput, shaped like it; a list for a list. The inputs are then some of what `call` was given, and the
   * gradients are added to theirs in training. Default null: the loss is reported alone.
   */
  gradients?: TensorLike | readonly TensorLike[] | null;
}

/** What a layer adds to the loss, and the updates registered with it. */
export abstract class LossHolder extends WeightHolder {
  /** @internal */
  readonly lossList = new Losses();
  readonly #updates: { update: unknown; inputs: unknown[] | null }[] = [];

  /**
   * @internal Runs a user's `call` and reports the losses that it added, those of layers within too.
   * @param given The tensors that `call` is given.
   * @returns what it gave, and the gradients by those tensors of the losses of this very layer.
   */
  withLosses<T>(losses: LossSink | null, given: readonly Tensor[], run: () => T): { made: T; gradients: Numbers[] } {
    const holders = holdersOf(this as unknown as Layer).map((layer) => ({ layer, count: layer.lossList.count }));
    const take = () => holders.map(({ layer, count }) => ({ layer, added: layer.lossList.take(count) }));
    try {
      const made = nested(run);
      const all = take();
      const gradients = lossGradients(this.owner, all[0]?.added ?? [], given);
      for (const { layer, added } of all) for (const { value, inputs } of added) losses?.(layer, value, inputs);
      return { made, gradients };
    } catch (error) {
      take();
      throw error;
    }
  }

  /** @internal */
  clearLosses(): void {
    this.lossList.truncate(0);
    for (const layer of this.sublayers) layer.clearLosses();
  }

  /**
   * Adds a number to the loss: for `call` of a layer of your own. It is forgotten at the next application.
   * @throws {ArgumentError} {ShapeError} if the gradients do not go with the inputs.
   */
  addLoss(value: number, options?: AddLossOptions): void {
    const owner = `${this.owner}: addLoss`;
    if (typeof value !== 'number') {
      throw new ArgumentError(`${owner}: \`value\` must be a number, received ${show(value)}`);
    }
    const { inputs: given, gradients } = checkOptions(owner, options, ['inputs', 'gradients']);
    const inputs = given === undefined || given === null ? null : asList(given);
    this.lossList.add(value, inputs, readGradients(owner, gradients, given, inputs));
  }

  /**
   * What the layer adds to the loss: activity terms of the last application to data (divided by the batch size), those
   * of `addLoss`, then the penalties on trainable weights, in their order.
   */
  get losses(): number[] {
    return [...this.callLosses, ...this.weightLosses];
  }

  /** @internal */
  get callLosses(): number[] {
    return [...this.lossList.values, ...this.sublayers.flatMap((layer) => layer.callLosses)];
  }

  private get weightLosses(): number[] {
    return this.trainableWeights.flatMap((weight) =>
      weight.regularizer === null ? [] : [weight.regularizer.penalty(weight.address, weight.shape)],
    );
  }

  /** Those of {@link losses} that depend on these inputs; without inputs, those that depend on none. */
  getLossesFor(inputs: unknown = null): number[] {
    if (inputs === null) return [...this.lossList.of(null), ...this.weightLosses];
    return this.lossList.of(asList(inputs));
  }

  /** Registers updates, pairs of a weight and its new value, for {@link updates}. */
  addUpdate(updates: unknown, inputs: unknown = null): void {
    const list = Array.isArray(updates) && Array.isArray(updates[0]) ? updates : [updates];
    for (const update of list) this.#updates.push({ update, inputs: inputs === null ? null : asList(inputs) });
  }

  /** The updates registered. */
  get updates(): unknown[] {
    return this.#updates.map(({ update }) => update);
  }

  /** Those of {@link updates} that depend on these inputs; without inputs, those that depend on none. */
  getUpdatesFor(inputs: unknown = null): unknown[] {
    const asked = inputs === null ? null : asList(inputs);
    return this.#updates
      .filter((each) => (asked === null ? each.inputs === null : each.inputs?.some((input) => asked.includes(input))))
      .map(({ update }) => update);
  }
}

// A layer and all within it.
function holdersOf(layer: Layer): Layer[] {
  return [layer, ...layer.sublayers.flatMap(holdersOf)];
}

// One gradient per input, shaped like it.
function readGradients(
  owner: string,
  gradients: AddLossOptions['gradients'],
  given: unknown,
  inputs: readonly unknown[] | null,
): Tensor[] | null {
  if (gradients === undefined || gradients === null) return null;
  const list = isTensorList(given) ? gradients : [gradients];
  if (inputs === null || !Array.isArray(list) || list.length !== inputs.length) {
    throw new ArgumentError(`${owner}: \`gradients\` must be one per entry of \`inputs\`, received ${show(gradients)}`);
  }
  return list.map((each, index) => {
    const input = inputs[index];
    const { data, shape } = toTensor(each, `${owner}: gradients`);
    if (!(input instanceof Tensor)) throw new ArgumentError(`${owner}: \`inputs\` with gradients must be tensors`);
    if (showShape(shape) === showShape(input.shape)) return new Tensor(data.slice(), shape);
    throw new ShapeError(
      `${owner}: gradients: expected the input's shape ${showShape(input.shape)}, received ${showShape(shape)}`,
    );
  });
}

function asList(inputs: unknown): unknown[] {
  return isTensorList(inputs) ? [...inputs] : [inputs];
}
