import type { Reading } from '../tasks/task.js';
import { element } from './dom.js';

const VERDICTS = { right: '✓ right', wrong: '✗ wrong' };

/** What the network says, in the task's words. */
export class ReadingCard {
  readonly #label = element('p', { class: 'label' });
  readonly #value = element('p', { class: 'value' });
  readonly #detail = element('p', { class: 'detail' });
  readonly element = element(
    'section',
    { class: 'card reading', 'aria-label': 'What the network says' },
    this.#label,
    this.#value,
    this.#detail,
  );

  show({ label, value, detail, verdict }: Reading): void {
    this.#label.textContent = label;
    this.#value.replaceChildren(value);
    if (verdict) this.#value.append(' ', element('span', { class: `verdict ${verdict}` }, VERDICTS[verdict]));
    this.#detail.textContent = detail;
  }
}
