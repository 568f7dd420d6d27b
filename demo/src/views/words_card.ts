import type { Words } from '../tasks/task.js';
import { element } from './dom.js';

/** Short explanations beside the picture, in the order of its strips. */
export class WordsCard {
  readonly element = element('section', { class: 'card words', 'aria-label': 'What the pictures show' });

  show(words: Words): void {
    const part = (name: string, text: string) => [element('h3', {}, name), element('p', {}, text)];
    this.element.replaceChildren(
      element('p', { class: 'lead' }, words.lead),
      ...part('Above: the outputs', words.outputs),
      ...part('In the middle: the states', words.states),
      ...part('Below: the inputs', words.inputs),
      element('h3', {}, 'Try'),
      element('ul', {}, ...words.tries.map((text) => element('li', {}, text))),
    );
  }
}
