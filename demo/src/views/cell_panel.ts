import type { CellArithmetic, Term } from '../maths/cell.js';
import { fixed, signed } from '../maths/format.js';
import { button, element, icon } from './dom.js';
import { type Palette, rampColour } from './palette.js';

const CROSS = 'M3.5 2.5 8 7l4.5-4.5 1 1L9 8l4.5 4.5-1 1L8 9l-4.5 4.5-1-1L7 8 2.5 3.5z';
/** Terms shown at first. */
const FEW = 8;

export interface OpenedCell {
  readonly step: number;
  readonly unit: number;
  /** What the task calls the step. */
  readonly label: string;
  readonly activation: string;
  readonly arithmetic: CellArithmetic;
  /** What an input is called, by its index. */
  featureLabel(index: number): string;
}

/** The arithmetic of one cell: its sum, and all of its terms, largest first. */
export class CellPanel {
  readonly element = element('section', { class: 'card cell', 'aria-label': 'The arithmetic of a cell', hidden: true });
  readonly #events: { close(): void; move(units: number): void };
  #all = false;
  #shown: OpenedCell | null = null;
  #palette: Palette | null = null;

  constructor(events: { close(): void; move(units: number): void }) {
    this.#events = events;
  }

  setPalette(palette: Palette): void {
    this.#palette = palette;
    this.#draw();
  }

  show(cell: OpenedCell | null): void {
    if (!this.#shown) this.#all = false;
    this.#shown = cell;
    this.#draw();
  }

  #draw(): void {
    const cell = this.#shown;
    this.element.hidden = !cell;
    if (!cell) return;
    const focus = this.element.contains(document.activeElement)
      ? document.activeElement?.getAttribute('data-focus')
      : null;
    const { state, sum } = cell.arithmetic;
    this.element.dataset.state = String(state);
    this.element.dataset.sum = String(sum);
    this.element.replaceChildren(this.#heading(cell), this.#equation(cell), this.#terms(cell));
    if (focus) this.element.querySelector<HTMLElement>(`[data-focus="${focus}"]`)?.focus();
  }

  #heading({ step, unit, label }: OpenedCell): HTMLElement {
    const named = (name: string, made: HTMLButtonElement) => {
      made.dataset.focus = name;
      return made;
    };
    return element(
      'header',
      {},
      element('h2', {}, `Unit ${unit} at step ${step}`, ' ', element('small', {}, label)),
      named(
        'up',
        button('Unit above', icon('M8 4l5 6H3z'), () => this.#events.move(-1)),
      ),
      named(
        'down',
        button('Unit below', icon('M8 12l5-6H3z'), () => this.#events.move(1)),
      ),
      named(
        'close',
        button('Close the cell', icon(CROSS), () => this.#events.close(), 'Escape'),
      ),
    );
  }

  /** h = f(x·W + h₋₁·U + b), each part above its number. */
  #equation({ activation, arithmetic }: OpenedCell): HTMLElement {
    const { state, inputSum, stateSum, bias, sum } = arithmetic;
    const part = (name: string, value: string, kind = '') =>
      element('span', { class: `part ${kind}` }, element('i', {}, name), element('b', {}, value));
    const sign = (text: string) => element('span', { class: 'sign' }, text);
    const added = (name: string, value: number) => [
      sign(fixed(value).startsWith('−') ? '−' : '+'),
      part(name, fixed(Math.abs(value))),
    ];
    return element(
      'div',
      { class: 'equation' },
      part('h', fixed(state), 'result'),
      sign(`= ${activation}(`),
      part('x·W', fixed(inputSum)),
      ...added('h₋₁·U', stateSum),
      ...added('b', bias),
      sign(')'),
      element('p', {}, `= ${activation}(${fixed(sum)})`),
    );
  }

  #terms(cell: OpenedCell): HTMLElement {
    const { terms, sum } = cell.arithmetic;
    const shown = this.#all ? terms : terms.slice(0, FEW);
    const rest = terms.slice(shown.length);
    const largest = Math.abs(terms[0]?.product ?? 0) || 1;
    const body = element('tbody', {}, ...shown.map((term) => this.#row(cell, term, largest)));
    const restSum = rest.reduce((total, term) => total + term.product, 0);
    if (rest.length) {
      const more = element(
        'button',
        { type: 'button', class: 'link', 'data-focus': 'more' },
        `${rest.length} smaller terms together`,
      );
      more.addEventListener('click', () => this.#toggle());
      body.append(
        element(
          'tr',
          { class: 'rest' },
          element('td', { colspan: 2 }, more),
          this.#bar(restSum, largest),
          this.#number(restSum),
        ),
      );
    }
    const foot = element(
      'tfoot',
      {},
      element('tr', {}, element('td', { colspan: 3 }, `Sum of ${terms.length} terms`), this.#number(sum)),
    );
    const table = element(
      'table',
      {},
      element('caption', {}, 'Its terms, largest first'),
      element(
        'thead',
        { class: 'unseen' },
        element(
          'tr',
          {},
          ...['Term', 'Value × weight', 'Size', 'Product'].map((name) => element('th', { scope: 'col' }, name)),
        ),
      ),
      body,
      foot,
    );
    if (!this.#all || terms.length <= FEW) return table;
    const fewer = element('button', { type: 'button', class: 'link', 'data-focus': 'more' }, 'Show the largest only');
    fewer.addEventListener('click', () => this.#toggle());
    return element('div', {}, table, fewer);
  }

  #toggle(): void {
    this.#all = !this.#all;
    this.#draw();
  }

  #row(cell: OpenedCell, term: Term, largest: number): HTMLElement {
    const { kind, index, value, weight, product } = term;
    const name = {
      input: `x[${index}]·W[${index},${cell.unit}]`,
      state: `h₋₁[${index}]·U[${index},${cell.unit}]`,
      bias: `b[${cell.unit}]`,
    }[kind];
    const title = { input: cell.featureLabel(index), state: `state of unit ${index} one step before`, bias: 'bias' }[
      kind
    ];
    const factors = kind === 'bias' ? '' : `${fixed(value, 2)} × ${fixed(weight, 2)}`;
    return element(
      'tr',
      { class: kind, 'data-product': product },
      element('td', { title }, name),
      element('td', { class: 'factors' }, factors),
      this.#bar(product, largest),
      this.#number(product),
    );
  }

  /** A bar from the middle to the left (negative) or to the right. */
  #bar(value: number, largest: number): HTMLElement {
    const bar = element('span', { class: 'bar' });
    const share = Math.min(1, Math.abs(value) / largest) * 50;
    bar.style.width = `${share}%`;
    bar.style.left = value < 0 ? `${50 - share}%` : '50%';
    if (this.#palette) bar.style.backgroundColor = rampColour(this.#palette, value < 0 ? -0.75 : 0.75);
    return element('td', { class: 'bars', 'aria-hidden': 'true' }, element('span', { class: 'track' }, bar));
  }

  #number(value: number): HTMLElement {
    return element('td', { class: 'number' }, signed(value));
  }
}
