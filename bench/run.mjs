// node run.mjs [--quick] [--shapes text,medium] [--peers ort-node,…] [--only shapes,odd,curves,training,…]
//              [--passes strict,relaxed] [--node22 path] [--no-build] [--cpu] [sampling options of peers.mjs]
//
// The whole benchmark: builds and installs what is missing, then measures in two passes, this Node with the strict
// module and Node 22 with the relaxed one. Each time the machine's limits, every shape against the peers, odd sizes,
// curves, the other roads through the package, what a training step is made of, cold start; once the sizes and the
// memory. JSON lines and a Markdown report go to results/; the tables that decide are printed, with --cpu by CPU time,
// which is for a busy machine.
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { bench, checkBuilt, findNode22, install, project } from './lib/install.mjs';
import { log } from './lib/options.mjs';
import { render } from './report.mjs';

const SHAPES = 'tiny,small,text,medium,large,deep,stream,train,train-deep,train-large';
const PEERS = 'simple-rnn,wasm-limit,ort-node,ort-web,tfjs-wasm,naive-js';
const SAMPLING = ['rounds', 'min-rounds', 'sample-ms', 'warm-ms', 'budget-s', 'node-flags'];
/** A first picture in some minutes: naive-js, which only checks the results, is not timed. */
const QUICK = { rounds: '5', 'min-rounds': '1', 'sample-ms': '25', 'warm-ms': '250', 'budget-s': '2' };
/** The same for roads.mjs, whose samples are short and many. */
const QUICK_ROADS = { rounds: '15', 'warm-ms': '100', 'budget-s': '3', shapes: 'small,medium' };

const QUICK_TRAINING = { rounds: '11', 'warm-ms': '100', 'budget-s': '3', shapes: 'train,train-deep' };

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    cpu: { type: 'boolean', default: false },
    'no-build': { type: 'boolean', default: false },
    shapes: { type: 'string', default: SHAPES },
    peers: { type: 'string' },
    only: { type: 'string', default: 'shapes,odd,curves,roads,training,cold,sizes,memory' },
    passes: { type: 'string', default: 'strict,relaxed' },
    node22: { type: 'string' },
    ...Object.fromEntries(SAMPLING.map((name) => [name, { type: 'string' }])),
  },
});
const parts = options.only.split(',');
const peers = options.peers
  ? [
      'simple-rnn',
      'wasm-limit',
      ...options.peers.split(',').filter((p) => p !== 'simple-rnn' && p !== 'wasm-limit'),
    ].join(',')
  : options.quick
    ? PEERS.replace(',naive-js', '')
    : PEERS;
/** The sampling options asked for, or else the defaults given. */
const sampled = (defaults) => {
  const all = { ...defaults, ...Object.fromEntries(SAMPLING.map((name) => [name, options[name] ?? defaults[name]])) };
  return Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}=${value}`]));
};
const sampling = sampled(options.quick ? QUICK : {});
const coldRuns = options.quick ? '3' : '9';

if (!options['no-build']) execFileSync(process.execPath, ['tools/build.mjs'], { cwd: project, stdio: 'inherit' });
install();
checkBuilt();

const results = path.join(bench, 'results');
fs.mkdirSync(results, { recursive: true });
const stamp = new Date().toISOString().replace(/[:.]/g, '-').slice(0, 19);
const file = path.join(results, `${stamp}.jsonl`);
const lines = [];

/** Runs one of the programs here and keeps its lines under the name of the pass. */
function measure(pass, { node, environment }, program, ...args) {
  log(`\n[${pass}] ${program} ${args.join(' ')}`);
  return new Promise((resolve) => {
    const child = spawn(node, [path.join(bench, program), ...args], {
      cwd: bench,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...environment },
    });
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
    });
    child.on('close', (code) => {
      for (const row of text.split('\n').filter(Boolean)) {
        const line = { pass, ...JSON.parse(row) };
        lines.push(line);
        fs.appendFileSync(file, `${JSON.stringify(line)}\n`);
      }
      if (code !== 0) {
        log(`${program} ended with ${code}`); // the other measurements go on
        process.exitCode = 1;
      }
      resolve();
    });
  });
}

// In this Node the module that it gets by default, where that is the strict one; else strict by request.
const hasRelaxed = Number(process.versions.node.split('.')[0]) >= 22;
const here = { node: process.execPath, environment: hasRelaxed ? { SIMD: 'strict' } : {} };
const node22 = options.node22 ?? (hasRelaxed ? process.execPath : findNode22());
const passes = { strict: here, relaxed: { node: node22, environment: { SIMD: 'relaxed' } } };

for (const name of options.passes.split(',')) {
  const pass = passes[name];
  if (!pass) throw new Error(`unknown pass "${name}"; known: ${Object.keys(passes).join(' ')}`);
  if (!pass.node) {
    log(
      `no Node 22 for ${process.platform} ${process.arch} in bench/node_modules: give one with --node22; pass left out`,
    );
    continue;
  }
  await measure(name, pass, 'limits.mjs');
  if (parts.includes('shapes')) {
    await measure(name, pass, 'peers.mjs', `--shapes=${options.shapes}`, `--peers=${peers}`, ...sampling);
  }
  if (parts.includes('odd')) await measure(name, pass, 'odd.mjs', ...sampling);
  for (const output of parts.includes('curves') ? ['last', 'train'] : []) {
    const points = options.quick ? ['--points=5'] : [];
    await measure(name, pass, 'curves.mjs', `--output=${output}`, ...sampling, ...points);
  }
  if (parts.includes('roads')) await measure(name, pass, 'roads.mjs', ...sampled(options.quick ? QUICK_ROADS : {}));
  if (parts.includes('training')) {
    await measure(name, pass, 'training.mjs', ...sampled(options.quick ? QUICK_TRAINING : {}));
  }
  if (parts.includes('cold')) await measure(name, pass, 'cold.mjs', `--peers=${peers}`, `--runs=${coldRuns}`);
  await measure(name, pass, 'limits.mjs', '--wasm-only'); // of both measurements the better counts
}
if (parts.includes('sizes')) await measure('common', here, 'sizes.mjs');
if (parts.includes('memory')) await measure('common', here, 'memory.mjs', `--shapes=${options.shapes}`);

const { head, tail } = render(lines, { cpu: options.cpu });
fs.writeFileSync(path.join(results, 'report.md'), `${head}\n${tail}\n`);
console.log(head);
log(`all figures: ${path.join(results, 'report.md')} and ${file}`);
