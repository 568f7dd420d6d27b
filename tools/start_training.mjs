// Trains the sunspot network from random weights, by its recipe in demo/recipes.
import { readFile } from 'node:fs/promises';
import * as library from 'simple-rnn';
import { RECIPES } from '../demo/recipes/index.mjs';

/** Parts of the training after which its errors are looked at. */
const LOOKS = 5;

/**
 * Gives { steps, looks, error, figure, milliseconds }: `looks` the errors on the way, { step, training, test }, `error`
 * the last of them in the years that were not trained with, `figure` that of the recipe, `milliseconds` without the looks.
 */
export async function learn({ seed = 1 } = {}) {
  const { figure, file, read, start, steps } = RECIPES.sunspots;
  const data = read(await readFile(new URL(`../demo/public/data/${file}`, import.meta.url)));
  const training = start(library, { data, seed });
  let milliseconds = 0;
  const looks = [];
  while (!training.isDone) {
    const from = performance.now();
    training.run(steps / LOOKS);
    milliseconds += performance.now() - from;
    const { errorOfTest, errorOfTraining } = training.evaluate();
    looks.push({ step: training.step, training: errorOfTraining, test: errorOfTest });
  }
  training.dispose();
  return { steps, looks, error: looks.at(-1).test, figure, milliseconds };
}
