// `gradients` and the way back of a user's own against every bad value: a typed error or a result, no byte left behind.
import { expect, test } from '@jest/globals';
import { gradients, Layer, RNN, SimpleRNN, SimpleRNNCell, StackedRNNCells, type Tensor } from 'simple-rnn';
import { freeAfterEach, hold, numbersOf } from './held.js';
import { type Anything, count, cross } from './hostile_support.js';
import { bareTanhCell } from './trainable_users.js';

freeAfterEach();

const x = numbersOf(1, 2, 2);
const rnn = () => new SimpleRNN({ units: 2, returnState: true });

test('gradients', () => {
  const layer = hold(rnn());
  const expected = gradients(layer, x);
  cross((value) => gradients(value, x));
  cross((value) => gradients(layer, value));
  cross((value) => gradients(layer, x, value));
  for (const option of ['mask', 'training', 'initialState', 'states', 'cotangents', 'truncate']) {
    cross((value) => gradients(layer, x, { [option]: value }));
  }
  cross((value) => gradients(layer, x, { cotangents: [value, value] }));
  expect(gradients(layer, x)).toEqual(expected);
});

test('gradients of a cell', () => {
  const cells = [
    new SimpleRNNCell({ units: 2 }),
    new StackedRNNCells({ cells: [new SimpleRNNCell({ units: 2 }), new SimpleRNNCell({ units: 2 })] }),
  ].map(hold);
  for (const cell of cells) {
    cross((value) => gradients(cell, value, { states: [[1, 2]] }));
    cross((value) => gradients(cell, [[1, 2]], { states: value }));
    cross((value) => gradients(cell, [[1, 2]], { states: [value, value] }));
    cross((value) => gradients(cell, [[1, 2]], { states: [[1, 2]], training: value }));
  }
});

test('what call and backward of a layer give', () => {
  let output: (x: Tensor) => Anything = (given) => given;
  let result: Anything;
  class Odd extends Layer {
    override computeOutputShape(shape: readonly (number | null)[]) {
      return shape as never;
    }
    override call(given: Tensor): Anything {
      return output(given);
    }
    override backward(): Anything {
      return result;
    }
  }
  const layer = hold(new Odd());
  cross((value) => {
    result = value;
    gradients(layer, x);
  });
  for (const key of ['inputs', 'weights', 'initialState']) {
    for (const wrap of [(value: Anything) => value, (value: Anything) => [value]]) {
      cross((value) => {
        result = { inputs: null, [key]: wrap(value) };
        gradients(layer, x);
      });
    }
  }
  for (const make of [(value: Anything) => value, (value: Anything) => ({ output: value, saved: value })]) {
    cross((value) => {
      output = () => make(value);
      layer.apply(x);
    });
  }
});

test('what call and backward of a cell give', () => {
  const cell: Anything = bareTanhCell(2, 2);
  const { call, backward } = cell;
  const layer = hold(new RNN({ cell }));
  gradients(layer, x);
  cross((value) => {
    cell.backward = () => value;
    gradients(layer, x);
  });
  for (const key of ['inputs', 'states', 'weights']) {
    cross((value) => {
      cell.backward = (...given: Anything[]) => ({ ...backward(...given), [key]: value });
      gradients(layer, x);
    });
    cross((value) => {
      cell.backward = (...given: Anything[]) => ({ ...backward(...given), [key]: [value, value, value] });
      gradients(layer, x);
    });
  }
  cell.backward = () => ({ inputs: null, states: null, weights: [null, null, null] });
  cross((value) => {
    cell.call = (...given: Anything[]) => [...call(...given).slice(0, 2), value];
    gradients(layer, x);
  });
});

test('gradients of addLoss', () => {
  const layer = hold(rnn());
  cross((value) => layer.addLoss(1, { gradients: value }));
  cross((value) => layer.addLoss(1, { inputs: value, gradients: value }));
  cross((value) => layer.addLoss(1, { inputs: [value], gradients: [value] }));
  expect(count()).toBeGreaterThan(1000);
});
