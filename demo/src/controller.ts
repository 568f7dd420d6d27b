import { doneIn, type Scene } from './scene.js';
import {
  atOtherWeights,
  atStep,
  atTask,
  type Cell,
  type Pace,
  type PageState,
  type Speed,
  TASK_NAMES,
  type TaskName,
  THEMES,
} from './state/page_state.js';
import type { Store } from './state/store.js';

/** What can be done on the page: each action makes a new state, and nothing else. */
export class Controller {
  readonly #store: Store<PageState>;
  readonly #scene: () => Scene | null;

  /** `scene`: what is shown; null as long as the task that is asked for is not there. */
  constructor(store: Store<PageState>, scene: () => Scene | null) {
    this.#store = store;
    this.#scene = scene;
  }

  get #state(): PageState {
    return this.#store.state;
  }

  /** Steps of the sequence in the picture. */
  get #steps(): number {
    return this.#scene()?.run.steps ?? 0;
  }

  get #done(): number {
    const scene = this.#scene();
    return scene ? doneIn(scene, this.#state) : 0;
  }

  goTo(step: number): void {
    if (!this.#scene()) return;
    const to = Math.min(this.#steps, Math.max(0, step));
    this.#store.set({ ...atStep(this.#state, to), playing: false });
  }

  move(steps: number): void {
    this.goTo(this.#done + steps);
  }

  toStart(): void {
    this.goTo(0);
  }

  toEnd(): void {
    this.goTo(this.#steps);
  }

  /** One step of the player. */
  tick(): void {
    if (!this.#scene()) return;
    const next = Math.min(this.#steps, this.#done + 1);
    this.#store.set({ ...atStep(this.#state, next), playing: next < this.#steps });
  }

  togglePlay(): void {
    const { playing } = this.#state;
    const again = !playing && this.#done === this.#steps;
    this.#store.set({ ...(again ? atStep(this.#state, 0) : this.#state), playing: !playing });
  }

  /** Trains from random weights, pauses, goes on; begins anew if the training is done. */
  toggleTraining(isDone: boolean): void {
    const training = this.#state.training === 'running' ? 'paused' : 'running';
    this.#store.set({ ...(isDone ? atOtherWeights(this.#state) : this.#state), training });
  }

  /** Random weights, or those trained so far, at rest. */
  pauseTraining(): void {
    this.#store.patch({ training: 'paused' });
  }

  startOver(): void {
    this.#store.set(atOtherWeights(this.#state));
  }

  /** Back to the network that Keras trained. */
  endTraining(): void {
    this.#store.patch({ training: 'off' });
  }

  setPace(pace: Pace): void {
    this.#store.patch({ pace });
  }

  toggleBackward(): void {
    this.#store.patch({ backward: !this.#state.backward });
  }

  setSpeed(speed: Speed): void {
    this.#store.patch({ speed });
  }

  choose(task: TaskName): void {
    this.#store.set(atTask(this.#state, task));
  }

  chooseTask(index: number): void {
    this.choose(TASK_NAMES[index] ?? this.#state.task);
  }

  /** Chooses what the network reads; gives the input that it became. */
  chooseInput(chosen: string): string {
    const scene = this.#scene();
    if (!scene) return chosen;
    const input = scene.task.correct(chosen);
    this.#store.patch({ input: input === scene.task.first ? '' : input, step: null, playing: false });
    return input;
  }

  nextInput(by: number): void {
    const task = this.#scene()?.task;
    if (!task || task.name !== this.#state.task) return;
    const input = task.correct(this.#state.input || task.first); // the picture may lag behind
    if (task.choice.kind === 'text') {
      const { picks } = task.choice;
      this.chooseInput(picks[(picks.indexOf(input) + by + picks.length) % picks.length] ?? input);
    } else this.chooseInput(String(Number(input) + by));
  }

  /** Opens a cell; one that is still to come takes the time with it. */
  open(cell: Cell): void {
    if (!this.#scene()) return;
    this.#store.patch({ cell, step: cell.step > this.#done ? cell.step : this.#state.step, playing: false });
  }

  /** Opens the cell some units below. */
  moveCell(units: number): void {
    const { cell } = this.#state;
    const all = this.#scene()?.layer.units;
    if (cell && all) this.#store.patch({ cell: { ...cell, unit: (cell.unit + units + all) % all } });
  }

  closeCell(): void {
    this.#store.patch({ cell: null });
  }

  nextTheme(): void {
    this.#store.patch({ theme: THEMES[(THEMES.indexOf(this.#state.theme) + 1) % THEMES.length] ?? 'system' });
  }
}
