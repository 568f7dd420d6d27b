// What `inspect` shows of the way back: dLoss / dh of every step, dLoss / dx.
import { describe, expect, test } from '@jest/globals';
import {
  Bidirectional,
  type Cell,
  gradients,
  type Inspection,
  type Layer,
  Masking,
  RNN,
  Sequential,
  SimpleRNN,
  SimpleRNNCell,
  Tensor,
} from 'simple-rnn';
import { expectNear, freeAfterEach, hold, numbersOf } from './held.js';
import { productCell, TanhCell } from './trainable_users.js';

freeAfterEach();

const steps = 4;
const x = numbersOf(2, steps, 2);
// Masked: the first step of row 0, a step in the middle, the last one of row 1.
const masked = { data: x.data.slice(), shape: x.shape };
for (const step of [0, 2, 2 * steps - 1]) masked.data.fill(0, 2 * step, 2 * step + 2);

function compiled(...layers: Layer[]): Sequential {
  const model = hold(new Sequential(layers));
  model.build([null, null, 2]);
  model.setWeights(model.weights.map(({ shape }) => numbersOf(...shape)));
  model.compile({ optimizer: 'sgd', loss: 'mse' });
  return model;
}

/** Some steps of [batch, steps, width]. */
function cut({ data, shape }: { data: Float32Array; shape: readonly number[] }, from: number, to: number): Tensor {
  const [batch, , width] = shape as [number, number, number];
  const rows = Array.from({ length: batch }, (_, row) => [
    ...data.subarray((row * steps + from) * width, (row * steps + to) * width),
  ]);
  return new Tensor(Float32Array.from(rows.flat()), [batch, to - from, width]);
}

const step = (all: Tensor, at: number) => {
  const { data, shape } = cut(all, at, at + 1);
  return new Tensor(data, [shape[0] as number, shape[2] as number]);
};

describe('the gradient of a state', () => {
  test.each([() => new SimpleRNN({ units: 3 }), () => new RNN({ cell: new TanhCell({ units: 3 }) })])(
    'is that of an initial state of the steps that follow',
    (make) => {
      const rnn = make();
      const model = compiled(rnn);
      const y = numbersOf(2, 3);
      const [shown] = model.inspect(x, y) as [Inspection];
      const { states, stateGradient, inputGradient } = shown as Inspection & { stateGradient: Tensor };
      const output = model.predict(x);
      const cotangents = [
        new Tensor(
          output.data.map((value, i) => (2 * (value - (y.data[i] as number))) / output.data.length),
          output.shape,
        ),
      ];
      expectNear(step(stateGradient, steps - 1), cotangents[0] as Tensor);
      for (let at = 0; at < steps - 1; at += 1) {
        const initialState = step(states, at);
        const rest = gradients(rnn, cut(x, at + 1, steps), { initialState, cotangents });
        expectNear(step(stateGradient, at), rest.gradients.initialState[0] as Tensor);
      }
      expectNear(inputGradient as Tensor, gradients(rnn, x, { cotangents }).gradients.x[0] as Tensor);
    },
  );

  test('is not there without targets', () => {
    const [shown] = compiled(new SimpleRNN({ units: 3 })).inspect(x) as [Inspection];
    expect([shown.stateGradient, shown.inputGradient]).toEqual([null, null]);
    const [users] = compiled(new RNN({ cell: new TanhCell({ units: 3 }) })).inspect(x) as [Inspection];
    expect([users.stateGradient, users.inputGradient]).toEqual([null, null]);
  });
});

describe('a cell of the user’s shows what ours shows', () => {
  const options = [{}, { returnSequences: true }].flatMap((first) =>
    [{}, { goBackwards: true }].flatMap((second) =>
      [{}, { zeroOutputForMask: true }].map((third) => ({ ...first, ...second, ...third })),
    ),
  );

  test.each(options)('with masks, %j', (given) => {
    const looks = [() => new SimpleRNNCell({ units: 3 }), () => new TanhCell({ units: 3 })].map((cell) =>
      look([new Masking(), new RNN({ cell: cell(), ...given })], 'returnSequences' in given),
    );
    expectAlike(looks as never);
  });

  test('in both directions, and in a stack', () => {
    const directions = (cell: Cell) => new Bidirectional({ layer: new RNN({ cell }) });
    expectAlike([
      look([new Masking(), directions(new SimpleRNNCell({ units: 3 }))], false, 6),
      look([new Masking(), directions(new TanhCell({ units: 3 }))], false, 6),
    ]);
    const stack = (cell: Cell) =>
      look([new Masking(), new RNN({ cell: [cell, new SimpleRNNCell({ units: 3 })] })], false);
    const [own, users] = [stack(new SimpleRNNCell({ units: 3 })), stack(new TanhCell({ units: 3 }))];
    expect([own.length, users.length]).toEqual([2, 1]);
    // With a cell of the user's the stack is one layer, of which the first state is shown.
    expectAlike([own.slice(0, 1), users]);
  });

  test('the first of several states, and an output that is none of them', () => {
    const rnn = new RNN({ cell: productCell() });
    const model = hold(new Sequential([rnn]));
    model.build([null, null, 2]);
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    const [shown] = model.inspect(x, numbersOf(2, 1)) as [Inspection];
    expect(shown.stateGradient?.shape).toEqual([2, steps, 1]);
    // Nothing follows the last step, so its state matters to nothing.
    expect([...step(shown.stateGradient as Tensor, steps - 1).data]).toEqual([0, 0]);
  });

  function look(layers: Layer[], isSequence: boolean, width = 3): Inspection[] {
    return compiled(...layers).inspect(masked, isSequence ? numbersOf(2, steps, width) : numbersOf(2, width));
  }

  function expectAlike([own, users]: readonly [Inspection[], Inspection[]]): void {
    expect(users.length).toBe(own.length);
    own.forEach((shown, index) => {
      for (const key of ['states', 'stateGradient', 'inputGradient'] as const) {
        expectNear(users[index]?.[key] as Tensor, shown[key] as Tensor);
      }
      expect(shown.stateGradient?.data.some((value) => Math.abs(value) > 1e-3)).toBe(true);
    });
  }
});
