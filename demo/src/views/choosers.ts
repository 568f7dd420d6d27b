import type { Choice } from '../tasks/task.js';
import { button, element, icon } from './dom.js';

type Choose = (input: string) => void;
type OfKind<K extends Choice['kind']> = Choice & { readonly kind: K };

const LEFT = 'M11 2v12L4 8z';
const RIGHT = 'M5 2v12l7-6z';

/** A control that chooses what the network reads. */
export interface Chooser {
  readonly element: HTMLElement;
  show(input: string): void;
}

export function makeChooser(choice: Choice, choose: Choose): Chooser {
  if (choice.kind === 'number') return new NumberChooser(choice, choose);
  if (choice.kind === 'digit') return new DigitChooser(choice, choose);
  return new TextChooser(choice, choose);
}

class NumberChooser implements Chooser {
  readonly #slider: HTMLInputElement;
  readonly #number: HTMLInputElement;
  readonly #note = element('span', { class: 'note' });
  readonly element: HTMLElement;
  readonly #choice: OfKind<'number'>;

  constructor(choice: OfKind<'number'>, choose: Choose) {
    this.#choice = choice;
    const { label, noun, first, last } = choice;
    this.#slider = element('input', {
      type: 'range',
      min: first,
      max: last,
      step: 1,
      'aria-label': label,
    });
    this.#number = element('input', { type: 'number', min: first, max: last, step: 1, id: 'number' });
    this.#slider.addEventListener('input', () => choose(this.#slider.value));
    this.#number.addEventListener('change', () => choose(this.#number.value));
    const move = (years: number) => () => choose(String(Number(this.#number.value) + years));
    this.element = element(
      'div',
      { class: 'chooser number' },
      element('label', { for: 'number' }, label),
      button(`The ${noun} before`, icon(LEFT), move(-1), 'B'),
      this.#number,
      button(`The ${noun} after`, icon(RIGHT), move(1), 'N'),
      this.#slider,
      this.#note,
    );
  }

  show(input: string): void {
    this.#slider.value = input;
    if (this.#number.value !== input) this.#number.value = input;
    this.#note.textContent = this.#choice.note(Number(input));
  }
}

class DigitChooser implements Chooser {
  readonly #number: HTMLInputElement;
  readonly #note = element('span', { class: 'note' });
  readonly #picks = new Map<number, HTMLButtonElement>();
  readonly element: HTMLElement;
  readonly #choice: OfKind<'digit'>;
  readonly #current = element('canvas', { width: 8, height: 8, class: 'current', role: 'img' });

  constructor(choice: OfKind<'digit'>, choose: Choose) {
    this.#choice = choice;
    const { images, labels, picks } = choice;
    this.#number = element('input', { type: 'number', min: 0, max: images.length - 1, step: 1, id: 'digit' });
    this.#number.addEventListener('change', () => choose(this.#number.value));
    for (const index of picks) {
      const thumbnail = element('canvas', { width: 8, height: 8, 'aria-hidden': 'true' });
      const wrong = picks.indexOf(index) > 9;
      const pick = button(
        `Example ${index}, a ${labels[index]}${wrong ? ', which the network trained with Keras misreads' : ''}`,
        thumbnail,
        () => choose(String(index)),
      );
      if (wrong) pick.append(element('span', { class: 'mistake', 'aria-hidden': 'true' }, '✗'));
      paintDigit(thumbnail, images[index]);
      this.#picks.set(index, pick);
    }
    const move = (by: number) => () => choose(String(Number(this.#number.value) + by));
    this.element = element(
      'div',
      { class: 'chooser digit' },
      this.#current,
      element('label', { for: 'digit' }, 'Example'),
      button('The example before', icon(LEFT), move(-1), 'B'),
      this.#number,
      button('The example after', icon(RIGHT), move(1), 'N'),
      element('div', { class: 'picks' }, ...this.#picks.values()),
      this.#note,
    );
  }

  show(input: string): void {
    const index = Number(input);
    this.#number.value = input;
    paintDigit(this.#current, this.#choice.images[index]);
    this.#current.setAttribute('aria-label', `Example ${index}, a ${this.#choice.labels[index]}`);
    this.#note.textContent = index % 6 === 5 ? 'not seen in training' : 'seen in training';
    for (const [pick, made] of this.#picks) made.setAttribute('aria-pressed', String(pick === index));
  }
}

/** Ink of 0..1 as black of that opacity: the style sheet gives the paper. */
function paintDigit(canvas: HTMLCanvasElement, pixels: Float32Array | undefined): void {
  const context = canvas.getContext('2d');
  if (!context || !pixels) return;
  const image = context.createImageData(8, 8);
  pixels.forEach((value, i) => {
    image.data[4 * i + 3] = Math.round(value * 255);
  });
  context.putImageData(image, 0, 0);
}

class TextChooser implements Chooser {
  readonly #text: HTMLInputElement;
  readonly #picks = new Map<string, HTMLButtonElement>();
  readonly element: HTMLElement;

  constructor(choice: OfKind<'text'>, choose: Choose) {
    this.#text = element('input', {
      type: 'text',
      id: 'text',
      maxlength: choice.longest,
      size: Math.min(20, choice.longest),
      autocomplete: 'off',
      autocapitalize: 'off',
      spellcheck: 'false',
    });
    this.#text.addEventListener('input', () => {
      if (this.#text.value.trim()) choose(this.#text.value);
    });
    this.#text.addEventListener('blur', () => choose(this.#text.value));
    for (const name of choice.picks)
      this.#picks.set(
        name,
        button(`The ${choice.noun} ${name}`, name, () => choose(name)),
      );
    this.element = element(
      'div',
      { class: 'chooser text' },
      element('label', { for: 'text' }, choice.label),
      this.#text,
      element('div', { class: 'picks' }, ...this.#picks.values()),
    );
  }

  show(input: string): void {
    // an empty field is left alone while someone is typing
    if (document.activeElement !== this.#text || this.#text.value.trim()) this.#text.value = input;
    for (const [name, made] of this.#picks) made.setAttribute('aria-pressed', String(name === input));
  }
}
