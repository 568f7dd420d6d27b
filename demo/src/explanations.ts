import { type CellArithmetic, cellArithmetic } from './maths/cell.js';
import { project } from './maths/principal_plane.js';
import { openCellIn, type Scene } from './scene.js';
import type { PageState } from './state/page_state.js';
import type { ClassedCrowd, Task } from './tasks/task.js';
import { BackwardCard } from './views/backward_card.js';
import { CellPanel } from './views/cell_panel.js';
import { element } from './views/dom.js';
import type { Palette } from './views/palette.js';
import { ReadingCard } from './views/reading_card.js';
import { TrajectoryCard } from './views/trajectory_card.js';
import { WordsCard } from './views/words_card.js';

/** The cards beside the picture: what the network says, the opened cell, the trajectories, and words. */
export class Explanations {
  readonly cell: CellPanel;
  readonly element: HTMLElement;
  readonly #reading = new ReadingCard();
  readonly #trajectories = new TrajectoryCard();
  readonly #backward = new BackwardCard();
  readonly #words = new WordsCard();
  #task: Task | null = null;
  #crowd: ClassedCrowd | null = null;

  /** `first`: what stands above these. */
  constructor(first: HTMLElement, events: { close(): void; move(units: number): void }) {
    this.cell = new CellPanel(events);
    this.element = element(
      'aside',
      { tabindex: 0, 'aria-label': 'Explanations' },
      first,
      this.#reading.element,
      this.cell.element,
      this.#backward.element,
      this.#trajectories.element,
      this.#words.element,
    );
  }

  setPalette(palette: Palette): void {
    this.cell.setPalette(palette);
    this.#trajectories.setPalette(palette);
  }

  /** What changes with the input and with the weights. */
  showScene({ task, layer, states, crowd }: Scene): void {
    const isMoving = this.#task === task;
    if (!isMoving || !this.#crowd) {
      this.#words.show(task.words);
      this.#crowd = task.crowd();
      this.#task = task;
    }
    const { lengths, classes, classNames, marks } = this.#crowd;
    const shown = project(states.states, layer.units, crowd.plane);
    const classCount = classNames.length;
    const data = { paths: crowd.paths, lengths, classes, classCount, marks, shown };
    this.#trajectories.show(data, classNames, crowd.plane.share, isMoving);
  }

  /** What changes with the step and the opened cell; gives the arithmetic of that cell. */
  render(scene: Scene, state: PageState, done: number): CellArithmetic | null {
    const { task, input, run, layer, states, labels } = scene;
    this.#reading.show(task.reading(input, run, done));
    this.#trajectories.view.setTime(done, run.steps);
    this.#backward.element.hidden = !state.backward;
    const open = openCellIn(scene, state);
    const arithmetic = open && cellArithmetic(layer, states, open.step, open.unit);
    this.cell.show(
      open &&
        arithmetic && {
          ...open,
          label: labels[open.step - 1] ?? '',
          activation: layer.activation,
          arithmetic,
          featureLabel: (index) => task.featureLabel(input, open.step, index),
        },
    );
    return arithmetic;
  }
}
