// node cold.mjs [--peers a,b] [--shape small:last] [--runs 9]
//
// Cold start: a fresh process per measurement, peers taking turns. Prints one JSON line per peer with medians, in ms:
//   total    from spawn to the first result having arrived (whole process, Node's own start included)
//   setup    the adapter's setup: import of the library, backend start, model and weights
//   first    the first run
// and the same for an empty Node process ("node"), to subtract. Also the peak RSS of such a process.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { peakRss } from './lib/rss.mjs';

if (process.argv[2] === '--child') await child(process.argv[3], process.argv[4]);
else await measure();

async function child(peer, shapeName) {
  if (peer === 'node') {
    process.send({ setup: 0, first: 0, rss: peakRss() });
    return;
  }
  const { shapeOf } = await import('./lib/shapes.mjs');
  const { makeInput, makeWeights } = await import('./lib/data.mjs');
  const shape = shapeOf(shapeName);
  const weights = makeWeights(shape);
  const x = makeInput(shape, 0);
  const begin = performance.now();
  const adapter = await import(`./adapters/${peer}.mjs`);
  const { run } = await adapter.setup(weights, shape);
  const ready = performance.now();
  const y = await run(x);
  const end = performance.now();
  process.send({ setup: ready - begin, first: end - ready, y: y[0], rss: peakRss() });
}

async function measure() {
  const { log, machine, print, selectPeers } = await import('./lib/options.mjs');
  const { median } = await import('./lib/statistics.mjs');
  const { values: options } = parseArgs({
    options: {
      peers: { type: 'string', default: 'all' },
      shape: { type: 'string', default: 'small:last' },
      runs: { type: 'string', default: '9' },
    },
  });
  const peers = ['node', ...selectPeers(options.peers).filter((peer) => peer !== 'wasm-limit')];
  const results = new Map(peers.map((peer) => [peer, []]));
  for (const peer of peers) await once(peer, options.shape); // files into the page cache
  for (let i = 0; i < Number(options.runs); i++) {
    for (const peer of peers) results.get(peer).push(await once(peer, options.shape));
  }
  print(machine());
  for (const [peer, runs] of results) {
    const good = runs.filter((run) => !run.error);
    if (!good.length) {
      print({ cold: options.shape, peer, error: runs[0].error });
      continue;
    }
    const of = (key) => median(good.map((run) => run[key]));
    const totalMin = Math.min(...good.map((run) => run.total));
    print({
      cold: options.shape,
      peer,
      runs: good.length,
      total: of('total'),
      totalMin,
      setup: of('setup'),
      first: of('first'),
      peakRss: of('rss'),
    });
    log(
      `  ${peer.padEnd(12)} ${of('total').toFixed(1).padStart(8)} ms  setup ${of('setup').toFixed(1)}  first ${of('first').toFixed(1)}`,
    );
  }
}

function once(peer, shape) {
  return new Promise((resolve) => {
    const begin = performance.now();
    const process = fork(fileURLToPath(import.meta.url), ['--child', peer, shape], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    let stderr = '';
    process.stderr.on('data', (text) => {
      stderr += text;
    });
    process.on('message', (reply) => {
      resolve({ ...reply, total: performance.now() - begin });
      process.removeAllListeners('exit');
      process.kill('SIGKILL');
    });
    process.on('exit', () => resolve({ error: stderr.match(/\w*Error.*: .*/)?.[0] ?? stderr.slice(-500) }));
  });
}
