import { describe, expect, test } from '@jest/globals';
import { Dense, memory, ShapeError, SimpleRNN, type Tensor, tensor } from 'simple-rnn';

describe('configuration and weights', () => {
  test('weights have Keras names, paths and order', () => {
    using layer = new SimpleRNN({ units: 3, name: 'rnn' });
    expect(layer.weights).toEqual([]);
    layer.build([null, 5, 2]);
    expect(layer.weights.map(({ path }) => path)).toEqual([
      'rnn/simple_rnn_cell/kernel',
      'rnn/simple_rnn_cell/recurrent_kernel',
      'rnn/simple_rnn_cell/bias',
    ]);
    expect(layer.weights.map(({ shape }) => shape)).toEqual([[2, 3], [3, 3], [3]]);
    expect(layer.countParams()).toBe(18);
  });

  test('the defaults: glorot_uniform, orthogonal, zeros', () => {
    using layer = new SimpleRNN({ units: 8 });
    layer.build([1, 1, 4]);
    const [kernel, recurrent, bias] = layer.getWeights() as [Tensor, Tensor, Tensor];
    const limit = Math.sqrt(6 / 12);
    expect(kernel.data.every((value) => Math.abs(value) <= limit)).toBe(true);
    expect(new Set(kernel.data).size).toBeGreaterThan(20);
    for (let i = 0; i < 8; i += 1) {
      for (let j = 0; j < 8; j += 1) {
        let dot = 0;
        for (let k = 0; k < 8; k += 1)
          dot += (recurrent.data[k * 8 + i] as number) * (recurrent.data[k * 8 + j] as number);
        expect(dot).toBeCloseTo(i === j ? 1 : 0, 5);
      }
    }
    expect([...bias.data]).toEqual(new Array(8).fill(0));
  });

  test('a changed weight changes the result, and only when it is written', () => {
    using layer = new SimpleRNN({
      units: 2,
      activation: null,
      kernelInitializer: 'ones',
      recurrentInitializer: 'zeros',
    });
    const before = layer.apply([[[1, 2]]]);
    expect(before.toArray()).toEqual([[3, 3]]);
    const [kernel] = layer.weights;
    kernel?.read().data.fill(9);
    expect(layer.apply([[[1, 2]]]).toArray()).toEqual([[3, 3]]);
    kernel?.write([
      [2, 0],
      [0, 1],
    ]);
    expect(layer.apply([[[1, 2]]]).toArray()).toEqual([[2, 2]]);
    expect(before.toArray()).toEqual([[3, 3]]);
  });

  test('a configuration goes round, in both spellings, seed included', () => {
    const layer = new SimpleRNN({
      units: 4,
      returnSequences: true,
      seed: 7,
      dropout: 0.25,
      kernelRegularizer: 'l2',
      name: 'r',
    });
    const config = layer.getConfig();
    expect(SimpleRNN.fromConfig(config).getConfig()).toEqual(config);
    expect(config.seed).toBe(7);
    const camel = SimpleRNN.fromConfig({ units: 4, returnSequences: true, goBackwards: true }).getConfig();
    expect([camel.return_sequences, camel.go_backwards]).toEqual([true, true]);
  });
});

describe('masks, states, edges', () => {
  const x = tensor([
    [[1], [2], [3]],
    [[4], [5], [6]],
  ]);

  test('a NaN at a masked step never reaches the state', () => {
    using layer = new SimpleRNN({ units: 3, returnSequences: true });
    const clean = layer.apply([[[1], [0], [3]]], { mask: [[true, false, true]] });
    const dirty = layer.apply([[[1], [Number.NaN], [3]]], { mask: [[true, false, true]] });
    expect(dirty.toArray()).toEqual(clean.toArray());
  });

  test('a NaN at a used step goes through', () => {
    using layer = new SimpleRNN({ units: 3 });
    expect(layer.apply([[[1], [Number.NaN]]]).data.every(Number.isNaN)).toBe(true);
  });

  test('the mask goes on with returnSequences and ends without', () => {
    using layer = new SimpleRNN({ units: 3, returnSequences: true });
    using last = new SimpleRNN({ units: 2 });
    const mask = [
      [1, 1, 0],
      [1, 0, 0],
    ];
    const sequence = layer.apply(x, { mask });
    expect(sequence.mask?.toArray()).toEqual(mask);
    expect(last.apply(sequence).mask).toBe(null);
    expect(last.apply(sequence).toArray()).toEqual(last.apply(sequence.toArray() as never, { mask }).toArray());
    expect(layer.call(x, { mask }).mask).toBe(null);
    expect(layer.computeMask(x, mask)).toEqual(sequence.mask);
    expect(last.computeMask(x, mask)).toBe(null);
  });

  test('a batch of 0 rows gives 0 rows', () => {
    using layer = new SimpleRNN({ units: 3, returnState: true });
    const [output, state] = layer.apply<Tensor[]>({ data: new Float32Array(0), shape: [0, 4, 2] });
    expect([output?.shape, state?.shape]).toEqual([
      [0, 3],
      [0, 3],
    ]);
  });

  test('a stateful layer keeps its state, takes values, forgets', () => {
    using layer = new SimpleRNN({ units: 2, stateful: true });
    using plain = new SimpleRNN({ units: 2 });
    const first = layer.apply(x);
    plain.build([2, 3, 1]);
    plain.setWeights(layer.getWeights());
    expect(layer.states?.[0]?.toArray()).toEqual(first.toArray());
    expect(layer.apply(x).toArray()).toEqual(plain.apply(x, { initialState: first }).toArray());
    layer.resetStates([
      [
        [0.5, 0.25],
        [0, 1],
      ],
    ]);
    expect(layer.states?.[0]?.toArray()).toEqual([
      [0.5, 0.25],
      [0, 1],
    ]);
    expect(() => layer.apply([[[1]]])).toThrow(/Expected batch size: 2\n- Received batch size: 1/);
    layer.resetStates();
    expect(layer.states).toBe(null);
    expect(layer.apply([[[1]]]).shape).toEqual([1, 2]);
  });

  test('initialState is taken bare and in a list', () => {
    using layer = new SimpleRNN({ units: 2 });
    const state = [
      [0.1, 0.2],
      [0.3, 0.4],
    ];
    const bare = layer.apply(x, { initialState: state }).toArray();
    expect(layer.apply(x, { initialState: [state] }).toArray()).toEqual(bare);
    expect(layer.apply(x, { initialState: [tensor(state)] }).toArray()).toEqual(bare);
    expect(layer.getInitialState(x)[0]?.toArray()).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });

  test('training changes nothing without dropout', () => {
    using plain = new SimpleRNN({ units: 2 });
    expect(plain.apply(x, { training: true }).toArray()).toEqual(plain.apply(x).toArray());
  });

  test('the feature size is checked, and named', () => {
    using layer = new SimpleRNN({ units: 2, name: 'rnn' });
    layer.apply(x);
    expect(() => layer.apply([[[1, 2]]])).toThrow(ShapeError);
    expect(() => layer.apply([[[1, 2]]])).toThrow(/'rnn'.*expected axis -1 of input shape to have value 1/);
  });

  test('layers alone follow one another', () => {
    const start = memory();
    const rnn = new SimpleRNN({ units: 3, returnSequences: true });
    const dense = new Dense({ units: 2 });
    expect(dense.apply(rnn.apply(x)).shape).toEqual([2, 3, 2]);
    rnn.dispose();
    dense.dispose();
    dense.dispose();
    expect(memory()).toEqual(start);
  });
});
