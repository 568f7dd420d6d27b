// Layers as a user writes them, for several test files.
import { type CallOptions, Layer, Tensor, tensor, type Weight } from 'simple-rnn';

const mapped = (x: Tensor, change: (value: number, index: number) => number) =>
  new Tensor(
    x.data.map((value, index) => change(value, index)),
    x.shape,
  );

/** y = factor · x, the factor a weight; masks go on. */
export class Scale extends Layer {
  static override readonly className: string = 'Scale';
  static override readonly optionNames: readonly string[] = [...Layer.optionNames, 'start'];
  readonly start: number;
  factor!: Weight;

  constructor(
    options: { start?: number; name?: string; trainable?: boolean; inputShape?: readonly (number | null)[] } = {},
  ) {
    const { start = 1, ...rest } = options;
    super(rest as object);
    this.start = start;
    this.supportsMasking = true;
  }

  override build(_inputShape?: unknown): void {
    const initializer = { class_name: 'Constant', config: { value: this.start } };
    this.factor = this.addWeight({ name: 'factor', initializer, regularizer: 'l1' });
  }

  override call(x: Tensor, _options?: CallOptions): Tensor {
    const factor = this.factor.read().data[0] as number;
    return mapped(x, (value) => factor * value);
  }

  override getConfig() {
    return { ...super.getConfig(), start: this.start };
  }
}

/** [batch, steps, features] → the sums over the steps, [batch, features]. Its shape is inferred. */
export class SumOverSteps extends Layer {
  static override readonly className: string = 'SumOverSteps';

  override call(x: Tensor, { mask }: CallOptions = {}): Tensor {
    const [batch, steps, features] = x.shape as [number, number, number];
    const used = mask instanceof Tensor ? mask.data : null;
    const sums = new Float32Array(batch * features);
    x.data.forEach((value, i) => {
      const row = Math.floor(i / features);
      if (used !== null && used[row] === 0) return;
      const at = Math.floor(row / steps) * features + (i % features);
      sums[at] = (sums[at] as number) + value;
    });
    return new Tensor(sums, [batch, features]);
  }
}

/** Marks steps whose first feature is negative, and adds what it saw to the loss. */
export class Negative extends Layer {
  static override readonly className: string = 'Negative';

  override call(x: Tensor): Tensor {
    this.addLoss(x.data.reduce((sum, value) => sum + value, 0));
    return x;
  }

  override computeMask(inputs: unknown): Tensor {
    const { data, shape } = inputs as Tensor;
    const [batch, steps, features] = shape as [number, number, number];
    return tensor(
      Float32Array.from({ length: batch * steps }, (_, row) => ((data[row * features] as number) < 0 ? 0 : 1)),
      [batch, steps],
    );
  }
}

/** Two inputs of one shape: their sum and their difference. */
export class SumAndDifference extends Layer {
  static override readonly className: string = 'SumAndDifference';

  override call([a, b]: readonly [Tensor, Tensor]): Tensor[] {
    return [1, -1].map((sign) => mapped(a, (value, i) => value + sign * (b.data[i] as number)));
  }
}
