import { describe, expect, test } from '@jest/globals';
import {
  ArgumentError,
  Bidirectional,
  Dense,
  Input,
  layerBidirectional,
  layerRNN,
  layerSimpleRNN,
  layerTimeDistributed,
  Model,
  RNN,
  rnnCellSimple,
  rnnCellsStack,
  Sequential,
  SimpleRNN,
  SimpleRNNCell,
  StackedRNNCells,
  SymbolicTensor,
  Tensor,
  TimeDistributed,
} from 'simple-rnn';
import { freeAfterEach, hold, numbersOf } from './held.js';

freeAfterEach();

const x = numbersOf(2, 5, 3);

describe("R's functions", () => {
  test('without an object they give the layer', () => {
    expect(layerSimpleRNN({ units: 4 })).toBeInstanceOf(SimpleRNN);
    expect(layerSimpleRNN(null, { units: 4 })).toBeInstanceOf(SimpleRNN);
    expect(layerSimpleRNN(undefined, { units: 4, returnState: true }).returnState).toBe(true);
    expect(layerRNN({ cell: rnnCellSimple({ units: 2 }) })).toBeInstanceOf(RNN);
    expect(layerBidirectional({ layer: layerSimpleRNN({ units: 2 }) })).toBeInstanceOf(Bidirectional);
    expect(layerTimeDistributed({ layer: new Dense({ units: 2 }) })).toBeInstanceOf(TimeDistributed);
  });

  test('given a model they add the layer and give the model back', () => {
    const model = hold(new Sequential());
    const made = layerSimpleRNN(model, { units: 4, returnSequences: true, inputShape: [5, 3] });
    expect(made).toBe(model);
    layerBidirectional(model, { layer: layerSimpleRNN({ units: 2, returnSequences: true }) });
    layerTimeDistributed(model, { layer: new Dense({ units: 3 }) });
    layerRNN(model, { cell: rnnCellsStack([rnnCellSimple({ units: 2 }), rnnCellSimple({ units: 6 })]) });
    expect(model.layers.map(({ className }) => className)).toEqual([
      'SimpleRNN',
      'Bidirectional',
      'TimeDistributed',
      'RNN',
    ]);
    expect(model.predict(x).shape).toEqual([2, 6]);
  });

  test('given data or a symbolic tensor they apply the layer', () => {
    const output = layerSimpleRNN(x, { units: 4 });
    expect(output).toBeInstanceOf(Tensor);
    expect(output.shape).toEqual([2, 4]);
    expect(layerSimpleRNN([[[1, 2]]], { units: 4 }).shape).toEqual([1, 4]);
    const states = layerSimpleRNN<Tensor[]>(x, { units: 4, returnState: true });
    expect(states.map(({ shape }) => shape)).toEqual([
      [2, 4],
      [2, 4],
    ]);
    expect(layerBidirectional(x, { layer: layerSimpleRNN({ units: 2 }) }).shape).toEqual([2, 4]);
    const cell = hold(rnnCellSimple({ units: 2 }));
    expect(layerRNN(x, { cell })).toEqual(layerRNN(x, { cell: [cell] }));
    const inputs = Input({ shape: [5, 3] });
    const outputs = layerBidirectional(inputs, { layer: layerSimpleRNN({ units: 2 }) });
    expect(outputs).toBeInstanceOf(SymbolicTensor);
    expect(hold(new Model({ inputs, outputs })).predict(x).shape).toEqual([2, 4]);
  });

  test('cells', () => {
    const cells = [rnnCellSimple({ units: 2 }), rnnCellSimple({ units: 3 })];
    expect(cells[0]).toBeInstanceOf(SimpleRNNCell);
    const stack = rnnCellsStack(cells, { name: 's' });
    expect(stack).toBeInstanceOf(StackedRNNCells);
    expect([stack.name, stack.stateSize]).toEqual(['s', [2, 3]]);
  });

  test('misuse', () => {
    expect(() => layerSimpleRNN(new Dense({ units: 2, name: 'd' }) as never, { units: 4 })).toThrow(
      /layerSimpleRNN: `object` must be a Sequential model, a symbolic tensor, data or null, received Dense 'd'/,
    );
    expect(() => layerSimpleRNN({ unit: 4 } as never)).toThrow(ArgumentError);
    expect(() => layerSimpleRNN(x as never)).toThrow(ArgumentError);
  });
});
