// The default entry as an ES module; ?simd=strict or relaxed.
import * as simpleRNN from '/dist/index.js';
import * as io from '/dist/io.js';
import { compute, loaded, train } from './numbers.js';

const simd = new URL(location.href).searchParams.get('simd');
if (simd) simpleRNN.configure({ simd });
window.compute = () => compute(simpleRNN);
window.load = (source, inputs) => loaded(io, source, inputs);
window.train = () => train(simpleRNN);
window.computeInWorker = () => inWorker('compute');
window.trainInWorker = () => inWorker('train');

const inWorker = (task) =>
  new Promise((resolve, reject) => {
    const worker = new Worker(`worker.js?simd=${simd}&task=${task}`, { type: 'module' });
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => reject(new Error(event.message));
  });
