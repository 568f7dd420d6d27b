// Shared by the tfjs adapters: backend 'cpu' | 'wasm', mode 'predict' | 'apply' | 'ops'.
//   predict: model.predict, as the documentation shows it (batchSize set, or it would split a batch of 64 in two)
//   apply:   layer.apply on eager tensors, one layer after the other
//   ops:     no layers API: one matMul for all the inputs, then matMul + add + tanh per step, as an expert would
import { createRequire } from 'node:module';
import path from 'node:path';

const require = createRequire(import.meta.url);

export async function load(backend) {
  const tf = require('@tensorflow/tfjs');
  tf.enableProdMode();
  if (backend === 'wasm') {
    const wasm = require('@tensorflow/tfjs-backend-wasm');
    wasm.setWasmPaths(
      path.join(path.dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json')), 'wasm-out/'),
    );
    wasm.setThreadsCount(1); // 2 is ignored without a word: tfjs turns threads off in Node (IS_NODE)
  }
  await tf.setBackend(backend);
  await tf.ready();
  if (tf.getBackend() !== backend) throw new Error(`tfjs backend is ${tf.getBackend()}, not ${backend}`);
  return tf;
}

export const versions = (backend) => {
  const out = { '@tensorflow/tfjs': require('@tensorflow/tfjs/package.json').version };
  if (backend === 'wasm') {
    out['@tensorflow/tfjs-backend-wasm'] = require('@tensorflow/tfjs-backend-wasm/package.json').version;
  }
  return out;
};

// The weights are set right after, as tf.loadLayersModel does, which skips the initializers too. With the default
// recurrentInitializer, 'orthogonal', building a layer of 512 units takes over a minute on the cpu backend.
const initializers = { kernelInitializer: 'zeros', recurrentInitializer: 'zeros' };

function makeLayers(tf, shape) {
  return shape.layers.map((layer, i) => {
    const inputShape = i === 0 ? [shape.T, shape.F] : undefined;
    return layer.type === 'dense'
      ? tf.layers.dense({ units: layer.units, kernelInitializer: 'zeros', inputShape })
      : tf.layers.simpleRNN({
          units: layer.units,
          activation: 'tanh',
          returnSequences: layer.returnSequences,
          inputShape,
          ...initializers,
        });
  });
}

function loadWeights(tf, layers, weights, shape) {
  let fan = shape.F;
  layers.forEach((layer, i) => {
    const { kernel, recurrent, bias } = weights[i];
    const { units } = shape.layers[i];
    const tensors = [tf.tensor2d(kernel, [fan, units])];
    if (recurrent) tensors.push(tf.tensor2d(recurrent, [units, units]));
    tensors.push(tf.tensor1d(bias));
    layer.setWeights(tensors);
    fan = units;
  });
}

function makeModel(tf, weights, shape) {
  const layers = makeLayers(tf, shape);
  const model = tf.sequential({ layers });
  loadWeights(tf, layers, weights, shape);
  return { model, layers };
}

export async function setup(backend, mode, weights, shape) {
  const tf = await load(backend);
  const { B, T, F } = shape;
  const dims = [B, T, F];
  const result = (compute) => ({
    run(x, h) {
      const output = tf.tidy(() => compute(tf.tensor3d(x, dims), h));
      const data = output.dataSync();
      output.dispose();
      return data;
    },
  });

  if (mode === 'ops') return result(opsModel(tf, weights, shape));

  if (shape.kind === 'stream') {
    const U = shape.layers[0].units;
    const layer = tf.layers.simpleRNN({ units: U, activation: 'tanh', ...initializers });
    if (mode === 'apply') {
      const apply = (x, h) => layer.apply(x, { initialState: [tf.tensor2d(h, [B, U])] });
      tf.tidy(() => apply(tf.zeros(dims), new Float32Array(B * U))); // builds the layer; layer.build here would fail
      loadWeights(tf, [layer], weights, shape);
      return result(apply);
    }
    const input = tf.input({ shape: [T, F] });
    const state = tf.input({ shape: [U] });
    const model = tf.model({ inputs: [input, state], outputs: layer.apply(input, { initialState: [state] }) });
    loadWeights(tf, [layer], weights, shape);
    return result((x, h) => model.predict([x, tf.tensor2d(h, [B, U])], { batchSize: B }));
  }

  const { model, layers } = makeModel(tf, weights, shape);
  if (mode === 'apply') return result((x) => layers.reduce((value, layer) => layer.apply(value), x));
  return result((x) => model.predict(x, { batchSize: B }));
}

function opsModel(tf, weights, shape) {
  const { B, layers } = shape;
  let fan = shape.F;
  const tensors = layers.map(({ units }, i) => {
    const { kernel, recurrent, bias } = weights[i];
    const out = {
      kernel: tf.tensor2d(kernel, [fan, units]),
      recurrent: recurrent && tf.tensor2d(recurrent, [units, units]),
      bias: tf.tensor1d(bias),
    };
    fan = units;
    return out;
  });
  return (x, h0) => {
    layers.forEach(({ type, units, returnSequences }, i) => {
      const { kernel, recurrent, bias } = tensors[i];
      if (type === 'dense') {
        x = tf.fused.matMul({ a: x, b: kernel, bias });
        return;
      }
      const [, steps, features] = x.shape;
      const projected = tf.fused.matMul({ a: x.reshape([B * steps, features]), b: kernel, bias });
      const inputs = projected.reshape([B, steps, units]).unstack(1);
      let h = h0 && i === 0 ? tf.tensor2d(h0, [B, units]) : null;
      // not fused.matMul with bias z: the wasm backend takes only a rank-1 bias
      const hs = inputs.map((z) => (h = tf.tanh(h ? tf.add(tf.matMul(h, recurrent), z) : z)));
      x = returnSequences ? tf.stack(hs, 1) : h;
    });
    return x;
  };
}

export async function setupTraining(backend, method, weights, shape, x, y) {
  const tf = await load(backend);
  const { B, T, F } = shape;
  const { model } = makeModel(tf, weights, shape);
  model.compile({ optimizer: tf.train.adam(0.001), loss: 'meanSquaredError' });
  const xs = tf.tensor3d(x, [B, T, F]);
  const ys = tf.tensor2d(y, [B, y.length / B]);
  return {
    async step() {
      if (method === 'trainOnBatch') return model.trainOnBatch(xs, ys);
      const history = await model.fit(xs, ys, { epochs: 1, batchSize: B, shuffle: false, verbose: 0 });
      return history.history.loss[0];
    },
  };
}

/** The exports of one adapter file. */
export function adapter(backend, mode) {
  return {
    versions: () => versions(backend),
    setup: (weights, shape) => setup(backend, mode, weights, shape),
    setupTraining: (weights, shape, x, y) =>
      setupTraining(backend, mode === 'apply' ? 'trainOnBatch' : 'fit', weights, shape, x, y),
  };
}
