// Holds the arrows of docs/architecture.md: which room of js/ and demo/ may import which.
//
// demo -> the public entries; io, worker -> models -> training -> callbacks -> layers -> runtime -> bindings. A room may
// reach over its neighbour to the ones behind it, never back. Files directly in js/ are the entries, which gather names from
// everywhere, and what stands beside layers (js/initializers.ts, js/activations.ts, ...): one room with them, and with the
// folders of the families that have one (js/losses/, ...).
import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { filesBelow, root } from './files.mjs';

/** For each room the rooms of js/ that it may import besides itself. */
const arrows = {
  worker: ['models', 'training', 'callbacks', 'layers', 'utils', 'runtime'],
  io: ['models', 'training', 'callbacks', 'layers', 'utils', 'runtime'],
  models: ['training', 'callbacks', 'layers', 'utils', 'runtime'],
  training: ['callbacks', 'layers', 'utils', 'runtime'],
  callbacks: ['layers', 'utils', 'runtime'],
  layers: ['utils', 'runtime'],
  utils: ['runtime'],
  runtime: ['bindings'],
};

/** Folders of what stands beside layers. */
const families = ['losses', 'metrics', 'optimizers'];

const entries = /^js\/(core|public|index|slim|bytes|iife)\.(ts|js)$/;

/** What io imports dynamically when no bytes were registered, and what the script of a worker brings along. */
const lateBytes = 'js/bytes.js';

const importPattern = /(?:\bfrom\s*|\bimport\s*\(?\s*)(['"])([^'"\n]+)\1/g;

/** The specifiers of all imports and re-exports of a source text. */
export function importsOf(source) {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
  return [...code.matchAll(importPattern)].map((match) => match[2]);
}

function roomOf(path) {
  const [top, second, ...rest] = path.split('/');
  if (top !== 'js') return top;
  if (rest.length > 0) return families.includes(second) ? 'layers' : second;
  return entries.test(path) ? 'entries' : 'layers';
}

function isAllowed(room, target) {
  if (target === null) return true;
  const to = roomOf(target);
  if (to === room) return true;
  if (room === 'demo') return !/^(js|dist|src|bindings)\//.test(target);
  if (room === 'entries') return to in arrows;
  if ((room === 'io' || room === 'worker') && target === lateBytes) return true;
  return (arrows[room] ?? []).includes(to);
}

/** The forbidden imports of one file: `path` relative to the repository, with forward slashes. */
export function violations(path, source) {
  const room = roomOf(path);
  return importsOf(source).flatMap((specifier) => {
    const target = specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : null;
    return isAllowed(room, target) ? [] : [`${path}: ${room} must not import ${specifier}`];
  });
}

/** Rules for the C++ rooms: src/ knows neither Emscripten (but in simd_wasm.h) nor bindings. */
export function cppViolations(path, source) {
  const includes = [...source.matchAll(/^\s*#\s*include\s*[<"]([^>"]+)[>"]/gm)].map((match) => match[1]);
  const forbidden = (name) =>
    /^emscripten/.test(name) ||
    /bindings\//.test(name) ||
    (name === 'wasm_simd128.h' && !/^src\/simd(_wasm)?\.h$/.test(path));
  return includes.filter(forbidden).map((name) => `${path}: src must not include ${name}`);
}

function filesOf(room, pattern) {
  return filesBelow(`${root}${room}`)
    .map((file) => file.slice(root.length))
    .filter((path) => pattern.test(path) && !/(^|\/)(node_modules|dist)\//.test(path));
}

/** All violations in the repository. */
export function lintArrows() {
  const read = (path) => readFileSync(`${root}${path}`, 'utf8');
  const scripts = [...filesOf('js', /\.ts$/), ...filesOf('demo', /\.(ts|js|mjs)$/)];
  const sources = filesOf('src', /\.(cpp|h)$/);
  return [
    ...scripts.flatMap((path) => violations(path, read(path))),
    ...sources.flatMap((path) => cppViolations(path, read(path))),
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const found = lintArrows();
  for (const line of found) console.error(line);
  process.exitCode = found.length > 0 ? 1 : 0;
}
