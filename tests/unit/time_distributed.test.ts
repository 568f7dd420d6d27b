import { describe, expect, test } from '@jest/globals';
import {
  Activation,
  ActivityRegularization,
  Add,
  ArgumentError,
  Bidirectional,
  Concatenate,
  Dense,
  Dropout,
  Embedding,
  Flatten,
  Input,
  Layer,
  layers,
  Masking,
  Model,
  RepeatVector,
  Reshape,
  Sequential,
  SimpleRNN,
  type Tensor,
  TimeDistributed,
  tensor,
  UnsupportedError,
} from 'simple-rnn';
import { arrays, expectNear, freeAfterEach, hold, numbersOf } from './held.js';

freeAfterEach();

const distributed = (layer: Layer, options: object = {}) => hold(new TimeDistributed({ layer, ...options }));

/** Step `index` of [batch, steps, …]. */
function stepOf({ data, shape }: { data: Float32Array; shape: readonly number[] }, index: number): Tensor {
  const [batch, steps, ...rest] = shape as [number, number, ...number[]];
  const width = rest.reduce((all, size) => all * size, 1);
  const rows = Array.from({ length: batch }, (_, row) => {
    const start = (row * steps + index) * width;
    return [...data.subarray(start, start + width)];
  });
  return tensor(Float32Array.from(rows.flat()), [batch, ...rest]);
}

/** The layer within, applied to each step on its own, gives the same numbers. */
function expectStepwise(layer: Layer, x: { data: Float32Array; shape: number[] }, mask?: Tensor): Tensor {
  const wrapper = distributed(layer);
  const output = wrapper.apply(x, mask === undefined ? {} : { mask });
  for (let index = 0; index < (x.shape[1] as number); index += 1) {
    const own = mask === undefined ? {} : { mask: stepOf(mask, index) };
    expectNear(stepOf(output, index), layer.apply(stepOf(x, index), own) as Tensor, 1e-6);
  }
  expect(wrapper.computeOutputShape([2, null, ...x.shape.slice(2)])).toEqual([2, null, ...output.shape.slice(2)]);
  expect(output.mask).toEqual(mask ?? null);
  return output;
}

/** Gives the inputs times the mean over the batch, and counts its calls. */
class BatchMean extends Layer {
  static override className = 'BatchMean';
  shapes: (readonly number[])[] = [];
  masks: (Tensor | null)[] = [];

  override call({ data, shape }: Tensor, { mask = null }: { mask?: Tensor | null } = {}): Tensor {
    this.shapes.push(shape);
    this.masks.push(mask);
    this.addLoss(data.length);
    const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
    return tensor(
      data.map((value) => value * mean),
      shape,
    );
  }
}

describe('TimeDistributed applies a layer to each step', () => {
  const x = numbersOf(2, 3, 4);

  test('layers of this package, all steps at once', () => {
    expectStepwise(new Dense({ units: 5, activation: 'softmax' }), x);
    expectStepwise(new Activation({ activation: 'glu' }), x);
    expectStepwise(new RepeatVector({ n: 2 }), x);
    expectStepwise(new Reshape({ targetShape: [2, -1] }), x);
    expectStepwise(new Flatten(), numbersOf(2, 3, 4, 2));
    expectStepwise(new SimpleRNN({ units: 3, goBackwards: true }), numbersOf(2, 3, 4, 2));
    expectStepwise(
      new Bidirectional({ layer: new SimpleRNN({ units: 3, returnSequences: true }) }),
      numbersOf(2, 3, 4, 2),
    );
    expectStepwise(new TimeDistributed({ layer: new Dense({ units: 2 }) }), numbersOf(2, 3, 4, 2));
  });

  test('token ids', () => {
    const ids = tensor([
      [
        [1, 2],
        [0, 3],
      ],
      [
        [3, 3],
        [0, 0],
      ],
    ]);
    const layer = new Embedding({ inputDim: 4, outputDim: 3, maskZero: true });
    const output = distributed(layer).apply(ids);
    expect([output.shape, output.mask]).toEqual([[2, 2, 2, 3], null]);
    expectNear(
      stepOf(output, 1),
      layer.apply([
        [0, 3],
        [0, 0],
      ]),
      0,
    );
  });

  test('a model', () => {
    const model = new Sequential([
      new SimpleRNN({ units: 3, returnSequences: true }),
      new Dropout({ rate: 0.5 }),
      new SimpleRNN({ units: 2 }),
    ]);
    expectStepwise(model as never, numbersOf(2, 3, 4, 2));
  });

  test('masks: one entry per step, or a mask for each step', () => {
    const mask = tensor([
      [1, 0, 1],
      [0, 1, 1],
    ]);
    const dense = distributed(new Dense({ units: 2 }));
    expect(dense.apply(x, { mask }).mask).toEqual(mask);
    expect(
      dense.apply(x, {
        mask: [
          [[1], [0], [1]],
          [[0], [1], [1]],
        ],
      }).mask?.shape,
    ).toEqual([2, 3, 1]);
    const inner = tensor(
      new Float32Array(24).map((_, at) => Number(at % 3 !== 0)),
      [2, 3, 4],
    );
    expectStepwise(new SimpleRNN({ units: 3, returnSequences: true }), numbersOf(2, 3, 4, 2), inner);
    const twoRows = {
      data: numbersOf(2, 3, 4, 2).data.map((value, at) => (at % 16 < 4 ? 0 : value)),
      shape: [2, 3, 4, 2],
    };
    const eager = distributed(new SimpleRNN({ units: 2 }));
    const masked = hold(new Masking()).apply(twoRows);
    expectNear(eager.apply(masked), eager.apply(twoRows, { mask: masked.mask }), 0);
  });

  test('a layer of the user sees one step after the other', () => {
    const layer = new BatchMean();
    const output = distributed(layer).apply(x, {
      mask: [
        [1, 0, 1],
        [0, 1, 1],
      ],
    });
    expect(layer.shapes.slice(-3)).toEqual([
      [2, 4],
      [2, 4],
      [2, 4],
    ]);
    expect(layer.masks.slice(-3).map((mask) => [...(mask as Tensor).data])).toEqual([
      [1, 0],
      [0, 1],
      [1, 1],
    ]);
    const first = stepOf(x, 0);
    const mean = first.data.reduce((sum, value) => sum + value, 0) / 8;
    expectNear(
      stepOf(output, 0),
      tensor(
        first.data.map((value) => value * mean),
        [2, 4],
      ),
      1e-6,
    );
    expect(output.mask?.toArray()).toEqual([
      [1, 0, 1],
      [0, 1, 1],
    ]);
  });

  test('layers that look at the batch as a whole', () => {
    const noise = { rate: 0.5, noiseShape: [1, 4], seed: 3 };
    const output = distributed(new Dropout(noise)).apply(
      { data: new Float32Array(2 * 30 * 4).fill(1), shape: [2, 30, 4] },
      { training: true },
    );
    const rows = (row: number) =>
      Array.from({ length: 30 }, (_, step) =>
        String(output.data.slice((row * 30 + step) * 4, (row * 30 + step + 1) * 4)),
      );
    expect(rows(0)).toEqual(rows(1));
    expect(new Set(rows(0)).size).toBeGreaterThan(4);
    const input = Input({ batchShape: [2, 4] });
    const joined = new Model({ inputs: input, outputs: new Concatenate({ axis: 0 }).apply([input, input]) });
    expect(joined.isRowwise).toBe(false);
    hold(joined);
  });

  test('a stateful layer goes on from step to step', () => {
    const layer = new SimpleRNN({ units: 2, stateful: true });
    const sequence = numbersOf(2, 3, 4, 2);
    const output = distributed(layer).apply(sequence);
    layer.resetStates();
    for (let index = 0; index < 3; index += 1) {
      expectNear(stepOf(output, index), layer.apply(stepOf(sequence, index)), 0);
    }
  });

  test('losses are summed over the steps', () => {
    const layer = new Dense({ units: 2, activityRegularizer: 'l2', kernelRegularizer: 'l1' });
    const wrapper = distributed(layer, { activityRegularizer: 'l1' });
    const output = wrapper.apply(x);
    const sum = (of: (value: number) => number) => output.data.reduce((all, value) => all + of(value), 0) / 2;
    const weights = layer.getWeights()[0] as Tensor;
    const expected = [
      0.01 * sum(Math.abs),
      0.01 * sum((value) => value * value),
      0.01 * weights.data.reduce((all, value) => all + Math.abs(value), 0),
    ];
    expect(wrapper.losses).toHaveLength(3);
    wrapper.losses.forEach((loss, index) => {
      expect(loss).toBeCloseTo(expected[index] as number, 5);
    });
    const users = distributed(new BatchMean());
    users.apply(x);
    expect(users.losses).toEqual([8, 8, 8]);
  });

  test('dropout has a mask for every step', () => {
    const { data } = distributed(new Dropout({ rate: 0.5, seed: 1 })).apply(
      { data: new Float32Array(400).fill(1), shape: [1, 4, 100] },
      { training: true },
    );
    const steps = [0, 1, 2, 3].map((step) => String(data.slice(step * 100, step * 100 + 100)));
    expect(new Set(steps).size).toBe(4);
  });
});

describe('TimeDistributed', () => {
  test('numbers that are part of a graph have rows of their own', () => {
    const input = Input({ batchShape: [2, 4] });
    const constant = tensor(numbersOf(2, 4).data, [2, 4]);
    const model = new Model({ inputs: input, outputs: new Add().apply([input, constant]) });
    expectStepwise(model as never, numbersOf(2, 3, 4));
  });

  test('in a stream', () => {
    const model = hold(
      new Sequential([
        new SimpleRNN({ units: 3, returnSequences: true, inputShape: [null, 2] }),
        new ActivityRegularization({ l2: 0.1 }),
        new TimeDistributed({ layer: new Dense({ units: 2, activation: 'softmax' }) }),
      ]),
    );
    const x = numbersOf(1, 4, 2);
    const stream = model.stream();
    const got = [0, 1, 2, 3].flatMap((step) => [...stream.step(x.data.subarray(2 * step, 2 * step + 2))]);
    expectNear(tensor(got as never), tensor([...model.predict(x).data] as never), 1e-6);
    const other = new TimeDistributed({ layer: new BatchMean(), inputShape: [null, 2] });
    expect(() => hold(new Sequential([other])).stream()).toThrow(/cannot be streamed/);
  });

  test('what fails leaves the weights of the layer within alone', () => {
    const layer = new SimpleRNN({ units: 2, returnState: true });
    const wrapper = distributed(layer);
    layer.build([null, 4, 2]);
    const weights = arrays(layer.getWeights());
    expect(() => wrapper.apply(Input({ shape: [3, 4, 2] }))).toThrow(UnsupportedError);
    expect(() => wrapper.apply(Input({ shape: [3, 4, 5] }))).toThrow(/expected axis -1/);
    expect(arrays(layer.getWeights())).toEqual(weights);
  });

  test('in a model: paths, shapes, masks, any number of steps', () => {
    const masking = new Masking({ inputShape: [null, 3] });
    const wrapper = new TimeDistributed({ layer: new Dense({ units: 4, name: 'd' }), name: 'td' });
    const rnn = new SimpleRNN({ units: 2 });
    const model = hold(new Sequential({ layers: [masking, wrapper, rnn], name: 'm' }));
    expect(wrapper.weights.map(({ path }) => path)).toEqual(['m/td/d/kernel', 'm/td/d/bias']);
    expect(wrapper.outputShape).toEqual([null, null, 4]);
    expect((wrapper.outputMask as { shape: unknown }).shape).toEqual([null, null]);
    const x = { data: numbersOf(2, 5, 3).data.map((value, at) => (at % 15 > 8 ? 0 : value)), shape: [2, 5, 3] };
    const short = { data: Float32Array.from([...x.data.slice(0, 9), ...x.data.slice(15, 24)]), shape: [2, 3, 3] };
    expectNear(model.predict(x), model.predict(short), 1e-6);
  });

  test('configuration, clone', () => {
    const wrapper = distributed(new Dense({ units: 2, name: 'd' }), { name: 'td', trainable: false });
    const config = wrapper.getConfig();
    wrapper.build([null, 3, 4]);
    expect([wrapper.trainableWeights.length, wrapper.nonTrainableWeights.length]).toEqual([0, 2]);
    expect(Object.keys(config)).toEqual(['name', 'trainable', 'dtype', 'layer']);
    expect(hold(TimeDistributed.fromConfig(config)).getConfig()).toEqual(config);
    expect(hold(layers.deserialize<TimeDistributed>({ class_name: 'TimeDistributed', config })).layer).toBeInstanceOf(
      Dense,
    );
    const copy = hold(wrapper.clone());
    expect(copy.layer).not.toBe(wrapper.layer);
    expect(arrays(copy.getWeights())).toEqual(arrays(wrapper.getWeights()));
    expect(copy.weights.map(({ path }) => path)).toEqual(wrapper.weights.map(({ path }) => path));
  });

  test("misuse, in Keras' words", () => {
    const dense = () => distributed(new Dense({ units: 2 }), { name: 'td' });
    expect(() => new TimeDistributed({ layer: 3 } as never)).toThrow(
      'Please initialize `TimeDistributed` layer with a `keras.layers.Layer` instance. Received: 3',
    );
    expect(() => new TimeDistributed()).toThrow(ArgumentError);
    expect(() => dense().apply([[1, 2, 3]])).toThrow(
      '`TimeDistributed` Layer should be passed an `input_shape` with at least 3 dimensions, received: (1, 3)',
    );
    expect(() => dense().apply(numbersOf(2, 3, 4), { mask: [1, 1, 1] })).toThrow(
      'The `mask` passed to the `TimeDistributed` layer must be at least 2D (e.g., `(batch_size, timesteps)`), but it has 1 dimension(s) with shape (3,).',
    );
    expect(() => dense().apply(numbersOf(2, 3, 4), { mask: numbersOf(2, 4) })).toThrow(
      'The `mask` passed to the `TimeDistributed` layer has a shape (2, 4) that is incompatible with the input shape (2, 3, 4). ' +
        "The first two dimensions of the mask (batch size and timesteps) must match the input's first two dimensions. " +
        'Expected mask shape prefix: (2, 3).',
    );
    const states = distributed(new SimpleRNN({ units: 2, returnState: true }));
    expect(() => states.apply(numbersOf(2, 3, 4, 2))).toThrow(UnsupportedError);
    expect(() => distributed(new SimpleRNN({ units: 2 })).apply(numbersOf(2, 3, 4))).toThrow(
      /expected ndim=3, found ndim=2/,
    );
  });
});
