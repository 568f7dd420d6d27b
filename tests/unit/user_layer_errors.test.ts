// Layers of a user's own that go wrong: what they return is looked at before it is used.
import { describe, expect, test } from '@jest/globals';
import {
  ArgumentError,
  Input,
  Layer,
  Model,
  memory,
  ShapeError,
  SimpleRNN,
  SymbolicTensor,
  type Tensor,
  tensor,
} from 'simple-rnn';
import { freeAfterEach, hold, numbersOf } from './held.js';

freeAfterEach();

const x = numbersOf(1, 2, 2);

// A layer that hands its input on, but for what is given.
function made(members: object): Layer {
  class Odd extends Layer {
    static override readonly className: string = 'Odd';
    override call(input: Tensor): Tensor {
      return input;
    }
  }
  Object.assign(Odd.prototype, members);
  return hold(new Odd({ name: 'odd' }));
}

describe('computeOutputShape', () => {
  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['a word', 'x'],
    ['a negative size', [1, -2, 2]],
    ['half a size', [1, 2.5, 2]],
    ['NaN', [1, Number.NaN, 2]],
    ['a size that is not known', [null, 2, 2]],
    ['nine axes', [1, 1, 1, 1, 1, 1, 1, 1, 1]],
  ])('that gives %s', (_, shape) => {
    const layer = made({ computeOutputShape: () => shape });
    expect(() => layer.apply(x)).toThrow(/^Odd 'odd': `computeOutputShape`/);
  });

  test('that gives too few outputs, or more than can be held', () => {
    expect(() =>
      made({
        computeOutputShape: () => [
          [1, 2, 2],
          [1, 2, 2],
        ],
      }).apply(x),
    ).toThrow(/returned 1 tensors, `computeOutputShape` says 2/);
    expect(() => made({ computeOutputShape: () => [1, 2 ** 24, 2 ** 24] }).apply(x)).toThrow(/do not fit/);
  });
});

describe('computeMask', () => {
  test.each<[string, unknown, typeof ArgumentError | typeof ShapeError]>([
    ['a word', 'x', ArgumentError],
    ['bare arrays', [[1, 1]], ArgumentError],
    ['a symbolic tensor', new SymbolicTensor([null, 2]), ArgumentError],
    ['one axis of other rows', tensor([1, 0]), ShapeError],
    ['too many steps', tensor([[1, 0, 1]]), ShapeError],
    [
      'too many rows',
      tensor([
        [1, 0],
        [1, 0],
      ]),
      ShapeError,
    ],
  ])('that gives %s', (_, mask, type) => {
    const layer = made({ computeMask: () => mask });
    expect(() => layer.apply(x)).toThrow(type);
    expect(() => layer.apply(x)).toThrow(/^Odd 'odd': `computeMask`/);
    if (type === ArgumentError)
      expect(() => layer.apply(Input({ shape: [2, 2] }))).toThrow(/^Odd 'odd': `computeMask`/);
  });

  test('that gives a mask for some inputs only: without one every step counts', () => {
    const layer = made({
      computeMask: ({ data }: Tensor) => (data[0] === 5 ? null : tensor([[1, 0]])),
    });
    const rnn = new SimpleRNN({ units: 1, activation: null, kernelInitializer: 'ones', recurrentInitializer: 'ones' });
    const input = Input({ shape: [2, 1] });
    const model = hold(new Model({ inputs: input, outputs: rnn.apply(layer.apply(input)) }));
    expect(model.predict([[[1], [2]]]).toArray()).toEqual([[1]]);
    expect(model.predict([[[5], [2]]]).toArray()).toEqual([[7]]);
    expect(model.predict([[[1], [2]]]).toArray()).toEqual([[1]]);
  });
});

describe('build and weights', () => {
  test('a build that throws leaves nothing, and is tried again', () => {
    let fails = true;
    const layer = made({
      build(this: Layer) {
        this.addWeight({ name: 'a', shape: [3] });
        if (fails) throw new RangeError('mine');
      },
    });
    expect(() => layer.apply(x)).toThrow(new RangeError('mine'));
    expect([layer.built, layer.weights.length, memory().blocks]).toEqual([false, 0, 0]);
    fails = false;
    layer.apply(x);
    expect(layer.weights).toHaveLength(1);
  });

  test('addWeight and addVariable check what they are given', () => {
    const layer = made({});
    expect(() => layer.addWeight({ shape: [null] as never })).toThrow(ShapeError);
    expect(() => layer.addWeight({ shape: [2], initializer: 'nobody' as never })).toThrow(/'odd': addWeight.*nobody/);
    expect(() => layer.addWeight({ shape: [2], dtype: 'float64' })).toThrow(/float64/);
    expect(() => layer.addWeight({ sahpe: [2] } as never)).toThrow(/Did you mean 'shape'/);
    const found = layer.addVariable({ name: 'v', shape: [2] });
    expect(layer.addVariable({ name: 'v' })).toBe(found);
    expect(() => layer.addVariable({ name: 'v', shape: [3] })).toThrow(
      /weight 'v' is there with shape \(2,\), asked for \(3,\)/,
    );
    expect(layer.weights).toEqual([found]);
  });
});

describe('calls', () => {
  test('a promise is not waited for', () => {
    expect(() => made({ call: async (input: Tensor) => input }).apply(x)).toThrow(
      /'odd': what `call` returns.*Promise/,
    );
  });

  test('what is changed in place is the layer’s copy', () => {
    const input = tensor([[1, 2]]);
    const layer = made({
      call(given: Tensor) {
        given.data.fill(7);
        return given;
      },
    });
    expect([layer.apply(input).toArray(), input.toArray()]).toEqual([[[7, 7]], [[1, 2]]]);
  });

  test('a layer that holds itself is not its own part', () => {
    const layer = made({});
    Object.assign(layer, { self: layer });
    expect([layer.apply(x).shape, layer.weights]).toEqual([[1, 2, 2], []]);
  });
});
