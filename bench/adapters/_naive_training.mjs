// The numerical reference for training: SimpleRNN and Dense layers in a row, mean squared error, Adam with Keras' defaults and
// formula, as textbook loops in the order of the weights in memory.

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-7;
const RATE = 0.001;

/** out [rows, m] += x [rows, n] · w [n, m] */
function multiply(out, x, w, rows, n, m) {
  for (let r = 0; r < rows; r++) {
    for (let k = 0; k < n; k++) {
      const value = x[r * n + k];
      for (let j = 0; j < m; j++) out[r * m + j] += value * w[k * m + j];
    }
  }
}

/** dx [rows, n] += dz [rows, m] · wᵀ and dw [n, m] += xᵀ · dz; dx may be null. */
function multiplyBackward(dx, dw, dz, x, w, rows, n, m) {
  for (let r = 0; r < rows; r++) {
    for (let k = 0; k < n; k++) {
      const value = x[r * n + k];
      let sum = 0;
      for (let j = 0; j < m; j++) {
        dw[k * m + j] += value * dz[r * m + j];
        sum += w[k * m + j] * dz[r * m + j];
      }
      if (dx) dx[r * n + k] += sum;
    }
  }
}

function addBias(z, bias) {
  for (let i = 0; i < z.length; i++) z[i] += bias[i % bias.length];
}

function addBiasGradient(dBias, dz) {
  for (let i = 0; i < dz.length; i++) dBias[i % dBias.length] += dz[i];
}

/** Rows [start, start + U) of every sample of [B, T, U], as [B, U]. */
function step(values, B, T, U, t) {
  const out = new Float32Array(B * U);
  for (let b = 0; b < B; b++) out.set(values.subarray((b * T + t) * U, (b * T + t + 1) * U), b * U);
  return out;
}

function putStep(values, part, B, T, U, t) {
  for (let b = 0; b < B; b++) values.set(part.subarray(b * U, (b + 1) * U), (b * T + t) * U);
}

/** A layer: parameters, forward(x) and backward(dy) that adds to the gradients and gives dx. */
function denseLayer(rows, F, U, [kernel, bias], [dKernel, dBias]) {
  let input;
  return {
    forward(x) {
      input = x;
      const out = new Float32Array(rows * U);
      multiply(out, x, kernel, rows, F, U);
      addBias(out, bias);
      return out;
    },
    backward(dy) {
      const dx = new Float32Array(rows * F);
      multiplyBackward(dx, dKernel, dy, input, kernel, rows, F, U);
      addBiasGradient(dBias, dy);
      return dx;
    },
  };
}

function recurrentLayer(
  { B, T, F, U, returnSequences, isFirst },
  [kernel, recurrent, bias],
  [dKernel, dRecurrent, dBias],
) {
  let input;
  let states; // [B, U] per step
  return {
    forward(x) {
      input = x;
      const z = new Float32Array(B * T * U);
      multiply(z, x, kernel, B * T, F, U);
      addBias(z, bias);
      states = [new Float32Array(B * U)];
      for (let t = 0; t < T; t++) {
        const h = step(z, B, T, U, t);
        multiply(h, states[t], recurrent, B, U, U);
        states.push(h.map(Math.tanh));
      }
      if (!returnSequences) return states[T];
      const out = new Float32Array(B * T * U);
      for (let t = 0; t < T; t++) putStep(out, states[t + 1], B, T, U, t);
      return out;
    },
    backward(dy) {
      const dz = new Float32Array(B * T * U);
      let dh = new Float32Array(B * U);
      for (let t = T - 1; t >= 0; t--) {
        const own = returnSequences ? step(dy, B, T, U, t) : t === T - 1 ? dy : null;
        if (own) dh = dh.map((value, i) => value + own[i]);
        const dzt = dh.map((value, i) => value * (1 - states[t + 1][i] ** 2));
        putStep(dz, dzt, B, T, U, t);
        dh = new Float32Array(B * U);
        multiplyBackward(dh, dRecurrent, dzt, states[t], recurrent, B, U, U);
      }
      const dx = isFirst ? null : new Float32Array(B * T * F);
      multiplyBackward(dx, dKernel, dz, input, kernel, B * T, F, U);
      addBiasGradient(dBias, dz);
      return dx;
    },
  };
}

function adam(parameters, gradients) {
  const m = parameters.map((p) => new Float32Array(p.length));
  const v = parameters.map((p) => new Float32Array(p.length));
  let updates = 0;
  return () => {
    updates++;
    const rate = (RATE * Math.sqrt(1 - BETA2 ** updates)) / (1 - BETA1 ** updates);
    for (let p = 0; p < parameters.length; p++) {
      for (let i = 0; i < parameters[p].length; i++) {
        const g = gradients[p][i];
        m[p][i] = BETA1 * m[p][i] + (1 - BETA1) * g;
        v[p][i] = BETA2 * v[p][i] + (1 - BETA2) * g * g;
        parameters[p][i] -= (rate * m[p][i]) / (Math.sqrt(v[p][i]) + EPSILON);
      }
    }
  };
}

/** One training step on the batch (x, y) per call of step(), which gives the loss before the step. */
export async function setupTraining(weights, shape, x, y) {
  const { B } = shape;
  let T = shape.T;
  let F = shape.F;
  const parameters = [];
  const gradients = [];
  const layers = shape.layers.map(({ type, units: U, returnSequences }, i) => {
    const { kernel, recurrent, bias } = weights[i];
    const own = [kernel, recurrent, bias].filter(Boolean).map((p) => Float32Array.from(p));
    const grown = own.map((p) => new Float32Array(p.length));
    parameters.push(...own);
    gradients.push(...grown);
    const layer =
      type === 'dense'
        ? denseLayer(B * T, F, U, own, grown)
        : recurrentLayer({ B, T, F, U, returnSequences, isFirst: i === 0 }, own, grown);
    if (type === 'simple_rnn' && !returnSequences) T = 1;
    F = U;
    return layer;
  });
  const update = adam(parameters, gradients);
  return {
    step() {
      const errors = layers.reduce((value, layer) => layer.forward(value), x).map((value, i) => value - y[i]);
      for (const gradient of gradients) gradient.fill(0);
      const dy = errors.map((error) => (2 * error) / errors.length);
      layers.reduceRight((gradient, layer) => layer.backward(gradient), dy);
      update();
      return errors.reduce((sum, error) => sum + error * error, 0) / errors.length;
    },
  };
}
