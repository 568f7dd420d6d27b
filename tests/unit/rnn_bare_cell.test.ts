// RNN with cells that are bare objects.
import { describe, expect, test } from '@jest/globals';
import { RNN, registerLayer, SimpleRNNCell, type Tensor, tensor } from 'simple-rnn';
import { arrays, expectNear, flat, freeAfterEach, hold, numbersOf } from './held.js';
import { PlainCell, tenfold, twoStates } from './user_cells.js';

freeAfterEach();
registerLayer(PlainCell);

const x = numbersOf(3, 5, 2);
const rnn = (cell: unknown, options: object = {}): RNN => hold(new RNN({ cell: cell as never, ...options }));

describe('a cell that is a bare object', () => {
  test('sees the whole batch of one step, and its states as a list', () => {
    const cell = tenfold();
    const output = rnn(cell, { returnSequences: true }).apply(x, { training: true });
    expect(cell.seen).toHaveLength(5);
    expect(cell.seen[0]).toEqual({ training: true, shape: [3, 2], states: 1 });
    let sum = 0;
    for (let step = 0; step < 5; step += 1) {
      sum += x.data[2 * step] as number;
      expect(output.data[2 * step]).toBeCloseTo(10 * sum, 4);
    }
  });

  test('its weights are those of the layer', () => {
    const layer = rnn(tenfold(3));
    expect(layer.weights.map(({ name }) => name)).toEqual(['factor']);
    const before = layer.apply([[[1, 2]]]);
    layer.setWeights([[2]]);
    expect([before, layer.apply([[[1, 2]]])].map((each) => each.toArray())).toEqual([[[30, 60]], [[20, 40]]]);
    expect(layer.countParams()).toBe(1);
  });

  test('masked steps hold states and output, whatever the output is', () => {
    const options = { returnSequences: true, returnState: true };
    const mask = [[0, 1, 0, 1]];
    const input = [
      [
        [1, 1],
        [2, 2],
        [4, 4],
        [8, 8],
      ],
    ];
    expect(arrays(rnn(tenfold(), options).apply(input, { mask }))).toEqual([
      [
        [
          [0, 0],
          [20, 20],
          [20, 20],
          [100, 100],
        ],
      ],
      [[10, 10]],
    ]);
    expect(arrays(rnn(tenfold(), { ...options, zeroOutputForMask: true }).apply(input, { mask }))).toEqual([
      [
        [
          [0, 0],
          [20, 20],
          [0, 0],
          [100, 100],
        ],
      ],
      [[10, 10]],
    ]);
    const backwards = rnn(tenfold(), { ...options, goBackwards: true });
    expect(arrays(backwards.apply(input, { mask }))).toEqual([
      [
        [
          [80, 80],
          [80, 80],
          [100, 100],
          [100, 100],
        ],
      ],
      [[10, 10]],
    ]);
  });

  test('a cell that changes its state in place is held at masked steps all the same', () => {
    const cell = {
      stateSize: 1,
      call(inputs: Tensor, [state]: [Tensor]) {
        state.data[0] = (state.data[0] as number) + (inputs.data[0] as number);
        return [state, [state]];
      },
    };
    const layer = rnn(cell, { returnSequences: true });
    expect(layer.apply([[[1], [2], [4]]], { mask: [[1, 0, 1]] }).toArray()).toEqual([[[1], [1], [5]]]);
  });

  test('several states, in the order of stateSize; the output has a size of its own', () => {
    const layer = rnn(twoStates(), { returnState: true, returnSequences: true });
    const [output, sum, last] = flat(
      layer.apply([
        [
          [1, 2],
          [4, 8],
        ],
      ]),
    ) as [Tensor, Tensor, Tensor];
    expect([output, sum, last].map((each) => each.toArray())).toEqual([[[[1], [3]]], [[15]], [[4, 8]]]);
    expect(layer.computeOutputShape([1, 2, 2])).toEqual([
      [1, 2, 1],
      [1, 1],
      [1, 2],
    ]);
    expect(layer.getInitialState(1).map((state) => (state as Tensor).shape)).toEqual([
      [1, 1],
      [1, 2],
    ]);
    const next = flat(layer.apply([[[0, 0]]], { initialState: [sum, last] }));
    expect(next.map((each) => each.toArray())).toEqual([[[[-4]]], [[15]], [[0, 0]]]);
  });

  test('states within lists keep their form, going in and coming out', () => {
    const forms: unknown[] = [];
    const cell = {
      stateSize: [1, [2, 3]],
      call(inputs: Tensor, states: [Tensor, [Tensor, Tensor]]) {
        const [a, [b, c]] = states;
        forms.push([a.shape, [b.shape, c.shape]]);
        return [a, [a, [inputs, c]]];
      },
    };
    const layer = rnn(cell, { returnState: true });
    const [output, first, [second, third]] = layer.apply<[Tensor, Tensor, [Tensor, Tensor]]>(x) as never as [
      Tensor,
      Tensor,
      [Tensor, Tensor],
    ];
    expect([output, first, second, third].map(({ shape }) => shape)).toEqual([
      [3, 1],
      [3, 1],
      [3, 2],
      [3, 3],
    ]);
    expect(forms[0]).toEqual([
      [3, 1],
      [
        [3, 2],
        [3, 3],
      ],
    ]);
    const initialState = [first, [second, third]];
    expect(arrays(layer.apply(x, { initialState }))).toEqual(
      arrays(layer.apply(x, { initialState: [first, second, third] })),
    );
    expect(layer.computeOutputShape([3, 5, 2])).toEqual([
      [3, 1],
      [3, 1],
      [
        [3, 2],
        [3, 3],
      ],
    ]);
    expect(flat(layer.getInitialState(2)).map(({ shape }) => shape)).toEqual([
      [2, 1],
      [2, 2],
      [2, 3],
    ]);
  });

  test('in a stack with one of ours, states are one entry per cell', () => {
    const layer = rnn([new SimpleRNNCell({ units: 2 }), twoStates()], { returnState: true });
    const [output, own, theirs] = layer.apply<[Tensor, Tensor, Tensor[]]>(x) as [Tensor, Tensor, Tensor[]];
    expect([output.shape, own.shape, ...theirs.map(({ shape }) => shape)]).toEqual([
      [3, 1],
      [3, 2],
      [3, 1],
      [3, 2],
    ]);
    expectNear(own, theirs[1] as Tensor, 0);
    const again = layer.apply<[Tensor, Tensor, Tensor[]]>(x, { initialState: [own, theirs] });
    expect(arrays(layer.apply(x, { initialState: [own, ...theirs] }))).toEqual(arrays(again));
  });

  test('a stateful layer keeps all its states; resetStates takes others', () => {
    const layer = rnn(twoStates(), { stateful: true });
    layer.apply([[[1, 2]]]);
    expect(layer.apply([[[3, 0]]]).toArray()).toEqual([[2]]);
    expect(arrays(layer.states)).toEqual([[[6]], [[3, 0]]]);
    layer.resetStates([[[100]], [[1, 1]]] as never);
    expect(layer.apply([[[3, 0]]]).toArray()).toEqual([[2]]);
    expect(arrays(layer.states)).toEqual([[[103]], [[3, 0]]]);
    layer.resetStates();
    expect(layer.apply([[[3, 0]]]).toArray()).toEqual([[3]]);
  });

  test('its getInitialState is asked, each time', () => {
    let asked = 0;
    const cell = {
      ...tenfold(),
      getInitialState(batch: number) {
        asked += 1;
        return [tensor(new Float32Array(2 * batch).fill(asked), [batch, 2])];
      },
    };
    const layer = rnn(cell);
    expect([layer.apply([[[0, 0]]]), layer.apply([[[0, 0]]])].map((each) => each.toArray())).toEqual([
      [[10, 10]],
      [[20, 20]],
    ]);
  });

  test('inputs of any rank from 3 on', () => {
    const shapes: (readonly number[])[] = [];
    const cell = {
      stateSize: 1,
      call(inputs: Tensor, states: Tensor[]) {
        shapes.push(inputs.shape);
        return [states[0], states];
      },
    };
    rnn(cell).apply(numbersOf(2, 3, 4, 5));
    expect(shapes).toEqual([
      [2, 4, 5],
      [2, 4, 5],
      [2, 4, 5],
    ]);
  });
});
