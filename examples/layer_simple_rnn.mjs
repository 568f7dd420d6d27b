// R's layer_simple_rnn: what it gives depends on what it is put on.
//
//   node examples/layer_simple_rnn.mjs
import { Dense, Input, initializers, layerSimpleRNN, Model, Sequential, utils } from 'simple-rnn';

utils.setRandomSeed(1); // the same weights in every run

// On nothing: a layer, to be applied.
const inputs = initializers.randomUniform({ minval: 0, maxval: 1, seed: 1 })([32, 10, 8]);
let simpleRNN = layerSimpleRNN({ units: 4 });
const output = simpleRNN.apply(inputs);
console.log('output           ', output.shape); // [32, 4]
simpleRNN.dispose();

simpleRNN = layerSimpleRNN({ units: 4, returnSequences: true, returnState: true });
const [wholeSequenceOutput, finalState] = simpleRNN.apply(inputs);
console.log('whole sequence   ', wholeSequenceOutput.shape); // [32, 10, 4]
console.log('final state      ', finalState.shape); // [32, 4]
simpleRNN.dispose();

// On a tensor or an array: the layer's output.
console.log(
  'on an array      ',
  layerSimpleRNN(
    [
      [
        [1, 2],
        [3, 4],
      ],
    ],
    { units: 3 },
  ).shape,
); // [1, 3]

// On a Sequential: the layer is added, and the model returned.
const sequential = layerSimpleRNN(new Sequential({ name: 'reader' }), { units: 4, inputShape: [10, 8] });
sequential.add(new Dense({ units: 1, activation: 'sigmoid' }));
sequential.summary();

// On a symbolic tensor: part of a graph. Here an encoder hands its state on to a decoder.
const question = Input({ shape: [null, 8], name: 'question' });
const answer = Input({ shape: [null, 8], name: 'answer' });
const [, state] = layerSimpleRNN(question, { units: 4, returnState: true, name: 'encoder' });
const decoder = layerSimpleRNN({ units: 4, returnSequences: true, name: 'decoder' });
const model = new Model({ inputs: [question, answer], outputs: decoder.apply(answer, { initialState: state }) });
model.summary();
console.log('decoded          ', model.predict({ question: inputs, answer: inputs }).shape); // [32, 10, 4]

sequential.dispose();
model.dispose();
