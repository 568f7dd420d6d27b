// onnxruntime-web, wasm backend, two threads.
import { setup as setupThreads, versions } from './_ort-web.mjs';

export { versions };
export const setup = (weights, shape) => setupThreads(2, weights, shape);
