const { Dense, Sequential, SimpleRNN } = require('simple-rnn');
const { toWorker } = require('simple-rnn/worker');

async function main() {
  const model = new Sequential([new SimpleRNN({ units: 4, seed: 1, inputShape: [3, 2] }), new Dense({ units: 1 })]);
  model.compile({ optimizer: 'adam', loss: 'mse' });
  const remote = await toWorker(model);
  const { history } = await remote.fit(new Float32Array(12), [[0], [0]], { epochs: 2 });
  const { shape } = await remote.predict(new Float32Array(6));
  console.log(JSON.stringify({ shape, epochs: history.loss.length }));
}

main();
