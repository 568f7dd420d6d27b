// Classes derived from layers of this package: what they override is asked.
import { describe, expect, test } from '@jest/globals';
import { Dense, Input, Model, Sequential, SimpleRNN, type Tensor, tensor } from 'simple-rnn';
import { arrays, expectNear, flat, freeAfterEach, hold, numbersOf } from './held.js';

freeAfterEach();

const x = numbersOf(2, 3, 2);

/** SimpleRNN with its outputs doubled. */
class Doubled extends SimpleRNN {
  static override readonly className: string = 'Doubled';
  override call(inputs: Tensor, options?: object): unknown {
    const made = flat(super.call(inputs, options)).map(({ data, shape }) =>
      tensor(
        data.map((value) => 2 * value),
        shape,
      ),
    );
    return this.returnState ? made : made[0];
  }
}

function pair(options: object): { own: SimpleRNN; doubled: SimpleRNN } {
  const own = hold(new SimpleRNN({ units: 3, ...options }));
  const doubled = hold(new Doubled({ units: 3, ...options }));
  own.build([2, 3, 2]);
  doubled.build([2, 3, 2]);
  doubled.setWeights(own.getWeights());
  return { own, doubled };
}
const twice = (given: unknown) =>
  flat(given).map(({ data, shape }) =>
    tensor(
      data.map((value) => 2 * value),
      shape,
    ),
  );

describe('a call of its own around ours', () => {
  test.each<[string, object, object]>([
    ['the last state', {}, {}],
    [
      'every state, with a mask',
      { returnSequences: true },
      {
        mask: [
          [1, 0, 1],
          [1, 1, 0],
        ],
      },
    ],
    ['states besides', { returnState: true }, {}],
    ['an initial state', {}, { initialState: numbersOf(2, 3) }],
    ['an initial state in a list', { returnState: true }, { initialState: [numbersOf(2, 3)] }],
    ['training', { dropout: 0.5, seed: 1 }, { training: true }],
  ])('%s', (_, options, given) => {
    const { own, doubled } = pair(options);
    const expected = twice(own.apply(x, given));
    for (const [i, output] of flat(doubled.apply(x, given)).entries()) expectNear(output, expected[i] as Tensor);
  });

  test('in a graph, with a state of the graph', () => {
    const { own, doubled } = pair({});
    const [input, h] = [Input({ shape: [3, 2] }), Input({ shape: [3] })];
    const model = hold(new Model({ inputs: [input, h], outputs: doubled.apply(input, { initialState: h }) }));
    const state = numbersOf(2, 3);
    expectNear(model.predict([x, state]), twice(own.apply(x, { initialState: state }))[0] as Tensor);
  });

  test('activity counts once', () => {
    const { own, doubled } = pair({ activityRegularizer: 'l2' });
    own.apply(x);
    doubled.apply(x);
    expect(doubled.losses).toEqual([expect.closeTo(4 * (own.losses[0] as number), 5)]);
  });
});

test('a computeMask of its own on a layer of ours is what the next layer reads, on data and in a graph', () => {
  class Marking extends Dense {
    static override readonly className: string = 'Marking';
    override computeMask(): Tensor {
      return tensor([
        [1, 0, 1],
        [1, 1, 1],
      ]);
    }
  }
  const [marking, plain] = [hold(new Marking({ units: 2 })), hold(new Dense({ units: 2 }))];
  const rnn = hold(new SimpleRNN({ units: 1 }));
  const marked = marking.apply(x);
  plain.build([2, 3, 2]);
  plain.setWeights(marking.getWeights());
  expect(arrays([marked, marked.mask])).toEqual([
    ...arrays(plain.apply(x)),
    [
      [1, 0, 1],
      [1, 1, 1],
    ],
  ]);
  const expected = rnn.apply(plain.apply(x), {
    mask: [
      [1, 0, 1],
      [1, 1, 1],
    ],
  });
  expectNear(rnn.apply(marked), expected, 0);
  const model = hold(new Sequential([marking, rnn]));
  expectNear(model.predict(x), expected, 0);
});
