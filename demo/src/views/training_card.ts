import { plain } from '../maths/axis.js';
import { scientific } from '../maths/format.js';
import { PACES, type Pace, type Training } from '../state/page_state.js';
import { Curve, type CurveData } from './curve.js';
import { button, element, icon } from './dom.js';
import type { Palette } from './palette.js';

const ICONS = {
  play: 'M4 2v12l9-6z',
  pause: 'M3 3h4v10H3zM9 3h4v10H9z',
  step: 'M3 3v10l7-5zM11 3h2v10h-2z',
  cross: 'M3.5 2.5 8 7l4.5-4.5 1 1L9 8l4.5 4.5-1 1L8 9l-4.5 4.5-1-1L7 8 2.5 3.5z',
  dice: 'M8 2a6 6 0 1 1-5.7 4.1l1.9.6A4 4 0 1 0 8 4v2.6L3.6 3.3 8 0z',
};

export interface TrainingEvents {
  toggle(): void;
  step(): void;
  startOver(): void;
  setPace(pace: Pace): void;
  end(): void;
}

/** Numbers and curves of a training. */
export interface TrainingData {
  readonly step: number;
  readonly steps: number;
  readonly loss: number;
  /** The recipe's figure and what it is called, in short and in full. */
  readonly figure: number;
  readonly figureName: string;
  readonly figureLabel: string;
  readonly figureDigits: number;
  readonly seconds: number;
  readonly isDone: boolean;
  readonly isReached: boolean;
  /** What happened last, in a sentence. */
  readonly status: string;
  readonly losses: CurveData;
  readonly figures: CurveData;
}

/** Trains the network from random weights: start, pause, one step, other weights, and back; figures and curves. */
export class TrainingCard {
  readonly #main: HTMLButtonElement;
  readonly #others: HTMLElement;
  readonly #step: HTMLButtonElement;
  readonly #pace: HTMLSelectElement;
  readonly #lead = element('h2', {}, 'Train it yourself');
  readonly #numbers = new Map(['step', 'loss', 'figure', 'time'].map((name) => [name, element('dd')]));
  readonly #names = new Map(['step', 'loss', 'figure', 'time'].map((name) => [name, element('dt')]));
  readonly #figureTitle = element('h3');
  readonly #status = element('p', { class: 'status', role: 'status' });
  readonly #loss = new Curve();
  readonly #figure = new Curve();
  readonly #body: HTMLElement;
  readonly element: HTMLElement;

  constructor(events: TrainingEvents) {
    this.#main = button('', '', events.toggle, 'R');
    this.#main.classList.add('train');
    this.#step = button('One training step', icon(ICONS.step), events.step, 'S');
    this.#pace = element(
      'select',
      { 'aria-label': 'Training steps a second', title: 'Training steps a second' },
      ...PACES.map((pace) => element('option', { value: pace }, pace === 'full' ? 'fastest' : `${pace} / s`)),
    );
    this.#pace.addEventListener('change', () => events.setPace(this.#pace.value as Pace));
    this.#others = element(
      'div',
      { class: 'others' },
      this.#step,
      button('Start over from other random weights', icon(ICONS.dice), events.startOver, 'W'),
      this.#pace,
      button('Back to the network trained with Keras', icon(ICONS.cross), events.end, 'K'),
    );
    const numbers = [...this.#numbers].map(([name, value]) =>
      element('div', { class: name }, this.#names.get(name) ?? '', value),
    );
    this.#body = element(
      'div',
      { class: 'body' },
      element('dl', {}, ...numbers),
      this.#status,
      element('h3', {}, 'Loss of each batch, log scale'),
      this.#loss.element,
      this.#figureTitle,
      this.#figure.element,
    );
    this.element = element(
      'section',
      { class: 'card training', 'aria-label': 'Training' },
      element('header', {}, this.#lead, this.#main, this.#others),
      this.#body,
    );
    for (const [name, text] of Object.entries({ step: 'Step', loss: 'Loss', time: 'Computing' }))
      this.#names.get(name)?.append(text);
  }

  setPalette(palette: Palette): void {
    this.#loss.setPalette(palette);
    this.#figure.setPalette(palette);
  }

  /** `isNew`: the next training begins with random weights. */
  show(training: Training, isDone: boolean, isNew: boolean, pace: Pace): void {
    this.#pace.value = pace;
    const isOff = training === 'off';
    this.element.dataset.training = training;
    this.#lead.hidden = !isOff;
    this.#others.hidden = isOff;
    this.#body.hidden = isOff;
    this.#step.disabled = isDone;
    const [sign, text, label] =
      training === 'running'
        ? [ICONS.pause, 'Pause', 'Pause training']
        : isDone
          ? [ICONS.play, 'Again', 'Train again from other random weights']
          : [ICONS.play, 'Train', isOff || isNew ? 'Train from random weights' : 'Go on training'];
    if (this.#main.getAttribute('aria-label') === label) return;
    this.#main.setAttribute('aria-label', label);
    this.#main.title = `${label} (R)`;
    this.#main.replaceChildren(icon(sign), text);
  }

  /** There are no numbers; `status` says why. */
  showNothing(status: string): void {
    this.element.classList.remove('reached');
    for (const name of ['step', 'loss', 'figure']) this.element.dataset[name] = '';
    for (const value of this.#numbers.values()) value.textContent = '–';
    this.#say(status);
  }

  showData(data: TrainingData): void {
    this.element.classList.toggle('reached', data.isReached);
    for (const name of ['step', 'loss', 'figure'] as const) this.element.dataset[name] = String(data[name]);
    this.#write('step', `${plain(data.step)}`, `of ${plain(data.steps)}`);
    this.#write('loss', Number.isNaN(data.loss) ? '–' : scientific(data.loss, 3));
    this.#write('figure', data.figure.toFixed(data.figureDigits));
    this.#write('time', `${data.seconds.toFixed(data.seconds < 10 ? 2 : 1)} s`);
    this.#name('figure', data.figureName);
    const title = `${data.figureLabel[0]?.toUpperCase()}${data.figureLabel.slice(1)}`;
    if (this.#figureTitle.textContent !== title) this.#figureTitle.textContent = title;
    this.#say(data.status);
    this.#loss.setValues(data.losses);
    const last = data.step === 0 ? 'none yet' : `the last one ${data.loss.toPrecision(3)}`;
    this.#loss.setLabel(`Loss of each batch up to step ${data.step}; ${last}`);
    this.#figure.setValues(data.figures);
    this.#figure.setLabel(`${title}; now ${data.figure.toFixed(data.figureDigits)}`);
  }

  #write(name: string, value: string, unit = ''): void {
    this.#numbers.get(name)?.replaceChildren(value, ...(unit ? [' ', element('small', {}, unit)] : []));
  }

  #name(name: string, text: string): void {
    const title = this.#names.get(name);
    if (title && title.textContent !== text) title.textContent = text;
  }

  /** A screen reader reads what is new, and only that. */
  #say(text: string): void {
    if (this.#status.textContent !== text) this.#status.textContent = text;
  }
}
