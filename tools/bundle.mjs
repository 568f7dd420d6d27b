// Bundles js/ by esbuild: ES modules, CommonJS and the script-tag file.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { build } from 'esbuild';
import { minify } from 'terser';
import { at, writeIfNew } from './files.mjs';

/** The entries: output name, source, and where it runs. */
const entries = [
  { name: 'core', source: 'js/core.ts' },
  { name: 'bytes', source: 'js/bytes.ts' },
  { name: 'index', source: 'js/index.ts' },
  { name: 'slim', source: 'js/slim.ts' },
  { name: 'io', source: 'js/io/index.ts' },
  { name: 'io.node', source: 'js/io/index.ts', isNode: true },
  { name: 'worker', source: 'js/worker/index.ts' },
  { name: 'worker.node', source: 'js/worker/index.ts', isNode: true },
  { name: 'worker_script', source: 'js/worker/script.ts' },
  { name: 'worker_script.node', source: 'js/worker/script.ts', isNode: true },
];

const target = 'es2022';

/** Keeps what a test runner shows of a stack trace bearable; 400 would cost 1 kB gzipped, the usual 120 another 3. */
const lineLimit = 1000;

/**
 * The generated module `#strict-bytes`. A byte is a character, from 0 to 255: unlike base64 that leaves a gzipped download
 * the bytes' own repetitions.
 */
const inlinedText = (wasm) => readFileSync(wasm.strict, 'latin1');

/** Resolves the generated module to a text. */
function inlinedBytes(text) {
  return {
    name: 'inlined-bytes',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^#strict-bytes$/ }, ({ path }) => ({ path, namespace: 'bytes' }));
      onLoad({ filter: /.*/, namespace: 'bytes' }, () => ({
        contents: `export default ${JSON.stringify(text)};`,
        loader: 'js',
      }));
    },
  };
}

/** A string literal in UTF-8 with nothing escaped that need not be: what esbuild escapes besides costs 4 kB gzipped. */
function literal(text) {
  const escapes = { '\\': '\\\\', "'": "\\'", '\n': '\\n', '\r': '\\r' };
  const quoted = text.replace(/[\\'\n\r]/g, (character) => escapes[character]);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: bytes.
  return `'${quoted.replace(/\x00(?=[0-9])/g, '\\x00').replace(/\x00/g, '\\0')}'`;
}

/** The built module behind bindings/module.d.ts. */
function builtModule(wasm) {
  return {
    name: 'built-module',
    setup({ onResolve }) {
      onResolve({ filter: /bindings\/module\.js$/ }, () => ({ path: wasm.glue }));
    },
  };
}

/**
 * What an entry does not own it imports from its siblings ./core.js and ./bytes.js, so that every class
 * and the registered bytes exist once, whichever entries are used together. An entry owns the list of
 * public names (js/public.ts), and those of a folder own it; in Node a file's twin for Node takes its place.
 */
function siblings(entry) {
  const ownFolder = dirname(at(entry.source)) === at('js') ? null : dirname(at(entry.source));
  return {
    name: 'siblings',
    setup({ onResolve }) {
      onResolve({ filter: /^\.\.?\// }, ({ path, resolveDir, kind }) => {
        if (kind === 'entry-point') return undefined;
        const file = resolve(resolveDir, path);
        if (relative(at('js'), file).startsWith('..')) return undefined;
        if (ownFolder !== null && file.startsWith(ownFolder)) {
          const nodeTwin = file.replace(/\.js$/, '.node.ts');
          return entry.isNode && existsSync(nodeTwin) ? { path: nodeTwin } : undefined;
        }
        if (file === at('js/relax.js')) return undefined; // part of bytes
        if (file === at('js/public.js')) return undefined; // the list of public names, part of index and slim
        if (file === at('js/bytes.js')) return { path: './bytes.js', external: true };
        return { path: './core.js', external: true };
      });
    },
  };
}

/** jsfive from its sources, with fflate's inflater in place of pako, of which it would bring along everything. */
const smallJsfive = {
  name: 'small-jsfive',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^jsfive$/ }, () => ({ path: at('node_modules/jsfive/index.js') }));
    onResolve({ filter: /\/pako\.esm\.mjs$/ }, () => ({ path: 'inflate', namespace: 'small-jsfive' }));
    onLoad({ filter: /.*/, namespace: 'small-jsfive' }, () => ({
      contents: "export { unzlibSync as inflate } from 'fflate';",
      resolveDir: at('.'),
    }));
  },
};

/** Where a CommonJS module lies: in Node a file, elsewhere nobody knows. */
function ownUrl(entry, format) {
  if (format !== 'cjs') return {};
  if (!entry.isNode) return { define: { 'import.meta.url': 'undefined' } };
  return {
    define: { 'import.meta.url': 'ownUrl' },
    banner: { js: "const ownUrl = require('node:url').pathToFileURL(__filename);" },
  };
}

/** Terser after esbuild: it uses the same short names again in every function, which gzip rewards with 4 kB. */
async function shrunk(text) {
  const format = { ascii_only: true, max_line_len: lineLimit, comments: 'some' };
  return (await minify(text, { module: true, ecma: 2020, format })).code;
}

const placeholder = '#strict-bytes';

async function bundleEntry(entry, format, outputFolder, wasm, banner) {
  const result = await build({
    entryPoints: [at(entry.source)],
    bundle: true,
    write: false,
    format,
    target,
    platform: entry.isNode || format === 'cjs' || banner ? 'node' : 'neutral',
    mainFields: ['module', 'main'],
    minifyWhitespace: true,
    minifySyntax: true,
    minifyIdentifiers: true,
    lineLimit: entry.name === 'bytes' ? undefined : lineLimit,
    charset: 'ascii', // a single wider character would double the source in the engine's memory, and 1 ms of the start
    legalComments: 'eof',
    // A dynamic import in CommonJS becomes a require of the sibling.
    supported: format === 'cjs' ? { 'dynamic-import': false } : {},
    ...(entry.isNode ? { external: ['node:*'] } : {}),
    ...ownUrl(entry, format),
    ...(entry.name === 'core' && banner ? { banner: { js: banner } } : {}),
    plugins: [
      inlinedBytes(placeholder),
      builtModule(wasm),
      smallJsfive,
      ...(entry.name === 'core' ? [] : [siblings(entry)]),
    ],
  });
  let { text } = result.outputFiles[0];
  if (entry.name === 'bytes')
    text = text.replace(new RegExp(`["']${placeholder}["']`), () => literal(inlinedText(wasm)));
  else if (format === 'esm' && !banner) text = await shrunk(text);
  writeIfNew(join(outputFolder, `${entry.name}.js`), text);
}

/** ES modules into a folder. wasm: { glue, strict, relaxed }, paths; with a banner for core.js they are for Node alone. */
export async function bundleModules(outputFolder, wasm, banner) {
  await Promise.all(entries.map((entry) => bundleEntry(entry, 'esm', outputFolder, wasm, banner)));
}

/** CommonJS modules into a folder. */
export async function bundleCommonJs(outputFolder, wasm, banner) {
  await Promise.all(entries.map((entry) => bundleEntry(entry, 'cjs', outputFolder, wasm, banner)));
  writeIfNew(join(outputFolder, 'package.json'), '{ "type": "commonjs" }\n');
}

/** One file for a script tag: everything under the global `simpleRNN`. */
export async function bundleScript(outputFile, wasm) {
  const result = await build({
    entryPoints: [at('js/iife.ts')],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'simpleRNN',
    target,
    platform: 'browser',
    minifyWhitespace: true,
    minifySyntax: true,
    minifyIdentifiers: true,
    legalComments: 'eof',
    plugins: [inlinedBytes(inlinedText(wasm)), builtModule(wasm), smallJsfive],
  });
  writeIfNew(outputFile, result.outputFiles[0].contents);
}
