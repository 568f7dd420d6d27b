import * as simpleRNN from '/dist/index.js';
import { compute } from './numbers.js';

simpleRNN.configure({ simd: new URL(location.href).searchParams.get('simd') });
postMessage(compute(simpleRNN));
