// simple-rnn/io alone brings the inlined bytes by itself.
import { loadModel } from 'simple-rnn/io';

const model = await loadModel(process.argv[2]);
console.log(JSON.stringify({ shape: model.predict({ data: new Float32Array(24), shape: [1, 24, 1] }).shape }));
