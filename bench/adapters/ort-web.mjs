// onnxruntime-web, wasm backend, one thread.
import { setup as setupThreads, versions } from './_ort-web.mjs';

export { versions };
export const setup = (weights, shape) => setupThreads(1, weights, shape);
