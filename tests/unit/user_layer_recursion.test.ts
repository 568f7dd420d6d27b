// In a file of its own: where the stack runs out, what was held at that moment may be freed only later.
import { expect, test } from '@jest/globals';
import { Dense, Layer, Sequential, type Tensor, tensor } from 'simple-rnn';

test('a layer that calls itself without end is a RangeError, and all goes on', () => {
  class Endless extends Layer {
    override call(input: Tensor): Tensor {
      return this.apply(input);
    }
    override computeOutputShape(shape: never): never {
      return shape;
    }
  }
  const layer = new Endless();
  expect(() => layer.apply(tensor([[1, 2]]))).toThrow(RangeError);
  const model = new Sequential([new Dense({ units: 1, kernelInitializer: 'ones', inputShape: [2] })]);
  expect(model.predict([[1, 2]]).toArray()).toEqual([[3]]);
  model.dispose();
});
