const { readFileSync } = require('node:fs');
const { Dense, Sequential, SimpleRNN } = require('simple-rnn');
const { loadModel } = require('simple-rnn/io');
const slim = require('simple-rnn/slim');

const model = new Sequential([new SimpleRNN({ units: 4, seed: 1, inputShape: [3, 2] }), new Dense({ units: 1 })]);
const { shape } = model.predict(new Float32Array(6));
loadModel(process.argv[2]).then((loaded) => {
  console.log(
    JSON.stringify({
      shape,
      isSequential: loaded instanceof Sequential,
      isOneClass: slim.SimpleRNN === SimpleRNN,
      isWasm: WebAssembly.validate(readFileSync(require.resolve('simple-rnn/simple-rnn.wasm'))),
    }),
  );
});
