// Every (peer, shape) runs in its own process; all of one call are alive together and take turns, one sample each per
// round, in an order that rotates: a disturbance of the machine then falls on all of them, and the ratios hold. A peer
// so slow that its samples would take more than the budget takes part in fewer rounds. Before any timing, every result
// is compared with that of naive-js.
import { fork } from 'node:child_process';
import { flops, outputLength, shapeOf } from './shapes.mjs';
import { maxAbsDiff, median } from './statistics.mjs';

const REFERENCE = 'naive-js';
const TOLERANCE = 1e-4;
/** Of losses: tfjs adds Adam's epsilon after the correction of the bias, Keras before; that alone makes 1e-3 in large models. */
const LOSS_TOLERANCE = 2e-3;
const STREAM_STEPS = 10000; // in one sample of a stream, where that takes at most a second

class Worker {
  constructor(peer, shape, nodeFlags) {
    this.peer = peer;
    this.shape = shape;
    this.stderr = '';
    this.process = fork(new URL('worker.mjs', import.meta.url), [peer, shape.name], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: nodeFlags,
    });
    this.process.stderr.on('data', (text) => {
      this.stderr += text;
    });
    this.process.on('message', (reply) => this.settle(reply));
    this.process.on('exit', (code, signal) =>
      this.settle?.({ error: `exit ${code ?? signal}: ${this.stderr.slice(-600)}` }),
    );
  }
  ask(request) {
    return new Promise((resolve) => {
      this.settle = resolve;
      if (this.process.connected) this.process.send(request);
      else resolve({ error: `gone: ${this.stderr.slice(-600)}` });
    });
  }
  kill() {
    this.process.removeAllListeners('exit');
    this.process.kill('SIGKILL');
  }
}

const references = new Map();
async function referenceOutput(shape) {
  if (!references.has(shape.name)) {
    const worker = new Worker(REFERENCE, shape, []);
    const { output, error } = await worker.ask({ op: 'setup' });
    worker.kill();
    if (error) throw new Error(error);
    references.set(shape.name, output);
  }
  return references.get(shape.name);
}

/** Starts a worker, compares its result, warms it up; { worker } or { error }. */
async function prepare(worker, options) {
  const { shape } = worker;
  const { output, error, unsupported } = await worker.ask({ op: 'setup' });
  if (error || unsupported) return { error: error ?? `unsupported: ${unsupported}` };
  if (output) {
    if (shape.kind === 'forward' && output.length !== outputLength(shape)) {
      return { error: `${output.length} values instead of ${outputLength(shape)}` };
    }
    if (worker.peer === REFERENCE) references.set(shape.name, output);
    worker.diff = maxAbsDiff(output, await referenceOutput(shape));
    const tolerance = shape.kind === 'train' ? LOSS_TOLERANCE : TOLERANCE;
    if (!(worker.diff <= tolerance)) return { error: `disagrees with ${REFERENCE}: max abs diff ${worker.diff}` };
  }
  const estimate = await worker.ask({ op: 'warm', ms: options.warmMs });
  if (estimate.error) return estimate;
  const target = shape.kind === 'stream' ? 1000 : options.sampleMs;
  worker.n = Math.max(1, Math.round(target / estimate.ms));
  if (shape.kind === 'stream') worker.n = Math.min(STREAM_STEPS, worker.n);
  const affordable = Math.floor(options.budgetMs / (worker.n * estimate.ms));
  const count = Math.min(options.rounds, Math.max(options.minRounds, affordable));
  worker.rounds = new Set(Array.from({ length: count }, (_, k) => Math.floor((k * options.rounds) / count)));
  worker.samples = []; // [round, ms per run, CPU ms per run]
  return { worker };
}

async function finish(worker) {
  const times = worker.samples.map(([, ms]) => ms).sort((a, b) => a - b);
  const ms = median(times);
  const latency = worker.shape.kind === 'stream' && worker.diff !== undefined;
  const line = {
    shape: worker.shape.name,
    peer: worker.peer,
    ms,
    min: times[0],
    p90: times[Math.floor(times.length * 0.9)],
    cpuMs: median(worker.samples.map(([, , cpu]) => cpu)),
    gflops: flops(worker.shape) / ms / 1e6,
    runsPerSample: worker.n,
    samples: worker.samples.map((sample) => sample.map((value) => Number(value.toPrecision(5)))),
    maxAbsDiff: worker.diff,
    latency: latency ? await worker.ask({ op: 'latency', n: STREAM_STEPS }) : undefined,
  };
  const { rss, versions } = await worker.ask({ op: 'end' });
  worker.kill();
  return { ...line, peakRss: rss, versions };
}

const describe = (l) =>
  `  ${l.peer.padEnd(12)} ${l.shape.padEnd(18)} ${l.ms.toPrecision(4).padStart(9)} ms  ${l.gflops.toFixed(2).padStart(7)}` +
  ` GFLOP/s  cpu/wall ${(l.cpuMs / l.ms).toFixed(2)}  spread ${(l.p90 / l.min).toFixed(2)}` +
  `  diff ${l.maxAbsDiff?.toExponential(1) ?? '-'}  rss ${Math.round(l.peakRss / 2 ** 20)} MiB`;

/**
 * Measures [{ peer, shape }] (names) together; gives one line per entry, { shape, peer, ms, … } or { shape, peer, error }.
 * options: rounds, minRounds, sampleMs (a sample repeats the run to last about this long), warmMs, budgetMs, nodeFlags;
 * log takes a line of progress.
 */
export async function interleave(entries, options, log) {
  const lines = new Map();
  const workers = [];
  const fail = (worker, error) => {
    log(`  ${worker.peer} ${worker.shape.name}: ${error.split('\n')[0]}`);
    lines.set(worker, { shape: worker.shape.name, peer: worker.peer, error });
    worker.kill();
  };
  for (const { peer, shape } of entries) {
    const worker = new Worker(peer, shapeOf(shape), options.nodeFlags);
    workers.push(worker);
    const { error } = await prepare(worker, options);
    if (error) fail(worker, error);
  }
  for (let round = 0; round < options.rounds; round++) {
    for (let i = 0; i < workers.length; i++) {
      const worker = workers[(i + round) % workers.length];
      if (lines.has(worker) || !worker.rounds.has(round)) continue;
      const { ms, cpu, error } = await worker.ask({ op: 'sample', n: worker.n });
      if (error) fail(worker, error);
      else worker.samples.push([round, ms, cpu]);
    }
  }
  for (const worker of workers) {
    if (lines.has(worker)) continue;
    const line = await finish(worker);
    log(describe(line));
    lines.set(worker, line);
  }
  return workers.map((worker) => lines.get(worker));
}
