// onnxruntime-web's wasm backend in Node (fixed-width SIMD; the package holds no relaxed-SIMD build).

import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { setup as setupSession } from './_ort.mjs';

const root = (name) => path.dirname(path.dirname(createRequire(import.meta.url).resolve(name)));

export const versions = () => ({
  'onnxruntime-web': JSON.parse(fs.readFileSync(path.join(root('onnxruntime-web'), 'package.json'))).version,
});

export async function setup(numThreads, weights, shape) {
  const ort = await import('onnxruntime-web');
  ort.env.wasm.numThreads = numThreads;
  return setupSession(ort, { executionProviders: ['wasm'] }, weights, shape);
}
