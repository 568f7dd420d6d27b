import { scientific } from '../maths/format.js';
import { reachInWords, rowNorms } from '../maths/reach.js';
import { button, element } from './dom.js';
import { HeatMap } from './heat_map.js';
import { NormStrip } from './norm_strip.js';
import type { TimeView } from './time_view.js';

/** dLoss/dh for every step and unit, and its norm at every step: the backward pass beside the forward one. */
export class Backward {
  readonly heatMap = new HeatMap('gradient-map');
  readonly #norms = new NormStrip();
  readonly #reach = element('p');
  readonly #title = element('h2');
  readonly #none = element('p', { class: 'none' }, 'No gradient: what should come out is not known for this input.');
  readonly #pictures = element('div', { class: 'pictures' });
  readonly element: HTMLElement;
  readonly views: readonly TimeView[] = [this.heatMap, this.#norms];
  /** Shows and hides this part. */
  readonly toggle: HTMLButtonElement;

  constructor(toggle: () => void) {
    this.toggle = button('Backward pass', 'Backward pass', toggle, 'G');
    this.toggle.classList.add('toggle');
    const norms = element('h2', {}, 'Its norm at each step');
    this.#pictures.append(
      this.heatMap.element,
      element('div', { class: 'reach' }, norms, this.#reach),
      this.#norms.element,
    );
    this.element = element('div', { class: 'backward', hidden: true }, this.#title, this.#none, this.#pictures);
  }

  /** `gradient`: dLoss/dh, [T, U]; null where there is none. `everyStep`: each step has a loss of its own. */
  show(isOpen: boolean, gradient: Float32Array | null, units: number, everyStep: boolean): void {
    this.toggle.setAttribute('aria-pressed', String(isOpen));
    this.element.hidden = !isOpen;
    this.#none.hidden = gradient !== null;
    this.#pictures.hidden = gradient === null;
    if (!isOpen || !gradient) {
      this.#title.textContent = 'Backward: dLoss/dh[t][unit]';
      return;
    }
    const largest = gradient.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    this.#title.textContent = `Backward: dLoss/dh[t][unit], full colour is ±${scientific(largest)}`;
    this.element.dataset.largest = String(largest);
    const norms = rowNorms(gradient, units);
    const reach = reachInWords(norms, everyStep);
    if (this.#reach.textContent !== reach) this.#reach.textContent = reach;
    this.heatMap.setValues(largest > 0 ? gradient.map((value) => value / largest) : gradient, units);
    this.heatMap.setLabel(`${this.#title.textContent}. Its norms are in the table below.`);
    this.#norms.setValues(norms);
    this.#norms.setLabel(`Norm of dLoss/dh at each step: ${norms.map((norm) => norm.toPrecision(2)).join(', ')}`);
  }
}
