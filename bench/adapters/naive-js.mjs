// The floor and the numerical reference: the textbook loops over Float32Arrays, dot products summed in a JS
// number (double) and rounded to float32 when stored. Keras weight layout is used as it is.

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

/** SimpleRNN(U, last state) + Dense(O), MSE, Adam with tfjs' defaults and formula: the reference for training. */
export async function setupTraining(weights, shape, x, y) {
  const { B, T, F } = shape;
  const U = shape.layers[0].units;
  const O = shape.layers[1].units;
  const [rnn, out] = weights;
  const parameters = [rnn.kernel, rnn.recurrent, rnn.bias, out.kernel, out.bias].map((p) => Float32Array.from(p));
  const [W, R, b, V, c] = parameters;
  const gradients = parameters.map((p) => new Float32Array(p.length));
  const [dW, dR, db, dV, dc] = gradients;
  const m = parameters.map((p) => new Float32Array(p.length));
  const v = parameters.map((p) => new Float32Array(p.length));
  const beta1 = 0.9,
    beta2 = 0.999,
    epsilon = 1e-7,
    rate = 0.001;
  let step = 0;
  const dh = new Float32Array(U);
  const dz = new Float32Array(U);

  return {
    step() {
      const hs = simpleRNN(x, B, T, F, U, { kernel: W, recurrent: R, bias: b }, true);
      const last = new Float32Array(B * U);
      for (let n = 0; n < B; n++) last.set(hs.subarray((n * T + T - 1) * U, (n * T + T) * U), n * U);
      const prediction = dense(last, B, U, O, { kernel: V, bias: c });
      for (const g of gradients) g.fill(0);
      let loss = 0;
      for (let n = 0; n < B; n++) {
        dh.fill(0);
        for (let o = 0; o < O; o++) {
          const error = prediction[n * O + o] - y[n * O + o];
          loss += (error * error) / (B * O);
          const d = (2 * error) / (B * O);
          dc[o] += d;
          for (let j = 0; j < U; j++) {
            dV[j * O + o] += last[n * U + j] * d;
            dh[j] += V[j * O + o] * d;
          }
        }
        for (let t = T - 1; t >= 0; t--) {
          const at = (n * T + t) * U;
          for (let j = 0; j < U; j++) {
            dz[j] = dh[j] * (1 - hs[at + j] * hs[at + j]);
            db[j] += dz[j];
          }
          for (let f = 0; f < F; f++) {
            const xf = x[(n * T + t) * F + f];
            for (let j = 0; j < U; j++) dW[f * U + j] += xf * dz[j];
          }
          for (let k = 0; k < U; k++) {
            const hk = t > 0 ? hs[at - U + k] : 0;
            let sum = 0;
            for (let j = 0; j < U; j++) {
              dR[k * U + j] += hk * dz[j];
              sum += R[k * U + j] * dz[j];
            }
            dh[k] = sum;
          }
        }
      }
      step++;
      for (let p = 0; p < parameters.length; p++) {
        for (let i = 0; i < parameters[p].length; i++) {
          const g = gradients[p][i];
          m[p][i] = beta1 * m[p][i] + (1 - beta1) * g;
          v[p][i] = beta2 * v[p][i] + (1 - beta2) * g * g;
          const mHat = m[p][i] / (1 - beta1 ** step);
          const vHat = v[p][i] / (1 - beta2 ** step);
          parameters[p][i] -= (rate * mHat) / (Math.sqrt(vHat) + epsilon);
        }
      }
      return loss;
    },
  };
}
