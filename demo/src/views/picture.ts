import type { Cell } from '../state/page_state.js';
import type { InputPicture, OutputPicture } from '../tasks/task.js';
import { Backward } from './backward.js';
import { element } from './dom.js';
import { HeatMap } from './heat_map.js';
import { InputBars, InputLetters, InputPixels } from './input_views.js';
import { OutputGrid, OutputLine, OutputRanking } from './output_views.js';
import type { Palette } from './palette.js';
import type { Time, TimeView } from './time_view.js';

/** Everything that the unrolled network shows, as arrays. */
export interface PictureData {
  readonly states: Float32Array;
  readonly units: number;
  /**
   * null: the backward pass is not shown. `gradient`: dLoss/dh, [T, U]; null if no target is known. `everyStep`: each
   * step has a loss of its own.
   */
  readonly backward: { readonly gradient: Float32Array | null; readonly everyStep: boolean } | null;
  readonly inputs: InputPicture;
  readonly outputs: OutputPicture;
  readonly labels: readonly string[];
  readonly inputTitle: string;
  readonly stateTitle: string;
  readonly outputTitle: string;
}

export interface PictureEvents {
  /** The pointer is over a step (0: over none) and, in the heat map, over a cell. */
  hover(step: number, cell: Cell | null, place: { x: number; y: number } | null): void;
  open(cell: Cell): void;
  goTo(step: number): void;
  toggleBackward(): void;
}

/** The unrolled network: inputs below, states in the middle, outputs above, time to the right. */
export class Picture {
  readonly heatMap = new HeatMap();
  readonly heatMaps: readonly HeatMap[];
  readonly #backward: Backward;
  readonly #titles = { outputs: element('h2'), states: element('h2'), inputs: element('h2') };
  readonly #outputs = element('div', { class: 'slot outputs' });
  readonly #inputs = element('div', { class: 'slot inputs' });
  readonly element: HTMLElement;
  readonly #events: PictureEvents;
  readonly #views = {
    line: new OutputLine(),
    grid: new OutputGrid(),
    ranking: new OutputRanking(),
    bars: new InputBars(),
    pixels: new InputPixels(),
    letters: new InputLetters(),
  };

  constructor(events: PictureEvents) {
    this.#events = events;
    this.#backward = new Backward(() => events.toggleBackward());
    this.heatMaps = [this.heatMap, this.#backward.heatMap];
    this.heatMap.canvas.tabIndex = 0;
    this.heatMap.canvas.setAttribute('role', 'application');
    this.element = element(
      'section',
      { class: 'picture', id: 'picture', tabindex: -1, 'aria-label': 'The network, unrolled in time' },
      this.#titles.outputs,
      this.#outputs,
      element('div', { class: 'title' }, this.#titles.states, this.#backward.toggle),
      this.heatMap.element,
      this.#backward.element,
      this.#titles.inputs,
      this.#inputs,
    );
    this.#listen();
  }

  setPalette(palette: Palette): void {
    for (const view of this.#all) view.setPalette(palette);
  }

  setTime(time: Time): void {
    for (const view of this.#all) view.setTime(time);
  }

  show(data: PictureData): void {
    this.#titles.outputs.textContent = data.outputTitle;
    this.#titles.states.textContent = data.stateTitle;
    this.#titles.inputs.textContent = data.inputTitle;
    this.heatMap.setValues(data.states, data.units);
    for (const map of this.heatMaps) map.element.classList.toggle('many', data.units > 60);
    this.heatMap.canvas.setAttribute(
      'aria-label',
      `${data.stateTitle}. Arrow keys move from cell to cell, Enter opens the arithmetic of a cell.`,
    );
    this.element.classList.toggle('both', data.backward !== null);
    const { gradient = null, everyStep = false } = data.backward ?? {};
    this.#backward.show(data.backward !== null, gradient, data.units, everyStep);
    this.#show(this.#outputs, this.#outputView(data.outputs), data.outputTitle);
    this.#show(this.#inputs, this.#inputView(data.inputs, data.labels), data.inputTitle);
  }

  get #all(): readonly TimeView[] {
    return [this.heatMap, ...this.#backward.views, ...Object.values(this.#views)];
  }

  #show(slot: HTMLElement, view: TimeView, label: string): void {
    view.canvas.setAttribute('role', 'img');
    view.canvas.setAttribute('aria-label', `${label}. The same numbers are in the table below.`);
    if (slot.firstChild !== view.element) slot.replaceChildren(view.element);
  }

  #outputView(picture: OutputPicture): TimeView {
    const { line, grid, ranking } = this.#views;
    if (picture.kind === 'line') {
      line.setValues(picture.values, picture.truth, picture.bottom, picture.top);
      return line;
    }
    if (picture.kind === 'grid') {
      grid.setValues(picture.values, picture.classes, picture.truth);
      return grid;
    }
    ranking.setValues(picture.values, picture.classes, picture.truth);
    return ranking;
  }

  #inputView(picture: InputPicture, labels: readonly string[]): TimeView {
    const { bars, pixels, letters } = this.#views;
    if (picture.kind === 'letters') {
      letters.setValues(picture.letters);
      return letters;
    }
    if (picture.kind === 'bars') bars.setValues(picture.values, picture.bottom, picture.top, picture.digits);
    else pixels.setValues(picture.rows);
    const view = picture.kind === 'bars' ? bars : pixels;
    view.setLabels(labels);
    return view;
  }

  #listen(): void {
    for (const view of this.#all) {
      const { canvas } = view;
      canvas.addEventListener('pointermove', ({ offsetX, offsetY, clientX, clientY }) => {
        const cell = view instanceof HeatMap ? view.cellAt(offsetX, offsetY) : null;
        this.#events.hover(view.stepAt(offsetX), cell, { x: clientX, y: clientY });
      });
      canvas.addEventListener('pointerleave', () => this.#events.hover(0, null, null));
      canvas.addEventListener('click', ({ offsetX, offsetY }) => {
        const cell = view instanceof HeatMap ? view.cellAt(offsetX, offsetY) : null;
        if (cell) this.#events.open(cell);
        else if (!(view instanceof HeatMap) && view.stepAt(offsetX)) this.#events.goTo(view.stepAt(offsetX));
      });
    }
  }
}
