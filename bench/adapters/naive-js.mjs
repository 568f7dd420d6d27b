// The floor and the numerical reference: the textbook loops over Float32Arrays, dot products summed in a JS
// number (double) and rounded to float32 when stored. Keras weight layout is used as it is.

export { setupTraining } from './_naive_training.mjs';

export const versions = () => ({ node: process.version });

/** x [rows, n] times w [n, m], element (row, j). */
function dot(x, xOffset, w, n, m, j) {
  let sum = 0;
  for (let k = 0; k < n; k++) sum += x[xOffset + k] * w[k * m + j];
  return sum;
}

function simpleRNN(x, B, T, F, U, { kernel, recurrent, bias }, returnSequences, h0) {
  const all = new Float32Array(B * T * U);
  const zeros = h0 ?? new Float32Array(B * U);
  for (let b = 0; b < B; b++) {
    for (let t = 0; t < T; t++) {
      const out = (b * T + t) * U;
      const previous = t === 0 ? zeros : all;
      const previousOffset = t === 0 ? b * U : out - U;
      for (let j = 0; j < U; j++) {
        all[out + j] = Math.tanh(
          bias[j] + dot(x, (b * T + t) * F, kernel, F, U, j) + dot(previous, previousOffset, recurrent, U, U, j),
        );
      }
    }
  }
  if (returnSequences) return all;
  const last = new Float32Array(B * U);
  for (let b = 0; b < B; b++) last.set(all.subarray((b * T + T - 1) * U, (b * T + T) * U), b * U);
  return last;
}

function dense(x, rows, F, U, { kernel, bias }) {
  const out = new Float32Array(rows * U);
  for (let r = 0; r < rows; r++) {
    for (let j = 0; j < U; j++) out[r * U + j] = bias[j] + dot(x, r * F, kernel, F, U, j);
  }
  return out;
}

export async function setup(weights, shape) {
  const { B, T, layers } = shape;
  return {
    run(x, h0) {
      let fan = shape.F;
      let steps = T;
      for (let i = 0; i < layers.length; i++) {
        const { type, units, returnSequences } = layers[i];
        if (type === 'dense') x = dense(x, B * steps, fan, units, weights[i]);
        else {
          x = simpleRNN(x, B, steps, fan, units, weights[i], returnSequences, h0);
          if (!returnSequences) steps = 1;
        }
        fan = units;
      }
      return x;
    },
  };
}
