// What RNN and StackedRNNCells refuse, one by one; after an error all is as before.
import { describe, expect, test } from '@jest/globals';
import {
  ArgumentError,
  memory,
  RNN,
  Sequential,
  ShapeError,
  SimpleRNNCell,
  StackedRNNCells,
  type Tensor,
  tensor,
  UnsupportedError,
} from 'simple-rnn';
import { freeAfterEach, hold, numbersOf } from './held.js';
import { tenfold, twoStates } from './user_cells.js';

freeAfterEach();

const x = numbersOf(3, 5, 2);
const same = (_: Tensor, states: Tensor[]) => [states[0], states];
const make = (cell: unknown, options: object = {}) => hold(new RNN({ cell: cell as never, name: 'r', ...options }));

describe('no cell', () => {
  test.each<[string, unknown, RegExp]>([
    ['nothing', undefined, /should have a `call` method. Received: cell=None/],
    ['null', null, /should have a `call` method. Received: cell=None/],
    ['a number', 7, /should have a `call` method/],
    ['an object without call', { stateSize: 2 }, /should have a `call` method/],
    ['no stateSize', { call: same }, /The RNN cell should have a `state_size` attribute/],
    ['stateSize null', { call: same, stateSize: null }, /state_size must be specified as property on the RNN cell/],
    ['stateSize 0', { call: same, stateSize: 0 }, /state_size must be an integer/],
    ['stateSize 1.5', { call: same, stateSize: 1.5 }, /state_size must be an integer/],
    ['stateSize []', { call: same, stateSize: [] }, /state_size must be an integer/],
    ["stateSize ['2']", { call: same, stateSize: ['2'] }, /state_size must be an integer/],
    ['weights that are none', { call: same, stateSize: 2, weights: [1] }, /`weights` must be a list of weights/],
    ['outputSize 0.5', { call: same, stateSize: 2, outputSize: 0.5 }, /output_size must be an integer/],
    ['outputSize [2]', { call: same, stateSize: 2, outputSize: [2] }, /output_size must be an integer/],
  ])('%s', (_, cell, message) => {
    expect(() => make(cell)).toThrow(ArgumentError);
    expect(() => make(cell)).toThrow(message);
    expect(() => make(cell)).toThrow(/^RNN 'r'.*`cell`/s);
  });

  test('a stack without cells, or with something else among them', () => {
    expect(() => make([])).toThrow(/`cells` must be a list of cells/);
    expect(() => make([new SimpleRNNCell({ units: 2 }), {}])).toThrow(/All cells must have a `call` method/);
    expect(() => new StackedRNNCells({ cells: [{ call: same }] as never })).toThrow(
      /All cells must have a `state_size`/,
    );
    expect(() => new StackedRNNCells({ cells: new SimpleRNNCell({ units: 2 }) as never })).toThrow(ArgumentError);
  });
});

describe('what `call` of the cell returns', () => {
  const returning = (given: unknown, stateSize: unknown = 2) => ({ stateSize, call: () => given });
  const state = tensor(new Float32Array(6), [3, 2]);
  const wide = tensor(new Float32Array(9), [3, 3]);

  test.each<[string, object, RegExp]>([
    ['nothing', returning(undefined), /must return \[output, states\], received undefined/],
    ['the output alone', returning(state), /must return \[output, states\]/],
    ['too few states', returning([state, [state]], [2, 2]), /returned 1 states, stateSize says 2/],
    ['too many states', returning([state, [state, state]]), /returned 2 states, stateSize says 1/],
    ['an output too wide', returning([wide, [state]]), /an output of shape \(3, 3\), expected \(3, 2\)/],
    ['a state too wide', returning([state, [wide]]), /state 0 of shape \(3, 3\), expected \(3, 2\)/],
    ['too few rows', returning([tensor([[1, 2]]), [state]]), /an output of shape \(1, 2\), expected \(3, 2\)/],
    ['a word', returning(['h', [state]]), /output of the cell/],
  ])('%s', (_, cell, message) => {
    const layer = make(cell, { stateful: true, returnState: true });
    const before = memory();
    expect(() => layer.apply(x)).toThrow(message);
    expect(() => layer.apply(x)).toThrow(/^RNN 'r'/);
    expect(memory().bytes).toBeLessThanOrEqual(before.bytes + 64);
  });

  test('a cell that throws throws, and the layer keeps its states', () => {
    let fails = false;
    const cell = tenfold();
    const layer = make(
      {
        ...cell,
        call(inputs: Tensor, states: Tensor[], options: { training: boolean }) {
          if (fails) throw new RangeError('mine');
          return cell.call(inputs, states, options);
        },
      },
      { stateful: true },
    );
    layer.apply(x);
    const before = layer.states?.map((state) => (state as Tensor).toArray());
    fails = true;
    expect(() => layer.apply(x)).toThrow(new RangeError('mine'));
    expect(layer.states?.map((state) => (state as Tensor).toArray())).toEqual(before);
  });
});

describe('what `getInitialState` of the cell returns', () => {
  test.each<[string, unknown]>([
    ['too wide', [tensor(new Float32Array(30), [3, 10])]],
    ['too few rows', [tensor([[1, 2]])]],
    ['too many', [tensor(new Float32Array(6), [3, 2]), tensor(new Float32Array(6), [3, 2])]],
    ['nothing', undefined],
  ])('%s', (_, states) => {
    for (const stateful of [false, true]) {
      const layer = make({ stateSize: 2, call: same, getInitialState: () => states }, { stateful, returnState: true });
      expect(() => layer.apply(x)).toThrow(/^RNN 'r'.*getInitialState of the cell/);
    }
  });
});

describe('arguments of a call', () => {
  const layer = () => make(twoStates());

  test('states of the wrong number, width or rank', () => {
    const [one, two] = [numbersOf(3, 1), numbersOf(3, 2)];
    expect(() => layer().apply(x, { initialState: one })).toThrow(/layer has 2 state\(s\) but was passed 1 initial/);
    expect(() => layer().apply(x, { initialState: [one, two, two] })).toThrow(/was passed 3 initial/);
    expect(() => layer().apply(x, { initialState: [two, one] })).toThrow(
      /State 0 is incompatible with layer r: expected shape=\(3, 1\), found shape=\(3, 2\)/,
    );
    expect(() => layer().apply(x, { initialState: [numbersOf(2, 1), two] })).toThrow(ShapeError);
  });

  test('inputs of the wrong rank, without steps, masks of another shape', () => {
    expect(() => layer().apply(numbersOf(3, 2))).toThrow(/expected min_ndim=3, found ndim=2/);
    expect(() => layer().apply({ data: new Float32Array(0), shape: [3, 0, 2] })).toThrow(ShapeError);
    expect(() => layer().apply(x, { mask: [[1, 1, 1, 1, 1]] })).toThrow(/'r': mask/);
    expect(() => layer().apply(x, { states: [] } as never)).toThrow(/Unrecognized keyword arguments/);
  });

  test('a bare object with weights cannot be copied; one without may serve twice', () => {
    expect(() => make(tenfold()).clone()).toThrow(/'r': clone: `cell` is a bare object with weights/);
    const plain = layer();
    expect(hold(plain.clone()).cell).toBe(plain.cell);
  });

  test('what needs one of our cells says so', () => {
    expect(() => layer().spectrum()).toThrow(ArgumentError);
    expect(() => layer().getConfig()).toThrow(/a cell that is a bare object cannot be written; derive a class/);
    const model = hold(new Sequential([new RNN({ cell: twoStates() as never, inputShape: [5, 2] })]));
    expect(() => model.stream()).toThrow(UnsupportedError);
  });
});
