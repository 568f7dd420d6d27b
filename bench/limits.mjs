// node limits.mjs [--wasm-only] [--node-flags "--experimental-wasm-relaxed-simd"]
//
// This machine's limits, JSON lines: CPU flags, native single-thread peak (needs gcc) for 128-, 256- and 512-bit
// vectors, and what one thread of WebAssembly SIMD in this Node reaches, with mul + add and, where Node can, with
// relaxed_madd. Best of several runs.
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { STREAM_KIB } from './lib/limit.mjs';
import { print } from './lib/options.mjs';
import { hasRelaxed, makeLoops, TURN_BYTES, TURN_FLOPS } from './lib/wasm_loops.mjs';

const self = fileURLToPath(import.meta.url);
const RELAXED_FLAG = '--experimental-wasm-relaxed-simd';
const { values: options } = parseArgs({
  options: {
    child: { type: 'string' }, // 'strict' or 'relaxed': measures and prints one line
    'wasm-only': { type: 'boolean', default: false },
    'node-flags': { type: 'string', default: '' },
  },
});

function measureWasm(fused) {
  const { registers, stream } = makeLoops(fused);
  const best = (runs, work, amount) => {
    let top = 0;
    for (let i = 0; i < runs; i++) {
      const start = performance.now();
      work();
      top = Math.max(top, amount / (performance.now() - start) / 1e6);
    }
    return Math.round(top * 10) / 10;
  };
  const line = { wasm: fused ? 'relaxed_madd' : 'mul+add', node: process.version };
  const turns = 2e7;
  line.gflops = best(9, () => registers(turns), turns * TURN_FLOPS);
  for (const kib of STREAM_KIB) {
    const bytes = Math.floor((kib * 1024) / TURN_BYTES) * TURN_BYTES;
    const repeats = 1 + Math.floor(200000 / kib);
    line[`GBps_${kib}KiB`] = best(7, () => stream(repeats, bytes), bytes * repeats);
  }
  return line;
}

function measureNative(flags) {
  const target = { 16: ['-mno-avx'], 32: ['-mavx2', '-mfma'], 64: ['-mavx512f', '-mfma'] };
  const out = fs.mkdtempSync(path.join(os.tmpdir(), 'limits-'));
  for (const bytes of [16, 32, 64]) {
    if ((bytes === 32 && !flags.includes('avx2')) || (bytes === 64 && !flags.includes('avx512f'))) continue;
    const binary = path.join(out, `limits${bytes}`);
    const source = path.join(path.dirname(self), 'limits.c');
    const machineFlags = process.arch === 'x64' ? target[bytes] : [];
    try {
      const compile = [
        '-O3',
        '-ffp-contract=fast',
        ...machineFlags,
        `-DBYTES=${bytes}`,
        '-Wno-psabi',
        '-o',
        binary,
        source,
      ];
      execFileSync('gcc', compile, { stdio: ['ignore', 'ignore', 'pipe'] });
      process.stdout.write(execFileSync(binary, { encoding: 'utf8' }));
    } catch (error) {
      print({ native: bytes * 8, error: error.message.slice(0, 300) });
    }
  }
  fs.rmSync(out, { recursive: true });
}

function cpuFlags() {
  const cpuinfo = fs.existsSync('/proc/cpuinfo') ? fs.readFileSync('/proc/cpuinfo', 'utf8') : '';
  return cpuinfo.match(/^flags\s*:(.*)$/m)?.[1].split(' ') ?? [];
}

if (options.child) {
  if (options.child === 'relaxed' && !hasRelaxed()) throw new Error('this engine has no relaxed_madd');
  print(measureWasm(options.child === 'relaxed'));
} else {
  if (!options['wasm-only']) {
    const flags = cpuFlags();
    const wanted = ['sse4_1', 'avx', 'fma', 'avx2', 'avx512f', 'avx512bw', 'avx512vl', 'avx512_vnni', 'avx512_bf16'];
    print({ cpu: os.cpus()[0].model, flags: Object.fromEntries(wanted.map((flag) => [flag, flags.includes(flag)])) });
    measureNative(flags);
  }
  const given = options['node-flags'] ? options['node-flags'].split(' ') : [];
  const child = (flags, kind) =>
    spawnSync(process.execPath, [...given, ...flags, self, '--child', kind], { encoding: 'utf8' });
  process.stdout.write(child([], 'strict').stdout);
  // Node 20 (V8 11.3) has relaxed SIMD behind a flag; later ones have it without, and may not know the flag
  for (const flags of [[], [RELAXED_FLAG]]) {
    const { status, stdout, stderr } = child(flags, 'relaxed');
    if (status === 0) {
      print({ ...JSON.parse(stdout), flag: flags[0] });
      break;
    }
    print({
      wasm: 'relaxed_madd',
      flag: flags[0] ?? 'none',
      error: stderr.match(/\w*Error: .*/)?.[0] ?? stderr.slice(0, 300),
    });
  }
}
