import type { Cell } from '../state/page_state.js';
import { element } from './dom.js';
import type { HeatMap } from './heat_map.js';
import { Tooltip } from './tooltip.js';

/** What the pointer needs to know of the picture. */
export interface PointerSource {
  /** Steps and units of the heat map; null: there is none yet. */
  size(): { steps: number; units: number } | null;
  /** The cell where the keyboard begins. */
  start(): Cell;
  describe(cell: Cell): string;
  open(cell: Cell): void;
  /** The pointer is elsewhere now. */
  moved(): void;
}

const ARROWS: Readonly<Record<string, readonly [steps: number, units: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** Where the reader looks: the mouse's cell or the keyboard's, with its number beside it. It passes: no state of the page. */
export class Pointer {
  readonly #tooltip = new Tooltip();
  readonly #status = element('p', { class: 'unseen', role: 'status' });
  readonly elements = [this.#tooltip.element, this.#status];
  readonly #heatMap: HeatMap;
  readonly #source: PointerSource;
  #hovered: Cell | null = null;
  #cursor: Cell | null = null;
  #step = 0;

  constructor(heatMap: HeatMap, source: PointerSource) {
    this.#heatMap = heatMap;
    this.#source = source;
    const { canvas } = heatMap;
    canvas.addEventListener('keydown', (event) => this.#key(event));
    canvas.addEventListener('focus', () => canvas.matches(':focus-visible') && this.#setCursor(source.start()));
    canvas.addEventListener('blur', () => this.#setCursor(null));
  }

  /** The step that the mouse is on, from 1; 0: none. */
  get step(): number {
    return this.#step;
  }

  get cell(): Cell | null {
    return this.#hovered ?? this.#cursor;
  }

  /** `place` in CSS pixels of the window. */
  hover(step: number, cell: Cell | null, place: { x: number; y: number } | null): void {
    this.#step = step;
    this.#hovered = cell;
    if (cell && place && this.#source.size()) this.#tooltip.show(this.#source.describe(cell), place);
    else this.#tooltip.hide();
    this.#source.moved();
  }

  /** Tells a screen reader. */
  say(text: string): void {
    this.#status.textContent = text;
  }

  #key(event: KeyboardEvent): void {
    const size = this.#source.size();
    if (!size || event.ctrlKey || event.metaKey || event.altKey) return;
    const from = this.#cursor ?? this.#source.start();
    const by = ARROWS[event.key];
    if (event.key === 'Enter') this.#source.open(from);
    else if (by) {
      const within = (value: number, first: number, last: number) => Math.min(last, Math.max(first, value));
      const step = within(from.step + by[0], 1, size.steps);
      const unit = within(from.unit + by[1], 0, size.units - 1);
      this.#setCursor({ step, unit });
      this.say(this.#source.describe({ step, unit }));
    } else return;
    event.preventDefault();
  }

  #setCursor(cell: Cell | null): void {
    if (!cell && !this.#cursor) return;
    this.#cursor = cell;
    if (cell && this.#source.size()) {
      const box = this.#heatMap.canvas.getBoundingClientRect();
      const { x, y } = this.#heatMap.middleOf(cell);
      this.#tooltip.show(this.#source.describe(cell), { x: box.left + x, y: box.top + y });
    } else this.#tooltip.hide();
    this.#source.moved();
  }
}
