import { checkOptions, show } from '../runtime/check.js';
import { ArgumentError } from '../runtime/errors.js';
import { Losses, nested } from './losses.js';
import { isTensorList } from './symbolic.js';
import { WeightHolder } from './weight_holder.js';

/** What a layer adds to the loss, and the updates registered with it. */
export abstract class LossHolder extends WeightHolder {
  /** @internal */
  readonly lossList = new Losses();
  readonly #updates: { update: unknown; inputs: unknown[] | null }[] = [];

  /** @internal Runs a user's `call`; without `keep` the losses that it adds are forgotten. */
  withLosses<T>(keep: boolean, run: () => T): T {
    const { count } = this.lossList;
    try {
      return nested(run);
    } finally {
      if (!keep) {
        this.lossList.truncate(count);
        for (const layer of this.sublayers) layer.clearLosses();
      }
    }
  }

  /** @internal */
  clearLosses(): void {
    this.lossList.truncate(0);
    for (const layer of this.sublayers) layer.clearLosses();
  }

  /** Adds a number to the loss: for `call` of a layer of your own. It is forgotten at the next application. */
  addLoss(value: number, options?: { inputs?: unknown }): void {
    if (typeof value !== 'number') {
      throw new ArgumentError(`${this.owner}: addLoss: \`value\` must be a number, received ${show(value)}`);
    }
    const { inputs } = checkOptions(`${this.owner}: addLoss`, options, ['inputs']);
    this.lossList.add(value, inputs === undefined || inputs === null ? null : asList(inputs));
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

function asList(inputs: unknown): unknown[] {
  return isTensorList(inputs) ? [...inputs] : [inputs];
}
