// Cells as a user writes them, for several test files.
import { Layer, type States, Tensor, tensor, variable, type Weight } from 'simple-rnn';

type Given = { training: boolean };

const zip = (a: Tensor, b: Tensor, combine: (one: number, other: number) => number) =>
  new Tensor(
    a.data.map((value, i) => combine(value, b.data[i] as number)),
    a.shape,
  );

/** A bare object: the state is the sum of what came so far times a weight; the output is ten times the state. */
export function tenfold(factor = 1) {
  const weight = variable([factor], { name: 'factor' });
  const seen: { training: boolean; shape: readonly number[]; states: number }[] = [];
  return {
    stateSize: 2,
    weights: [weight] as readonly Weight[],
    seen,
    call(inputs: Tensor, states: readonly Tensor[], { training }: Given) {
      seen.push({ training, shape: inputs.shape, states: states.length });
      const share = weight.read().data[0] as number;
      const next = zip(states[0] as Tensor, inputs, (state, x) => state + share * x);
      return [zip(next, next, (value) => 10 * value), [next]];
    },
  };
}

/** Two states of different sizes: the sum of the features, and the last input. The output is the number of steps. */
export function twoStates() {
  return {
    stateSize: [1, 2],
    outputSize: 1,
    call(inputs: Tensor, [sum, last]: [Tensor, Tensor]) {
      const batch = inputs.shape[0] as number;
      const total = Array.from({ length: batch }, (_, i) => [
        (sum.data[i] as number) + (inputs.data[2 * i] as number) + (inputs.data[2 * i + 1] as number),
      ]);
      const change = Array.from({ length: batch }, (_, i) => [
        (inputs.data[2 * i] as number) - (last.data[2 * i] as number),
      ]);
      return [tensor(change), [tensor(total), inputs]];
    },
  };
}

/** A cell of the class kind: what SimpleRNNCell computes, without a bias. */
export class PlainCell extends Layer {
  static override readonly className: string = 'PlainCell';
  static override readonly optionNames: readonly string[] = [...Layer.optionNames, 'units'];
  readonly stateSize: number;
  kernel!: Weight;
  recurrent!: Weight;

  constructor(options: { units: number; name?: string }) {
    super(options);
    this.stateSize = options.units;
  }

  override build([, features]: readonly number[]): void {
    const units = this.stateSize;
    this.kernel = this.addWeight({ name: 'kernel', shape: [features as number, units] });
    this.recurrent = this.addWeight({
      name: 'recurrent_kernel',
      shape: [units, units],
      initializer: 'orthogonal',
      regularizer: 'l2',
    });
  }

  override call(inputs: Tensor, states: readonly States[], _options: Given): [Tensor, Tensor[]] {
    const [state] = states as readonly Tensor[] as [Tensor];
    const [x, h] = [product(inputs, this.kernel.read()), product(state, this.recurrent.read())];
    const output = zip(x, h, (a, b) => Math.tanh(a + b));
    return [output, [output]];
  }

  override getConfig() {
    return { ...super.getConfig(), units: this.stateSize };
  }
}

function product(a: Tensor, b: Tensor): Tensor {
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
