import type { Regularizer } from '../regularizers.js';
import { kernels } from '../runtime/module.js';
import type { Tensor } from '../runtime/tensor.js';
import { type Backward, type Gradients, inReverse } from './backward.js';
import { Call, type CallContext, type LossSink, type Span, sizeOf } from './call.js';
import type { Layer } from './layer.js';

// How many applications to data are under way: those within a user's `call` add their losses to the outer one's.
let depth = 0;

/** Whether no application to data is under way. */
export function isOutermost(): boolean {
  return depth === 0;
}

/** Runs something within an application. */
export function nested<T>(run: () => T): T {
  depth += 1;
  try {
    return run();
  } finally {
    depth -= 1;
  }
}

/** A loss that a layer reported. */
export interface Loss {
  value: number;
  /** What it depends on; null for nothing. */
  inputs: readonly unknown[] | null;
  /** Its gradients by the inputs; null where it is not said. */
  gradients: readonly Tensor[] | null;
}

/** The losses of a layer's last application. */
export class Losses {
  #entries: Loss[] = [];

  /** @param inputs What it depends on; null for nothing. */
  add(value: number, inputs: readonly unknown[] | null, gradients: readonly Tensor[] | null = null): void {
    this.#entries.push({ value, inputs, gradients });
  }

  /** Takes all from a number on back. */
  take(count: number): Loss[] {
    return this.#entries.splice(count);
  }

  get count(): number {
    return this.#entries.length;
  }

  /** Forgets all from a number on. */
  truncate(count: number): void {
    if (this.#entries.length > count) this.#entries.length = count;
  }

  get values(): number[] {
    return this.#entries.map(({ value }) => value);
  }

  /** The losses that depend on one of these inputs, or on nothing. */
  of(inputs: readonly unknown[] | null): number[] {
    return this.#entries
      .filter((entry) =>
        inputs === null ? entry.inputs === null : entry.inputs?.some((each) => inputs.includes(each)),
      )
      .map(({ value }) => value);
  }
}

/** Another call, and the penalty on each of its outputs, divided by the batch size. */
export class RegularizedCall extends Call {
  readonly #call: Call;
  readonly #layer: Layer;
  readonly #regularizer: Regularizer;
  readonly #losses: LossSink;
  readonly #steps: number;

  constructor(call: Call, layer: Layer, regularizer: Regularizer, losses: LossSink, { stepsInBatch = 1 }: CallContext) {
    super(call.inputs, call.outputs);
    this.#call = call;
    this.#layer = layer;
    this.#regularizer = regularizer;
    this.#losses = losses;
    this.#steps = stepsInBatch;
  }

  // What a penalty on an output is multiplied by: one over the batch size.
  private factor([rows = 1]: readonly number[]): number {
    return this.#steps / rows;
  }

  override forward(): void {
    this.#call.forward();
    for (const { address, shape } of this.outputs) {
      this.#losses(this.#layer, this.#regularizer.penalty(address, shape) * this.factor(shape));
    }
  }

  override producer(span: Span): Call | null {
    return this.#call.producer(span);
  }

  override layOutBackward(gradients: Gradients): Backward | null {
    // The penalty comes first: it is another user of the outputs.
    const penalties = this.outputs.map((output) => {
      const into = gradients.into(output);
      if (into === null) return null;
      return () => {
        const start = into.address / 4;
        kernels().HEAPF32.fill(0, start, start + sizeOf(output.shape));
        const factor = gradients.scale * this.factor(output.shape);
        this.#regularizer.addGradient(into.address, output.address, output.shape, factor);
        into.done();
      };
    });
    return inReverse([...penalties, this.#call.layOutBackward(gradients)]);
  }
}
