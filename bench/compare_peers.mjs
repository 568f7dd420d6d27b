// node bench/compare_peers.mjs [--models 1000] [--seed 1] [--peers tfjs-cpu,ort-node,ort-web] [--write file --count 12]
//
// Random models (SimpleRNN, stacks, cells, Bidirectional, Dense, TimeDistributed, Masking, Embedding, states in and
// out), each computed here and by every peer that can express it, until every peer has had `--models` of them. Prints
// for each peer how many it computed, the largest difference and the model it was in; ends with 1 if one is above 1e-5.
// A difference is that of two numbers divided by the largest of the output, or by 1 where that is less. Steps that a
// mask leaves out are not compared: each library emits something else there. `--write` keeps some models with the
// peers' numbers for a test. The environment variable SIMD (`strict`, `relaxed`) chooses our module.
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import { checkBuilt, install } from './lib/install.mjs';

const LIMIT = 1e-5;

const { values: options } = parseArgs({
  options: {
    models: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    peers: { type: 'string', default: 'tfjs-cpu,ort-node,ort-web' },
    write: { type: 'string' },
    count: { type: 'string', default: '12' },
  },
});

install();
checkBuilt();
const { generator, randomData, randomSpec, randomWeights } = await import('./compare/specs.mjs');
const ours = await import('./compare/ours.mjs');
if (process.env.SIMD !== undefined) ours.configure({ simd: process.env.SIMD });
const tfjs = await import('./compare/tfjs.mjs');
const onnx = await import('./compare/onnx.mjs');
const { keep } = await import('./compare/keep.mjs');

const makers = {
  'tfjs-cpu': () => tfjs.prepare(),
  'ort-node': () =>
    onnx.prepare(createRequire(import.meta.url)('onnxruntime-node'), {
      executionProviders: ['cpu'],
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      logSeverityLevel: 3,
    }),
  'ort-web': async () => {
    const ort = await import('onnxruntime-web');
    ort.env.wasm.numThreads = 1;
    return onnx.prepare(ort, { executionProviders: ['wasm'], logSeverityLevel: 3 });
  },
};

// The largest difference of one output; `used`: which rows of it count.
function difference(got, expected, used) {
  if (got.length !== expected.length) return Number.POSITIVE_INFINITY;
  const width = used === null ? 1 : got.length / used.length;
  let [worst, largest] = [0, 1];
  for (let i = 0; i < got.length; i += 1) {
    if (used !== null && !used[Math.floor(i / width)]) continue;
    largest = Math.max(largest, Math.abs(expected[i]));
    const apart = Math.abs(got[i] - expected[i]);
    worst = Number.isNaN(apart) ? Number.POSITIVE_INFINITY : Math.max(worst, apart);
  }
  return worst / largest;
}

const isSequence = ({ layers }) => layers.every(({ returnSequences = true }) => returnSequences);

const peers = {};
for (const name of options.peers.split(',')) {
  if (!(name in makers)) throw new Error(`no peer ${name}, only ${Object.keys(makers).join(', ')}`);
  peers[name] = { compute: await makers[name](), models: 0, worst: 0, spec: null };
}

const random = generator(Number(options.seed));
const kept = [];
const wanted = Number(options.models);
const isWanted = () => Object.values(peers).some(({ models }) => models < wanted);
for (let index = 0; isWanted() && index < 10 * wanted; index += 1) {
  const spec = randomSpec(random);
  const data = randomData(spec, random);
  const model = ours.build(spec);
  const weights = randomWeights(
    model.weights.map(({ shape }) => [...shape]),
    random,
  );
  model.setWeights(weights);
  const own = ours.run(model, data);
  const used = data.used !== null && isSequence(spec) ? data.used.flat() : null;
  const answers = {};
  for (const [name, peer] of Object.entries(peers)) {
    const outputs = await peer.compute(spec, weights, data);
    if (outputs === null) continue;
    answers[name] = outputs;
    peer.models += 1;
    const apart = Math.max(...own.map((output, i) => difference(output, outputs[i], i === 0 ? used : null)));
    if (apart > peer.worst) Object.assign(peer, { worst: apart, spec });
    if (apart > LIMIT) console.log(`${name}: model ${index} differs by ${apart}: ${JSON.stringify(spec)}`);
  }
  if (options.write !== undefined) kept.push({ spec, data, used, weights, answers, config: model.toJSON() });
  model.dispose();
}

for (const [name, { models, worst, spec }] of Object.entries(peers)) {
  console.log(`${name.padEnd(9)} ${String(models).padStart(5)} models, largest difference ${worst.toExponential(2)}`);
  if (spec !== null) console.log(`          in ${JSON.stringify(spec)}`);
}
if (options.write !== undefined) keep(options.write, kept, Number(options.count));
process.exitCode = Object.values(peers).some(({ worst, models }) => worst > LIMIT || models === 0) ? 1 : 0;
