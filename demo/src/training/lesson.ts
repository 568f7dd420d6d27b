import * as library from 'simple-rnn';
import { RECIPES } from '../../recipes/index.mjs';
import { cardOf, crowdRunOf, runOf } from '../host/look.js';
import type { CrowdRun, Example } from '../host/model_host.js';
import type { Beginning, Measure, Progress, Snapshot } from './protocol.js';

/** How often a recipe's figure is computed on its way. */
const MEASURES = 50;

/** One training of one recipe, looked at from time to time: what the worker holds. */
export class Lesson {
  readonly #beginning: Beginning;
  readonly #recipe;
  readonly #training;
  readonly #every: number;
  #example: Example;
  #crowd: CrowdRun | null = null;
  #losses: number[] = [];
  #measures: Measure[] = [];
  #measure: Measure;
  #milliseconds = 0;
  #reachedAt: number | null = null;
  isRunning = false;

  /** `bytes`: the file of the recipe. */
  constructor(beginning: Beginning, bytes: Uint8Array | null) {
    this.#beginning = beginning;
    this.#example = beginning.example;
    this.#recipe = RECIPES[beginning.recipe];
    this.#training = this.#recipe.start(library, {
      data: bytes && this.#recipe.read(bytes),
      seed: beginning.seed,
    });
    this.#every = Math.max(1, Math.round(this.#training.steps / MEASURES));
    this.#measure = this.#evaluate();
  }

  get isDone(): boolean {
    return this.#training.isDone;
  }

  /** Looks at another example from now on. */
  show(example: Example): void {
    this.#example = example;
  }

  /** Trains on one batch. */
  step(): void {
    const start = performance.now();
    const { loss = Number.NaN } = this.#training.trainStep();
    this.#milliseconds += performance.now() - start;
    this.#losses.push(loss);
    if (this.#training.step % this.#every === 0 || this.isDone) this.#evaluate();
    if (this.isDone) this.isRunning = false;
  }

  /** What is new since the last snapshot. */
  snapshot(lesson: number, shown: number): Snapshot {
    const { model } = this.#training;
    this.#crowd = crowdRunOf(model, this.#beginning.crowd, this.#crowd?.plane);
    const [losses, measures] = [Float32Array.from(this.#losses), this.#measures];
    this.#losses = [];
    this.#measures = [];
    return {
      kind: 'snapshot',
      lesson,
      shown,
      progress: this.#progress(),
      losses,
      measures,
      card: cardOf(model),
      run: runOf(model, this.#example),
      crowd: this.#crowd,
    };
  }

  dispose(): void {
    this.#training.dispose();
  }

  #progress(): Progress {
    const { step, steps, loss, ...more } = this.#training.progress();
    return {
      step,
      steps,
      loss,
      seconds: this.#milliseconds / 1000,
      measure: this.#measure,
      reachedAt: this.#reachedAt,
      isRunning: this.isRunning,
      isDone: this.isDone,
      more,
    };
  }

  #evaluate(): Measure {
    const figures = this.#training.evaluate();
    const { step } = this.#training;
    if (step > 0 && this.#training.isReached(figures)) this.#reachedAt ??= step;
    this.#measure = { step, value: figures[this.#recipe.figure.key] ?? Number.NaN };
    this.#measures.push(this.#measure);
    return this.#measure;
  }
}
