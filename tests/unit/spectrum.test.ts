import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { ArgumentError, memory, NonFiniteError, SimpleRNN, SimpleRNNCell } from 'simple-rnn';

const { eigenvalues } = JSON.parse(
  readFileSync(new URL('../fixtures/functions/functions.json', import.meta.url), 'utf8'),
) as { eigenvalues: { matrix: number[][]; real: number[]; imaginary: number[] }[] };

function layerWith(recurrentKernel: number[][], extra: object = {}): SimpleRNN {
  const layer = new SimpleRNN({ units: recurrentKernel.length, useBias: false, ...extra });
  layer.build([null, null, 1]);
  layer.setWeights([[recurrentKernel.map(() => 0)], recurrentKernel]);
  return layer;
}

test.each(eigenvalues)('NumPy: eigenvalues of %j', ({ matrix, real, imaginary }) => {
  const before = memory();
  const layer = layerWith(matrix);
  const spectrum = layer.spectrum();
  const close = (got: Float64Array, wanted: number[]) =>
    wanted.forEach((value, index) => {
      expect(got[index]).toBeCloseTo(value, 9);
    });
  close(spectrum.real, real);
  close(spectrum.imaginary, imaginary);
  expect(spectrum.spectralRadius).toBeCloseTo(Math.hypot(real[0] as number, imaginary[0] as number), 9);
  layer.dispose();
  expect(memory()).toEqual(before);
});

test('an orthogonal kernel keeps lengths, a zero one forgets at once', () => {
  const layer = new SimpleRNN({ units: 33 });
  layer.build([null, null, 2]);
  const { real, imaginary, spectralRadius } = layer.spectrum();
  expect(spectralRadius).toBeCloseTo(1, 5);
  real.forEach((value, index) => {
    expect(Math.hypot(value, imaginary[index] as number)).toBeCloseTo(1, 5);
  });
  expect(layerWith([[0]]).spectrum()).toEqual({
    real: Float64Array.of(0),
    imaginary: Float64Array.of(0),
    spectralRadius: 0,
  });
});

test('a cell has one, too; before building there is none', () => {
  const cell = new SimpleRNNCell({ units: 2 });
  expect(() => cell.spectrum()).toThrow(ArgumentError);
  cell.build([null, 1]);
  expect(cell.spectrum().spectralRadius).toBeCloseTo(1, 5);
  expect(() => new SimpleRNN({ units: 2 }).spectrum()).toThrow(ArgumentError);
});

test.each([Number.NaN, Number.POSITIVE_INFINITY])('a kernel that holds %p', (value) => {
  const layer = layerWith(
    [
      [1, value],
      [0, 1],
    ],
    { name: 'bad' },
  );
  expect(() => layer.spectrum()).toThrow(NonFiniteError);
  expect(() => layer.spectrum()).toThrow(/spectrum: weight 'bad\/simple_rnn_cell\/recurrent_kernel' holds NaN/);
});
