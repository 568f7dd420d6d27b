// Cells and layers of a user's own that can be trained, for several test files.
import { Layer, type LayerGradients, type States, Tensor, tensor, variable, type Weight } from 'simple-rnn';

/** [rows, inner] · [inner, columns]. */
export function product(a: Tensor, b: Tensor): Tensor {
  const [rows, inner] = a.shape as [number, number];
  const columns = b.shape[1] as number;
  const data = new Float32Array(rows * columns);
  for (let i = 0; i < rows; i += 1) {
    for (let j = 0; j < columns; j += 1) {
      let sum = 0;
      for (let k = 0; k < inner; k += 1) sum += (a.data[i * inner + k] as number) * (b.data[k * columns + j] as number);
      data[i * columns + j] = sum;
    }
  }
  return new Tensor(data, [rows, columns]);
}

export function transposed({ data, shape }: Tensor): Tensor {
  const [rows, columns] = shape as [number, number];
  return new Tensor(
    data.map((_, index) => data[(index % rows) * columns + Math.floor(index / rows)] as number),
    [columns, rows],
  );
}

export const zip = (a: Tensor, b: Tensor, combine: (one: number, other: number) => number) =>
  new Tensor(
    a.data.map((value, i) => combine(value, b.data[i] as number)),
    a.shape,
  );

const sumOfRows = ({ data, shape }: Tensor): Tensor => {
  const sums = new Float32Array(shape[1] as number);
  data.forEach((value, i) => {
    sums[i % sums.length] = (sums[i % sums.length] as number) + value;
  });
  return new Tensor(sums, [sums.length]);
};

interface Saved {
  x: Tensor;
  h: Tensor;
  output: Tensor;
}

/** One step of tanh(x · kernel + h · recurrent + bias), there and back. */
export function tanhStep(x: Tensor, h: Tensor, [kernel, recurrent, bias]: readonly Tensor[]): Tensor {
  const sum = zip(product(x, kernel as Tensor), product(h, recurrent as Tensor), (a, b) => a + b);
  const { data } = bias as Tensor;
  return new Tensor(
    sum.data.map((value, i) => Math.tanh(value + (data[i % data.length] as number))),
    sum.shape,
  );
}

export function tanhStepBack(
  dOutput: Tensor,
  dState: Tensor,
  { x, h, output }: Saved,
  [kernel, recurrent]: readonly Tensor[],
) {
  const dSum = zip(
    zip(dOutput, dState, (a, b) => a + b),
    output,
    (d, y) => d * (1 - y * y),
  );
  return {
    inputs: product(dSum, transposed(kernel as Tensor)),
    states: [product(dSum, transposed(recurrent as Tensor))],
    weights: [product(transposed(x), dSum), product(transposed(h), dSum), sumOfRows(dSum)],
  };
}

/** What SimpleRNNCell computes, as a class of the user's. */
export class TanhCell extends Layer {
  static override readonly className: string = 'TanhCell';
  static override readonly optionNames: readonly string[] = [...Layer.optionNames, 'units'];
  readonly stateSize: number;

  constructor(options: { units: number; name?: string }) {
    super(options);
    this.stateSize = options.units;
  }

  override build([, features]: readonly number[]): void {
    const units = this.stateSize;
    this.addWeight({ name: 'kernel', shape: [features as number, units] });
    this.addWeight({ name: 'recurrent_kernel', shape: [units, units] });
    this.addWeight({ name: 'bias', shape: [units], initializer: 'zeros' });
  }

  private get values(): Tensor[] {
    return this.ownWeights.map((weight) => weight.read());
  }

  override call(x: Tensor, [h]: readonly States[], _options?: unknown): [Tensor, Tensor[], Saved] {
    const output = tanhStep(x, h as Tensor, this.values);
    return [output, [output], { x, h: h as Tensor, output }];
  }

  override backward(dOutput: Tensor, [dState]: readonly Tensor[], saved: Saved) {
    return tanhStepBack(dOutput, dState as Tensor, saved, this.values);
  }
}

/** The same as a bare object; its output is a tensor of its own. */
export function bareTanhCell(units: number, features: number) {
  const weights: Weight[] = [
    variable({ data: new Float32Array(features * units), shape: [features, units] }, { name: 'kernel' }),
    variable({ data: new Float32Array(units * units), shape: [units, units] }, { name: 'recurrent_kernel' }),
    variable({ data: new Float32Array(units), shape: [units] }, { name: 'bias' }),
  ];
  const values = () => weights.map((weight) => weight.read());
  return {
    stateSize: units,
    weights,
    call(x: Tensor, [h]: readonly Tensor[]) {
      const output = tanhStep(x, h as Tensor, values());
      const copy = new Tensor(output.data.slice(), output.shape);
      return [copy, [output], { x, h: h as Tensor, output }];
    },
    backward: (dOutput: Tensor, [dState]: readonly Tensor[], saved: Saved) =>
      tanhStepBack(dOutput, dState as Tensor, saved, values()),
  };
}

/** Two states, [1] and [2]: s' = s + p · Σ x, l' = x ⊙ l; the output [1] is s' · l'₀ + l'₁. p is a weight. */
export function productCell(p = 0.7) {
  const weight = variable([p], { name: 'p' });
  return {
    stateSize: [1, 2],
    outputSize: 1,
    weights: [weight],
    call(x: Tensor, [s, l]: readonly Tensor[]) {
      const factor = weight.read().data[0] as number;
      const rows = x.shape[0] as number;
      const at = (t: Tensor | undefined, i: number) => t?.data[i] as number;
      const next = Float32Array.from({ length: rows }, (_, b) => at(s, b) + factor * (at(x, 2 * b) + at(x, 2 * b + 1)));
      const last = x.data.map((value, i) => value * at(l, i));
      const output = next.map((value, b) => value * (last[2 * b] as number) + (last[2 * b + 1] as number));
      const states = [new Tensor(next, [rows, 1]), new Tensor(last, [rows, 2])];
      return [new Tensor(output, [rows, 1]), states, { x, l, next, last }];
    },
    backward(dOutput: Tensor, [dS, dL]: readonly Tensor[], saved: Record<string, never>) {
      const { x, l, next, last } = saved as unknown as { x: Tensor; l: Tensor; next: Float32Array; last: Float32Array };
      const factor = weight.read().data[0] as number;
      const dNext = dOutput.data.map((d, b) => d * (last[2 * b] as number) + (dS?.data[b] as number));
      const dLast = (dL as Tensor).data.map((d, i) => {
        const b = Math.floor(i / 2);
        return d + (dOutput.data[b] as number) * (i % 2 === 0 ? (next[b] as number) : 1);
      });
      const dFactor = dNext.reduce(
        (sum, d, b) => sum + d * ((x.data[2 * b] as number) + (x.data[2 * b + 1] as number)),
        0,
      );
      return {
        inputs: new Tensor(
          dLast.map((d, i) => d * (l.data[i] as number) + factor * (dNext[Math.floor(i / 2)] as number)),
          x.shape,
        ),
        states: [
          new Tensor(dNext, [dNext.length, 1]),
          new Tensor(
            dLast.map((d, i) => d * (x.data[i] as number)),
            x.shape,
          ),
        ],
        weights: [tensor([dFactor])],
      };
    },
  };
}

/** Dense with tanh and without a bias, on [batch, features]. */
export class TanhLayer extends Layer {
  static override readonly className: string = 'TanhLayer';
  static override readonly optionNames: readonly string[] = [...Layer.optionNames, 'units'];
  readonly units: number;
  kernel!: Weight;

  constructor(options: { units: number; name?: string; inputShape?: readonly (number | null)[] }) {
    super(options);
    this.units = options.units;
  }

  override build([, features]: readonly number[]): void {
    this.kernel = this.addWeight({ name: 'kernel', shape: [features as number, this.units] });
  }

  override call(x: Tensor) {
    const sum = product(x, this.kernel.read());
    const output = new Tensor(sum.data.map(Math.tanh), sum.shape);
    return { output, saved: { x, output } };
  }

  override backward(dOutput: Tensor, { x, output }: { x: Tensor; output: Tensor }): LayerGradients {
    const dSum = zip(dOutput, output, (d, y) => d * (1 - y * y));
    return { inputs: product(dSum, transposed(this.kernel.read())), weights: [product(transposed(x), dSum)] };
  }
}

/** (loss(x + ε) - loss(x - ε)) / 2ε for each number of `data`, which is changed in place meanwhile. */
export function slopes(data: Float32Array, loss: () => number, step = 1e-2): number[] {
  return Array.from(data, (value, index) => {
    const [above, below] = [step, -step].map((by) => {
      data[index] = value + by;
      return loss();
    }) as [number, number];
    data[index] = value;
    return (above - below) / (Math.fround(value + step) - Math.fround(value - step));
  });
}
