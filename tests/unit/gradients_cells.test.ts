// The way back through cells of a user's own: the same as through ours, and as central differences.
import { describe, expect, test } from '@jest/globals';
import {
  Bidirectional,
  type Cell,
  type GradientOptions,
  gradients,
  type Layer,
  RNN,
  Sequential,
  SimpleRNN,
  SimpleRNNCell,
  StackedRNNCells,
  type Tensor,
  TimeDistributed,
  tensor,
} from 'simple-rnn';
import { expectNear, freeAfterEach, hold, numbersOf } from './held.js';
import { bareTanhCell, productCell, slopes, TanhCell } from './trainable_users.js';

freeAfterEach();

const shapes = [[2, 3], [3, 3], [3]];
const values = (scale = 0.6) =>
  shapes.map((shape, index) => {
    const { data } = numbersOf(...shape);
    return tensor(
      data.map((value) => scale * Math.sin(value * (index + 2))),
      shape,
    );
  });

const x = numbersOf(2, 4, 2);
const mask = [
  [true, false, true, false],
  [false, true, true, true],
];
const h0 = { data: numbersOf(2, 3).data.map((value) => value / 2), shape: [2, 3] };

const combinations = [false, true].flatMap((returnSequences) =>
  [false, true].flatMap((goBackwards) =>
    [false, true].flatMap((zeroOutputForMask) =>
      [false, true].map((stateful) => ({ returnSequences, goBackwards, zeroOutputForMask, stateful })),
    ),
  ),
);
const given: GradientOptions[] = [
  {},
  { mask },
  { initialState: h0 },
  { mask, initialState: h0 },
  { mask, truncate: 3 },
];

function both(options: object): [RNN, RNN] {
  const own = hold(new SimpleRNN({ units: 3, ...options }));
  const users = hold(new RNN({ cell: new TanhCell({ units: 3 }), ...options }));
  for (const layer of [own, users]) {
    layer.build([2, 4, 2]);
    layer.setWeights(values());
  }
  return [own, users];
}

const cotangentsOf = (layer: RNN) => {
  const shape = layer.returnSequences ? [2, 4, 3] : [2, 3];
  const list = [numbersOf(...shape)];
  return layer.returnState ? [...list, { data: numbersOf(7).data.slice(1), shape: [2, 3] }] : list;
};

function expectSame(own: ReturnType<typeof gradients>, users: ReturnType<typeof gradients>): void {
  expect(users.loss).toBeCloseTo(own.loss, 4);
  const pairs = (['weights', 'x', 'initialState', 'states'] as const).map(
    (key) => [own.gradients[key], users.gradients[key]] as const,
  );
  for (const [expected, got] of [...pairs, [own.outputs, users.outputs], [own.states, users.states]] as const) {
    expect(got.length).toBe(expected.length);
    got.forEach((each, index) => {
      expectNear(each as Tensor, expected[index] as Tensor, 2e-5);
    });
  }
}

describe('a cell of the user’s that computes what ours does has the same gradients', () => {
  test.each(combinations)('%j', (options) => {
    for (const returnState of [false, true]) {
      const [own, users] = both({ ...options, returnState });
      for (const apply of given) {
        const all = { ...apply, cotangents: cotangentsOf(own) };
        expectSame(gradients(own, x, all), gradients(users, x, all));
      }
    }
  });

  test('a bare object too, alone, in both directions and in a stack', () => {
    const wrap = (make: (cell: Cell) => Layer, cell: () => Cell) => hold(make(cell()));
    const ways: [(cell: Cell) => Layer, number][] = [
      [(cell) => new RNN({ cell, returnSequences: true }), 1],
      [(cell) => new RNN({ cell: [cell, new SimpleRNNCell({ units: 3 })] }), 2],
      [(cell) => new RNN({ cell: new StackedRNNCells({ cells: [cell] }), returnState: true }), 1],
    ];
    for (const [make, count] of ways) {
      const own = wrap(make, () => new SimpleRNNCell({ units: 3 }));
      const users = wrap(make, () => bareTanhCell(3, 2));
      const second = shapes.map((shape) => numbersOf(...(shape[0] === 2 ? [3, 3] : shape)));
      for (const layer of [own, users]) {
        layer.build([null, null, 2]);
        layer.setWeights([...values(), ...(count > 1 ? second : [])]);
      }
      for (const apply of [{}, { mask }]) expectSame(gradients(own, x, apply), gradients(users, x, apply));
    }
  });

  test('within Bidirectional, for every merge mode', () => {
    for (const mergeMode of ['concat', 'sum', 'mul', 'ave', null] as const) {
      for (const returnSequences of [false, true]) {
        const make = (layer: RNN) => hold(new Bidirectional({ layer, mergeMode }));
        const own = make(new SimpleRNN({ units: 3, returnSequences }));
        const users = make(new RNN({ cell: new TanhCell({ units: 3 }), returnSequences }));
        for (const layer of [own, users]) {
          layer.build([null, null, 2]);
          layer.setWeights([...values(), ...values(0.4)]);
        }
        for (const apply of [{}, { mask }]) expectSame(gradients(own, x, apply), gradients(users, x, apply));
      }
    }
  });

  test('one step by itself', () => {
    const own = hold(new SimpleRNNCell({ units: 3 }));
    const users = hold(new TanhCell({ units: 3 }));
    const step = numbersOf(2, 2);
    for (const cell of [own, users]) {
      cell.build([2, 2]);
      cell.setWeights(values());
    }
    const cotangents = [numbersOf(2, 3), null];
    const [one, other] = [own, users].map((cell) => gradients(cell, step, { states: h0, cotangents }));
    expectSame(one as never, other as never);
    expect(one?.gradients.states.length).toBe(1);
    expect(one?.gradients.initialState).toEqual([]);
  });
});

describe('one step of a stack', () => {
  const stack = () => {
    const cells = [new SimpleRNNCell({ units: 3 }), new TanhCell({ units: 2 })];
    const made = hold(new StackedRNNCells({ cells }));
    made.build([2, 2]);
    return made;
  };

  test('is what RNN gives for a sequence of one step', () => {
    const cells = stack();
    const rnn = hold(new RNN({ cell: cells, returnState: true }));
    const states = [h0, numbersOf(2, 2)];
    const step = numbersOf(2, 2);
    const cotangents = [numbersOf(2, 2), numbersOf(2, 3), null];
    const direct = gradients(cells, step, { states, cotangents });
    const within = gradients(rnn, { data: step.data, shape: [2, 1, 2] }, { initialState: states, cotangents });
    expect(direct.loss).toBeCloseTo(within.loss, 6);
    const tensors = (list: readonly (Tensor | null)[]) => list.map((each) => [...(each as Tensor).data]);
    expect(tensors(direct.gradients.states)).toEqual(tensors(within.gradients.initialState));
    expect(tensors(direct.gradients.weights)).toEqual(tensors(within.gradients.weights));
    expect(tensors(direct.gradients.x)).toEqual(tensors(within.gradients.x));
    expect(tensors(direct.states)).toEqual(tensors(within.states));
  });

  test('takes states nested or flat', () => {
    const cell = hold(new RNN({ cell: productCell() }));
    const cells = hold(new StackedRNNCells({ cells: [cell.cell, new SimpleRNNCell({ units: 2 })] }));
    const [a, b, c] = [numbersOf(2, 1), numbersOf(2, 2), numbersOf(2, 2)];
    const step = numbersOf(2, 2);
    const nested = gradients(cells, step, { states: [[a, b], c] as never });
    const flat = gradients(cells, step, { states: [a, b, c] });
    expect(nested).toEqual(flat);
    expect(flat.gradients.states.map((each) => each?.shape)).toEqual([
      [2, 1],
      [2, 2],
      [2, 2],
    ]);
  });

  test('in training uses the dropout masks that direct calls use', () => {
    const cell = hold(new SimpleRNNCell({ units: 3, activation: null, dropout: 0.5, recurrentDropout: 0.5, seed: 3 }));
    const step = { data: new Float32Array(20).fill(1), shape: [10, 2] };
    const state = { data: new Float32Array(30).fill(1), shape: [10, 3] };
    const [output] = cell.call(tensor(step.data, step.shape), tensor(state.data, state.shape), { training: true });
    const made = gradients(cell, step, { states: state, training: true });
    expect(made.outputs[0]?.data).toEqual(output.data);
    const masks = [cell.getDropoutMask(step), cell.getRecurrentDropoutMask(state)] as [Tensor, Tensor];
    // Linear: the gradient of what is dropped is 0, and only that.
    for (const [index, mask] of masks.entries()) {
      const gradient = [made.gradients.x[0], made.gradients.states[0]][index] as Tensor;
      expect([...gradient.data].map((value) => value === 0)).toEqual([...mask.data].map((value) => value === 0));
    }
  });
});

describe('against central differences', () => {
  test('two states of different sizes, an output of its own, masks', () => {
    const cell = productCell();
    const layer = hold(new RNN({ cell, returnSequences: true, returnState: true }));
    const states = [numbersOf(2, 1), numbersOf(2, 2)] as const;
    const cotangents = [numbersOf(2, 4, 1), numbersOf(2, 1), numbersOf(2, 2)];
    for (const options of [{ cotangents }, { cotangents, mask }]) {
      const all = { ...options, initialState: [...states] };
      const made = gradients(layer, x, all);
      const loss = () => gradients(layer, x, all).loss;
      const wants: [Float32Array, Tensor | null | undefined][] = [
        [x.data, made.gradients.x[0]],
        [states[0].data, made.gradients.initialState[0]],
        [states[1].data, made.gradients.initialState[1]],
      ];
      for (const [data, gradient] of wants) {
        slopes(data, loss).forEach((slope, index) => {
          expect(gradient?.data[index]).toBeCloseTo(slope, 3);
        });
      }
      const at = (value: number) => {
        cell.weights[0]?.write([value]);
        return loss();
      };
      const slope = (at(0.71) - at(0.69)) / 0.02;
      at(0.7);
      expect(made.gradients.weights[0]?.data[0]).toBeCloseTo(slope, 2);
    }
  });

  test('a stateful layer begins with its states, without a gradient to the call before', () => {
    const [own, users] = both({ stateful: true, returnSequences: true });
    for (let call = 0; call < 3; call += 1) expectSame(gradients(own, x, {}), gradients(users, x, {}));
    expectNear(users.states?.[0] as Tensor, own.states?.[0] as Tensor, 1e-6);
  });
});

describe('truncation', () => {
  test('is the sum of the pieces, each begun with the final state of the one before as plain numbers', () => {
    for (const layer of both({ returnSequences: true })) {
      const whole = gradients(layer, x, { truncate: 3 });
      const piece = (from: number, to: number, initialState: Tensor | null) => {
        const rows = [0, 1].flatMap((row) => [...x.data.subarray((row * 4 + from) * 2, (row * 4 + to) * 2)]);
        const data = { data: Float32Array.from(rows), shape: [2, to - from, 2] };
        return gradients(layer, data, initialState === null ? {} : { initialState });
      };
      const first = piece(0, 3, null);
      const [outputs] = first.outputs as [Tensor];
      const last = [0, 1].map((row) => [...outputs.data.subarray(row * 9 + 6, row * 9 + 9)]);
      const second = piece(3, 4, tensor(last));
      expect(whole.loss).toBeCloseTo(first.loss + second.loss, 4);
      whole.gradients.weights.forEach((gradient, index) => {
        const [a, b] = [first, second].map((part) => part.gradients.weights[index] as Tensor) as [Tensor, Tensor];
        gradient?.data.forEach((value, at) => {
          expect(value).toBeCloseTo((a.data[at] as number) + (b.data[at] as number), 4);
        });
      });
      expect(whole.gradients.weights[1]).not.toEqual(gradients(layer, x).gradients.weights[1]);
    }
  });
});

describe('in models', () => {
  const y = numbersOf(4, 1);
  const rows = numbersOf(4, 3, 2);
  const modelOf = (cell: Cell) => {
    const model = hold(new Sequential([new RNN({ cell, returnSequences: true }), new SimpleRNN({ units: 1 })]));
    model.build([null, null, 2]);
    model.setWeights([...values(), numbersOf(3, 1), numbersOf(1, 1), numbersOf(1)]);
    return model;
  };

  test('fit goes the same way, and inspect shows the same gradients', async () => {
    const models = [new SimpleRNNCell({ units: 3 }), new TanhCell({ units: 3 })].map(modelOf) as [
      Sequential,
      Sequential,
    ];
    const looks = models.map((model) => {
      model.compile({ optimizer: 'sgd', loss: 'mse' });
      return model.inspect(rows, y);
    });
    for (const index of [0, 1]) {
      const [own, users] = looks.map((look) => look[index]) as [(typeof looks)[0][0], (typeof looks)[0][0]];
      for (const key of ['states', 'stateGradient', 'inputGradient'] as const) {
        expectNear(users?.[key] as Tensor, own?.[key] as Tensor, 2e-6);
      }
      expect(own?.stateGradient?.data.some((value) => Math.abs(value) > 1e-3)).toBe(true);
    }
    const histories = [];
    for (const model of models)
      histories.push(await model.fit(rows, y, { epochs: 5, batchSize: 2, shuffle: false, verbose: 0 }));
    const [own, users] = histories.map(({ history }) => history.loss as number[]) as [number[], number[]];
    expect(own.at(-1)).toBeLessThan(own[0] as number);
    own.forEach((loss, epoch) => {
      expect(users[epoch]).toBeCloseTo(loss, 5);
    });
  });

  test('within TimeDistributed, one step after the other', () => {
    const make = (layer: RNN) => hold(new TimeDistributed({ layer }));
    const own = make(new SimpleRNN({ units: 3 }));
    const users = make(new RNN({ cell: new TanhCell({ units: 3 }) }));
    for (const layer of [own, users]) {
      layer.build([null, null, 4, 2]);
      layer.setWeights(values());
    }
    const sequences = numbersOf(2, 3, 4, 2);
    expectSame(gradients(own, sequences), gradients(users, sequences));
  });
});
