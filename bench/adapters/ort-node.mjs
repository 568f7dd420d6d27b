// onnxruntime-node (native), one intra-op thread.
import { createRequire } from 'node:module';
import { setup as setupSession } from './_ort.mjs';

const require = createRequire(import.meta.url);

export const versions = () => ({ 'onnxruntime-node': require('onnxruntime-node/package.json').version });

export async function setup(weights, shape) {
  const ort = require('onnxruntime-node');
  return setupSession(ort, { executionProviders: ['cpu'], intraOpNumThreads: 1, interOpNumThreads: 1 }, weights, shape);
}
