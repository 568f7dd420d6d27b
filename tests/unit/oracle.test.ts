// Random networks against plain loops in float64.
import { expect, test } from '@jest/globals';
import { type MaskLike, SimpleRNN, type Tensor, tensor, utils } from 'simple-rnn';

// A small linear congruential generator: the same networks in every run.
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

interface Network {
  batch: number;
  steps: number;
  features: number;
  units: number;
  backwards: boolean;
  sequences: boolean;
  zeroes: boolean;
  bias: boolean;
  x: Float32Array;
  mask: number[][] | null;
  initial: Float32Array | null;
}

const at = (array: ArrayLike<number>, index: number) => array[index] as number;

function oracle(network: Network, [kernel, recurrent, bias]: Float32Array[]): { output: number[]; state: number[] } {
  const { batch, steps, features, units, backwards, sequences, zeroes, x, mask, initial } = network;
  const output: number[] = [];
  const finalState: number[] = [];
  for (let b = 0; b < batch; b += 1) {
    let state = Array.from({ length: units }, (_, u) => (initial === null ? 0 : at(initial, b * units + u)));
    let last = new Array<number>(units).fill(0);
    for (let step = 0; step < steps; step += 1) {
      const t = backwards ? steps - 1 - step : step;
      if (mask === null || at(mask[b] as number[], t) !== 0) {
        const previous = state;
        state = Array.from({ length: units }, (_, u) => {
          let sum = bias === undefined ? 0 : at(bias, u);
          for (let f = 0; f < features; f += 1) {
            sum += at(x, (b * steps + t) * features + f) * at(kernel as Float32Array, f * units + u);
          }
          for (let v = 0; v < units; v += 1)
            sum += (previous[v] as number) * at(recurrent as Float32Array, v * units + u);
          return Math.tanh(sum);
        });
        last = state;
      } else if (zeroes) last = new Array<number>(units).fill(0);
      if (sequences) output.push(...last);
    }
    if (!sequences) output.push(...last);
    finalState.push(...state);
  }
  return { output, state: finalState };
}

function expectNear(got: Float32Array, expected: readonly number[]): void {
  expect(got.length).toBe(expected.length);
  // a lone small state is a difference of large terms: float32 gives it no more digits than a tenth has
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0.1);
  got.forEach((value, index) => {
    if (Math.abs(value - at(expected, index)) > 4e-6 * largest)
      throw new Error(`${index}: ${value}, ${expected[index]}`);
  });
}

function network(random: () => number): Network {
  const size = (most: number) => 1 + Math.floor(random() * most);
  const flag = () => random() < 0.5;
  const [batch, steps, features, units] = [size(5), size(20), size(20), size(36)] as [number, number, number, number];
  const values = (count: number) => Float32Array.from({ length: count }, () => random() * 2 - 1);
  return {
    batch,
    steps,
    features,
    units,
    backwards: flag(),
    sequences: flag(),
    zeroes: flag(),
    bias: flag(),
    x: values(batch * steps * features),
    mask: flag()
      ? Array.from({ length: batch }, () => Array.from({ length: steps }, () => Number(random() < 0.7)))
      : null,
    initial: flag() ? values(batch * units) : null,
  };
}

test('200 random networks', () => {
  utils.setRandomSeed(7);
  const random = generator(7);
  for (let run = 0; run < 200; run += 1) {
    const each = network(random);
    using layer = new SimpleRNN({
      units: each.units,
      useBias: each.bias,
      biasInitializer: 'normal',
      goBackwards: each.backwards,
      returnSequences: each.sequences,
      returnState: true,
      zeroOutputForMask: each.zeroes,
    });
    layer.build([null, null, each.features]);
    const initialState = each.initial === null ? null : tensor(each.initial, [each.batch, each.units]);
    const x = tensor(each.x, [each.batch, each.steps, each.features]);
    const [output, state] = layer.apply<[Tensor, Tensor]>(x, { mask: each.mask as MaskLike | null, initialState });
    const expected = oracle(
      each,
      layer.getWeights().map(({ data }) => data),
    );
    expectNear(output.data, expected.output);
    expectNear(state.data, expected.state);
  }
});
