import { describe, expect, test } from '@jest/globals';
import { ArgumentError, Dropout, Input, Model, Sequential, ShapeError, type Tensor, utils } from 'simple-rnn';
import { freeAfterEach, hold, numbersOf } from './held.js';

freeAfterEach();

const ones = (...shape: number[]) => ({
  data: new Float32Array(shape.reduce((all, size) => all * size, 1)).fill(1),
  shape,
});
const share = ({ data }: Tensor, value: number) => data.filter((each) => each === value).length / data.length;

describe('Dropout in training', () => {
  test('drops a share of the inputs and scales the others', () => {
    const layer = hold(new Dropout({ rate: 0.25, seed: 1 }));
    const output = layer.apply(ones(100, 100), { training: true });
    expect(share(output, 0)).toBeCloseTo(0.25, 1);
    expect(share(output, 0) + share(output, Math.fround(1 / 0.75))).toBe(1);
  });

  test('draws a new mask for every call; the same seed gives the same sequence', () => {
    const [a, b, c] = [3, 3, 4].map((seed) => hold(new Dropout({ rate: 0.5, seed }))) as [Dropout, Dropout, Dropout];
    const calls = [a, b, c].map((layer) => [1, 2].map(() => [...layer.apply(ones(8, 8), { training: true }).data]));
    expect(calls[0]).toEqual(calls[1]);
    expect(calls[0]).not.toEqual(calls[2]);
    expect(calls[0]?.[0]).not.toEqual(calls[0]?.[1]);
    expect(a.seedGenerator).toMatchObject({ seed: 3, draws: 2 });
  });

  test('without a seed the global generator decides', () => {
    const draw = () => {
      utils.setRandomSeed(7);
      return hold(new Dropout({ rate: 0.5 })).apply(ones(4, 9), { training: true });
    };
    expect(draw()).toEqual(draw());
  });

  test('a noise shape shares the mask along axes of 1', () => {
    for (const noiseShape of [
      [null, 1, null],
      [40, 1, 20],
    ]) {
      const { data } = hold(new Dropout({ rate: 0.5, noiseShape, seed: 2 })).apply(ones(40, 3, 20), { training: true });
      const dropped = new Set<string>();
      for (let row = 0; row < 40; row += 1) {
        const steps = [0, 1, 2].map((step) => [...data.slice((row * 3 + step) * 20, (row * 3 + step + 1) * 20)]);
        expect(steps[1]).toEqual(steps[0]);
        expect(steps[2]).toEqual(steps[0]);
        dropped.add(String(steps[0]));
      }
      expect(dropped.size).toBeGreaterThan(30);
    }
    const last = hold(new Dropout({ rate: 0.5, noiseShape: [4], seed: 2 })).apply(ones(3, 4), { training: true });
    expect(last.data.slice(0, 4)).toEqual(last.data.slice(8));
    const wrong = hold(new Dropout({ rate: 0.5, noiseShape: [2, 3] }));
    expect(() => wrong.apply(ones(2, 4), { training: true })).toThrow(ShapeError);
    expect(wrong.apply(ones(2, 4)).data[0]).toBe(1);
  });

  test('rate 1 gives zeros, rate 0 the input', () => {
    expect(share(hold(new Dropout({ rate: 1 })).apply(numbersOf(3, 4), { training: true }), 0)).toBe(1);
    const none = hold(new Dropout({ rate: 0 }));
    expect(none.seedGenerator).toBe(null);
    expect(none.apply(numbersOf(3, 4), { training: true }).data).toEqual(numbersOf(3, 4).data);
  });

  test('outside of training nothing is drawn, and the mask of the input travels on', () => {
    const layer = hold(new Dropout({ rate: 0.5 }));
    const output = layer.apply(numbersOf(1, 2, 3), { mask: [[1, 0]] });
    expect(output.data).toEqual(numbersOf(1, 2, 3).data);
    expect(output.mask?.toArray()).toEqual([[1, 0]]);
    const model = hold(new Sequential([new Dropout({ rate: 0.5, inputShape: [3] })]));
    expect(model.predict(numbersOf(2, 3)).data).toEqual(numbersOf(2, 3).data);
    expect(layer.seedGenerator?.draws).toBe(0);
    expect(layer.apply(numbersOf(1, 2, 3), { mask: [[1, 0]], training: true }).mask?.toArray()).toEqual([[1, 0]]);
  });

  test('a graph can say that a node is in training; predict is never', () => {
    const input = Input({ shape: [50] });
    const layer = new Dropout({ rate: 0.5, seed: 3 });
    const model = hold(new Model({ inputs: input, outputs: layer.apply(input, { training: true }) }));
    expect(share(model.apply(ones(4, 50)), 0)).toBeGreaterThan(0.2);
    expect(share(model.apply(ones(4, 50), { training: false }), 0)).toBe(0);
    expect(share(model.predict(ones(4, 50)), 0)).toBe(0);
  });

  test('misuse', () => {
    expect(() => new Dropout({ rate: 0.5, noiseShape: 'x' as never })).toThrow(/noise_shape=/);
    expect(() => new Dropout({ rate: 0.5, noiseShape: [1.5] })).toThrow(/Expected all elements to be integers or None/);
    expect(() => new Dropout({ rate: 0.5, noiseShape: [2, 0] })).toThrow(/negative or zero value at index 1: 0/);
    expect(() => new Dropout({ rate: 1.5 })).toThrow(ArgumentError);
  });
});
