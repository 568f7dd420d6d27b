// Classes that a user derives from Layer.
import { describe, expect, test } from '@jest/globals';
import {
  Dense,
  DisposedError,
  Input,
  Layer,
  Model,
  memory,
  registerLayer,
  ShapeError,
  SymbolicTensor,
  type Tensor,
  tensor,
} from 'simple-rnn';
import { arrays, freeAfterEach, hold, numbersOf } from './held.js';
import { Scale, SumAndDifference, SumOverSteps } from './user_layers.js';

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

  test('built by hand they are made once as well', () => {
    const layer = hold(new Scale({ start: 3 }));
    layer.build([null, 2]);
    expect([layer.built, layer.weights.length]).toEqual([true, 1]);
    layer.apply([[2, 4]]);
    layer.build([null, 2]);
    expect(layer.weights.length).toBe(1);
  });

  test('layers that a property holds are the layer’s own', () => {
    class Wrap extends Layer {
      readonly inner = new Dense({ units: 3, name: 'inner', kernelRegularizer: 'l2', kernelInitializer: 'ones' });
      override call(inputs: Tensor): Tensor {
        return this.inner.apply(inputs);
      }
    }
    const layer = hold(new Wrap({ name: 'wrap' }));
    expect(layer.computeOutputShape([null, 2])).toEqual([null, 3]);
    expect(layer.weights.map(({ path }) => path)).toEqual(['wrap/inner/kernel', 'wrap/inner/bias']);
    expect(layer.losses).toEqual([expect.closeTo(0.06, 6)]);
    layer.trainable = false;
    expect([layer.inner.trainable, layer.losses]).toEqual([false, []]);
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
