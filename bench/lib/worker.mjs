// One peer on one shape in one process: node lib/worker.mjs <peer> <shape>, driven over IPC by interleave.mjs.
// Answers: { op: 'setup' } -> { output }, { op: 'warm', ms } -> { ms }, { op: 'sample', n } -> { ms, cpu },
// { op: 'latency', n } -> percentiles, { op: 'end' } -> { rss }. A failure is answered { error }.
import { makeInput, makeTarget, makeWeights } from './data.mjs';
import { peakRss } from './rss.mjs';
import { flops, shapeOf } from './shapes.mjs';

const [peer, shapeName] = process.argv.slice(2);
const shape = shapeOf(shapeName);
const SLOW_MS = 1000; // a run that takes longer is not repeated more than it must be
const VERIFY_STEPS = 50; // steps of a stream, or of training, whose results are compared
const VERIFY_FLOPS = 2e10; // of training, at most: the reference is slow

let adapter;
let invoke; // (i) -> result or promise: the i-th run
let runMany; // (n) -> n runs
const inputs = Array.from({ length: 4 }, (_, i) => makeInput(shape, i)); // rotated, so that no result can be reused

async function setup() {
  adapter = await import(`../adapters/${peer}.mjs`);
  const weights = makeWeights(shape);
  if (shape.kind === 'train' && !adapter.isLimit) {
    if (!adapter.setupTraining) return { unsupported: 'no training' };
    const { step } = await adapter.setupTraining(weights, shape, inputs[0], makeTarget(shape, 0));
    invoke = step;
    const losses = [];
    const count = Math.min(VERIFY_STEPS, Math.max(2, Math.floor(VERIFY_FLOPS / flops(shape))));
    for (let i = 0; i < count; i++) losses.push(await step());
    return { output: Float32Array.from(losses) };
  }
  const setUp = await adapter.setup(weights, shape);
  if (adapter.isLimit) {
    runMany = setUp.runMany;
    return { output: null };
  }
  const { run } = setUp;
  if (shape.kind === 'stream') {
    const U = shape.layers[0].units;
    let h = new Float32Array(shape.B * U);
    const states = new Float32Array(VERIFY_STEPS * h.length);
    for (let i = 0; i < VERIFY_STEPS; i++) {
      h = await run(inputs[i & 3], h);
      states.set(h, i * h.length);
    }
    const keep = (next) => {
      h = next;
      return next;
    };
    invoke = (i) => {
      const next = run(inputs[i & 3], h);
      return next instanceof Float32Array ? keep(next) : next.then(keep);
    };
    return { output: states };
  }
  invoke = (i) => run(inputs[i & 3]);
  const start = performance.now();
  const first = Float32Array.from(await run(inputs[0]));
  if (performance.now() - start < SLOW_MS) {
    await run(inputs[1]);
    const again = await run(inputs[0]);
    if (first.some((v, i) => v !== again[i])) throw new Error('the same input gave two different results');
  }
  return { output: first };
}

runMany = async (n) => {
  for (let i = 0; i < n; i++) {
    const result = invoke(i);
    if (typeof result?.then === 'function') await result;
  }
};

async function timed(n) {
  const cpu = process.cpuUsage();
  const start = performance.now();
  await runMany(n);
  const ms = (performance.now() - start) / n;
  const used = process.cpuUsage(cpu);
  return { ms, cpu: (used.user + used.system) / 1000 / n };
}

/** Runs for at least `ms` and three times (a slow one once); the estimate is that of the last part. */
async function warm(ms) {
  const start = performance.now();
  let last = await timed(1);
  for (let parts = 1; performance.now() - start < ms || (parts < 3 && last.ms < SLOW_MS); parts++) {
    last = await timed(Math.max(1, Math.round(ms / 8 / last.ms)));
  }
  return { ms: last.ms };
}

async function latency(n) {
  const times = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const start = performance.now();
    const result = invoke(i);
    if (typeof result?.then === 'function') await result;
    times[i] = performance.now() - start;
  }
  times.sort();
  const at = (q) => times[Math.min(n - 1, Math.floor(q * n))];
  return { steps: n, p50: at(0.5), p90: at(0.9), p99: at(0.99), p999: at(0.999), max: times[n - 1] };
}

const operations = {
  setup,
  warm: ({ ms }) => warm(ms),
  sample: ({ n }) => timed(n),
  latency: ({ n }) => latency(n),
  end: () => ({ rss: peakRss(), versions: adapter?.versions?.() }),
};

process.on('message', async (request) => {
  let reply;
  try {
    reply = await operations[request.op](request);
  } catch (error) {
    reply = { error: String(error?.stack ?? error) };
  }
  process.send(reply);
});
process.on('disconnect', () => process.exit());
