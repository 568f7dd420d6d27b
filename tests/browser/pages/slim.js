// The slim entry takes the module from a URL, and simple-rnn/io then does not fetch the inlined bytes.
import * as io from '/dist/io.js';
import * as simpleRNN from '/dist/slim.js';
import { compute, loaded } from './numbers.js';

window.compute = async () => {
  await simpleRNN.ready(new URL('/dist/simple-rnn.wasm', location.href));
  return compute(simpleRNN);
};
window.load = (source, inputs) => loaded(io, source, inputs);
