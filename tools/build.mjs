// The incremental build: the WebAssembly modules (CMake, then tools/relax.mjs), the bundles (esbuild) and the
// declarations (tsc) in dist/. Sizes are printed and kept in build/sizes.json; too large a file fails the build.
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { alone, at, filesBelow, hashFiles, readOrNull, run, runQuietly, tool, writeIfNew } from './files.mjs';

/** The em++ on PATH, an emsdk's or Debian's. */
function emscripten() {
  const candidates = process.env.PATH.split(delimiter).map((folder) => join(folder, 'em++'));
  const found = candidates.find((path) => existsSync(path));
  if (found === undefined) throw new Error('no em++ on PATH: run tools/setup.sh');
  return realpathSync(found);
}

/**
 * The environment without what npm puts in front of PATH: Emscripten would take the wasm-opt of node_modules/.bin for
 * its own, and their ways of renaming imports differ.
 */
const compilerEnvironment = {
  ...process.env,
  PATH: process.env.PATH.split(delimiter)
    .filter((folder) => !folder.endsWith(join('node_modules', '.bin')))
    .join(delimiter),
};

/** Configures (once, and again when another Emscripten is found) and builds a CMake preset. */
export function buildPreset(preset) {
  const compilerFile = at('build', preset, 'compiler.txt');
  const compiler = preset.startsWith('wasm') ? emscripten() : 'native';
  if (readOrNull(compilerFile)?.toString() !== compiler) {
    console.log(`building build/${preset}`);
    rmSync(at('build', preset), { recursive: true, force: true });
    runQuietly('cmake', ['--preset', preset], { env: compilerEnvironment });
    writeIfNew(compilerFile, compiler);
  }
  runQuietly('cmake', ['--build', '--preset', preset, '--', '--quiet'], { env: compilerEnvironment });
}

/** Runs `work`, which makes `output`, unless the same inputs went through it before. */
async function unlessSame(name, output, inputs, work) {
  const stampFile = at('build', `${name}.stamp`);
  const stamp = hashFiles(inputs);
  if (existsSync(output) && readOrNull(stampFile)?.toString() === stamp) return;
  rmSync(stampFile, { force: true });
  await work();
  writeIfNew(stampFile, stamp);
}

async function buildWasm() {
  buildPreset('wasm');
  const linked = at('build/wasm/simple_rnn.wasm');
  const strict = at('build/wasm/strict.wasm');
  const relaxed = at('build/wasm/relaxed.wasm');
  const inputs = [linked, at('tools/relax.mjs'), at('tools/wat.mjs'), at('js/relax.ts')];
  await unlessSame('relaxed', relaxed, inputs, async () => {
    const { makeModules } = await import('./relax.mjs');
    console.log(`relaxed module: ${await makeModules(linked, strict, relaxed)} relaxed_madd`);
  });
  return { glue: at('build/wasm/simple_rnn.mjs'), strict, relaxed };
}

function declarations() {
  run(process.execPath, [tool('typescript/bin/tsc'), '-p', at('tsconfig.build.json')]);
  mkdirSync(at('dist/types/bindings'), { recursive: true });
  copyFileSync(at('bindings/module.d.ts'), at('dist/types/bindings/module.d.ts'));
  cpSync(at('dist/types'), at('dist/cjs/types'), { recursive: true });
}

/** The bytes that a gzipped download of these files takes. */
const gzipBytes = (files) => gzipSync(Buffer.concat(files.map((file) => readFileSync(file))), { level: 9 }).length;

const budgets = [
  { name: 'default entry', files: ['dist/index.js', 'dist/core.js', 'dist/bytes.js'], gzip: 136_000 },
  { name: 'simple-rnn.wasm', files: ['dist/simple-rnn.wasm'], gzip: 35_000 },
  { name: 'simple-rnn-relaxed.wasm', files: ['dist/simple-rnn-relaxed.wasm'], gzip: 35_000 },
  { name: 'slim entry', files: ['dist/slim.js', 'dist/core.js'] },
  { name: 'io entry', files: ['dist/io.js'] },
  { name: 'worker entry', files: ['dist/worker.js'] },
  { name: 'its script', files: ['dist/worker_script.js'] },
  { name: 'script-tag file', files: ['dist/simple-rnn.iife.js'] },
];

function checkSizes() {
  const sizes = budgets.map(({ name, files, gzip: budget }) => {
    const paths = files.map((file) => at(file));
    const bytes = paths.reduce((sum, path) => sum + readFileSync(path).length, 0);
    return { name, bytes, gzip: gzipBytes(paths), budget };
  });
  writeIfNew(at('build/sizes.json'), `${JSON.stringify(sizes, null, 2)}\n`);
  for (const { name, bytes, gzip } of sizes) {
    console.log(`${name.padEnd(24)} ${String(bytes).padStart(8)} bytes ${String(gzip).padStart(7)} gzip`);
  }
  const tooLarge = sizes.filter(({ gzip, budget }) => gzip > budget);
  if (tooLarge.length > 0) {
    throw new Error(`over budget: ${tooLarge.map(({ name, gzip, budget }) => `${name} ${gzip} > ${budget}`)}`);
  }
}

const packageInputs = () => [
  ...filesBelow(at('js')),
  at('bindings/module.d.ts'),
  at('tools/bundle.mjs'),
  at('tools/build.mjs'),
  at('tsconfig.json'),
  at('tsconfig.build.json'),
  at('package-lock.json'),
];

/** Brings dist/ up to date. */
export function build() {
  return alone(async () => {
    const wasm = await buildWasm();
    const inputs = [...packageInputs(), ...Object.values(wasm)];
    await unlessSame('dist', at('dist/simple-rnn.iife.js'), inputs, async () => {
      const { bundleCommonJs, bundleModules, bundleScript } = await import('./bundle.mjs');
      await bundleModules(at('dist'), wasm);
      await bundleCommonJs(at('dist/cjs'), wasm);
      await bundleScript(at('dist/simple-rnn.iife.js'), wasm);
      copyFileSync(wasm.strict, at('dist/simple-rnn.wasm'));
      copyFileSync(wasm.relaxed, at('dist/simple-rnn-relaxed.wasm'));
      checkSizes();
      declarations();
    });
  });
}

/** Emscripten's assertions look for these two in Node, where an ES module has neither. */
const checkedBanner = {
  esm:
    "import { createRequire } from 'node:module';" +
    "globalThis.require ??= createRequire(import.meta.url); globalThis.__dirname ??= '/';",
  cjs: 'globalThis.require ??= require; globalThis.__dirname ??= __dirname;',
};

/** The package on the checked module (assertions, checked heap and stack), in build/checked: for tests alone. */
export function buildChecked() {
  return alone(async () => {
    buildPreset('wasm-checked');
    const strict = at('build/wasm-checked/simple_rnn.wasm');
    const wasm = { glue: at('build/wasm-checked/simple_rnn.mjs'), strict, relaxed: strict };
    await unlessSame('checked', at('build/checked/index.js'), [...packageInputs(), wasm.glue, strict], async () => {
      const { bundleCommonJs, bundleModules } = await import('./bundle.mjs');
      await bundleModules(at('build/checked'), wasm, checkedBanner.esm);
      await bundleCommonJs(at('build/checked/cjs'), wasm, checkedBanner.cjs);
      copyFileSync(strict, at('build/checked/simple-rnn.wasm'));
    });
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await build();
  } catch (error) {
    console.error(`build: ${error.message}`);
    process.exitCode = 1;
  }
}
