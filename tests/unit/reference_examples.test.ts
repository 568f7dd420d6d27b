// The examples of the reference documents, line by line.
import { describe, expect, test } from '@jest/globals';
import { Input, layerSimpleRNN, RNN, Sequential, SimpleRNN, SimpleRNNCell, type Tensor, tensor } from 'simple-rnn';
import { expectNear, freeAfterEach, hold } from './held.js';

freeAfterEach();

// np.random.random([32, 10, 8]).astype(np.float32), random_uniform(c(32, 10, 8))
const random = (...shape: number[]) =>
  tensor(Float32Array.from({ length: shape.reduce((all, size) => all * size, 1) }, Math.random), shape);

// The states of the last step, [32, 4] of [32, 10, 4].
function lastOf(sequence: Tensor): Tensor {
  const rows = Array.from({ length: 32 }, (_, row) => [...sequence.data.slice(40 * row + 36, 40 * row + 40)]);
  return tensor(rows);
}

describe('tf.keras.layers.SimpleRNNCell', () => {
  const inputs = random(32, 10, 8);

  test('rnn = RNN(SimpleRNNCell(4)); output = rnn(inputs)', () => {
    const rnn = hold(new RNN({ cell: new SimpleRNNCell({ units: 4 }) }));
    const output = rnn.apply(inputs);
    expect(output.shape).toEqual([32, 4]);
  });

  test('whole_sequence_output, final_state = rnn(inputs)', () => {
    const rnn = hold(new RNN({ cell: new SimpleRNNCell({ units: 4 }), returnSequences: true, returnState: true }));
    const [wholeSequenceOutput, finalState] = rnn.apply<Tensor[]>(inputs) as [Tensor, Tensor];
    expect(wholeSequenceOutput.shape).toEqual([32, 10, 4]);
    expect(finalState.shape).toEqual([32, 4]);
    expectNear(lastOf(wholeSequenceOutput), finalState, 0);
  });

  test('the signature: every argument with the default it documents', () => {
    const cell = new SimpleRNNCell({
      units: 4,
      activation: 'tanh',
      useBias: true,
      kernelInitializer: 'glorot_uniform',
      recurrentInitializer: 'orthogonal',
      biasInitializer: 'zeros',
      kernelRegularizer: null,
      recurrentRegularizer: null,
      biasRegularizer: null,
      kernelConstraint: null,
      recurrentConstraint: null,
      biasConstraint: null,
      dropout: 0.0,
      recurrentDropout: 0.0,
      seed: null,
      name: 'cell',
    });
    expect(cell.getConfig()).toEqual(new SimpleRNNCell({ units: 4, name: 'cell' }).getConfig());
  });
});

describe("R's layer_simple_rnn", () => {
  const inputs = random(32, 10, 8);
  const defaults = {
    units: 4,
    activation: 'tanh',
    useBias: true,
    kernelInitializer: 'glorot_uniform',
    recurrentInitializer: 'orthogonal',
    biasInitializer: 'zeros',
    kernelRegularizer: null,
    recurrentRegularizer: null,
    biasRegularizer: null,
    activityRegularizer: null,
    kernelConstraint: null,
    recurrentConstraint: null,
    biasConstraint: null,
    dropout: 0,
    recurrentDropout: 0,
    returnSequences: false,
    returnState: false,
    goBackwards: false,
    stateful: false,
    unroll: false,
    seed: null,
    name: 'rnn',
  } as const;

  test('simple_rnn <- layer_simple_rnn(units = 4); output <- simple_rnn(inputs)', () => {
    const simpleRNN = hold(layerSimpleRNN({ units: 4 }));
    expect(simpleRNN.apply(inputs).shape).toEqual([32, 4]);
  });

  test('c(whole_sequence_output, final_state) %<-% simple_rnn(inputs)', () => {
    const simpleRNN = hold(layerSimpleRNN({ units: 4, returnSequences: true, returnState: true }));
    const [wholeSequenceOutput, finalState] = simpleRNN.apply<Tensor[]>(inputs) as [Tensor, Tensor];
    expect(wholeSequenceOutput.shape).toEqual([32, 10, 4]);
    expect(finalState.shape).toEqual([32, 4]);
    expectNear(lastOf(wholeSequenceOutput), finalState, 0);
  });

  test('the usage: every argument with the default it documents', () => {
    expect(layerSimpleRNN(null, defaults).getConfig()).toEqual(new SimpleRNN({ units: 4, name: 'rnn' }).getConfig());
  });

  test('the value: a sequential model is modified in place and returned, an input gives the output tensor', () => {
    const model = hold(new Sequential());
    expect(layerSimpleRNN(model, { ...defaults, inputShape: [10, 8] })).toBe(model);
    expect(model.layers).toHaveLength(1);
    expect(model.predict(inputs).shape).toEqual([32, 4]);
    const output = layerSimpleRNN(Input({ shape: [10, 8] }), defaults);
    hold(output.node?.layer as SimpleRNN);
    expect(output.shape).toEqual([null, 4]);
  });
});

describe('tf.keras.layers.SimpleRNN of TensorFlow 1.4', () => {
  test('the signatures: __init__, __call__ and call', () => {
    const layer = hold(
      new SimpleRNN({
        units: 4,
        activation: 'tanh',
        useBias: true,
        kernelInitializer: 'glorot_uniform',
        recurrentInitializer: 'orthogonal',
        biasInitializer: 'zeros',
        kernelRegularizer: null,
        recurrentRegularizer: null,
        biasRegularizer: null,
        activityRegularizer: null,
        kernelConstraint: null,
        recurrentConstraint: null,
        biasConstraint: null,
        dropout: 0.0,
        recurrentDropout: 0.0,
        name: 'simple',
      }),
    );
    expect(layer.getConfig()).toEqual(new SimpleRNN({ units: 4, name: 'simple' }).getConfig());
    const inputs = random(2, 3, 5);
    const output = layer.apply(inputs, { initialState: null });
    const again = layer.call(inputs, { mask: null, training: null, initialState: null });
    expectNear(again, output, 0);
  });

  test('node_index=0 will correspond to the first time the layer was called', () => {
    const layer = hold(new SimpleRNN({ units: 4 }));
    const first = Input({ shape: [3, 5] });
    const output = layer.apply(first);
    layer.apply(Input({ shape: [null, 5] }));
    expect(layer.getInputAt(0)).toBe(first);
    expect(layer.getOutputAt(0)).toBe(output);
    expect(layer.getInputShapeAt(0)).toEqual([null, 3, 5]);
  });
});
