// Classes that a user derives from Layer.
import { describe, expect, jest, test } from '@jest/globals';
import {
  ArgumentError,
  type CallOptions,
  Dense,
  DisposedError,
  Input,
  Layer,
  layers,
  Masking,
  Model,
  memory,
  registerLayer,
  Sequential,
  ShapeError,
  SimpleRNN,
  SymbolicTensor,
  type Tensor,
  tensor,
} from 'simple-rnn';
import { arrays, expectNear, flat, freeAfterEach, hold, numbersOf } from './held.js';
import { Negative, Scale, SumAndDifference, SumOverSteps } from './user_layers.js';

freeAfterEach();
registerLayer(Scale);
registerLayer(SumOverSteps);

const x = numbersOf(2, 3, 4);

describe('weights', () => {
  test('are made by build, once, and are the layer’s', () => {
    const layer = hold(new Scale({ start: 3, name: 's' }));
    expect(layer.weights).toEqual([]);
    expect(layer.apply([[2, 4]]).toArray()).toEqual([[6, 12]]);
    layer.apply([[1]]);
    expect(layer.weights.map(({ path, shape }) => [path, shape])).toEqual([['s/factor', []]]);
    layer.setWeights([tensor(new Float32Array([2]), [])]);
    expect(layer.apply([[2, 4]]).toArray()).toEqual([[4, 8]]);
    expect([layer.built, layer.countParams(), layer.losses]).toEqual([true, 1, [expect.closeTo(0.02, 6)]]);
    layer.trainable = false;
    expect([layer.trainableWeights.length, layer.nonTrainableWeights.length, layer.losses]).toEqual([0, 1, []]);
  });

  test('a copy has its own', () => {
    const layer = hold(new Scale({ start: 3 }));
    layer.apply([[1]]);
    const copy = hold(layer.clone());
    copy.setWeights([tensor(new Float32Array([5]), [])]);
    expect(arrays([copy.apply([[1]]), layer.apply([[1]])])).toEqual([[[5]], [[3]]]);
  });

  test('of layers within it are counted, and freed with it', () => {
    class Twice extends Layer {
      static override readonly className: string = 'Twice';
      readonly first = new Dense({ units: 2, kernelRegularizer: 'l2' });
      readonly second = new Dense({ units: 1 });
      override call(input: Tensor): Tensor {
        return this.second.apply(this.first.apply(input));
      }
    }
    const layer = hold(new Twice());
    expect(layer.apply([[1, 2, 3]]).shape).toEqual([1, 1]);
    expect(layer.weights.map(({ shape }) => shape)).toEqual([[3, 2], [2], [2, 1], [1]]);
    expect(layer.losses).toHaveLength(1);
  });

  test('after dispose they are gone', () => {
    const layer = new Scale();
    layer.apply([[1]]);
    layer.dispose();
    expect(() => layer.apply([[1]])).toThrow(DisposedError);
    expect(() => layer.factor.read()).toThrow(DisposedError);
  });
});

describe('shapes', () => {
  test('are found by a try on zeros, sizes that vary too', () => {
    const layer = hold(new SumOverSteps());
    expect(layer.computeOutputShape([5, 3, 4])).toEqual([5, 4]);
    expect(layer.computeOutputShape([null, null, 4])).toEqual([null, 4]);
    expect(layer.apply(Input({ shape: [null, 4] })).shape).toEqual([null, 4]);
    const same = hold(new Scale());
    expect(same.apply(Input({ shape: [null, 4] })).shape).toEqual([null, null, 4]);
  });

  test('that differ from computeOutputShape are an error, and nothing is left behind', () => {
    class Wrong extends SumOverSteps {
      override computeOutputShape(): number[] {
        return [2, 7];
      }
    }
    const layer = hold(new Wrong({ name: 'w' }));
    const before = memory();
    expect(() => layer.apply(x)).toThrow(ShapeError);
    expect(() => layer.apply(x)).toThrow(/^Wrong 'w'|^SumOverSteps 'w'/);
    expect(() => layer.apply(x)).toThrow(/`call` returned shape \(2, 4\), `computeOutputShape` says \(2, 7\)/);
    expect(memory()).toEqual(before);
  });

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['a word', 'x'],
    ['a bare typed array', new Float32Array(3)],
    ['ragged arrays', [[1, 2], [3]]],
    ['a symbolic tensor', new SymbolicTensor([null, 3])],
  ])('`call` that returns %s', (_, given) => {
    class Odd extends Layer {
      override call(): unknown {
        return given;
      }
    }
    const layer = new Odd({ name: 'odd' });
    expect(() => layer.apply(x)).toThrow(/'odd': what `call` returns/);
  });

  test('several inputs and outputs are lists', () => {
    const layer = hold(new SumAndDifference());
    expect(arrays(layer.apply([tensor([[1, 2]]), tensor([[10, 20]])]))).toEqual([[[11, 22]], [[-9, -18]]]);
    const [a, b] = [Input({ shape: [2] }), Input({ shape: [2] })];
    const outputs = layer.apply<SymbolicTensor[]>([a, b]) as SymbolicTensor[];
    const model = hold(new Model({ inputs: [a, b], outputs }));
    expect(arrays(model.predict<Tensor[]>([tensor([[1, 2]]), tensor([[10, 20]])]))).toEqual([[[11, 22]], [[-9, -18]]]);
  });
});

describe('masks and training', () => {
  const masked = (layer: Layer) =>
    layer.apply(tensor(x.data, x.shape), {
      mask: [
        [1, 0, 1],
        [1, 1, 0],
      ],
    });

  test('a mask goes on only if supportsMasking says so', () => {
    expect(masked(hold(new Scale())).mask?.toArray()).toEqual([
      [1, 0, 1],
      [1, 1, 0],
    ]);
    expect(masked(hold(new SumOverSteps())).mask).toBe(null);
  });

  test('call is told mask and training', () => {
    const seen: CallOptions[] = [];
    class Watch extends Scale {
      override call(input: Tensor, options?: CallOptions): Tensor {
        seen.push(options as CallOptions);
        return input;
      }
      override computeOutputShape(shape: never): never {
        return shape;
      }
    }
    const layer = hold(new Watch());
    layer.apply(x, { training: true });
    masked(layer);
    expect(seen.map(({ training }) => training)).toEqual([true, false]);
    expect(seen.map(({ mask }) => (mask as Tensor | null)?.shape ?? null)).toEqual([null, [2, 3]]);
  });

  test('a mask of its own is read by the layers behind it, in a model too', () => {
    const input = [[[1], [-5], [2]]];
    const rnn = () =>
      new SimpleRNN({ units: 1, activation: null, kernelInitializer: 'ones', recurrentInitializer: 'ones' });
    const negative = hold(new Negative());
    const output = negative.apply(input);
    expect(output.mask?.toArray()).toEqual([[1, 0, 1]]);
    expect(hold(rnn()).apply(output).toArray()).toEqual([[3]]);
    const model = hold(new Sequential([new Negative(), rnn()]));
    expect(model.predict(input).toArray()).toEqual([[3]]);
    expect(model.predict([[[1], [5], [2]]]).toArray()).toEqual([[8]]);
  });

  test('a mask of another shape than at first is refused', () => {
    class Growing extends Scale {
      override computeMask(inputs: unknown): Tensor {
        const { data } = inputs as Tensor;
        return tensor([Array.from({ length: data[0] === 0 ? 3 : 3000 }, () => 1)]);
      }
    }
    const layer = hold(new Growing({ name: 'g' }));
    expect(() => layer.apply([[[1], [2], [3]]])).toThrow(/'g'.*computeMask.*\(1, 3000\)/);
  });
});

describe('losses', () => {
  test('addLoss in call counts for the last application to data', () => {
    const layer = hold(new Negative());
    layer.apply([[[1]]]);
    layer.apply([[[3]]]);
    expect(layer.losses).toEqual([3]);
    const model = hold(new Sequential([layer]));
    model.predict([[[5]]]);
    expect(layer.losses).toEqual([3]);
    model.apply([[[7]]]);
    expect(model.losses).toEqual([7]);
  });
});

describe('in models', () => {
  test('a model with a registered class is written and read', () => {
    const model = hold(new Sequential([new Scale({ start: 2, inputShape: [null, 4] }), new SimpleRNN({ units: 3 })]));
    const expected = model.predict(x);
    const config = JSON.parse(JSON.stringify(model.getConfig()));
    expect(config.layers[1] ?? config.layers[0]).toMatchObject({ class_name: 'Scale', config: { start: 2 } });
    const again = hold(Sequential.fromConfig(config) as Sequential);
    again.setWeights(model.getWeights());
    expectNear(again.predict(x), expected, 0);
    expect(
      hold(layers.deserialize<Scale>({ class_name: 'Scale', config: { start: 4 } }))
        .apply([[1]])
        .toArray(),
    ).toEqual([[4]]);
  });

  test('registerLayer refuses what is none, and our names', () => {
    class Dense extends Layer {
      static override readonly className: string = 'Dense';
    }
    class Unnamed extends Layer {}
    for (const type of [Dense, Unnamed, class {}, null, 'Scale']) {
      expect(() => registerLayer(type as never)).toThrow(ArgumentError);
    }
    expect(() => layers.deserialize({ class_name: 'Unheard', config: {} })).toThrow(/Unheard/);
  });

  test('behind Masking, between our own layers', () => {
    const masking = Input({ shape: [null, 4] });
    const scaled = hold(new Scale({ start: 2 })).apply(new Masking().apply(masking));
    const model = hold(new Model({ inputs: masking, outputs: hold(new SumOverSteps()).apply(scaled) }));
    const input = tensor([
      [
        [1, 2, 3, 4],
        [0, 0, 0, 0],
        [1, 1, 1, 1],
      ],
    ]);
    expect(model.predict(input).toArray()).toEqual([[4, 6, 8, 10]]);
    expect(flat(model.predict(input)).length).toBe(1);
  });

  test('a call that throws leaves the model as it was', () => {
    let fails = false;
    class Failing extends Scale {
      override call(input: Tensor): Tensor {
        if (fails) throw new RangeError('mine');
        return super.call(input);
      }
    }
    const model = hold(new Sequential([new Failing({ inputShape: [4] }), new Dense({ units: 2 })]));
    const row = numbersOf(3, 4);
    const expected = model.predict(row);
    const before = memory();
    fails = true;
    expect(() => model.predict(row)).toThrow(new RangeError('mine'));
    expect(() => model.predict(numbersOf(40, 4))).toThrow(new RangeError('mine'));
    fails = false;
    expectNear(model.predict(row), expected, 0);
    expect(memory().blocks).toBe(before.blocks);
  });

  test('no warning is printed for masks that a user’s layer does not hand on', () => {
    const warn = jest.spyOn(console, 'warn').mockImplementation(() => {});
    hold(new SumOverSteps()).apply(x, {
      mask: [
        [1, 0, 1],
        [1, 1, 0],
      ],
    });
    expect(warn).not.toHaveBeenCalled();
    warn.mockRestore();
  });
});
