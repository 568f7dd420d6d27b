// SimpleRNN on a batch of sequences: the last state, every state, masks, a state that is kept, one step at a time.
//
//   node examples/simple_rnn.mjs
import { initializers, SimpleRNN, utils } from 'simple-rnn';

utils.setRandomSeed(1); // the same weights in every run

const show = (numbers) => [...numbers].map((value) => value.toFixed(3).padStart(6)).join(' ');

// 32 sequences of 10 steps of 8 features.
const inputs = initializers.randomUniform({ minval: 0, maxval: 1, seed: 1 })([32, 10, 8]);

const rnn = new SimpleRNN({ units: 4 });
const output = rnn.apply(inputs);
console.log('the last state of each sequence   ', output.shape); // [32, 4]

const whole = new SimpleRNN({ units: 4, returnSequences: true, returnState: true });
const [sequence, finalState] = whole.apply(inputs);
console.log('the states of all steps           ', sequence.shape); // [32, 10, 4]
console.log('and the final one besides         ', finalState.shape); // [32, 4]

// Layers share weights by giving them on: then the last of all states is the last state.
whole.setWeights(rnn.getWeights());
console.log('\nfirst sequence: last state        ', show(output.data.slice(0, 4)));
console.log('the last of all its states        ', show(whole.apply(inputs)[0].data.slice(36, 40)));

// A mask says which steps count. The others leave the state as it is: with 9 of 10 steps, this is the state before the end.
const mask = Array.from({ length: 32 }, () => [1, 1, 1, 1, 1, 1, 1, 1, 1, 0]);
console.log('without the last step, by mask    ', show(rnn.apply(inputs, { mask }).data.slice(0, 4)));
console.log('the state after 9 steps           ', show(whole.apply(inputs)[0].data.slice(32, 36)));

// The same by hand: one step after the other, from zeros on.
let states = rnn.getInitialState(32);
for (let t = 0; t < 10; t += 1) {
  const step = Float32Array.from({ length: 32 * 8 }, (_, i) => inputs.data[Math.floor(i / 8) * 80 + t * 8 + (i % 8)]);
  [, states] = rnn.step({ data: step, shape: [32, 8] }, states);
}
console.log('ten steps by hand                 ', show(states[0].data.slice(0, 4)));

// A stateful layer goes on where the last call ended: two calls of 5 steps are one of 10.
const halves = [0, 40].map((start) => ({ data: inputs.data.slice(start, start + 40), shape: [1, 5, 8] }));
const stateful = new SimpleRNN({ units: 4, stateful: true });
stateful.build([1, 5, 8]);
stateful.setWeights(rnn.getWeights());
const last = halves.map((half) => stateful.apply(half))[1];
console.log('two calls of 5 steps, stateful    ', show(last.data));

// How long does it remember? An orthogonal recurrent kernel neither shrinks nor grows a state: its radius is 1.
console.log('\nspectral radius of the recurrent kernel', rnn.spectrum().spectralRadius.toFixed(3));

console.log(rnn.countParams(), 'parameters');
for (const { path, shape } of rnn.weights) console.log(' ', path, shape);

for (const layer of [rnn, whole, stateful]) layer.dispose();
