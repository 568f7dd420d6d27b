// What a careful person writes in plain JS without WebAssembly: the same loops with the unit index innermost, so
// that the weights are read in memory order, four input rows at a time.

export const versions = () => ({ node: process.version });

/** out[o..o+m) += x[xo..xo+n) * w [n, m] */
function addVectorMatrix(out, o, x, xo, w, n, m) {
  let k = 0;
  for (; k + 3 < n; k += 4) {
    const a = x[xo + k],
      b = x[xo + k + 1],
      c = x[xo + k + 2],
      d = x[xo + k + 3];
    const w0 = k * m,
      w1 = w0 + m,
      w2 = w1 + m,
      w3 = w2 + m;
    for (let j = 0; j < m; j++) out[o + j] += a * w[w0 + j] + b * w[w1 + j] + c * w[w2 + j] + d * w[w3 + j];
  }
  for (; k < n; k++) {
    const a = x[xo + k];
    for (let j = 0; j < m; j++) out[o + j] += a * w[k * m + j];
  }
}

export async function setup(weights, shape) {
  const { B, T, F, layers } = shape;
  return {
    run(x, h0) {
      let fan = F;
      let steps = T;
      layers.forEach(({ type, units: U, returnSequences }, i) => {
        const { kernel, recurrent, bias } = weights[i];
        const out = new Float32Array(B * steps * U);
        for (let b = 0; b < B; b++) {
          for (let t = 0; t < steps; t++) {
            const row = b * steps + t;
            out.set(bias, row * U);
            addVectorMatrix(out, row * U, x, row * fan, kernel, fan, U);
            if (type === 'dense') continue;
            if (t > 0) addVectorMatrix(out, row * U, out, (row - 1) * U, recurrent, U, U);
            else if (h0) addVectorMatrix(out, row * U, h0, b * U, recurrent, U, U);
            for (let j = row * U; j < (row + 1) * U; j++) out[j] = Math.tanh(out[j]);
          }
        }
        x = out;
        if (type === 'simple_rnn' && !returnSequences && steps > 1) {
          x = new Float32Array(B * U);
          for (let b = 0; b < B; b++) x.set(out.subarray((b * steps + steps - 1) * U, (b + 1) * steps * U), b * U);
          steps = 1;
        }
        fan = U;
      });
      return x;
    },
  };
}
