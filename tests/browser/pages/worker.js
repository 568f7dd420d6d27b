import * as simpleRNN from '/dist/index.js';
import { compute, train } from './numbers.js';

const options = new URL(location.href).searchParams;
simpleRNN.configure({ simd: options.get('simd') });
postMessage(await { compute, train }[options.get('task')](simpleRNN));
