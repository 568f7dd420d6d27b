// The way back through layers of a user's own, losses of `addLoss`, and whatever `gradients` refuses.
import { describe, expect, test } from '@jest/globals';
import {
  ArgumentError,
  type CallOptions,
  Dense,
  Embedding,
  gradients,
  Input,
  Layer,
  Masking,
  Model,
  RNN,
  Sequential,
  ShapeError,
  SimpleRNN,
  SimpleRNNCell,
  StackedRNNCells,
  Tensor,
  TimeDistributed,
  tensor,
  UnsupportedError,
} from 'simple-rnn';
import { expectNear, freeAfterEach, hold, numbersOf } from './held.js';
import { bareTanhCell, slopes, TanhLayer } from './trainable_users.js';
import { Scale, SumAndDifference } from './user_layers.js';

freeAfterEach();

const x = numbersOf(3, 4);
const mapped = (t: Tensor, change: (value: number, index: number) => number) => new Tensor(t.data.map(change), t.shape);

/** Σ (x · y) and Σ (x + 2y) of two inputs, each with its own gradient; masks go on. */
class Pair extends Layer {
  static override readonly className: string = 'Pair';
  override call([a, b]: readonly [Tensor, Tensor]) {
    const outputs = [
      mapped(a, (v, i) => v * (b.data[i] as number)),
      mapped(a, (v, i) => v + 2 * (b.data[i] as number)),
    ];
    return { output: outputs, saved: [a, b] };
  }
  override backward([dProduct, dSum]: readonly [Tensor, Tensor], [a, b]: readonly [Tensor, Tensor]) {
    return {
      inputs: [
        mapped(dProduct, (d, i) => d * (b.data[i] as number) + (dSum.data[i] as number)),
        mapped(dProduct, (d, i) => d * (a.data[i] as number) + 2 * (dSum.data[i] as number)),
      ],
    };
  }
}

/** Hands its input on and adds Σ x² · factor to the loss. */
class Penalty extends Layer {
  static override readonly className: string = 'Penalty';
  factor = 0.5;
  tells = true;
  override call(inputs: Tensor): Tensor {
    const value = this.factor * inputs.data.reduce((sum, each) => sum + each * each, 0);
    const dInputs = mapped(inputs, (each) => 2 * this.factor * each);
    this.addLoss(value, this.tells ? { inputs, gradients: dInputs } : { inputs });
    return mapped(inputs, (each) => each);
  }
  override backward(dOutput: Tensor) {
    return { inputs: dOutput };
  }
}

describe('a layer of the user’s', () => {
  test('that computes what Dense does has the same gradients, and learns the same', async () => {
    const models = [new Dense({ units: 5, activation: 'tanh', useBias: false }), new TanhLayer({ units: 5 })].map(
      (layer) => hold(new Sequential([new Dense({ units: 3 }), layer, new Dense({ units: 2 })])),
    ) as [Sequential, Sequential];
    for (const model of models) {
      model.build([null, 4]);
      model.setWeights(model.weights.map(({ shape }) => numbersOf(...shape)));
    }
    const cotangents = [numbersOf(3, 2)];
    const [own, users] = models.map((model) => gradients(model, x, { cotangents })) as [never, never];
    expect(users).toEqual(closeTo(own));
    const losses = [];
    for (const model of models) {
      model.compile({ optimizer: 'adam', loss: 'mse' });
      const { history } = await model.fit(x, numbersOf(3, 2), { epochs: 4, shuffle: false, verbose: 0 });
      losses.push(history.loss as number[]);
    }
    expect(losses[1]).toEqual(closeTo(losses[0]));
    expect(losses[0]?.[3]).toBeLessThan(losses[0]?.[0] as number);
  });

  test('has several inputs and outputs, and serves twice in a graph', () => {
    const [a, b] = [Input({ shape: [4] }), Input({ shape: [4] })];
    const pair = new Pair();
    const [p, s] = pair.apply<[typeof a, typeof a]>([a, b]);
    const [q] = pair.apply<[typeof a, typeof a]>([s, s]);
    const model = hold(new Model({ inputs: [a, b], outputs: [p, q] }));
    const inputs = [numbersOf(2, 4), { data: numbersOf(11).data.slice(3), shape: [2, 4] }] as const;
    const cotangents = [numbersOf(2, 4), null];
    for (const given of [cotangents, null]) {
      const made = gradients(model, inputs, { cotangents: given });
      inputs.forEach(({ data }, index) => {
        slopes(data, () => gradients(model, inputs, { cotangents: given }).loss).forEach((slope, at) => {
          expect(made.gradients.x[index]?.data[at]).toBeCloseTo(slope, 3);
        });
      });
      expect([made.outputs.length, made.states]).toEqual([2, []]);
    }
  });

  test('is given zeros for an output that nobody uses, and may give null', () => {
    class Half extends Pair {
      seen: Tensor[] = [];
      override call(inputs: readonly [Tensor, Tensor]) {
        return super.call(inputs);
      }
      override backward(dOutputs: readonly [Tensor, Tensor]) {
        this.seen = [...dOutputs];
        return { inputs: [dOutputs[0], null as never] };
      }
    }
    const layer = hold(new Half());
    const made = gradients(layer, [x, x], { cotangents: [x, null] });
    expect(layer.seen[1]?.data.every((value) => value === 0)).toBe(true);
    expect(made.gradients.x[0]?.data).toEqual(x.data);
    expect(made.gradients.x[1]?.data.every((value) => value === 0)).toBe(true);
  });

  test('gets what its own call saved, each time, also step by step', () => {
    const make = (layer: Layer) => hold(new TimeDistributed({ layer }));
    const own = make(new Dense({ units: 2, activation: 'tanh', useBias: false }));
    const users = make(new TanhLayer({ units: 2 }));
    const sequences = numbersOf(2, 3, 4);
    for (const layer of [own, users]) {
      layer.build([2, 3, 4]);
      layer.setWeights([numbersOf(4, 2)]);
    }
    const cotangents = [numbersOf(2, 3, 2)];
    expect(gradients(users, sequences, { cotangents })).toEqual(closeTo(gradients(own, sequences, { cotangents })));
  });

  test('with a mask of its own alone needs no backward', () => {
    class Marked extends Dense {
      override computeMask(inputs: unknown): Tensor {
        const { shape } = inputs as Tensor;
        return tensor(new Float32Array((shape[0] as number) * (shape[1] as number)).fill(1), shape.slice(0, 2));
      }
    }
    const layers = [Dense, Marked].map((type) => hold(new type({ units: 2, activation: 'relu' })));
    const sequences = numbersOf(2, 3, 4);
    for (const layer of layers) {
      layer.build([2, 3, 4]);
      layer.setWeights([numbersOf(4, 2), numbersOf(2)]);
    }
    const [own, marked] = layers.map((layer) => gradients(layer, sequences)) as [never, never];
    expect(marked).toEqual(closeTo(own));
    expect((layers[1] as Layer).apply(sequences).mask?.shape).toEqual([2, 3]);
  });

  test('that is frozen may give its gradients all the same', () => {
    const layer = hold(new TanhLayer({ units: 2 }));
    layer.build([3, 4]);
    const all = gradients(layer, x);
    layer.trainable = false;
    const frozen = gradients(layer, x);
    expect(frozen.gradients.weights).toEqual([null]);
    expect(frozen.gradients.x).toEqual(all.gradients.x);
  });
});

describe('addLoss', () => {
  test('with gradients counts in the loss and in the gradient of the inputs', () => {
    const dense = new Dense({ units: 3 });
    const model = hold(new Sequential([dense, new Penalty({ name: 'p' }), new Dense({ units: 1 })]));
    model.build([null, 4]);
    const made = gradients(model, x);
    const loss = () => gradients(model, x).loss;
    slopes(x.data, loss).forEach((slope, index) => {
      expect(made.gradients.x[0]?.data[index]).toBeCloseTo(slope, 2);
    });
    const [kernel] = dense.weights as [(typeof dense.weights)[0]];
    const { data, shape } = kernel.read();
    const bySlopes = slopes(data, () => {
      kernel.write(new Tensor(data, shape));
      return loss();
    });
    kernel.write(new Tensor(data, shape));
    bySlopes.forEach((slope, index) => {
      expect(made.gradients.weights[0]?.data[index]).toBeCloseTo(slope, 2);
    });
    expect(made.regularization).toBeGreaterThan(0.1);
  });

  test('without gradients is reported alone', () => {
    const layer = new Penalty();
    const model = hold(new Sequential([new Dense({ units: 3 }), layer]));
    model.build([null, 4]);
    const [silent, told] = [false, true].map((tells) => {
      layer.tells = tells;
      return gradients(model, x);
    }) as [ReturnType<typeof gradients>, ReturnType<typeof gradients>];
    layer.factor = 0;
    const none = gradients(model, x);
    expect(silent.regularization).toBeCloseTo(told.regularization, 6);
    expect(silent.gradients).toEqual(none.gradients);
    expect(told.gradients).not.toEqual(none.gradients);
  });

  test('is learnt from in fit, and each application counts once', async () => {
    const layer = new Penalty();
    const input = Input({ shape: [4] });
    const hidden = new Dense({ units: 4, useBias: false, kernelInitializer: 'identity' }).apply(input);
    const model = hold(new Model({ inputs: input, outputs: layer.apply(layer.apply(hidden)) }));
    model.compile({ optimizer: { class_name: 'SGD', config: { learning_rate: 0.01 } }, loss: 'mse' });
    const y = numbersOf(3, 4);
    const squares = x.data.reduce((sum, value) => sum + value * value, 0);
    expect((model.testOnBatch(x, y) as { loss: number }).loss).toBeCloseTo(squares, 4);
    const { history } = await model.fit(x, y, { epochs: 30, verbose: 0 });
    expect((history.loss as number[]).at(-1)).toBeLessThan(0.7 * squares);
    expect(model.losses).toEqual([]);
    model.apply(x);
    expect(model.losses.length).toBe(2);
  });

  test('is scaled with the loss', () => {
    const weights = [null, 64].map((factor) => {
      const model = hold(new Sequential([new Dense({ units: 3, kernelInitializer: 'ones' }), new Penalty()]));
      model.build([null, 4]);
      const config = { learning_rate: 0.01, loss_scale_factor: factor };
      model.compile({ optimizer: { class_name: 'SGD', config }, loss: 'mse' });
      model.trainOnBatch(x, numbersOf(3, 3));
      return model.getWeights();
    });
    expect(weights[1]).toEqual(closeTo(weights[0]));
  });

  test('of a cell, by its input and its state', () => {
    class Watched extends SimpleRNNCell {
      override call(inputs: Tensor, states: readonly Tensor[], options?: never) {
        const [state] = states as readonly [Tensor];
        const value = inputs.data.reduce((sum, each, i) => sum + each * (state.data[i] as number), 0);
        this.addLoss(value, { inputs: [inputs, state], gradients: [state, inputs] });
        return super.call(inputs, states, options) as never;
      }
      override backward(_dOutput: Tensor, dStates: readonly Tensor[]) {
        return { inputs: null, states: [mapped(dStates[0] as Tensor, () => 0)], weights: this.weights.map(() => null) };
      }
    }
    const cell = new Watched({ units: 2, kernelInitializer: 'zeros', recurrentInitializer: 'zeros' });
    const layer = hold(new RNN({ cell }));
    const sequences = numbersOf(2, 3, 2);
    const initialState = numbersOf(2, 2);
    const made = gradients(layer, sequences, { initialState });
    // The states are 0 but the first: Σ x₀ · h₀ is the loss.
    const first = (row: number, i: number) => sequences.data[row * 6 + i] as number;
    const expected = [0, 1, 2, 3].map((at) => first(Math.floor(at / 2), at % 2));
    expect([...(made.gradients.initialState[0]?.data ?? [])]).toEqual(expected);
    const dX = made.gradients.x[0] as Tensor;
    expect([dX.data[0], dX.data[1], dX.data[6], dX.data[7]]).toEqual([...initialState.data]);
    expect(made.regularization).toBeCloseTo(
      expected.reduce((sum, value, i) => sum + value * (initialState.data[i] as number), 0),
      5,
    );
  });

  test('refuses gradients that do not go with the inputs', () => {
    const layer = hold(new Penalty({ name: 'p' }));
    const [a, b] = [tensor([[1, 2]]), tensor([[3, 4]])];
    const refused: [object, typeof ArgumentError | typeof ShapeError][] = [
      [{ gradients: a }, ArgumentError],
      [{ inputs: [a, b], gradients: [a] }, ArgumentError],
      [{ inputs: [a, b], gradients: a }, ArgumentError],
      [{ inputs: [[1, 2]], gradients: a }, ArgumentError],
      [{ inputs: a, gradients: [[1, 2, 3]] }, ShapeError],
      [{ inputs: a, gradient: a }, ArgumentError],
    ];
    for (const [options, type] of refused) expect(() => layer.addLoss(1, options)).toThrow(type);
    expect(layer.losses).toEqual([]);
    class Strange extends Penalty {
      override call(inputs: Tensor): Tensor {
        const other = mapped(inputs, (each) => each);
        this.addLoss(1, { inputs: other, gradients: other });
        return inputs;
      }
    }
    const strange = hold(new Strange({ name: 's' }));
    expect(() => gradients(strange, x)).toThrow(/'s': addLoss/);
    expect(() => strange.apply(x)).toThrow(/'s': addLoss: `inputs` with gradients must be what `call` was given/);
    expect(strange.losses).toEqual([]);
  });
});

describe('penalties on outputs', () => {
  test('within TimeDistributed are those of all steps', () => {
    const layer = hold(new TimeDistributed({ layer: new Dense({ units: 2, activityRegularizer: 'l2' }) }));
    const sequences = numbersOf(2, 3, 4);
    const cotangents = [null];
    const made = gradients(layer, sequences, { cotangents });
    slopes(sequences.data, () => gradients(layer, sequences, { cotangents }).loss, 0.05).forEach((slope, index) => {
      expect(made.gradients.x[0]?.data[index]).toBeCloseTo(slope, 4);
    });
    expect(made.loss).toBeGreaterThan(0);
  });
});

describe('what cannot be trained is refused by name before anything runs', () => {
  const y = numbersOf(3, 4);
  const compiled = (...layers: Layer[]) => {
    const model = hold(new Sequential(layers));
    model.build([null, 4]);
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    return model;
  };

  test('a layer without backward', async () => {
    let calls = 0;
    class Silent extends Scale {
      override call(inputs: Tensor, options?: CallOptions): Tensor {
        // Zeros are tries of its shapes.
        if (inputs.data.some((value) => value !== 0)) calls += 1;
        return super.call(inputs, options);
      }
    }
    const model = compiled(new Silent({ name: 'quiet' }), new Dense({ units: 4 }));
    expect(model.predict(x).shape).toEqual([3, 4]);
    const before = [model.getWeights(), calls] as const;
    await expect(model.fit(x, y, { verbose: 0 })).rejects.toThrow(UnsupportedError);
    await expect(model.fit(x, y, { verbose: 0 })).rejects.toThrow(/'quiet' cannot be trained: it has no `backward`/);
    expect(() => model.trainOnBatch(x, y)).toThrow(/'quiet'/);
    expect(() => gradients(model, x)).toThrow(/'quiet'/);
    expect([model.getWeights(), calls]).toEqual(before);
  });

  test('one whose class has another call than its backward', () => {
    class Louder extends TanhLayer {
      override call(inputs: Tensor) {
        const made = super.call(inputs);
        return { ...made, output: mapped(made.output, (value) => 2 * value) };
      }
    }
    const layer = hold(new Louder({ units: 2, name: 'loud' }));
    expect(() => gradients(layer, x)).toThrow(/'loud' cannot be trained/);
    const cell = hold(
      new (class extends SimpleRNNCell {
        override call(inputs: Tensor, states: never) {
          return super.call(inputs, states);
        }
      })({ units: 2, name: 'shouting' }),
    );
    const rnn = hold(new RNN({ cell }));
    expect(() => gradients(rnn, numbersOf(1, 2, 2))).toThrow(/shouting.*cannot be trained/);
  });

  test('nothing is asked of a layer that nothing has to pass', async () => {
    class Shift extends Layer {
      override call(inputs: Tensor): Tensor {
        return mapped(inputs, (each) => each + 1);
      }
    }
    const model = compiled(new Shift(), new Dense({ units: 4 }));
    await model.fit(x, y, { verbose: 0 });
    const later = compiled(new Dense({ units: 4 }), new Shift({ name: 'later' }));
    await expect(later.fit(x, y, { verbose: 0 })).rejects.toThrow(/'later'/);
  });

  test('a cell without backward, also in a stack, by its name', () => {
    class Idle extends Layer {
      static override readonly className: string = 'Idle';
      stateSize = 2;
      override call(inputs: Tensor, states: readonly Tensor[]): [Tensor, readonly Tensor[]] {
        return [inputs, states];
      }
    }
    const sequences = numbersOf(1, 2, 2);
    const rnns = [
      new RNN({ cell: new Idle({ name: 'idle' }), name: 'outer' }),
      new RNN({ cell: [new SimpleRNNCell({ units: 2 }), new Idle({ name: 'idle' })], name: 'outer' }),
    ];
    for (const rnn of rnns) {
      hold(rnn);
      expect(() => gradients(rnn, sequences)).toThrow(UnsupportedError);
      expect(() => gradients(rnn, sequences)).toThrow(/RNN 'outer': cell .*idle.* cannot be trained/);
    }
    const step = hold(new Idle({ name: 'alone' }));
    expect(() => gradients(step, [[1, 2]], { states: [[1, 2]] })).toThrow(/alone.*cannot be trained/);
  });
});

describe('what backward returns is checked', () => {
  const withResult = (result: unknown) => {
    class Odd extends TanhLayer {
      override call(inputs: Tensor) {
        return super.call(inputs);
      }
      override backward(): never {
        return result as never;
      }
    }
    return hold(new Odd({ units: 2, name: 'odd' }));
  };
  const dX = numbersOf(3, 4);
  const dKernel = numbersOf(4, 2);

  test.each<[string, unknown, typeof ArgumentError | typeof ShapeError, RegExp]>([
    ['nothing', undefined, ArgumentError, /'odd': `backward` must return an object with inputs/],
    ['a tensor', tensor([[1]]), ArgumentError, /'odd': `backward` must return an object with inputs/],
    ['no inputs', { weights: [dKernel] }, ArgumentError, /must return an object with inputs/],
    ['another key', { inputs: dX, weight: [dKernel] }, ArgumentError, /weight/],
    ['no weights', { inputs: dX }, ArgumentError, /'odd': `weights` of `backward` must be a list of 1.*kernel/],
    ['too many weights', { inputs: dX, weights: [dKernel, dKernel] }, ArgumentError, /must be a list of 1/],
    [
      'a wrong weight',
      { inputs: dX, weights: [dX] },
      ShapeError,
      /'odd'.*\(3, 4\) for weight 'kernel' of shape \(4, 2\)/,
    ],
    ['wrong inputs', { inputs: dKernel, weights: [dKernel] }, ShapeError, /'odd': `inputs` of `backward`.*\(3, 4\)/],
    ['two inputs', { inputs: [tensor([1]), tensor([1])], weights: [dKernel] }, ArgumentError, /2 inputs, expected 1/],
    ['words', { inputs: 'none', weights: [dKernel] }, ArgumentError, /'odd'/],
    ['states', { inputs: dX, weights: [dKernel], initialState: [dX] }, ArgumentError, /1 initialState, expected 0/],
  ])('of a layer: %s', (_, result, type, text) => {
    const layer = withResult(result);
    expect(() => gradients(layer, x)).toThrow(type);
    expect(() => gradients(layer, x)).toThrow(text);
  });

  test.each<[string, object | null, typeof ArgumentError | typeof ShapeError, RegExp]>([
    ['nothing', null, ArgumentError, /RNN 'r': cell .*inputs and states/],
    ['no states', { inputs: null, weights: [] }, ArgumentError, /inputs and states/],
    ['wrong states', { inputs: null, states: [dX], weights: [null, null, null] }, ShapeError, /`states`.*\(3, 4\)/],
    ['too many states', { inputs: null, states: [null, null], weights: [null, null, null] }, ArgumentError, /2 states/],
    ['a wrong weight', { inputs: null, states: null, weights: [null, dX, null] }, ShapeError, /'recurrent_kernel'/],
  ])('of a cell: %s', (_, result, type, text) => {
    const cell = { ...bareTanhCell(3, 4), backward: () => result as never };
    const layer = hold(new RNN({ cell, name: 'r' }));
    const sequences = numbersOf(1, 2, 4);
    expect(() => gradients(layer, sequences)).toThrow(type);
    expect(() => gradients(layer, sequences)).toThrow(text);
  });

  test('an error in fit leaves the weights as they were', async () => {
    const layer = withResult({ inputs: dX, weights: [dX] });
    const model = hold(new Sequential([layer, new Dense({ units: 1 })]));
    model.build([null, 4]);
    model.compile({ optimizer: 'adam', loss: 'mse' });
    const before = model.getWeights();
    await expect(model.fit(x, numbersOf(3, 1), { verbose: 0 })).rejects.toThrow(ShapeError);
    expect(model.getWeights()).toEqual(before);
  });
});

describe('gradients takes and gives', () => {
  test('what belongs to a layer or to a cell, and no more', () => {
    const rnn = hold(new SimpleRNN({ units: 2, name: 'r' }));
    const cell = hold(new SimpleRNNCell({ units: 2, name: 'c' }));
    const stack = hold(new StackedRNNCells({ cells: [new SimpleRNNCell({ units: 2 })], name: 's' }));
    const sequences = numbersOf(1, 3, 2);
    const state = [[1, 2]];
    const refused: [() => unknown, RegExp][] = [
      [() => gradients(rnn, sequences, { states: state }), /'r': gradients: `states` are those of a cell/],
      [() => gradients(cell, [[1, 2]]), /'c': gradients: `states`: the cell has 1 state\(s\), received 0/],
      [() => gradients(stack, [[1, 2]], { states: [state, state] as never }), /'s'.*1 state\(s\), received 2/],
      [() => gradients(cell, [[1, 2]], { states: state, mask: [[true]] }), /'c': gradients: `mask`/],
      [() => gradients(rnn, sequences, { cotangents: [] }), /'r': gradients: `cotangents` must be a list of 1/],
      [() => gradients(rnn, sequences, { cotangents: [null, null] }), /a list of 1/],
      [() => gradients(rnn, sequences, { cotangents: 3 as never }), /a list of 1/],
      [() => gradients(rnn, sequences, { truncate: -1 }), /truncate/],
      [() => gradients(rnn, sequences, { truncated: 1 } as never), /truncated/],
      [() => gradients({ call: () => 1 } as never, sequences), /gradients: `layer` must be a layer/],
    ];
    for (const [run, text] of refused) {
      expect(run).toThrow(ArgumentError);
      expect(run).toThrow(text);
    }
    expect(() => gradients(cell, [[1, 2]], { states: [[1, 2, 3]] })).toThrow(ShapeError);
    expect(() => gradients(rnn, sequences, { cotangents: [[[1]]] })).toThrow(/cotangents\[0\].*\(1, 2\).*\(1, 1\)/);
  });

  test('states apart from outputs', () => {
    const rnn = hold(new SimpleRNN({ units: 2, returnState: true, returnSequences: true }));
    const made = gradients(rnn, numbersOf(2, 3, 4));
    expect(made.outputs.map(({ shape }) => shape)).toEqual([[2, 3, 2]]);
    expect(made.states.map(({ shape }) => shape)).toEqual([[2, 2]]);
  });

  test('no gradient of token ids, and zeros for a batch without rows', () => {
    const layer = hold(new Sequential([new Embedding({ inputDim: 5, outputDim: 3 }), new SimpleRNN({ units: 2 })]));
    const made = gradients(layer, [[1, 4, 1]]);
    expect(made.gradients.x).toEqual([null]);
    expect(made.gradients.weights[0]?.data.subarray(0, 3)).toEqual(new Float32Array(3));
    const empty = gradients(layer, { data: new Float32Array(0), shape: [0, 3] });
    expect([empty.loss, empty.outputs[0]?.shape]).toEqual([0, [0, 2]]);
    for (const gradient of empty.gradients.weights) expect(gradient?.data.every((value) => value === 0)).toBe(true);
  });

  test('the masks of layers before', () => {
    const make = () => new Sequential([new Masking(), new SimpleRNN({ units: 2 })]);
    const model = hold(make());
    const rows = numbersOf(2, 3, 2);
    rows.data.fill(0, 2, 4);
    const made = gradients(model, rows);
    expect(made.gradients.x[0]?.data.subarray(2, 4)).toEqual(new Float32Array(2));
    expect(made.gradients.x[0]?.data.subarray(0, 2)).not.toEqual(new Float32Array(2));
  });
});

test('SumAndDifference, which has no weights, is trained through once it has a backward', () => {
  class Trained extends SumAndDifference {
    override call(inputs: readonly [Tensor, Tensor]): Tensor[] {
      return super.call(inputs);
    }
    override backward([dSum, dDifference]: readonly [Tensor, Tensor]) {
      return {
        inputs: [1, -1].map((sign) => mapped(dSum, (d, i) => d + sign * (dDifference.data[i] as number))),
      };
    }
  }
  const layer = hold(new Trained());
  const cotangents = [numbersOf(3, 4), { data: numbersOf(13).data.slice(1), shape: [3, 4] }];
  const made = gradients(layer, [x, x], { cotangents });
  const [a, b] = cotangents.map(({ data }) => data) as [Float32Array, Float32Array];
  expectNear(
    made.gradients.x[0] as Tensor,
    new Tensor(
      a.map((v, i) => v + (b[i] as number)),
      [3, 4],
    ),
  );
  expectNear(
    made.gradients.x[1] as Tensor,
    new Tensor(
      a.map((v, i) => v - (b[i] as number)),
      [3, 4],
    ),
  );
});

/** The same value with every number allowed to differ a little. */
function closeTo(value: unknown): unknown {
  if (typeof value === 'number') return expect.closeTo(value, 4);
  if (value instanceof Tensor) return near(value);
  if (Array.isArray(value)) return value.map(closeTo);
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, closeTo(each)]));
  }
  return value;
}

function near(expected: Tensor) {
  return {
    asymmetricMatch: (got: Tensor) =>
      got instanceof Tensor &&
      got.shape.join() === expected.shape.join() &&
      got.data.every((value, index) => Math.abs(value - (expected.data[index] as number)) < 2e-5),
    toString: () => `Tensor near ${JSON.stringify(expected.toArray())}`,
  };
}
