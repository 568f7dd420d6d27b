// Dropout inside recurrent layers: one mask for all steps of a call, new ones for the next.
import { describe, expect, test } from '@jest/globals';
import {
  Bidirectional,
  type Layer,
  RNN,
  Sequential,
  SimpleRNN,
  SimpleRNNCell,
  type Tensor,
  tensor,
  utils,
} from 'simple-rnn';
import { arrays, expectNear, flat, freeAfterEach, hold } from './held.js';

freeAfterEach();

// With these weights and inputs of ones, the outputs show the masks.
const plain = { units: 32, activation: null, useBias: false, kernelInitializer: 'identity' } as const;
const forgets = { ...plain, recurrentInitializer: 'zeros', returnSequences: true } as const;
const keeps = { ...plain, recurrentInitializer: 'identity', returnSequences: true } as const;
const ones = (batch: number, steps: number, features = 32) =>
  tensor(new Float32Array(batch * steps * features).fill(1), [batch, steps, features]);
const rnn = (options: object) => hold(new SimpleRNN(options as never));
const train = (layer: Layer, x: Tensor) => layer.apply(x, { training: true });

// Rows of one step of one sample.
const rows = ({ data, shape }: Tensor, sample: number): number[][] => {
  const [, steps, units] = shape as [number, number, number];
  return Array.from({ length: steps }, (_, step) => [
    ...data.slice((sample * steps + step) * units, (sample * steps + step + 1) * units),
  ]);
};

describe('dropout of the inputs', () => {
  test('is the same at every step, another one for every sample', () => {
    const output = train(rnn({ ...forgets, dropout: 0.5, seed: 1 }), ones(2, 6));
    const [first, second] = [rows(output, 0), rows(output, 1)];
    expect(new Set(first.flat())).toEqual(new Set([0, 2]));
    for (const row of first) expect(row).toEqual(first[0]);
    for (const row of second) expect(row).toEqual(second[0]);
    expect(second[0]).not.toEqual(first[0]);
  });

  test('drops the share that was asked for, and scales the rest', () => {
    const output = train(rnn({ ...forgets, dropout: 0.25, seed: 1 }), ones(500, 1));
    const kept = output.data.filter((value) => value !== 0);
    expect(kept.length / output.data.length).toBeCloseTo(0.75, 1);
    expect(new Set(kept)).toEqual(new Set([Math.fround(1 / 0.75)]));
  });

  test('rate 1 drops everything', () => {
    expect(new Set(train(rnn({ ...keeps, dropout: 1 }), ones(2, 3)).data)).toEqual(new Set([0]));
  });
});

describe('dropout of the state', () => {
  test('multiplies the state at every step, not what comes out', () => {
    const layer = rnn({ ...keeps, recurrentDropout: 0.5, seed: 4 });
    const [first, ...others] = rows(train(layer, ones(1, 4)), 0) as [number[], ...number[][]];
    expect(new Set(first)).toEqual(new Set([1]));
    // Where the mask is 0 only the input of the step is left, elsewhere h = 1 + 2 h.
    const mask = others[0]?.map((value) => value - 1) as number[];
    expect(new Set(mask)).toEqual(new Set([0, 2]));
    expect(others[1]).toEqual(mask.map((factor) => 1 + factor * (1 + factor)));
    expect(others[2]).toEqual(mask.map((factor) => 1 + factor * (1 + factor * (1 + factor))));
  });

  test('applies to the initial state too', () => {
    const layer = rnn({ ...keeps, recurrentDropout: 1 });
    const options = { training: true, initialState: tensor(new Float32Array(32).fill(9), [1, 32]) };
    expect(new Set(layer.apply(ones(1, 2), options).data)).toEqual(new Set([1]));
  });

  test('a stateful layer keeps the state that was not dropped', () => {
    const layer = rnn({ ...keeps, recurrentDropout: 1, stateful: true });
    train(layer, ones(1, 3));
    expect(new Set(layer.states?.[0]?.data)).toEqual(new Set([1]));
    expect(new Set(layer.apply(ones(1, 1)).data)).toEqual(new Set([2]));
  });
});

describe('draws', () => {
  const both = { ...keeps, dropout: 0.5, recurrentDropout: 0.5 };

  test('every call in training draws anew, input mask first; other calls draw nothing', () => {
    const layer = rnn({ ...both, seed: 3 });
    const [a, b] = [train(layer, ones(2, 3)), train(layer, ones(2, 3))];
    expect(b.data).not.toEqual(a.data);
    expect(layer.seedGenerator).toMatchObject({ seed: 3, draws: 4 });
    layer.apply(ones(2, 3));
    layer.apply(ones(2, 3), { training: false });
    expect(layer.seedGenerator?.draws).toBe(4);
    const model = hold(new Sequential([layer]));
    model.predict(ones(2, 3));
    model.inspect(ones(2, 3));
    expect(layer.seedGenerator?.draws).toBe(4);
  });

  test('the same seed gives the same bits, call by call; another one others', () => {
    const [a, b, c] = [7, 7, 8]
      .map((seed) => rnn({ ...both, seed }))
      .map((layer) => [train(layer, ones(2, 3)), train(layer, ones(2, 3))]);
    expect(arrays(b)).toEqual(arrays(a));
    expect(arrays(c)).not.toEqual(arrays(a));
  });

  test('without a seed the global generator decides', () => {
    const draw = () => {
      utils.setRandomSeed(11);
      return train(rnn(both), ones(2, 3)).toArray();
    };
    expect(draw()).toEqual(draw());
  });

  test('a seed goes through the configuration and clone; a copy begins anew', () => {
    const layer = rnn({ ...both, seed: 5 });
    const first = train(layer, ones(2, 3));
    const copies = [hold(layer.clone()), hold(SimpleRNN.fromConfig(layer.getConfig()))];
    for (const copy of copies) expectNear(train(copy, ones(2, 3)), first, 0);
  });

  test('masked steps draw as others do', () => {
    const [a, b] = [rnn({ ...forgets, dropout: 0.5, seed: 2 }), rnn({ ...forgets, dropout: 0.5, seed: 2 })];
    const whole = rows(train(a, ones(1, 3)), 0);
    const masked = rows(b.apply(ones(1, 3), { training: true, mask: [[0, 1, 1]] }), 0);
    expect(masked.slice(1)).toEqual(whole.slice(1));
  });

  test('getConstants draws the masks of a call', () => {
    const [a, b] = [rnn({ ...keeps, dropout: 0.5, recurrentDropout: 0.5, seed: 6 }), rnn({ ...both, seed: 6 })];
    const [input, state] = a.getConstants(ones(1, 2), true) as [Tensor, Tensor];
    const [first, second] = rows(train(b, ones(1, 2)), 0) as [number[], number[]];
    expect(first).toEqual([...input.data]);
    expect(second).toEqual(first.map((value, i) => value + value * (state.data[i] as number)));
  });
});

describe('several cells', () => {
  const cell = (options: object) => new SimpleRNNCell({ ...plain, recurrentInitializer: 'zeros', ...options });

  test('each cell of a stack has masks of its own', () => {
    const cells = [1, 2].map((seed) => cell({ dropout: 0.5, seed }));
    const output = rows(train(hold(new RNN({ cell: cells, returnSequences: true })), ones(1, 4)), 0);
    for (const row of output) expect(row).toEqual(output[0]);
    expect(new Set(output.flat())).toEqual(new Set([0, 4]));
    expect(cells.map(({ seedGenerator }) => seedGenerator?.draws)).toEqual([1, 1]);
    const kept = (output[0] as number[]).filter((value) => value !== 0).length;
    expect(kept).toBeGreaterThan(1);
    expect(kept).toBeLessThan(16);
  });

  test('a stack with a cell of the user’s too, call after call, whatever the batch', () => {
    const own = { stateSize: 32, call: (inputs: Tensor, states: Tensor[]) => [inputs, states] };
    const ours = cell({ dropout: 0.5, seed: 1 });
    const layer = hold(new RNN({ cell: [ours, own], returnSequences: true }));
    const [first, second] = [rows(train(layer, ones(1, 4)), 0), rows(train(layer, ones(3, 4)), 0)];
    for (const row of first) expect(row).toEqual(first[0]);
    expect(second[0]).not.toEqual(first[0]);
    expect(new Set([...first.flat(), ...second.flat()])).toEqual(new Set([0, 2]));
    expect(ours.seedGenerator?.draws).toBe(2);
  });

  test('both directions of Bidirectional draw', () => {
    const both = hold(new Bidirectional({ layer: new SimpleRNN({ ...forgets, dropout: 0.5, seed: 9 }) }));
    const [row] = rows(train(both, ones(1, 2)), 0) as [number[]];
    expect(new Set(row)).toEqual(new Set([0, 2]));
    expect(flat(both.apply(ones(1, 2)))[0]?.data.every((value) => value === 1)).toBe(true);
  });
});
