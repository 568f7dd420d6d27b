// A page for a bundler: its model is trained in a worker, whose script the bundler has to find.
import { configure, Dense, Sequential, SimpleRNN } from 'simple-rnn';
import { toWorker } from 'simple-rnn/worker';

configure({ simd: 'strict' });

window.train = async () => {
  const model = new Sequential([new SimpleRNN({ units: 4, seed: 1, inputShape: [3, 2] }), new Dense({ units: 1 })]);
  model.compile({ optimizer: 'adam', loss: 'mse' });
  const remote = await toWorker(model);
  const { history } = await remote.fit(new Float32Array(12).fill(1), [[0], [0]], { epochs: 2 });
  remote.dispose();
  return history.loss.length;
};
