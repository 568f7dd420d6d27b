import { RECIPES } from '../../recipes/index.mjs';
import { type Scene, sceneOf } from '../scene.js';
import type { PageState, TaskName } from '../state/page_state.js';
import { TASKS } from '../tasks/index.js';
import { prefersStillness } from '../views/dom.js';
import { History } from './history.js';
import type { Progress, Snapshot } from './protocol.js';
import { Remote } from './remote.js';

/** Milliseconds between two pictures of a training, and where the system asks for stillness. */
const PAUSE = 80;
const PAUSE_OF_STILLNESS = 1000;

export interface TrainerEvents {
  /** The network moved: what it does now with what it is asked to read. */
  moved(scene: Scene): void;
  /** The figures changed; null: a training begins. */
  progressed(progress: Progress | null): void;
  /** The recipe is at its end. */
  ended(): void;
  failed(message: string): void;
}

/** Keeps the training worker at what the state of the page asks for. */
export class Trainer {
  readonly history = new History();
  readonly #events: TrainerEvents;
  readonly #remote = new Remote(
    (snapshot, isCurrent) => this.#draw(snapshot, isCurrent),
    (message) => this.#fail(message),
  );
  #progress: Progress | null = null;
  /** What the page asked for last. */
  #asked: PageState | null = null;
  /** Why there is no training although one is asked for. */
  #failure: string | null = null;
  /** What the worker was told last: the training, what it reads, how fast it goes (0: it rests). */
  #told: { task: TaskName; seed: number; input: string; pace: number } | null = null;
  /** One request after the other. */
  #last: Promise<void> = Promise.resolve();

  constructor(events: TrainerEvents) {
    this.#events = events;
  }

  get progress(): Progress | null {
    return this.#progress;
  }

  get failure(): string | null {
    return this.#failure;
  }

  follow(state: PageState): void {
    this.#asked = state;
    if (!this.#isTold(state)) this.#progress = null; // figures of another training
    this.#do(state, () => this.#follow(state, state.training === 'running'));
  }

  /** One training step, after all that was asked for before. */
  step(): void {
    const state = this.#asked;
    if (!state) return;
    this.#do(state, async () => {
      if (this.#failure !== null) await this.#follow(state, true);
      if (this.#told) this.#remote.step();
    });
  }

  #do(state: PageState, work: () => Promise<void>): void {
    this.#last = this.#last.then(work).catch((error) => {
      if (state === this.#asked) this.#fail(String(error?.message ?? error));
    });
  }

  #isTold({ task, seed, training }: PageState): boolean {
    return training !== 'off' && this.#told?.task === task && this.#told.seed === seed;
  }

  /** `again`: a training that failed is begun once more. Of several states only the latest counts. */
  async #follow(state: PageState, again: boolean): Promise<void> {
    const { task: name, seed, training, pace: chosen } = state;
    if (state !== this.#asked) return;
    if (training === 'off') {
      this.#remote.end();
      this.#told = null;
      this.#failure = null;
      return;
    }
    if (this.#failure !== null && this.#isTold(state) && !again) return;
    const task = TASKS[name];
    await task.load();
    if (state !== this.#asked) return;
    const input = task.correct(state.input || task.first);
    if (!this.#told || !this.#isTold(state) || this.#failure !== null) {
      this.#begin(name, seed, input);
      this.#told = { task: name, seed, input, pace: 0 };
    }
    if (this.#told.input !== input) this.#remote.show(task.encode(input));
    const pace = training !== 'running' ? 0 : chosen === 'full' ? Number.POSITIVE_INFINITY : Number(chosen);
    if (this.#told.pace !== pace) {
      if (pace > 0) this.#remote.run(pace);
      else this.#remote.pause();
    }
    this.#told = { task: name, seed, input, pace };
  }

  #begin(recipe: TaskName, seed: number, input: string): void {
    const task = TASKS[recipe];
    const { file } = RECIPES[recipe];
    this.history.clear();
    this.#progress = null;
    this.#failure = null;
    this.#events.progressed(null);
    this.#remote.begin({
      recipe,
      seed,
      file: file && new URL(`data/${file}`, document.baseURI).href,
      crowd: plainCrowd(task.crowd()),
      example: task.encode(input),
      pause: prefersStillness() ? PAUSE_OF_STILLNESS : PAUSE,
    });
  }

  #draw(snapshot: Snapshot, isCurrent: boolean): void {
    if (!this.#told || !this.#asked || !this.#isTold(this.#asked)) return;
    const { task: name, input, pace } = this.#told;
    this.history.add(snapshot);
    this.#progress = snapshot.progress;
    this.#events.progressed(snapshot.progress);
    if (isCurrent) {
      const { card, run, crowd } = snapshot;
      this.#events.moved(sceneOf({ task: TASKS[name], input, card, run, crowd, microseconds: null }));
    }
    if (snapshot.progress.isDone && pace > 0) this.#events.ended();
  }

  /** Nothing trains from here on, until it is asked for again. */
  #fail(message: string): void {
    if (!this.#asked || this.#asked.training === 'off') return;
    const { task, seed } = this.#asked;
    this.#remote.end();
    this.#told = { task, seed, input: '', pace: 0 };
    this.#progress = null;
    this.#failure = message;
    this.#events.failed(message);
  }
}

/** What the worker needs of a crowd. */
const plainCrowd = ({
  data,
  shape,
  lengths,
}: {
  data: Float32Array;
  shape: readonly number[];
  lengths: readonly number[];
}) => ({
  data,
  shape,
  lengths,
});
