import { button, element } from './dom.js';

/** The list of keys. */
export class KeysDialog {
  readonly element: HTMLDialogElement;

  constructor(keys: readonly (readonly [keys: string, what: string])[]) {
    this.element = element(
      'dialog',
      { class: 'keys', 'aria-labelledby': 'keys-title' },
      element('h2', { id: 'keys-title' }, 'Keys'),
      element(
        'dl',
        {},
        ...keys.flatMap(([key, what]) => [
          element('dt', {}, ...key.split(' ').map((k) => element('kbd', {}, k))),
          element('dd', {}, what),
        ]),
      ),
      button('Close', 'Close', () => this.element.close()),
    );
    // a click beside the box closes it
    this.element.addEventListener('click', ({ target }) => target === this.element && this.element.close());
  }

  toggle(): void {
    if (this.element.open) this.element.close();
    else this.element.showModal();
  }
}
