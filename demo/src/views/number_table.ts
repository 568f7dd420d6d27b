import { fixed, scientific } from '../maths/format.js';
import { element } from './dom.js';

export interface TableData {
  readonly caption: string;
  readonly labels: readonly string[];
  /** [T, U] */
  readonly states: Float32Array;
  readonly units: number;
  readonly done: number;
  /** What the network says after each step. */
  readonly answers: readonly string[];
  /** The norm of dLoss/dh at each step; null: not shown. */
  readonly norms: readonly number[] | null;
}

/** The same numbers as in the picture, as a table; made when it is opened. */
export class NumberTable {
  readonly #body = element('div', {
    class: 'scroll',
    tabindex: 0,
    role: 'region',
    'aria-label': 'Table of the states',
  });
  readonly element = element(
    'details',
    { class: 'card numbers' },
    element('summary', {}, 'The same numbers as a table'),
    this.#body,
  );
  #data: TableData | null = null;

  constructor() {
    this.element.addEventListener('toggle', () => this.#draw());
  }

  show(data: TableData): void {
    this.#data = data;
    this.#draw();
  }

  #draw(): void {
    if (!this.element.open || !this.#data) return;
    const { caption, labels, states, units, done, answers, norms } = this.#data;
    const cells = (t: number) =>
      Array.from({ length: units }, (_, unit) => element('td', {}, fixed(states[t * units + unit] ?? Number.NaN)));
    this.#body.replaceChildren(
      element(
        'table',
        {},
        element('caption', {}, caption),
        element(
          'thead',
          {},
          element(
            'tr',
            {},
            ...[
              'Step',
              'Input',
              'Answer',
              ...(norms ? ['‖dLoss/dh‖'] : []),
              ...Array.from({ length: units }, (_, unit) => `h[${unit}]`),
            ].map((name) => element('th', { scope: 'col' }, name)),
          ),
        ),
        element(
          'tbody',
          {},
          ...Array.from({ length: done }, (_, t) =>
            element(
              'tr',
              {},
              element('th', { scope: 'row' }, String(t + 1)),
              element('td', {}, labels[t] ?? ''),
              element('td', {}, answers[t] ?? ''),
              ...(norms ? [element('td', {}, scientific(norms[t] ?? Number.NaN))] : []),
              ...cells(t),
            ),
          ),
        ),
      ),
    );
  }
}
