import { element } from './dom.js';
import { type Palette, rampColour } from './palette.js';

/** The one colour scale of the page; a mark shows where the value looked at stands. */
export class Legend {
  readonly #canvas = element('canvas', { width: 256, height: 1, 'aria-hidden': 'true' });
  readonly #mark = element('span', { class: 'mark', hidden: true });
  readonly element = element(
    'div',
    { class: 'legend', role: 'img', 'aria-label': 'Colour scale of the states: blue is −1, no colour 0, orange +1' },
    element('span', { class: 'name' }, 'h'),
    element('span', {}, '−1'),
    element('div', { class: 'ramp' }, this.#canvas, element('span', { class: 'zero' }, '0'), this.#mark),
    element('span', {}, '+1'),
  );

  setPalette(palette: Palette): void {
    const context = this.#canvas.getContext('2d');
    if (!context) return;
    for (let i = 0; i < 256; i++) {
      context.fillStyle = rampColour(palette, i / 127.5 - 1);
      context.fillRect(i, 0, 1, 1);
    }
  }

  /** Marks a value, or none. */
  mark(value: number | null): void {
    this.#mark.hidden = value === null;
    if (value !== null) this.#mark.style.left = `${50 + 50 * Math.min(1, Math.max(-1, value))}%`;
  }
}
