// simple-rnn/slim takes the module from the caller.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { ready, Sequential, SimpleRNN } from 'simple-rnn/slim';

await ready(readFileSync(createRequire(import.meta.url).resolve('simple-rnn/simple-rnn.wasm')));
const model = new Sequential([new SimpleRNN({ units: 4, inputShape: [3, 2] })]);
console.log(JSON.stringify({ shape: model.predict(new Float32Array(6)).shape }));
