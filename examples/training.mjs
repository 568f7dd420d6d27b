// Trains a small network to remember: the answer at each step is the input of three steps before.
//
//   node examples/training.mjs
import { fileURLToPath } from 'node:url';
import { callbacks, Dense, optimizers, Sequential, SimpleRNN, utils } from 'simple-rnn';

const STEPS = 24;
const DELAY = 3;

/** `count` sequences of random numbers in (-1, 1), and each of them three steps late. */
export function drawEchoes(count) {
  const x = new Float32Array(count * STEPS).map(() => 2 * Math.random() - 1);
  const y = x.map((_, i) => (i % STEPS < DELAY ? 0 : x[i - DELAY]));
  return { x: { data: x, shape: [count, STEPS, 1] }, y: { data: y, shape: [count, STEPS, 1] } };
}

/** Trains until it gets no better; gives the history and the error on sequences never seen. */
export async function learn() {
  utils.setRandomSeed(1);
  const model = new Sequential([
    new SimpleRNN({ units: 12, returnSequences: true, inputShape: [STEPS, 1] }),
    new Dense({ units: 1 }),
  ]);
  model.compile({ optimizer: optimizers.adam({ learningRate: 0.01, globalClipnorm: 1 }), loss: 'mse' });
  const { x, y } = drawEchoes(2000);
  const { history } = await model.fit(x, y, {
    epochs: 30,
    validationSplit: 0.1,
    callbacks: [new callbacks.EarlyStopping({ patience: 5, restoreBestWeights: true })],
  });
  const test = drawEchoes(500);
  const { loss } = model.evaluate(test.x, test.y);
  model.dispose();
  return { history, loss };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { history, loss } = await learn();
  history.val_loss.forEach((value, epoch) => {
    console.log(`epoch ${epoch + 1}: mean squared error ${value.toFixed(5)} on sequences kept apart`);
  });
  console.log(`on 500 new sequences ${loss.toFixed(5)}; an answer that is always 0 errs by 0.29`);
}
