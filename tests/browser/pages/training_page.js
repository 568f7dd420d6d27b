// Trains in a worker, and looks for tasks of the page that take longer than 50 ms meanwhile; ?simd=strict or relaxed.
import * as simpleRNN from '/dist/index.js';
import { toWorker } from '/dist/worker.js';
import { train } from './training.js';

simpleRNN.configure({ simd: new URL(location.href).searchParams.get('simd') });

window.train = async () => {
  const long = [];
  const observer = new PerformanceObserver((list) => long.push(...list.getEntries()));
  observer.observe({ entryTypes: ['longtask'] });
  const trained = await train(simpleRNN, toWorker);
  long.push(...observer.takeRecords());
  observer.disconnect();
  return { ...trained, long: long.map(({ duration }) => duration) };
};
window.trainHere = () => train(simpleRNN, null);
window.fail = async () => {
  const model = new simpleRNN.Sequential([new simpleRNN.Dense({ units: 1, inputShape: [2] })]);
  const worker = new Worker('no_such_script.js', { type: 'module' });
  return toWorker(model, { worker }).catch(({ code, message }) => ({ code, message }));
};
