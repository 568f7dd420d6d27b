import type { Regularizer } from '../regularizers.js';
import { kernels } from '../runtime/module.js';
import { type Backward, type Gradients, inReverse } from './backward.js';
import { Call, type LossSink, type Span, sizeOf } from './call.js';
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

/** The losses of a layer's last application. */
export class Losses {
  #entries: { value: number; inputs: readonly unknown[] | null }[] = [];

  /** @param inputs What it depends on; null for nothing. */
  add(value: number, inputs: readonly unknown[] | null): void {
    this.#entries.push({ value, inputs });
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

  constructor(call: Call, layer: Layer, regularizer: Regularizer, losses: LossSink) {
    super(call.inputs, call.outputs);
    this.#call = call;
    this.#layer = layer;
    this.#regularizer = regularizer;
    this.#losses = losses;
  }

  override forward(): void {
    this.#call.forward();
    for (const { address, shape } of this.outputs) {
      this.#losses(this.#layer, this.#regularizer.penalty(address, shape) / (shape[0] ?? 1));
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
        this.#regularizer.addGradient(into.address, output.address, output.shape, gradients.scale / (output.shape[0] ?? 1));
        into.done();
      };
    });
    return inReverse([...penalties, this.#call.layOutBackward(gradients)]);
  }
}
