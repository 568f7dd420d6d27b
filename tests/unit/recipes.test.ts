// The recipes of the page: their data and figures are those of Keras, and a training is the same for the same seed.
import { readFileSync } from 'node:fs';
import { afterEach, expect, test } from '@jest/globals';
import * as library from 'simple-rnn';
import { loadModel } from 'simple-rnn/io';
import { drawEcho } from '../../demo/recipes/echo.mjs';
import { RECIPES } from '../../demo/recipes/index.mjs';
import { tokens } from '../../demo/recipes/names.mjs';
import { drawParity } from '../../demo/recipes/parity.mjs';
import { randomFrom } from '../../demo/recipes/random.mjs';
import { windows } from '../../demo/recipes/sunspots.mjs';
import { path } from './io_support.js';

type Training = ReturnType<(typeof RECIPES)['echo']['start']>;

const ALL = Object.values(RECIPES);
const started: Training[] = [];
afterEach(() => {
  for (const training of started.splice(0)) training.dispose();
});

function start(recipe: (typeof ALL)[number], seed = 1, steps?: number): Training {
  const { file } = recipe;
  const data = file === null ? null : recipe.read(new Uint8Array(readFileSync(`demo/public/data/${file}`)));
  const training = recipe.start(library, steps === undefined ? { data, seed } : { data, seed, steps });
  started.push(training);
  return training;
}

const weightsOf = ({ model }: Training) => model.getWeights().map(({ data }) => [...data]);

// Of Keras' trained models: what Keras found for them on the same data, or on other draws of the same kind.
const FIGURES: Record<string, Record<string, [low: number, high: number]>> = {
  parity: { accuracy: [1, 1], accuracyOf200: [1, 1] },
  echo: { mse: [0.00011, 0.00016] },
  sine: { errorOfNext: [0.06, 0.065], errorOf24Alone: [0.13, 0.18] },
  sunspots: { errorOfTest: [17.975, 17.985], errorOfTraining: [11.505, 11.515] },
  digits: { accuracyOfTest: [0.97315, 0.97325], accuracyOfTraining: [1, 1] },
  names: { bitsOfValidation: [2.9735, 2.9745] },
};

test.each(ALL)('$name: the model that Keras trained has the figures that Keras found', async (recipe) => {
  const training = start(recipe);
  expect(training.isReached()).toBe(false);
  const trained = await loadModel(path(`${recipe.name}.keras`));
  expect(training.model.getWeights().map(({ shape }) => shape)).toEqual(trained.getWeights().map(({ shape }) => shape));
  training.model.setWeights(trained.getWeights());
  trained.dispose();
  const figures = training.evaluate();
  const expected = FIGURES[recipe.name] as (typeof FIGURES)[string];
  expect(Object.keys(figures).sort()).toEqual(Object.keys(expected).sort());
  for (const [name, [low, high]] of Object.entries(expected)) {
    expect(figures[name]).toBeGreaterThanOrEqual(low);
    expect(figures[name]).toBeLessThanOrEqual(high);
  }
  expect(training.isReached(figures)).toBe(true);
});

test.each(ALL)('$name: the same seed gives the same weights, looked at or not; another gives others', (recipe) => {
  const once = start(recipe);
  once.run(6);
  const weights = weightsOf(once);
  const again = start(recipe);
  for (let i = 0; i < 6; i += 1) {
    again.evaluate();
    expect(again.trainStep().loss).toBe(again.progress().loss);
  }
  expect(weightsOf(again)).toEqual(weights);
  expect(again.progress()).toEqual(once.progress());
  expect(again.step).toBe(6);
  const other = start(recipe, 2);
  other.run(6);
  expect(weightsOf(other)).not.toEqual(weights);
});

test('a training ends after its steps', () => {
  const training = start(RECIPES.sunspots, 1, 10);
  expect(training.run()).toHaveProperty('loss');
  expect(training.isDone).toBe(true);
  expect(training.progress()).toMatchObject({ step: 10, steps: 10, epoch: 1.25, epochs: 1.25 });
  expect(training.run(5)).toBeNull();
  expect(training.model.optimizer?.learningRate).toBeCloseTo(0.001, 6);
});

test('parity doubles the length after ten batches without a fault, and then ends two hundred steps later', () => {
  const training = start(RECIPES.parity);
  const lengths = new Set<number>();
  while (!training.isDone) {
    lengths.add(training.progress().length as number);
    training.trainStep();
  }
  expect([...lengths].sort((a, b) => a - b)).toEqual([2, 4, 8, 16, 32]);
  expect(training.step).toBeLessThan(RECIPES.parity.steps);
  expect(training.isReached()).toBe(true);
});

test('parity begins anew with fresh weights where a length is not learned', () => {
  const training = start(RECIPES.parity);
  const { model } = training;
  const stuck = model.getWeights().map(({ data, shape }) => ({ data: new Float32Array(data.length), shape }));
  for (let i = 0; i < 200; i += 1) {
    expect(training.progress().restarts).toBe(0);
    model.setWeights(stuck);
    training.trainStep();
  }
  expect(training.progress()).toMatchObject({ step: 200, length: 2, restarts: 1 });
  expect(training.model).not.toBe(model);
  expect(() => model.getWeights()).toThrow(library.DisposedError);
});

test('the data of the recipes', () => {
  const parity = drawParity(randomFrom(1), 3, 5);
  expect(parity.x.shape).toEqual([3, 5, 1]);
  for (let sample = 0; sample < 3; sample += 1) {
    let ones = 0;
    for (let t = 5 * sample; t < 5 * sample + 5; t += 1) {
      expect(Math.abs(parity.x.data[t])).toBe(1);
      if (parity.x.data[t] === 1) ones += 1;
      expect(parity.y.data[t]).toBe(ones % 2);
    }
  }
  const echo = drawEcho(randomFrom(1), 2);
  expect([...echo.y.data.slice(24, 48)]).toEqual([0, 0, 0, ...echo.x.data.slice(24, 45)]);
  const { x, y, sunspots } = windows(
    { first_year: 1700, values: Array.from({ length: 30 }, (_, i) => 100 * i) },
    1724,
    1729,
  );
  expect([x.shape, y.shape]).toEqual([
    [6, 24, 1],
    [6, 1],
  ]);
  expect(sunspots).toEqual([2400, 2500, 2600, 2700, 2800, 2900]);
  expect([...x.data.slice(0, 24)]).toEqual([...Float32Array.from({ length: 24 }, (_, i) => Math.sqrt(100 * i) / 10)]);
  expect(y.data[0]).toBe(Math.fround(Math.sqrt(2400) / 10));
  const names = tokens(['ab', 'z']);
  expect([...names.x.data]).toEqual([1, 3, 4, 1, 28, 0]);
  expect([...names.y.data]).toEqual([3, 4, 2, 28, 2, 0]);
});
