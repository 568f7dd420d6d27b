// node learning.mjs [--recipes parity,echo] [--seeds 10] [--steps 800]
//
// Every recipe of demo/recipes from random weights, with seeds 1, 2, …: how many runs reach its goal, the figure of the
// median run beside Keras', the steps to the goal and in all, and the time of a run without its evaluations. Markdown on
// stdout, every run on stderr. Fails if a median is worse than the worst of Keras' runs of the same recipe.
import fs from 'node:fs';
import { parseArgs } from 'node:util';
import { RECIPES } from '../demo/recipes/index.mjs';
import { checkBuilt } from './lib/install.mjs';
import { log, machine } from './lib/options.mjs';
import { median } from './lib/statistics.mjs';

/** How often a run is evaluated on its way. */
const LOOKS = 32;

const { values: options } = parseArgs({
  options: {
    recipes: { type: 'string', default: Object.keys(RECIPES).join() },
    seeds: { type: 'string', default: '10' },
    steps: { type: 'string' },
  },
});
checkBuilt();
const library = await import('../dist/index.js');
if (process.env.SIMD) library.configure({ simd: process.env.SIMD });

const dataOf = ({ file, read }) =>
  file === null ? null : read(new Uint8Array(fs.readFileSync(new URL(`../demo/public/data/${file}`, import.meta.url))));

/** One training: { figures, isReached, toGoal, steps, seconds }. */
function learn(recipe, data, seed) {
  const steps = options.steps === undefined ? recipe.steps : Number(options.steps);
  const training = recipe.start(library, { data, seed, steps });
  let milliseconds = 0;
  let toGoal = null;
  while (!training.isDone) {
    const start = performance.now();
    training.run(Math.ceil(recipe.steps / LOOKS));
    milliseconds += performance.now() - start;
    if (toGoal === null && training.isReached()) toGoal = training.step;
  }
  const figures = training.evaluate();
  const isReached = training.isReached(figures);
  const result = { figures, isReached, toGoal, steps: training.step, seconds: milliseconds / 1000 };
  log(`  seed ${seed}: ${JSON.stringify({ ...training.progress(), ...result })}`);
  training.dispose();
  return result;
}

/** The row of a recipe, and whether its median is no worse than Keras' worst run. */
function judge(recipe, runs) {
  const { key, better, digits, keras, kerasRange } = recipe.figure;
  const values = runs.map(({ figures }) => figures[key]);
  const show = (value) => value.toFixed(digits);
  const range = (low, high) => `${show(low)} – ${show(high)}`;
  const middle = median(values);
  const reached = runs.filter((run) => run.isReached).length;
  const toGoal = runs.map((run) => run.toGoal).filter((steps) => steps !== null);
  const rounded = Number(show(middle));
  const met = better === 'lower' ? rounded <= kerasRange[1] : rounded >= kerasRange[0];
  const cells = [
    recipe.name,
    recipe.figure.label,
    `${better === 'lower' ? '<' : '≥'} ${recipe.figure.goal}`,
    `${reached} of ${runs.length}`,
    `${show(middle)} (${range(Math.min(...values), Math.max(...values))})`,
    `${show(keras)} (${range(...kerasRange)})`,
    toGoal.length ? Math.round(median(toGoal)) : '',
    Math.round(median(runs.map((run) => run.steps))),
    median(runs.map((run) => run.seconds)).toFixed(2),
    met ? 'yes' : '**no**',
  ];
  return { met, row: `| ${cells.join(' | ')} |` };
}

const { cpu, node } = machine().machine;
const rows = [];
for (const name of options.recipes.split(',')) {
  const recipe = RECIPES[name];
  if (!recipe) throw new Error(`unknown recipe "${name}"; known: ${Object.keys(RECIPES).join(' ')}`);
  log(name);
  const data = dataOf(recipe);
  const runs = Array.from({ length: Number(options.seeds) }, (_, i) => learn(recipe, data, i + 1));
  const { met, row } = judge(recipe, runs);
  rows.push(row);
  if (!met) process.exitCode = 1;
}
console.log(`# Learning from random weights, ${options.seeds} seeds each (Node ${node}, ${cpu}, one thread)

| recipe | figure | goal | reached | median (range) | Keras: middle run (all) | steps to the goal | steps | seconds a run | no worse than Keras |
|---|---|---|---|---|---|---|---|---|---|
${rows.join('\n')}`);
