import { SPEEDS, type Speed } from '../state/page_state.js';
import { button, element, icon } from './dom.js';
import type { Legend } from './legend.js';

const ICONS = {
  first: 'M3 3h2v10H3zM13 3v10L6 8z',
  back: 'M10 3v10L3 8zM11 3h2v10h-2z',
  play: 'M4 2v12l9-6z',
  pause: 'M3 3h4v10H3zM9 3h4v10H9z',
  forward: 'M6 3v10l7-5zM3 3h2v10H3z',
  last: 'M11 3h2v10h-2zM3 3v10l7-5z',
};

export interface TransportEvents {
  togglePlay(): void;
  goTo(step: number): void;
  setSpeed(speed: Speed): void;
}

/** Play, pause, one step, scrub; always in view, with the legend. */
export class Transport {
  readonly #play: HTMLButtonElement;
  readonly #slider = element('input', { type: 'range', min: 0, max: 1, step: 1, 'aria-label': 'Step' });
  readonly #place = element('span', { class: 'place' });
  readonly #speed: HTMLSelectElement;
  readonly element: HTMLElement;
  #done = 0;
  #steps = 1;

  constructor(legend: Legend, events: TransportEvents) {
    const go = (step: () => number) => () => events.goTo(Math.min(this.#steps, Math.max(0, step())));
    this.#play = button('Play', icon(ICONS.play), () => events.togglePlay(), 'Space');
    this.#play.classList.add('primary');
    this.#slider.addEventListener('input', () => events.goTo(Number(this.#slider.value)));
    this.#speed = element(
      'select',
      { 'aria-label': 'Speed', title: 'Speed' },
      ...SPEEDS.map((speed) => element('option', { value: speed }, `${speed}×`)),
    );
    this.#speed.addEventListener('change', () => events.setSpeed(Number(this.#speed.value) as Speed));
    this.element = element(
      'section',
      { class: 'transport', 'aria-label': 'Time' },
      element(
        'div',
        { class: 'buttons' },
        button(
          'To the start',
          icon(ICONS.first),
          go(() => 0),
          'Home',
        ),
        button(
          'One step back',
          icon(ICONS.back),
          go(() => this.#done - 1),
          'ArrowLeft',
        ),
        this.#play,
        button(
          'One step on',
          icon(ICONS.forward),
          go(() => this.#done + 1),
          'ArrowRight',
        ),
        button(
          'To the end',
          icon(ICONS.last),
          go(() => this.#steps),
          'End',
        ),
        this.#speed,
      ),
      element('div', { class: 'scrub' }, this.#slider, this.#place),
      legend.element,
    );
  }

  /** `label` names the step that is the last one done. */
  show(done: number, steps: number, label: string, playing: boolean, speed: Speed): void {
    this.#done = done;
    this.#steps = steps;
    this.#slider.max = String(steps);
    this.#slider.value = String(done);
    const place = done === 0 ? `start of ${steps}` : `step ${done} of ${steps}`;
    this.#slider.setAttribute('aria-valuetext', done === 0 ? place : `${place}, ${label}`);
    this.#place.replaceChildren(element('b', {}, place), ' ', done === 0 || label === String(done) ? '' : label);
    this.#speed.value = String(speed);
    if (this.#play.dataset.playing !== String(playing)) {
      this.#play.dataset.playing = String(playing);
      this.#play.setAttribute('aria-label', playing ? 'Pause' : 'Play');
      this.#play.title = playing ? 'Pause (Space)' : 'Play (Space)';
      this.#play.replaceChildren(icon(playing ? ICONS.pause : ICONS.play));
    }
  }
}
