/**
 * How six small networks learn their tasks from random weights, as plain modules: for the page, for `npm start` and
 * for benchmarks in Node. Nothing here imports the package, reads a file or draws; the caller gives all that.
 *
 *     import * as library from 'simple-rnn';
 *     import { RECIPES } from './recipes/index.mjs';
 *
 *     const recipe = RECIPES.sunspots;
 *     const data = recipe.file ? recipe.read(bytesOf(recipe.file)) : null;     // a Uint8Array of a file of public/data
 *     const training = recipe.start(library, { data, seed: 1 });
 *     while (!training.isDone) {
 *       const { loss } = training.trainStep();                                 // one batch; nothing runs in between
 *       if (training.step % 20 === 0) draw(training.model, training.evaluate());
 *     }
 *     training.dispose();
 *
 * A recipe (`Recipe` in training.mjs) has a name, words, its number of steps, its figure with goal and with what
 * Keras reaches, and `start`. A training (`Training`) has:
 *
 *   model        the compiled model, to predict with and to look into between steps. Parity may begin anew with fresh
 *                weights: then this is another model, and the old one is disposed.
 *   trainStep()  trains on the next batch: `{ loss, … }` of that batch, before the update
 *   run(count)   as many steps, or up to the end; the logs of the last one
 *   step, steps  steps done and steps planned
 *   isDone       whether the recipe is at its end
 *   progress()   `{ step, steps, loss, … }`: also `epoch, epochs` (sunspots, digits, names), `length, restarts` (parity)
 *   evaluate()   figures on data that is not trained with, by name; draws no random number, changes nothing
 *   isReached(figures)   whether such figures reach the recipe's goal
 *   dispose()    frees the model
 *
 * Seeds: a training seeds the package's global generator (`utils.setRandomSeed`) and draws its data with a generator
 * of its own; the same seed gives the same weights at every step.
 */
import { digits } from './digits.mjs';
import { echo } from './echo.mjs';
import { names } from './names.mjs';
import { parity } from './parity.mjs';
import { sine } from './sine.mjs';
import { sunspots } from './sunspots.mjs';

/** @typedef {import('./training.mjs').Recipe} Recipe */
/** @typedef {import('./training.mjs').Training} Training */

/** All recipes by name, from the smallest to the largest. */
export const RECIPES = { parity, echo, sine, sunspots, digits, names };
