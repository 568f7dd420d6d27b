import { element } from './dom.js';
import type { Palette } from './palette.js';
import { classColour, Trajectories, type TrajectoryData } from './trajectories.js';

/** The trajectories with the key to their colours. */
export class TrajectoryCard {
  readonly view = new Trajectories();
  readonly #key = element('p', { class: 'key' });
  readonly #note = element('p', { class: 'muted' });
  readonly element = element(
    'section',
    { class: 'card trajectory', 'aria-label': 'Trajectories of the states' },
    element('h2', {}, 'Where the states go'),
    this.view.element,
    this.#key,
    this.#note,
  );
  #palette: Palette | null = null;
  #names: readonly string[] = [];

  setPalette(palette: Palette): void {
    this.#palette = palette;
    this.view.setPalette(palette);
    this.#drawKey();
  }

  /** `names` of the classes; `share` of the variance that lies in the plane. */
  show(data: TrajectoryData, names: readonly string[], share: number, isMoving: boolean): void {
    this.view.setValues(data, isMoving);
    const percent = `${Math.round(100 * share)} %`;
    this.#note.textContent = `Each line is the state of one sequence as it is read, seen in the plane of the two main directions of all of them (${percent} of their variance). The thick line is the sequence in the picture.`;
    this.view.setLabel(
      `Trajectories of the hidden states of ${data.lengths.length} sequences in the plane of their first two principal components, ${percent} of the variance; classes: ${names.join(', ')}.`,
    );
    if (this.#names !== names) {
      this.#names = names;
      this.#drawKey();
    }
  }

  #drawKey(): void {
    const palette = this.#palette;
    if (!palette) return;
    const marks = this.#names.length > 2;
    this.#key.replaceChildren(
      ...this.#names.map((name, i) => {
        const sign = element('i', { 'aria-hidden': 'true' });
        sign.style.backgroundColor = classColour(palette, i, this.#names.length);
        return element('span', {}, sign, name);
      }),
    );
    this.#key.classList.toggle('many', marks);
  }
}
