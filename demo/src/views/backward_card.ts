import { element } from './dom.js';

/** What the backward heat map shows, in words. */
export class BackwardCard {
  readonly #reach = element('p', { class: 'reach' });
  readonly element = element(
    'section',
    { class: 'card backward-words', 'aria-label': 'The backward pass', hidden: true },
    element('h2', {}, 'Backward through time'),
    this.#reach,
    element(
      'p',
      { class: 'muted' },
      'Orange: the loss would grow with this state; blue: it would shrink. Training changes the weights by what arrives here, so a network learns from a step only as far as its gradient reaches.',
    ),
  );

  /** null: closed. */
  show(reach: string | null): void {
    this.element.hidden = reach === null;
    if (this.#reach.textContent !== (reach ?? '')) this.#reach.textContent = reach ?? '';
  }
}
