/** @typedef {typeof import('simple-rnn')} Library */
/** @typedef {import('simple-rnn').Sequential} Sequential */
/** @typedef {{ data: Float32Array, shape: number[] }} Values Numbers in row-major order. */
/** @typedef {{ x: Values, y: Values }} Batch */
/** @typedef {Readonly<Record<string, number>>} Figures */
/** @typedef {{ data?: any, seed: number, steps?: number }} StartOptions `steps` in place of the recipe's own number. */

/**
 * @typedef {object} Figure What a training is judged by.
 * @property {string} key Its name in the figures of `evaluate()`.
 * @property {string} label
 * @property {'lower' | 'higher'} better
 * @property {number} goal
 * @property {number} digits Behind the decimal point, to show it.
 * @property {number} keras What Keras' run of middle rank reaches with the same recipe.
 * @property {readonly [number, number]} kerasRange The best and the worst of Keras' runs, in the order of numbers.
 * @property {readonly (readonly [label: string, value: number])[]} baselines What can be had without a network.
 */

/**
 * @typedef {object} Recipe
 * @property {string} name
 * @property {string} task What the network learns, in one line.
 * @property {string} layers The model, in one line.
 * @property {number} steps Batches it takes; where it may end earlier, the most.
 * @property {string | null} file The file of public/data that it learns from; null if it draws its data.
 * @property {(bytes: Uint8Array) => any} read From that file to `data` of `start`.
 * @property {Figure} figure
 * @property {(library: Library, options: StartOptions) => Training} start Builds and compiles the model.
 */

/** @param {Figure} figure @param {Figures} figures */
export function reaches({ key, better, goal }, figures) {
  const value = figures[key] ?? Number.NaN;
  return better === 'lower' ? value < goal : value >= goal;
}

/** Adam with the norm of all gradients at most 1. @param {Library} library @param {any} learningRate */
export function adam({ optimizers }, learningRate) {
  return optimizers.adam({ learningRate, globalClipnorm: 1 });
}

/** Adam whose rate falls along a line from `first` to `last`. @param {Library} library */
export function fallingAdam(
  library,
  /** @type {number} */ first,
  /** @type {number} */ last,
  /** @type {number} */ steps,
) {
  const { polynomialDecay } = library.schedules;
  return adam(library, polynomialDecay({ initialLearningRate: first, decaySteps: steps, endLearningRate: last }));
}

/** Frees a model and the optimizer that was made for it. @param {Sequential} model */
export function disposeOf(model) {
  const { optimizer } = model;
  model.dispose();
  optimizer?.dispose();
}

/** A recipe at work: see index.mjs. */
export class Training {
  /** Steps done. */
  step = 0;
  /** Of the last batch, before its update. */
  loss = Number.NaN;
  #figure;
  #batch;
  #evaluate;
  #more;

  /**
   * @param {object} parts
   * @param {Figure} parts.figure
   * @param {Sequential} parts.model Compiled.
   * @param {number} parts.steps
   * @param {() => Batch} parts.batch The next batch; may be the same arrays every time.
   * @param {(model: Sequential) => Figures} parts.evaluate
   * @param {(training: Training) => object} [parts.more] What else `progress()` tells.
   */
  constructor({ figure, model, steps, batch, evaluate, more = () => ({}) }) {
    this.model = model;
    this.steps = steps;
    this.#figure = figure;
    this.#batch = batch;
    this.#evaluate = evaluate;
    this.#more = more;
  }

  /** Whether the recipe is at its end. */
  get isDone() {
    return this.step >= this.steps;
  }

  /** Trains on the next batch. @returns {Figures} `{ loss, … }` of that batch, before the update. */
  trainStep() {
    const { x, y } = this.#batch();
    // the losses and metrics of these recipes are numbers all
    const logs = /** @type {Figures} */ (this.model.trainOnBatch(x, y));
    this.step += 1;
    this.loss = logs.loss ?? Number.NaN;
    return logs;
  }

  /** Makes `count` steps, fewer if the recipe ends before. @returns {Figures | null} The logs of the last; null for none. */
  run(count = Number.POSITIVE_INFINITY) {
    /** @type {Figures | null} */
    let logs = null;
    for (let i = 0; i < count && !this.isDone; i += 1) logs = this.trainStep();
    return logs;
  }

  /** @returns {{ step: number, steps: number, loss: number, [more: string]: number }} */
  progress() {
    return { step: this.step, steps: this.steps, loss: this.loss, ...this.#more(this) };
  }

  /** Figures on data that is not trained with, by name. */
  evaluate() {
    return this.#evaluate(this.model);
  }

  /** Whether the recipe's goal is reached. */
  isReached(figures = this.evaluate()) {
    return reaches(this.#figure, figures);
  }

  dispose() {
    disposeOf(this.model);
  }
}
