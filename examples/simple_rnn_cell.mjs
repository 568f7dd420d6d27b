// SimpleRNNCell: what happens in one step, and RNN, which carries any cell over the steps of a sequence.
//
//   node examples/simple_rnn_cell.mjs
import { initializers, RNN, SimpleRNNCell, tensor, utils, variable } from 'simple-rnn';

utils.setRandomSeed(1); // the same weights in every run

const show = (numbers) => [...numbers].map((value) => value.toFixed(2)).join(' ');

const inputs = initializers.randomUniform({ minval: 0, maxval: 1, seed: 1 })([32, 10, 8]);

const rnn = new RNN({ cell: new SimpleRNNCell({ units: 4 }) });
console.log('output           ', rnn.apply(inputs).shape); // [32, 4]

const both = new RNN({ cell: new SimpleRNNCell({ units: 4 }), returnSequences: true, returnState: true });
const [wholeSequenceOutput, finalState] = both.apply(inputs);
console.log('whole sequence   ', wholeSequenceOutput.shape); // [32, 10, 4]
console.log('final state      ', finalState.shape); // [32, 4]

// A stack of cells is one layer: each feeds the next within a step, and there is one state per cell.
const stack = new RNN({ cell: [new SimpleRNNCell({ units: 6 }), new SimpleRNNCell({ units: 4 })], returnState: true });
const [output, ...states] = stack.apply(inputs);
console.log('stack            ', output.shape, ...states.map(({ shape }) => shape)); // [32, 4] [32, 6] [32, 4]

// One step of a cell: the output is the new state.
const cell = new SimpleRNNCell({ units: 4, dropout: 0.5, seed: 3 });
const x = tensor([[1, 2, 3, 4, 5, 6]]);
const [step] = cell.call(x, cell.getInitialState(1));
console.log('one step         ', show(step.data));

// In training, dropout multiplies the inputs of all steps by one mask, until it is reset.
console.log('dropout mask     ', show(cell.getDropoutMask(x).data));
cell.resetDropoutMask();
console.log('and another one  ', show(cell.getDropoutMask(x).data));

// A cell of your own: an object that knows the size of its state and makes one step. This one keeps a moving average.
const rate = variable([0.5], { name: 'rate' });
const average = {
  stateSize: 1,
  weights: [rate],
  call(input, [state]) {
    const [share] = rate.read().data;
    const next = tensor(
      state.data.map((value, i) => value + share * (input.data[i] - value)),
      state.shape,
    );
    return [next, [next]];
  },
};
const smooth = new RNN({ cell: average, returnSequences: true });
console.log('moving average   ', show(smooth.apply([[[8], [8], [0], [0]]]).data)); // 4 6 3 1.5

for (const layer of [rnn, both, stack, cell, smooth]) layer.dispose();
