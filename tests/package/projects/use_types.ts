import { Dense, Sequential, SimpleRNN, SimpleRNNError, type Tensor, tensor } from 'simple-rnn';
import { loadModel } from 'simple-rnn/io';
import { ready } from 'simple-rnn/slim';
import { type RemoteModel, toWorker } from 'simple-rnn/worker';

const rnn: SimpleRNN = new SimpleRNN({ units: 4, activation: 'tanh', inputShape: [3, 2] });
const model: Sequential = new Sequential([rnn, new Dense({ units: 1 })]);
const output: Tensor = model.predict(tensor(new Float32Array(6), [1, 3, 2]));
const values: Float32Array = output.data;
const loading: Promise<{ predict(x: Tensor): unknown }> = loadModel('model.keras');
const readiness: Promise<void> = ready(new Uint8Array(8));
const isOurs = (error: unknown): string => (error instanceof SimpleRNNError ? error.code : 'other');
const inWorker: Promise<RemoteModel> = toWorker(model);
const losses = inWorker.then(async (remote) => (await remote.fit(values, output, { epochs: 2 })).history.loss);
const ownWorker = (worker: Worker): Promise<RemoteModel> => toWorker(model, { worker });

// @ts-expect-error units is a number
new SimpleRNN({ units: 'four' });
// @ts-expect-error there is no such option
new SimpleRNN({ units: 4, unit: 4 });

export { isOurs, loading, losses, ownWorker, readiness, values };
