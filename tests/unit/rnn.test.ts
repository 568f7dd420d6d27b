// RNN with cells of this package and with cells as a user writes them.
import { describe, expect, test } from '@jest/globals';
import {
  memory,
  RNN,
  registerLayer,
  Sequential,
  SimpleRNN,
  SimpleRNNCell,
  StackedRNNCells,
  type Tensor,
} from 'simple-rnn';
import { arrays, expectNear, flat, freeAfterEach, hold, numbersOf } from './held.js';
import { PlainCell } from './user_cells.js';

freeAfterEach();
registerLayer(PlainCell);

const x = numbersOf(3, 5, 2);
const rnn = (cell: unknown, options: object = {}): RNN => hold(new RNN({ cell: cell as never, ...options }));

describe('our own cells', () => {
  test('RNN of a SimpleRNNCell is SimpleRNN', () => {
    const own = hold(new SimpleRNN({ units: 4, returnSequences: true, returnState: true, goBackwards: true }));
    const one = rnn(new SimpleRNNCell({ units: 4 }), { returnSequences: true, returnState: true, goBackwards: true });
    const expected = arrays(own.apply(x));
    one.build([null, null, 2]);
    one.setWeights(own.getWeights());
    expect(arrays(one.apply(x))).toEqual(expected);
    expect(one.weights.map(({ path }) => path.split('/').slice(1))).toEqual([
      [one.cell instanceof SimpleRNNCell && one.cell.name, 'kernel'],
      [one.cell instanceof SimpleRNNCell && one.cell.name, 'recurrent_kernel'],
      [one.cell instanceof SimpleRNNCell && one.cell.name, 'bias'],
    ]);
  });

  test('a list of cells is a stack, and computes what layers on top of each other compute', () => {
    const mask = [
      [1, 1, 0, 1, 0],
      [0, 1, 1, 1, 1],
      [1, 0, 0, 0, 1],
    ];
    const layers = [6, 3].map((units) => hold(new SimpleRNN({ units, returnSequences: true, returnState: true })));
    const stack = rnn(
      [6, 3].map((units) => new SimpleRNNCell({ units })),
      { returnSequences: true, returnState: true },
    );
    expect(stack.cell).toBeInstanceOf(StackedRNNCells);
    const [middle, first] = flat(layers[0]?.apply(x, { mask })) as [Tensor, Tensor];
    const [top, second] = flat(layers[1]?.apply(middle, { mask })) as [Tensor, Tensor];
    stack.build([null, null, 2]);
    stack.setWeights(layers.flatMap((layer) => layer.getWeights()));
    const got = flat(stack.apply(x, { mask }));
    for (const [i, expected] of [top, first, second].entries()) expectNear(got[i] as Tensor, expected);
  });

  test('states of a stack are taken flat and nested, one entry per cell', () => {
    const stack = rnn(
      [6, 3].map((units) => new SimpleRNNCell({ units })),
      { returnState: true },
    );
    const states = [numbersOf(3, 6), numbersOf(3, 3)];
    const got = arrays(stack.apply(x, { initialState: states }));
    expect(got).not.toEqual(arrays(stack.apply(x)));
    expect(arrays(stack.apply(x, { initialState: [[states[0]], [states[1]]] as never }))).toEqual(got);
    expect(stack.getInitialState(2).map((each) => (each as Tensor).shape)).toEqual([
      [2, 6],
      [2, 3],
    ]);
    expect(stack.computeOutputShape([3, 5, 2])).toEqual([
      [3, 3],
      [3, 6],
      [3, 3],
    ]);
  });
});

describe('a cell that is a class', () => {
  test('computes what SimpleRNN computes', () => {
    const layer = rnn(new PlainCell({ units: 4 }), { returnSequences: true });
    const own = hold(new SimpleRNN({ units: 4, useBias: false, returnSequences: true }));
    const output = layer.apply(x);
    own.build([null, null, 2]);
    own.setWeights(layer.getWeights());
    expectNear(output, own.apply(x));
    expect(layer.losses).toHaveLength(1);
    expect(layer.weights.map(({ path }) => path)).toEqual([
      `${layer.name}/plain_cell/kernel`,
      `${layer.name}/plain_cell/recurrent_kernel`,
    ]);
  });

  test('is written and read, and cloned with its weights', () => {
    const layer = rnn(new PlainCell({ units: 4, name: 'p' }), { returnSequences: true, name: 'carrier' });
    const config = layer.getConfig();
    const output = layer.apply(x);
    expect(config.cell).toMatchObject({ class_name: 'PlainCell', config: { name: 'p', units: 4 } });
    expect(RNN.fromConfig(config).getConfig()).toEqual(config);
    const copy = hold(layer.clone());
    expect(copy.cell).not.toBe(layer.cell);
    expectNear(copy.apply(x), output, 0);
  });

  test('in a model, where memory is laid out once', () => {
    const model = hold(new Sequential([new RNN({ cell: new PlainCell({ units: 4 }), inputShape: [5, 2] })]));
    const first = model.predict(x);
    const held = memory();
    expectNear(model.predict(x), first, 0);
    expect(memory()).toEqual(held);
  });
});
