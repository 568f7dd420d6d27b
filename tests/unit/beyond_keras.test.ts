// What is computed where the known answers are skipped: where Keras fails or drops an argument that it documents, and
// where TensorFlow.js differs from Keras on purpose.
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from '@jest/globals';
import {
  activations,
  Bidirectional,
  type Layer,
  layers,
  ModelFormatError,
  memory,
  RNN,
  regularizers,
  Sequential,
  SimpleRNN,
  SimpleRNNCell,
  type Tensor,
  utils,
} from 'simple-rnn';

const held: { dispose(): void }[] = [];
const hold = <T extends { dispose(): void }>(made: T): T => {
  held.push(made);
  return made;
};

afterEach(() => {
  for (const each of held.splice(0)) each.dispose();
  expect(memory()).toEqual({ blocks: 0, bytes: 0 });
});

const flat = (given: unknown): Tensor[] => [given].flat(Number.POSITIVE_INFINITY) as Tensor[];
const arrays = (given: unknown) => flat(given).map((each) => each.toArray());

interface Skipped {
  id: string;
  applies: string;
  config: { class_name: string; config: Record<string, unknown> };
  inputs: { x: never; mask?: never; initial_state?: never };
  weights: object;
}

function skipped(name: string): Skipped[] {
  const path = new URL(`../fixtures/golden/${name}.json`, import.meta.url);
  const { cases } = JSON.parse(readFileSync(path, 'utf8')) as { cases: Skipped[] };
  return cases.filter(({ applies }) => applies === 'keras_bug');
}

// A layer of a case, not unrolled if `unroll` is false, with seeded weights, on the case's input.
function run({ config: spec, inputs }: Skipped, unroll: boolean): unknown[] {
  utils.setRandomSeed(4);
  const config = { ...spec.config, unroll };
  const layer = hold(layers.deserialize<Layer>({ class_name: spec.class_name, config }));
  return arrays(layer.apply(inputs.x, { mask: inputs.mask ?? null, initialState: inputs.initial_state ?? null }));
}

describe('unroll', () => {
  const cases = ['simple_rnn_forward', 'cells', 'wrappers'].flatMap(skipped);
  test.each(cases.map((each) => [each.id, each] as const))('%s: the numbers are those of the loop', (_, each) => {
    expect(run(each, true)).toEqual(run(each, false));
  });

  test('masked steps of a layer that goes backwards give zeros where they are masked', () => {
    const layer = hold(
      new SimpleRNN({ units: 2, unroll: true, goBackwards: true, returnSequences: true, zeroOutputForMask: true }),
    );
    const [output] = flat(layer.apply([[[1], [2], [3]]], { mask: [[1, 1, 0]] })) as [Tensor];
    const isZero = [0, 1, 2].map((step) => output.data.slice(2 * step, 2 * step + 2).every((value) => value === 0));
    expect(isZero).toEqual([true, false, false]);
  });

  test('Bidirectional too', () => {
    const both = [true, false].map((unroll) => {
      utils.setRandomSeed(4);
      const layer = new SimpleRNN({ units: 3, unroll, returnSequences: true });
      return hold(new Bidirectional({ layer })).apply([[[1], [2], [3]]], { mask: [[1, 0, 1]] });
    });
    expect(arrays(both[0])).toEqual(arrays(both[1]));
  });
});

describe('stacks of cells', () => {
  const cells = (...units: number[]) => units.map((size) => new SimpleRNNCell({ units: size }));
  const x = [
    [
      [1, 2],
      [3, 4],
      [5, 6],
    ],
  ];

  test('a stateful RNN over a stack is reset', () => {
    const rnn = hold(new RNN({ cell: cells(6, 2), stateful: true }));
    const first = arrays(rnn.apply(x));
    expect(arrays(rnn.apply(x))).not.toEqual(first);
    rnn.resetState();
    expect(arrays(rnn.apply(x))).toEqual(first);
  });

  test('a stack of one cell takes a mask as the cell alone does', () => {
    const [stack, alone] = [cells(6), cells(6)[0] as SimpleRNNCell].map((cell) =>
      hold(new RNN({ cell, returnState: true, returnSequences: true })),
    ) as [RNN, RNN];
    const mask = [[1, 0, 1]];
    stack.build([1, 3, 2]);
    alone.build([1, 3, 2]);
    stack.setWeights(alone.getWeights());
    expect(arrays(stack.apply(x, { mask }))).toEqual(arrays(alone.apply(x, { mask })));
  });
});

test('a stateful Bidirectional with returnState goes on from its states', () => {
  const layer = new SimpleRNN({ units: 2, stateful: true, returnState: true });
  const both = hold(new Bidirectional({ layer }));
  const x = [[[1], [2]]];
  const [output, forward, backward] = flat(both.apply(x)) as [Tensor, Tensor, Tensor];
  expect([output.shape, forward.shape, backward.shape]).toEqual([
    [1, 4],
    [1, 2],
    [1, 2],
  ]);
  const next = arrays(both.apply(x));
  expect(next).not.toEqual(arrays([output, forward, backward]));
  both.resetState();
  expect(arrays(both.apply(x))).toEqual(arrays([output, forward, backward]));
  expect(arrays(both.apply(x, { initialState: [forward, backward] }))).toEqual(next);
});

describe('activityRegularizer of SimpleRNN', () => {
  const x = [
    [
      [1, 2],
      [3, 4],
    ],
    [
      [5, 6],
      [7, 8],
    ],
  ];
  const penalty = (output: Tensor) => (0.1 * output.data.reduce((sum, value) => sum + value * value, 0)) / 2;

  test('is applied to the output, divided by the batch size', () => {
    const rnn = hold(new SimpleRNN({ units: 3, activityRegularizer: regularizers.l2({ l2: 0.1 }) }));
    const output = rnn.apply(x);
    expect(rnn.losses).toHaveLength(1);
    expect(rnn.losses[0]).toBeCloseTo(penalty(output), 5);
    expect(rnn.getConfig().activity_regularizer).toMatchObject({ class_name: 'L2' });
  });

  test('in a model too', () => {
    const rnn = new SimpleRNN({ units: 3, activityRegularizer: 'l2', inputShape: [2, 2] });
    const model = hold(new Sequential([rnn]));
    const output = model.apply(x) as Tensor;
    expect(model.losses[0]).toBeCloseTo(penalty(output) / 10, 5);
  });
});

describe('where TensorFlow.js differs', () => {
  test("hard_sigmoid is Keras 3's: relu6(x + 3) / 6", () => {
    const expected = [-1, 2, 0, 4, -5, 6].map((x) => Math.fround(Math.min(Math.max(x + 3, 0), 6) / 6));
    expect(activations.get('hard_sigmoid')([-1, 2, 0, 4, -5, 6]).toArray()).toEqual(expected);
  });

  test('the factors of L1L2 are 0 unless they are given', () => {
    const l1l2 = regularizers.get('L1L2') as unknown as (x: number[]) => number;
    expect(l1l2([1, -2, 3, -4])).toBe(0);
  });

  test('cells that are not here are refused by name', () => {
    const config = { cell: [{ class_name: 'GRUCell', config: { units: 2 } }] };
    const call = () => layers.deserialize({ class_name: 'RNN', config } as never);
    expect(call).toThrow(ModelFormatError);
    expect(call).toThrow(/GRUCell/);
  });
});
