// Every small size against plain loops in double precision: units and features 1 to 33, so that whole tiles, their
// rests and every combination of them occur.
import { expect, test } from '@jest/globals';
import { Sequential, SimpleRNN, tensor } from 'simple-rnn';

const tolerance = process.env.SIMD === 'relaxed' ? 1e-5 : 1e-6;
const batches = [1, 2, 3, 5, 8];
const lengths = [1, 2, 17];

/** Numbers from -limit to limit, the same at every run. */
function numbers(count: number, limit: number, seed: number): Float32Array {
  let state = seed >>> 0;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return limit * (state / 2 ** 31 - 1);
  });
}

interface Weights {
  kernel: Float32Array;
  recurrent: Float32Array;
  bias: Float32Array;
}

/** The last state of one sample. */
function lastState(x: Float32Array, steps: number, features: number, units: number, w: Weights): Float64Array {
  let h = new Float64Array(units);
  for (let step = 0; step < steps; step += 1) {
    const next = new Float64Array(units);
    for (let unit = 0; unit < units; unit += 1) {
      let sum = w.bias[unit] as number;
      for (let f = 0; f < features; f += 1) {
        sum += (x[step * features + f] as number) * (w.kernel[f * units + unit] as number);
      }
      for (let k = 0; k < units; k += 1) sum += (h[k] as number) * (w.recurrent[k * units + unit] as number);
      next[unit] = Math.tanh(sum);
    }
    h = next;
  }
  return h;
}

test.each(Array.from({ length: 33 }, (_, index) => index + 1))('%i units', (units) => {
  let worst = 0;
  for (let features = 1; features <= 33; features += 1) {
    const w = {
      kernel: numbers(features * units, 1 / Math.sqrt(features), units),
      recurrent: numbers(units * units, 1 / Math.sqrt(units), features),
      bias: numbers(units, 0.5, 1),
    };
    const model = new Sequential([new SimpleRNN({ units, batchInputShape: [null, null, features] })]);
    model.setWeights([
      tensor(w.kernel, [features, units]),
      tensor(w.recurrent, [units, units]),
      tensor(w.bias, [units]),
    ]);
    for (const steps of lengths) {
      const x = numbers(8 * steps * features, 1, 7);
      const rows = Array.from({ length: 8 }, (_, row) =>
        lastState(x.subarray(row * steps * features, (row + 1) * steps * features), steps, features, units, w),
      );
      for (const batch of batches) {
        const { data } = model.predict(tensor(x.slice(0, batch * steps * features), [batch, steps, features]));
        for (let index = 0; index < data.length; index += 1) {
          const want = rows[Math.floor(index / units)]?.[index % units] as number;
          worst = Math.max(worst, Math.abs((data[index] as number) - want));
        }
      }
    }
    model.dispose();
  }
  expect(worst).toBeLessThan(tolerance);
});
