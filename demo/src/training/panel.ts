import { RECIPES } from '../../recipes/index.mjs';
import type { Scene } from '../scene.js';
import type { PageState, TaskName } from '../state/page_state.js';
import { TASKS } from '../tasks/index.js';
import { TrainingCard, type TrainingData, type TrainingEvents } from '../views/training_card.js';
import { smoothed } from './history.js';
import type { Progress } from './protocol.js';
import { Trainer } from './trainer.js';

/** Points of a curve, at most: more than a card is wide. */
const POINTS = 400;
/** The axis of steps ends at one of these times a power of ten. */
const ENDS = [1, 2, 3, 4, 5, 6, 8, 10];

export interface PanelEvents extends Omit<TrainingEvents, 'toggle'> {
  /** `isDone`: there is nothing to go on with. */
  toggle(isDone: boolean): void;
  moved(scene: Scene): void;
  /** The recipe is at its end. */
  ended(): void;
  failed(message: string): void;
}

/** The card of the training and the trainer behind it. */
export class TrainingPanel {
  readonly card: TrainingCard;
  readonly #trainer: Trainer;
  #state: PageState | null = null;

  constructor(events: PanelEvents) {
    this.card = new TrainingCard({ ...events, toggle: () => events.toggle(this.isDone) });
    this.#trainer = new Trainer({
      moved: events.moved,
      progressed: () => this.#draw(),
      ended: events.ended,
      failed: (message) => {
        events.failed(message);
        this.#draw();
      },
    });
  }

  get isDone(): boolean {
    return this.#trainer.progress?.isDone ?? false;
  }

  /** Makes the trainer do, and the card show, what the state asks for. */
  follow(state: PageState): void {
    this.#state = state;
    this.#trainer.follow(state);
    this.#draw();
  }

  step(): void {
    this.#trainer.step();
  }

  #draw(): void {
    if (!this.#state) return;
    const { task, training, pace } = this.#state;
    const { progress, failure } = this.#trainer;
    this.card.show(training, this.isDone, failure !== null, pace);
    if (training === 'off') return;
    if (progress) this.card.showData(this.#data(task, training === 'running', progress));
    else this.card.showNothing(failure === null ? 'Drawing random weights …' : 'The training failed.');
  }

  #data(task: TaskName, isRunning: boolean, progress: Progress): TrainingData {
    const { figure } = RECIPES[task];
    const { step, steps, loss, seconds, measure, isDone, reachedAt } = progress;
    const losses = this.#trainer.history.losses(POINTS);
    const end = endOf(step, steps);
    const bound = `${figure.better === 'lower' ? 'below' : 'at least'} ${figure.goal}`;
    return {
      step,
      steps,
      loss,
      figure: measure.value,
      figureName: TASKS[task].words.figure,
      figureLabel: figure.label,
      figureDigits: figure.digits,
      seconds,
      isDone,
      isReached: reachedAt !== null,
      status: statusOf(progress, isRunning, bound, figure.keras),
      losses: { ...losses, smooth: smoothed(losses, 12).y, isLog: true, goal: null, end },
      figures: {
        ...this.#trainer.history.measures(),
        smooth: null,
        isLog: figure.better === 'lower',
        goal: figure.goal,
        end,
      },
    };
  }
}

/** Right end of the axis of steps: a round number that leaves the curve some room, up to the recipe's own. */
function endOf(step: number, steps: number): number {
  const wanted = Math.max(20, 1.05 * step);
  const power = 10 ** Math.floor(Math.log10(wanted));
  const round = (ENDS.find((end) => end * power >= wanted) ?? 10) * power;
  return Math.min(round, steps);
}

/** Where the training stands, in a sentence that changes only when something happens. */
function statusOf(
  { step, reachedAt, isDone, more }: Progress,
  isRunning: boolean,
  bound: string,
  keras: number,
): string {
  const again = more.restarts ? ` Begun anew ${more.restarts === 1 ? 'once' : `${more.restarts} times`}.` : '';
  const bits = more.length ? ` Sequences of ${more.length} bits.` : '';
  if (reachedAt !== null) return `✓ Goal reached at step ${reachedAt}${isDone ? `; Keras: ${keras}` : ''}`;
  if (isDone) return `At its end, the goal ${bound} not reached.${again}`;
  if (isRunning) return `Training, goal ${bound}.${bits}${again}`;
  return step === 0 ? 'Random weights: nothing is learned yet.' : `Paused, goal ${bound}.`;
}
