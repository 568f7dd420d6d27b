// Classes that a user derives from Layer: masks, losses, and their place in models.
import { describe, expect, jest, test } from '@jest/globals';
import {
  ArgumentError,
  type CallOptions,
  Dense,
  Input,
  Layer,
  layers,
  Masking,
  Model,
  memory,
  registerLayer,
  Sequential,
  SimpleRNN,
  type Tensor,
  tensor,
} from 'simple-rnn';
import { expectNear, flat, freeAfterEach, hold, numbersOf } from './held.js';
import { Negative, Scale, SumOverSteps } from './user_layers.js';

freeAfterEach();
registerLayer(Scale);
registerLayer(SumOverSteps);

const x = numbersOf(2, 3, 4);

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
