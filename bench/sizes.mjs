// node sizes.mjs: bytes to ship to a browser for this job, one JSON line per peer: the JS bundled and minified by
// esbuild from size-entries/<peer>.mjs, plus the wasm (and loader) files that a browser with SIMD downloads. Then our
// own two .wasm files, and how many run-time dependencies the package has.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { project } from './lib/install.mjs';
import { log, print } from './lib/options.mjs';

const here = new URL('.', import.meta.url);
const modules = new URL('node_modules/', here);
const tfjsWasm = ['@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-simd.wasm'];
const files = {
  'tfjs-wasm': tfjsWasm,
  'tfjs-wasm-minimal': tfjsWasm,
  'ort-web': ['onnxruntime-web/dist/ort-wasm-simd-threaded.wasm'],
  'simple-rnn-slim': ['simple-rnn/dist/simple-rnn.wasm'],
};

const measure = (buffer) => ({
  raw: buffer.length,
  gzip: gzipSync(buffer, { level: 9 }).length,
  brotli: brotliCompressSync(buffer, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }).length,
});
const add = (a, b) => ({ raw: a.raw + b.raw, gzip: a.gzip + b.gzip, brotli: a.brotli + b.brotli });

for (const entry of fs.readdirSync(new URL('size-entries/', here))) {
  const peer = entry.replace(/\.mjs$/, '');
  try {
    const { outputFiles } = await build({
      entryPoints: [fileURLToPath(new URL(`size-entries/${entry}`, here))],
      bundle: true,
      minify: true,
      write: false,
      format: 'esm',
      platform: 'browser',
      target: 'es2022',
      legalComments: 'none',
      logLevel: 'silent',
      define: { 'process.env.NODE_ENV': '"production"' },
      external: ['fs', 'path', 'worker_threads', 'perf_hooks', 'os', 'crypto', 'util', 'module'],
    });
    const js = measure(Buffer.from(outputFiles[0].contents));
    const none = { raw: 0, gzip: 0, brotli: 0 };
    const wasm = (files[peer] ?? []).map((file) => measure(fs.readFileSync(new URL(file, modules)))).reduce(add, none);
    const line = { size: peer, js, wasm, total: add(js, wasm) };
    print(line);
    log(`  ${peer.padEnd(18)} ${line.total.gzip} bytes gzip`);
  } catch (error) {
    print({ size: peer, error: error.message.slice(0, 500) });
  }
}
for (const file of ['simple-rnn.wasm', 'simple-rnn-relaxed.wasm']) {
  const location = path.join(project, 'dist', file);
  if (fs.existsSync(location)) print({ ownWasm: file, ...measure(fs.readFileSync(location)) });
}
const { dependencies = {} } = JSON.parse(fs.readFileSync(path.join(project, 'package.json'), 'utf8'));
print({ runtimeDependencies: Object.keys(dependencies).length });
