// SimpleRNNCell called directly: one step.
import { describe, expect, test } from '@jest/globals';
import {
  ArgumentError,
  DisposedError,
  Input,
  type Layer,
  RNN,
  ShapeError,
  SimpleRNNCell,
  SymbolicTensor,
  type Tensor,
  tensor,
} from 'simple-rnn';
import { arrays, expectNear, freeAfterEach, hold, numbersOf } from './held.js';

freeAfterEach();

const cell = (options: object = {}): SimpleRNNCell => hold(new SimpleRNNCell({ units: 2, name: 'c', ...options }));
const x = numbersOf(3, 4);
const h = numbersOf(3, 2);

// Inputs, states and bias go through unchanged.
const plain = {
  activation: null,
  kernelInitializer: 'identity',
  recurrentInitializer: 'identity',
};

describe('call', () => {
  test('activation(x · kernel + bias + h · recurrent kernel)', () => {
    const layer = cell({ activation: 'relu' });
    layer.build([null, 2]);
    layer.setWeights([
      [
        [1, 2],
        [3, 4],
      ],
      [
        [10, 0],
        [0, -10],
      ],
      [0.5, 0.25],
    ]);
    const [output] = layer.call([[1, 1]], [[2, 3]]);
    expect(output.toArray()).toEqual([[1 + 3 + 20 + 0.5, 0]]);
  });

  test('the form of the states is that of the return', () => {
    const layer = cell();
    const [output, state] = layer.call(x, h);
    expect(state).toBe(output);
    const [again, list] = layer.call(x, [h]);
    expect(list).toEqual([again]);
    expectNear(again, output, 0);
    for (const states of [tensor(h.data, h.shape), [tensor(h.data, h.shape)], tensor(h.data, h.shape).toArray()]) {
      expectNear(layer.call(x, states as never)[0], output, 0);
    }
    expect(Array.isArray(layer.call([[1, 2, 3, 4]], [[[0, 1]]])[1])).toBe(true);
    expect(Array.isArray(layer.call([[1, 2, 3, 4]], [[0, 1]])[1])).toBe(false);
  });

  test('apply is call; the given numbers stay', () => {
    const layer = cell();
    const [input, state] = [tensor(x.data, x.shape), tensor(h.data, h.shape)];
    expect(arrays(layer.apply(input, [state]))).toEqual(arrays(layer.call(input, [state])));
    expect([input.data, state.data]).toEqual([x.data, h.data]);
  });

  test('steps by hand are what RNN computes', () => {
    const layer = cell();
    const rnn = hold(new RNN({ cell: layer }));
    const sequence = rnn.apply([
      [
        [1, 2],
        [3, 4],
      ],
    ]);
    let states: Tensor[] = layer.getInitialState(1);
    for (const step of [[[1, 2]], [[3, 4]]]) [, states] = layer.call(step, states);
    expectNear(states[0] as Tensor, sequence);
  });

  test('a batch of no rows', () => {
    const [output] = cell().call(
      { data: new Float32Array(0), shape: [0, 4] },
      { data: new Float32Array(0), shape: [0, 2] },
    );
    expect(output.shape).toEqual([0, 2]);
  });
});

describe('dropout of direct calls', () => {
  const ones = tensor(new Float32Array(40).fill(1), [1, 40]);
  const wide = (options: object) => cell({ ...plain, units: 40, ...options });
  const zeros = tensor(new Float32Array(40), [1, 40]);

  test('one mask for all steps until it is reset', () => {
    const layer = wide({ dropout: 0.5, seed: 7 });
    const steps = [1, 2, 3].map(() => [...layer.call(ones, zeros, { training: true })[0].data]);
    expect(steps[1]).toEqual(steps[0]);
    expect([...(layer.getDropoutMask(ones)?.data ?? [])]).toEqual(steps[0]);
    expect(new Set(steps[0])).toEqual(new Set([0, 2]));
    layer.resetDropoutMask();
    const next = [...layer.call(ones, zeros, { training: true })[0].data];
    expect(next).not.toEqual(steps[0]);
    expect(layer.seedGenerator).toMatchObject({ seed: 7, draws: 2 });
  });

  test('the mask of the state is one of its own', () => {
    const layer = wide({ recurrentDropout: 0.5, seed: 7 });
    const [first] = layer.call(zeros, ones, { training: true });
    expectNear(layer.call(zeros, ones, { training: true })[0], first, 0);
    expect(new Set(first.data)).toEqual(new Set([0, 2]));
    layer.resetDropoutMask();
    expectNear(layer.call(zeros, ones, { training: true })[0], first, 0);
    layer.resetRecurrentDropoutMask();
    expect(layer.call(zeros, ones, { training: true })[0].data).not.toEqual(first.data);
  });

  test('the state that comes out is not dropped', () => {
    const layer = wide({ dropout: 1, recurrentDropout: 0.5, seed: 3, biasInitializer: 'ones' });
    expect(new Set(layer.call(ones, zeros, { training: true })[0].data)).toEqual(new Set([1]));
  });

  test('outside training nothing is drawn and nothing dropped', () => {
    const layer = wide({ dropout: 0.5, recurrentDropout: 0.5, seed: 1 });
    expect(new Set(layer.call(ones, ones)[0].data)).toEqual(new Set([2]));
    expect(layer.seedGenerator?.draws).toBe(0);
    expect(cell().seedGenerator).toBe(null);
  });

  test('another batch size says what to do', () => {
    const layer = wide({ dropout: 0.5 });
    layer.call(ones, zeros, { training: true });
    const two = numbersOf(2, 40);
    expect(() => layer.call(two, two, { training: true })).toThrow(ShapeError);
    expect(() => layer.call(two, two, { training: true })).toThrow(
      /drawn for shape \(1, 40\), not \(2, 40\): call resetDropoutMask/,
    );
    layer.resetDropoutMask();
    expect(layer.call(two, two, { training: true })[0].shape).toEqual([2, 40]);
  });

  test('a layer around the cell has masks of its own', () => {
    const layer = wide({ dropout: 0.5, seed: 2 });
    const kept = layer.getDropoutMask(ones);
    hold(new RNN({ cell: layer })).apply(numbersOf(1, 3, 40), { training: true });
    expect(layer.getDropoutMask(ones)).toBe(kept);
  });
});

describe('symbolicCall', () => {
  test('gives shapes and makes no node', () => {
    const layer = cell();
    const [sequence, state] = [Input({ shape: [4] }), Input({ shape: [2] })];
    const [output, next] = layer.symbolicCall(sequence, state);
    expect(output).toBeInstanceOf(SymbolicTensor);
    expect([output.shape, (next as SymbolicTensor).shape]).toEqual([
      [null, 2],
      [null, 2],
    ]);
    expect([layer.built, layer.inboundNodes, output.node]).toEqual([true, [], null]);
    expect(layer.call(sequence as never, [state] as never)[1]).toHaveLength(1);
    expect((sequence.node as { layer: Layer }).layer.outboundNodes).toEqual([]);
  });

  test('checks what call checks', () => {
    expect(() => cell().symbolicCall(Input({ shape: [3, 4] }), Input({ shape: [2] }))).toThrow(
      /expected ndim=2, found ndim=3/,
    );
    expect(() => cell().symbolicCall(Input({ shape: [4] }), Input({ shape: [3] }))).toThrow(/State 0 is incompatible/);
  });
});

describe('errors', () => {
  test.each<[string, () => unknown, RegExp]>([
    ['inputs of rank 3', () => cell().call(numbersOf(1, 2, 3), h), /expected ndim=2, found ndim=3/],
    ['no states', () => cell().call(x, undefined as never), /'c': states/],
    ['two states', () => cell().call(x, [h, h]), /the cell has 1 state, received 2/],
    [
      'a state of another width',
      () => cell().call(x, numbersOf(3, 3)),
      /expected shape=\(3, 2\), found shape=\(3, 3\)/,
    ],
    ['a state of other rows', () => cell().call(x, numbersOf(2, 2)), /expected shape=\(3, 2\), found shape=\(2, 2\)/],
    ['an unknown option', () => cell().call(x, h, { mask: null } as never), /Unrecognized keyword arguments/],
    ['training that is none', () => cell().call(x, h, { training: 1 } as never), /`training` must be true or false/],
    ['getInitialState of no size', () => cell().getInitialState(undefined as never), /batchSize/],
    ['getInitialState of half a row', () => cell().getInitialState(0.5), /batchSize/],
    ['spectrum before build', () => cell().spectrum(), /build first/],
  ])('%s', (_, call, message) => {
    expect(call).toThrow(message);
  });

  test('another number of features', () => {
    const layer = cell();
    layer.call(x, h);
    expect(() => layer.call(numbersOf(3, 5), h)).toThrow(/expected axis -1 of input shape to have value 4/);
    expect(layer.weights[0]?.shape).toEqual([4, 2]);
  });

  test('units that are none, with Keras words', () => {
    for (const units of [0, -1, Number.NaN, '3', null]) {
      expect(() => new SimpleRNNCell({ units: units as never })).toThrow(/expected a positive integer, got/);
    }
    expect(() => new SimpleRNNCell({ units: 2.5 })).toThrow(/state_size must be an integer/);
    expect(() => new SimpleRNNCell({} as never)).toThrow(ArgumentError);
  });

  test('after dispose', () => {
    const layer = cell();
    layer.call(x, h);
    layer.dispose();
    expect(() => layer.call(x, h)).toThrow(DisposedError);
  });
});
