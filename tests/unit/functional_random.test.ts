// Random graphs: what a model predicts is what its layers give one after the other, copied and read back too.
import { expect, test } from '@jest/globals';
import {
  Add,
  Bidirectional,
  Concatenate,
  Dense,
  Dropout,
  Input,
  type Layer,
  Masking,
  Model,
  RepeatVector,
  RNN,
  SimpleRNN,
  SimpleRNNCell,
  type SymbolicTensor,
  type Tensor,
  TimeDistributed,
  tensor,
  utils,
} from 'simple-rnn';
import { arrays, expectNear, flat, freeAfterEach, hold } from './held.js';

freeAfterEach();

const STEPS = 4;
const WIDTH = 3;
const BATCH = 2;

function generator(seed: number) {
  let state = seed * 2654435761 + 1;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  return { next, below: (most: number) => Math.floor(next() * most), chance: (share: number) => next() < share };
}
type Random = ReturnType<typeof generator>;

// A tensor of the graph beside its numbers, which the layers gave one by one.
interface Value {
  symbol: SymbolicTensor;
  numbers: Tensor;
}

const isSequence = ({ symbol }: Value) => symbol.shape.length === 3;
const pick = <T>(list: readonly T[], random: Random): T => list[random.below(list.length)] as T;

// Layers for a sequence, and for a row; all keep sequences WIDTH wide, so that they go together.
const sequenceLayers: (() => Layer)[] = [
  () => new SimpleRNN({ units: WIDTH, returnSequences: true }),
  () => new SimpleRNN({ units: WIDTH, goBackwards: true, zeroOutputForMask: true, returnSequences: true }),
  () => new SimpleRNN({ units: WIDTH }),
  () => new RNN({ cell: [4, WIDTH].map((units) => new SimpleRNNCell({ units })), returnSequences: true }),
  () => new Bidirectional({ layer: new SimpleRNN({ units: WIDTH, returnSequences: true }), mergeMode: 'sum' }),
  () => new TimeDistributed({ layer: new Dense({ units: WIDTH, activation: 'relu' }) }),
  () => new Dense({ units: WIDTH, activation: 'tanh' }),
  () => new Masking({ maskValue: 0 }),
  () => new Dropout({ rate: 0.5 }),
];
const rowLayers: (() => Layer)[] = [
  () => new Dense({ units: WIDTH }),
  () => new RepeatVector({ n: STEPS }),
  () => new Dropout({ rate: 0.25 }),
];

function apply(layer: Layer, inputs: readonly Value[], options: { state?: Value } = {}): Value[] {
  const { state } = options;
  const given = (key: 'symbol' | 'numbers') => ({ ...(state === undefined ? {} : { initialState: state[key] }) });
  const of = (key: 'symbol' | 'numbers') => (inputs.length === 1 ? inputs[0]?.[key] : inputs.map((each) => each[key]));
  const symbols = [
    layer.apply(of('symbol') as never, given('symbol') as never),
  ].flat() as unknown[] as SymbolicTensor[];
  const numbers = flat(layer.apply(of('numbers') as never, given('numbers') as never));
  return symbols.map((symbol, i) => ({ symbol, numbers: numbers[i] as Tensor }));
}

function grow(values: Value[], used: Layer[], random: Random): void {
  const value = pick(values, random);
  const alike = values.filter(({ symbol }) => symbol.shape.length === value.symbol.shape.length);
  if (random.chance(0.25) && alike.length > 1) {
    values.push(...apply(new Add(), [value, pick(alike, random)]));
    return;
  }
  const rows = values.filter((each) => !isSequence(each) && each.symbol.shape[1] === WIDTH);
  if (isSequence(value) && rows.length > 0 && random.chance(0.3)) {
    const layer = new SimpleRNN({ units: WIDTH, returnState: true, returnSequences: random.chance(0.5) });
    values.push(...apply(layer, [value], { state: pick(rows, random) }));
    return;
  }
  const shared = used.filter((layer) => layer.getInputShapeAt(0).length === value.symbol.shape.length);
  const isShared = shared.length > 0 && random.chance(0.25);
  const layer = isShared ? pick(shared, random) : pick(isSequence(value) ? sequenceLayers : rowLayers, random)();
  values.push(...apply(layer, [value]));
  if (!isShared) used.push(layer);
}

function randomModel(seed: number): { model: Model; inputs: Tensor[]; expected: Tensor[] } {
  const random = generator(seed);
  utils.setRandomSeed(seed);
  const inputs = Array.from({ length: 1 + random.below(2) }, () => {
    const data = Float32Array.from({ length: BATCH * STEPS * WIDTH }, () => 2 * random.next() - 1);
    // Some steps are all zeros, which Masking looks for.
    for (let row = 0; row < BATCH * STEPS; row += 1)
      if (random.chance(0.3)) data.fill(0, row * WIDTH, (row + 1) * WIDTH);
    return {
      symbol: Input({ shape: [random.chance(0.5) ? STEPS : null, WIDTH] }),
      numbers: tensor(data, [BATCH, STEPS, WIDTH]),
    };
  });
  const values: Value[] = [...inputs];
  const used: Layer[] = [];
  for (let count = 3 + random.below(8); count > 0; count -= 1) grow(values, used, random);
  const last = values.slice(-2);
  const joined = last.every((each) => !isSequence(each)) && last.length === 2 ? apply(new Concatenate(), last) : [];
  const outputs = [...last, ...joined];
  const model = new Model({ inputs: inputs.map(({ symbol }) => symbol), outputs: outputs.map(({ symbol }) => symbol) });
  // What no output needs is not part of the model.
  const parts = new Set<Layer>(model.layers);
  for (const layer of [...used, ...values.map(({ symbol }) => symbol.node?.layer as Layer)])
    if (!parts.has(layer)) layer.dispose();
  return {
    model: hold(model),
    inputs: inputs.map(({ numbers }) => numbers),
    expected: outputs.map(({ numbers }) => numbers),
  };
}

// A shared layer may have been built by a part of the graph that the model leaves out.
const written = (model: Model) =>
  JSON.stringify(model.getConfig(), (key, value) => (key === 'build_config' ? undefined : value));

test.each(Array.from({ length: 100 }, (_, seed) => seed))('graph %i', (seed) => {
  const { model, inputs, expected } = randomModel(seed);
  const given = inputs.length === 1 ? (inputs[0] as Tensor) : inputs;
  const outputs = flat(model.predict<Tensor[]>(given));
  expect(outputs).toHaveLength(expected.length);
  for (const [i, output] of outputs.entries()) expectNear(output, expected[i] as Tensor, 1e-6);
  expect(arrays(model.predict<Tensor[]>(given))).toEqual(arrays(outputs));
  expect(arrays(model.apply(given))).toEqual(arrays(outputs));
  expect(arrays(model.predict<Tensor[]>(given, { batchSize: 1 }))).toEqual(arrays(outputs));
  const copy = hold(model.clone());
  expect(arrays(copy.predict<Tensor[]>(given))).toEqual(arrays(outputs));
  const again = hold(Model.fromConfig(JSON.parse(JSON.stringify(model.getConfig()))) as Model);
  again.setWeights(model.getWeights());
  expect(arrays(again.predict<Tensor[]>(given))).toEqual(arrays(outputs));
  expect(written(again)).toEqual(written(model));
});
