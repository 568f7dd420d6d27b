import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Dense, Sequential, SimpleRNN } from 'simple-rnn';
import { loadModel } from 'simple-rnn/io';
import * as slim from 'simple-rnn/slim';

const model = new Sequential([new SimpleRNN({ units: 4, seed: 1, inputShape: [3, 2] }), new Dense({ units: 1 })]);
const { shape } = model.predict(new Float32Array(6));
const loaded = await loadModel(process.argv[2]);
const wasm = readFileSync(createRequire(import.meta.url).resolve('simple-rnn/simple-rnn.wasm'));
console.log(
  JSON.stringify({
    shape,
    isSequential: loaded instanceof Sequential,
    isOneClass: slim.SimpleRNN === SimpleRNN,
    isWasm: WebAssembly.validate(wasm),
  }),
);
