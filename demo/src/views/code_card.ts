import { button, element } from './dom.js';

/** The Keras code of the model, to copy, and its facts. */
export class CodeCard {
  readonly #code = element('code', { tabindex: 0 });
  readonly #facts = element('dl');
  readonly #file = element('a', { class: 'button', download: true }, 'Model file');
  readonly #copy = button('Copy the Keras code', 'Copy', () => this.#copyCode());
  readonly element = element(
    'div',
    { class: 'below' },
    element(
      'section',
      { class: 'card code', 'aria-labelledby': 'code-title' },
      element('header', {}, element('h2', { id: 'code-title' }, 'The model in Keras'), this.#copy, this.#file),
      element('pre', {}, this.#code),
    ),
    element(
      'section',
      { class: 'card facts', 'aria-labelledby': 'facts-title' },
      element('h2', { id: 'facts-title' }, 'About this network'),
      this.#facts,
    ),
  );

  show(code: string, file: string, facts: readonly (readonly [string, string])[]): void {
    this.#code.textContent = code;
    this.#file.href = file;
    this.#facts.replaceChildren(...facts.flatMap(([name, fact]) => [element('dt', {}, name), element('dd', {}, fact)]));
  }

  async #copyCode(): Promise<void> {
    try {
      await navigator.clipboard.writeText(this.#code.textContent ?? '');
      this.#copy.textContent = 'Copied';
    } catch {
      // no permission: select it, so that the system's own copy takes it
      getSelection()?.selectAllChildren(this.#code);
      this.#copy.textContent = 'Selected';
    }
    setTimeout(() => {
      this.#copy.textContent = 'Copy';
    }, 1500);
  }
}
