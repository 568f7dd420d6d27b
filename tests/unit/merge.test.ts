import { describe, expect, test } from '@jest/globals';
import {
  Add,
  ArgumentError,
  Concatenate,
  Dense,
  Embedding,
  Input,
  Masking,
  Model,
  ShapeError,
  SimpleRNN,
  Tensor,
  tensor,
} from 'simple-rnn';
import { freeAfterEach, hold, numbersOf } from './held.js';

freeAfterEach();

const a = tensor(numbersOf(2, 3, 4).data, [2, 3, 4]);
const masked = (mask: number[][], steps = 3) =>
  new Tensor(a.data.slice(0, 8 * steps), [2, steps, 4], tensor(mask as never));
const first = masked([
  [1, 1, 0],
  [1, 0, 0],
]);
const second = masked([
  [0, 0, 0],
  [1, 1, 0],
]);

describe('Add', () => {
  const add = () => hold(new Add());

  test('adds any number of tensors, in order', () => {
    expect(
      add()
        .apply([[[1, 2]], [[3, 4]], [[5, 6]]])
        .toArray(),
    ).toEqual([[9, 12]]);
    expect(add().apply([a]).data).toEqual(a.data);
  });

  test('repeats axes of size 1 and widens inputs with fewer axes after the batch', () => {
    const b = tensor([
      [10, 20, 30, 40],
      [50, 60, 70, 80],
    ]);
    const { data, shape } = add().apply([a, b]);
    expect(shape).toEqual([2, 3, 4]);
    expect(data[13]).toBeCloseTo((a.data[13] as number) + 60, 4);
    const column = tensor([
      [[1], [2], [3]],
      [[4], [5], [6]],
    ]);
    const row = tensor([[[10, 20]], [[30, 40]]]);
    const sum = add().apply([column, row, tensor([[100], [200]])]);
    expect(sum.toArray()).toEqual([
      [
        [111, 121],
        [112, 122],
        [113, 123],
      ],
      [
        [234, 244],
        [235, 245],
        [236, 246],
      ],
    ]);
  });

  test('a step is used if any input uses it; without a mask on every input there is none', () => {
    expect(add().apply([first, second]).mask?.toArray()).toEqual([
      [1, 1, 0],
      [1, 1, 0],
    ]);
    expect(add().apply([first, a]).mask).toBe(null);
    expect(
      add()
        .apply([first, masked([[0], [1]], 1)])
        .mask?.toArray(),
    ).toEqual([
      [1, 1, 0],
      [1, 1, 1],
    ]);
    expect(add().computeMask([first, second], [first.mask, second.mask])).toEqual(add().apply([first, second]).mask);
    expect(add().computeMask([first, second], [first.mask, null])).toBe(null);
  });

  test('shapes of a graph', () => {
    expect(
      add().computeOutputShape([
        [null, 3, 4],
        [2, 3, 1],
        [null, 4],
      ]),
    ).toEqual([2, 3, 4]);
    expect(
      add().computeOutputShape([
        [null, null, 4],
        [null, 3, 1],
      ]),
    ).toEqual([null, null, 4]);
  });

  test("misuse, in Keras' words", () => {
    expect(() => add().apply(a)).toThrow(
      /A merge layer should be called on a list of inputs. Received: input_shape=\(2, 3, 4\) \(not a list of shapes\)/,
    );
    expect(() => add().apply([])).toThrow(ArgumentError);
    expect(() => add().apply(new Array(2) as never)).toThrow(ArgumentError);
    expect(() => add().apply([a, numbersOf(1, 3, 4)])).toThrow(
      /Cannot merge tensors with different batch sizes. Received tensors with shapes \[\(2, 3, 4\), \(1, 3, 4\)\]/,
    );
    expect(() => add().apply([a, numbersOf(2, 3)])).toThrow(
      /Inputs have incompatible shapes. Received shapes \(3, 4\) and \(3,\)/,
    );
    expect(() => add().computeMask([a, a], [null])).toThrow(/should have the same length/);
    expect(() =>
      add().apply([
        first,
        masked(
          [
            [1, 1],
            [1, 1],
          ],
          2,
        ),
      ]),
    ).toThrow(ShapeError);
  });
});

describe('Concatenate', () => {
  const concatenate = (axis = -1) => hold(new Concatenate({ axis }));

  test('joins along any axis', () => {
    expect(
      concatenate()
        .apply([[[1, 2]], [[3]], [[4]]])
        .toArray(),
    ).toEqual([[1, 2, 3, 4]]);
    expect(
      concatenate(0)
        .apply([
          [[1, 2]],
          [
            [3, 4],
            [5, 6],
          ],
        ])
        .toArray(),
    ).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
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
    const y = [[[10, 20]], [[30, 40]]];
    const expected = [
      [
        [1, 2],
        [3, 4],
        [10, 20],
      ],
      [
        [5, 6],
        [7, 8],
        [30, 40],
      ],
    ];
    expect(concatenate(1).apply([x, y]).toArray()).toEqual(expected);
    expect(concatenate(-2).apply([x, y]).toArray()).toEqual(expected);
    expect(concatenate().apply([a]).data).toEqual(a.data);
  });

  // The numbers are those of Keras 3.15.1.
  test('masks', () => {
    expect(concatenate().apply([first, second]).mask?.toArray()).toEqual([
      [1, 1, 0],
      [1, 1, 0],
    ]);
    expect(concatenate().apply([first, a]).mask?.toArray()).toEqual([
      [1, 1, 1],
      [1, 1, 1],
    ]);
    expect(concatenate(1).apply([first, second]).mask?.toArray()).toEqual([
      [1, 1, 0, 0, 0, 0],
      [1, 0, 0, 1, 1, 0],
    ]);
    expect(concatenate(1).apply([first, a]).mask?.toArray()).toEqual([
      [1, 1, 0, 1, 1, 1],
      [1, 0, 0, 1, 1, 1],
    ]);
    expect(concatenate(0).apply([first, a]).mask?.toArray()).toEqual([
      [1, 1, 0],
      [1, 0, 0],
      [1, 1, 1],
      [1, 1, 1],
    ]);
    expect(concatenate().apply([a, a]).mask).toBe(null);
    const whole = [
      [
        [1, 0, 0, 0],
        [0, 0, 0, 0],
        [0, 0, 0, 1],
      ],
      [
        [0, 0, 0, 0],
        [0, 1, 0, 0],
        [0, 0, 0, 0],
      ],
    ];
    expect(concatenate().computeMask([a, a], [tensor(whole), first.mask])).toEqual(
      tensor([
        [1, 1, 1],
        [1, 1, 0],
      ]),
    );
  });

  test('shapes of a graph', () => {
    expect(
      concatenate().computeOutputShape([
        [null, null, 4],
        [null, 3, 1],
      ]),
    ).toEqual([null, null, 5]);
    expect(
      concatenate(1).computeOutputShape([
        [null, null, 4],
        [null, 3, 4],
      ]),
    ).toEqual([null, null, 4]);
  });

  test("misuse, in Keras' words", () => {
    expect(() => concatenate().apply(a)).toThrow(
      /A `Concatenate` layer should be called on a list of at least 1 input. Received: input_shape=\(2, 3, 4\)/,
    );
    for (const other of [numbersOf(2, 2, 4), numbersOf(2, 4), numbersOf(2, 1, 4)]) {
      expect(() => concatenate().apply([a, other])).toThrow(
        /requires inputs with matching shapes except for the concatenation axis. Received: input_shape=\[\(2, 3, 4\), /,
      );
    }
    expect(() => concatenate(3).apply([a, a])).toThrow(/`axis` 3 is not in the range \[-3, 3\)/);
    expect(() => new Concatenate({ axis: 0.5 })).toThrow(ArgumentError);
  });
});

test('masks travel through a graph as they do eagerly', () => {
  const [x, y] = [Input({ shape: [3], dtype: 'int32' }), Input({ shape: [3], dtype: 'int32' })];
  const tables = [1, 2].map(() => new Embedding({ inputDim: 5, outputDim: 2, maskZero: true })) as [
    Embedding,
    Embedding,
  ];
  const [left, right] = [tables[0].apply(x), tables[1].apply(y)];
  const [add, join, rnn] = [new Add(), new Concatenate(), new SimpleRNN({ units: 3 })];
  const sum = add.apply([left, right]);
  const all = join.apply([sum, left]);
  expect(all.mask?.shape).toEqual([null, 3]);
  const model = hold(new Model({ inputs: [x, y], outputs: rnn.apply(all) }));
  const data = [
    tensor([
      [1, 0, 0],
      [2, 3, 0],
    ]),
    tensor([
      [4, 2, 0],
      [0, 0, 1],
    ]),
  ] as const;
  const eager = data.map((each, index) => (tables[index] as Embedding).apply(each));
  const expected = rnn.apply(join.apply([add.apply(eager), eager[0] as Tensor]));
  expect(model.predict([...data])).toEqual(new Tensor(expected.data, expected.shape));
});

test('Masking and Embedding say in a graph that their output has a mask', () => {
  const masking = hold(new Masking());
  expect(masking.apply(Input({ shape: [null, 2] })).mask?.shape).toEqual([null, null]);
  expect(hold(new Embedding({ inputDim: 2, outputDim: 2 })).apply(Input({ shape: [3] })).mask).toBe(null);
  expect(hold(new Dense({ units: 2 })).apply(masking.getOutputAt(0) as never).mask).not.toBe(null);
});
