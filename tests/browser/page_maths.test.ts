// What the page computes by itself, without a browser.
import { expect, test } from '@jest/globals';
import { kerasCode } from '../../demo/src/keras_code.js';
import { cellArithmetic } from '../../demo/src/maths/cell.js';
import { colourOf, DARK, inkOn, LIGHT } from '../../demo/src/maths/colour.js';
import { fixed, percent, signed } from '../../demo/src/maths/format.js';

const card = {
  name: 'rnn',
  activation: 'tanh',
  features: 1,
  units: 2,
  kernel: Float32Array.of(0.5, -1),
  recurrentKernel: Float32Array.of(0.25, 0.5, -0.75, 1),
  bias: Float32Array.of(0.125, 0),
};
const run = {
  inputs: Float32Array.of(1, -2),
  states: Float32Array.of(0.5, -0.5, -0.25, 0.25),
  inputContribution: new Float32Array(4),
  recurrentContribution: new Float32Array(4),
  stateGradient: null,
};

test('a cell of the second step', () => {
  const { terms, ...sums } = cellArithmetic(card, run, 2, 0);
  expect(terms).toEqual([
    { kind: 'input', index: 0, value: -2, weight: 0.5, product: -1 },
    { kind: 'state', index: 1, value: -0.5, weight: -0.75, product: 0.375 },
    { kind: 'state', index: 0, value: 0.5, weight: 0.25, product: 0.125 },
    { kind: 'bias', index: 0, value: 1, weight: 0.125, product: 0.125 },
  ]);
  expect(sums).toEqual({
    inputSum: -1,
    stateSum: 0.5,
    bias: 0.125,
    sum: -0.375,
    result: Math.tanh(-0.375),
    state: -0.25,
  });
});

test('the first step has no state before it', () => {
  const { stateSum, sum } = cellArithmetic(card, run, 1, 1);
  expect(stateSum).toBeCloseTo(0, 15);
  expect(sum).toBe(-1);
});

test('an unknown activation leaves the result open, a cell outside is an error', () => {
  expect(cellArithmetic({ ...card, activation: 'mish' }, run, 1, 0).result).toBeNull();
  expect(() => cellArithmetic(card, run, 3, 0)).toThrow(RangeError);
});

test('the colour scale: ends, middle, beyond, and no number', () => {
  for (const scale of [LIGHT, DARK]) {
    expect([-1, -0.5, 0, 0.5, 1].map((value) => colourOf(scale, value))).toEqual(scale);
    expect(colourOf(scale, 7)).toEqual(scale[4]);
    expect(colourOf(scale, Number.NEGATIVE_INFINITY)).toEqual(scale[0]);
    expect(colourOf(scale, Number.NaN)).toEqual([128, 128, 128]);
    // blue against orange: what a missing cone leaves apart
    expect(scale[0][2]).toBeGreaterThan(scale[0][0] + 60);
    expect(scale[4][0]).toBeGreaterThan(scale[4][2] + 60);
  }
  expect(inkOn([255, 255, 255])).toBe('#000');
  expect(inkOn([8, 64, 139])).toBe('#fff');
});

test('numbers in words', () => {
  expect([fixed(-0.12345), fixed(-0.0001), fixed(2, 1)]).toEqual(['−0.123', '0.000', '2.0']);
  expect([signed(0.5, 1), signed(-0.5, 1), signed(0.0001)]).toEqual(['+0.5', '−0.5', '0.000']);
  expect([0, 0.001, 0.305, 0.998, 1].map(percent)).toEqual(['0 %', '<1 %', '31 %', '>99 %', '100 %']);
});

test('Keras code of options that differ from the default', () => {
  const regularizer = { module: 'keras.regularizers', class_name: 'L2', config: { l2: 3.000000142e-4 } };
  const code = kerasCode(
    [
      { className: 'InputLayer', config: { batch_shape: [null, 24, 1], dtype: 'float32' } },
      {
        className: 'SimpleRNN',
        config: { units: 12, activation: 'relu', kernel_regularizer: regularizer, dropout: 0 },
      },
      { className: 'Flatten', config: {} },
    ],
    'm.keras',
  );
  expect(code).toContain('    keras.Input((24, 1)),\n');
  expect(code).toContain(
    '    layers.SimpleRNN(12, activation="relu", kernel_regularizer=keras.regularizers.L2(0.0003)),\n',
  );
  expect(code).toContain('    layers.Flatten(),\n');
  expect(code).toContain('load_model("m.keras")');
});
