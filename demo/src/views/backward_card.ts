import { element } from './dom.js';

/** What the backward heat map shows, in words. */
export class BackwardCard {
  readonly element = element(
    'section',
    { class: 'card words', 'aria-label': 'The backward pass', hidden: true },
    element('h2', {}, 'Backward through time'),
    element(
      'p',
      {},
      'Each cell says how the loss of this one sequence would change with that state: with an orange one it would grow, with a blue one shrink. The gradient begins where the target is and goes back step by step, multiplied by the activation’s slope and the recurrent kernel each time, so it may fade or swell.',
    ),
    element(
      'p',
      {},
      'Training changes the weights by what arrives: from a step that no gradient reaches, nothing is learned.',
    ),
  );
}
