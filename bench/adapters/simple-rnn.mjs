// simple-rnn, the built package by its public name, as its documentation shows it: `model.predict` on a Float32Array,
// for the stream shape `model.stream()`, which keeps the state itself, and for training `model.trainOnBatch`. SIMD=strict or SIMD=relaxed chooses the
// module; without it the package chooses.
import fs from 'node:fs';

export const versions = () => ({
  'simple-rnn': JSON.parse(fs.readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version,
});

async function makeModel(weights, shape) {
  const { configure, Dense, Sequential, SimpleRNN } = await import('simple-rnn');
  if (process.env.SIMD) configure({ simd: process.env.SIMD });
  const model = new Sequential(
    shape.layers.map(({ type, units, returnSequences }, i) => {
      const inputShape = i === 0 ? { inputShape: [shape.T, shape.F] } : {};
      return type === 'dense'
        ? new Dense({ units, ...inputShape })
        : new SimpleRNN({ units, returnSequences, ...inputShape });
    }),
  );
  let fan = shape.F;
  model.setWeights(
    weights.flatMap(({ kernel, recurrent, bias }) => {
      const units = bias.length;
      const own = [{ data: kernel, shape: [fan, units] }];
      if (recurrent) own.push({ data: recurrent, shape: [units, units] });
      fan = units;
      return [...own, { data: bias, shape: [units] }];
    }),
  );
  return model;
}

export async function setup(weights, shape) {
  const model = await makeModel(weights, shape);
  if (shape.kind === 'stream') {
    const stream = model.stream();
    const state = new Float32Array(shape.layers[0].units);
    return { run: (x) => stream.step(x, state) }; // the stream carries the state from step to step
  }
  return { run: (x) => model.predict(x).data };
}

export async function setupTraining(weights, shape, x, y) {
  const model = await makeModel(weights, shape);
  const { optimizers } = await import('simple-rnn');
  model.compile({ optimizer: optimizers.adam({ learningRate: 0.001 }), loss: 'mse' });
  const { B, T, F } = shape;
  const inputs = { data: x, shape: [B, T, F] };
  const targets = { data: y, shape: [B, y.length / B] };
  return { step: () => model.trainOnBatch(inputs, targets).loss };
}
