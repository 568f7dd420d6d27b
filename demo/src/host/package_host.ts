import type { Sequential } from 'simple-rnn';
import { loadModel } from 'simple-rnn/io';
import { alone, cardOf, crowdRunOf, runOf } from './look.js';
import type { Crowd, CrowdRun, Example, ModelCard, ModelHost, TimedRun } from './model_host.js';

/** Repetitions of `predict` between two looks at the clock, and milliseconds that are timed: some clocks stand still for one. */
const TIMED_RUNS = 50;
const TIMED = 5;

/** Models of the package, in whatever thread this runs. */
export class PackageHost implements ModelHost {
  readonly #models = new Map<string, Promise<Sequential>>();
  readonly #compiled = new WeakSet<Sequential>();

  async load(url: string): Promise<ModelCard> {
    return cardOf(await this.#model(url));
  }

  async run(url: string, example: Example): Promise<TimedRun> {
    const model = await this.#model(url);
    if (example.target && !this.#compiled.has(model)) {
      model.compile({ loss: example.target.loss });
      this.#compiled.add(model);
    }
    const run = runOf(model, example);
    const x = alone(example);
    const start = performance.now();
    let [runs, milliseconds] = [0, 0];
    for (; milliseconds < TIMED; milliseconds = performance.now() - start) {
      for (let i = 0; i < TIMED_RUNS; i++) model.predict(x);
      runs += TIMED_RUNS;
    }
    return { ...run, microseconds: (1000 * milliseconds) / runs };
  }

  async runCrowd(url: string, crowd: Crowd): Promise<CrowdRun> {
    return crowdRunOf(await this.#model(url), crowd);
  }

  #model(url: string): Promise<Sequential> {
    const known = this.#models.get(url);
    if (known) return known;
    const model = loadModel(new URL(url)) as Promise<Sequential>;
    this.#models.set(url, model);
    model.catch(() => this.#models.delete(url)); // a later call tries again
    return model;
  }
}
