import type { ModelHost } from './host/model_host.js';
import { kerasCode } from './keras_code.js';
import { KEYS, listenToKeys } from './keyboard.js';
import { cellArithmetic } from './maths/cell.js';
import { fixed } from './maths/format.js';
import { Player } from './player.js';
import { doneIn, prepareScene, type Scene } from './scene.js';
import { atStep, atTask, type Cell, type PageState, TASK_NAMES, THEMES } from './state/page_state.js';
import type { Store } from './state/store.js';
import { CellPanel } from './views/cell_panel.js';
import { type Chooser, makeChooser } from './views/choosers.js';
import { CodeCard } from './views/code_card.js';
import { element, prefersStillness } from './views/dom.js';
import { Header } from './views/header.js';
import { KeysDialog } from './views/keys_dialog.js';
import { Legend } from './views/legend.js';
import { NumberTable } from './views/number_table.js';
import { readPalette } from './views/palette.js';
import { Picture } from './views/picture.js';
import { ReadingCard } from './views/reading_card.js';
import { Tooltip } from './views/tooltip.js';
import { Transport } from './views/transport.js';
import { WordsCard } from './views/words_card.js';

/** Links drawn to an opened cell. */
const LINKS = 6;

/** Puts the views together: what happens changes the state, and the state is what the views show. */
export class Page {
  readonly #store: Store<PageState>;
  readonly #host: ModelHost;
  readonly #legend = new Legend();
  readonly #reading = new ReadingCard();
  readonly #words = new WordsCard();
  readonly #code = new CodeCard();
  readonly #numbers = new NumberTable();
  readonly #tooltip = new Tooltip();
  readonly #keys = new KeysDialog(KEYS);
  readonly #status = element('p', { class: 'unseen', role: 'status' });
  readonly #error = element('p', { class: 'card error', role: 'alert', hidden: true });
  readonly #question = element('h2');
  readonly #chooserSlot = element('div');
  readonly #header: Header;
  readonly #picture: Picture;
  readonly #transport: Transport;
  readonly #cell: CellPanel;
  readonly #player: Player;
  #chooser: Chooser | null = null;
  #scene: Scene | null = null;
  /** Where the pointer or the keyboard is: it passes, so it is not in the state. */
  #hovered = { step: 0, cell: null as Cell | null };
  #cursor: Cell | null = null;
  #asked = 0;

  constructor(root: HTMLElement, store: Store<PageState>, host: ModelHost) {
    this.#store = store;
    this.#host = host;
    const goTo = (step: number) => this.#goTo(step);
    this.#header = new Header({
      choose: (task) => this.#store.set(atTask(this.#state, task)),
      nextTheme: () => this.#nextTheme(),
      showKeys: () => this.#keys.toggle(),
    });
    this.#picture = new Picture({
      hover: (step, cell, place) => this.#hover(step, cell, place),
      open: (cell) => this.#open(cell),
      goTo,
    });
    this.#transport = new Transport(this.#legend, {
      togglePlay: () => this.#togglePlay(),
      goTo,
      setSpeed: (speed) => this.#store.patch({ speed }),
    });
    this.#cell = new CellPanel({
      close: () => this.#closeCell(),
      move: (units) => this.#moveCell(units),
    });
    this.#player = new Player(() => this.#tick());
    root.replaceChildren(
      this.#header.element,
      element(
        'main',
        {},
        element(
          'div',
          { class: 'fold' },
          element('section', { class: 'ask', 'aria-label': 'Task and input' }, this.#question, this.#chooserSlot),
          this.#error,
          element(
            'div',
            { class: 'stage' },
            this.#picture.element,
            element(
              'aside',
              { tabindex: 0, 'aria-label': 'Explanations' },
              this.#reading.element,
              this.#cell.element,
              this.#words.element,
            ),
          ),
        ),
        this.#code.element,
        this.#numbers.element,
      ),
      this.#transport.element,
      this.#tooltip.element,
      this.#keys.element,
      this.#status,
    );
    this.#listen();
    this.#showTheme();
    void this.#prepare();
  }

  get #state(): PageState {
    return this.#store.state;
  }

  get #done(): number {
    return this.#scene ? doneIn(this.#scene, this.#state) : 0;
  }

  get #openCell(): Cell | null {
    const { cell } = this.#state;
    return cell && this.#scene && cell.step <= this.#done && cell.unit < this.#scene.layer.units ? cell : null;
  }

  #listen(): void {
    this.#store.subscribe((state, before) => {
      if (state.theme !== before.theme) this.#showTheme();
      if (state.task !== before.task || state.input !== before.input) void this.#prepare();
      else this.#render();
    });
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#showTheme());
    listenToKeys({
      togglePlay: () => this.#togglePlay(),
      move: (steps) => this.#goTo(this.#done + steps),
      toStart: () => this.#goTo(0),
      toEnd: () => this.#goTo(this.#scene?.run.steps ?? 0),
      nextInput: (by) => this.#nextInput(by),
      chooseTask: (index) => this.#store.set(atTask(this.#state, TASK_NAMES[index] ?? this.#state.task)),
      nextTheme: () => this.#nextTheme(),
      closeCell: () => this.#closeCell(),
      showKeys: () => this.#keys.toggle(),
    });
    const { canvas } = this.#picture.heatMap;
    canvas.addEventListener('keydown', (event) => this.#moveCursor(event));
    canvas.addEventListener(
      'focus',
      () =>
        canvas.matches(':focus-visible') &&
        this.#setCursor(this.#openCell ?? { step: Math.max(1, this.#done), unit: 0 }),
    );
    canvas.addEventListener('blur', () => this.#setCursor(null));
  }

  /** Loads and runs what the state asks for; only the latest request is shown. */
  async #prepare(): Promise<void> {
    const asked = ++this.#asked;
    const newTask = this.#scene?.task.name !== this.#state.task;
    try {
      const scene = await prepareScene(this.#host, this.#state);
      if (asked !== this.#asked) return;
      this.#scene = scene;
      this.#error.hidden = true;
      this.#showScene(newTask);
      this.#render();
    } catch (error) {
      if (asked !== this.#asked) return;
      this.#error.hidden = false;
      this.#error.textContent = `This network could not be shown: ${error instanceof Error ? error.message : String(error)}`;
    }
  }

  /** What changes with the task and the input. */
  #showScene(newTask: boolean): void {
    const scene = this.#scene as Scene;
    const { task, input, card, run, layer, states } = scene;
    if (newTask) {
      this.#question.textContent = task.words.question;
      this.#words.show(task.words);
      this.#chooser = makeChooser(task.choice, (chosen) => this.#choose(chosen));
      this.#chooserSlot.replaceChildren(this.#chooser.element);
    }
    this.#chooser?.show(input);
    this.#picture.show({
      states: states.states,
      units: layer.units,
      inputs: task.inputPicture(input),
      outputs: task.outputPicture(input, run),
      labels: task.stepLabels(input),
      inputTitle: task.inputTitle,
      stateTitle: `States: h[t][unit], ${layer.units} units`,
      outputTitle: task.outputTitle,
    });
    const file = task.model.split('/').pop() ?? '';
    this.#code.show(kerasCode(card.layers, file), task.model, [
      ...task.words.facts,
      [
        'Size',
        `${card.parameters.toLocaleString('en')} numbers in ${card.layers.filter((l) => l.className !== 'InputLayer').length} layers`,
      ],
      ['Time', `${Math.max(1, Math.round(run.microseconds))} µs for all ${run.steps} steps, in this browser`],
    ]);
  }

  /** What changes with the step, the cell and the pointer. */
  #render(): void {
    const scene = this.#scene;
    if (!scene || scene.task.name !== this.#state.task) return;
    const { task, input, run, layer, states } = scene;
    const { playing, speed, theme } = this.#state;
    const labels = task.stepLabels(input);
    const done = this.#done;
    this.#header.show(task.name, theme);
    this.#player.set(playing, speed);
    this.#picture.setTime({ steps: run.steps, done, hovered: this.#hovered.step });
    this.#transport.show(done, run.steps, labels[done - 1] ?? '', playing, speed);
    const reading = task.reading(input, run, done);
    this.#reading.show(reading);
    this.#renderCell(scene);
    this.#numbers.show({
      caption: `${task.words.title}: states of ${layer.units} units`,
      labels,
      states: states.states,
      units: layer.units,
      done,
      answers: Array.from({ length: done }, (_, t) => task.reading(input, run, t + 1).value),
    });
    document.documentElement.dataset.ready = `${task.name} ${input} ${done}`;
  }

  #renderCell(scene: Scene): void {
    const { task, input, layer, states } = scene;
    const open = this.#openCell;
    const arithmetic = open && cellArithmetic(layer, states, open.step, open.unit);
    this.#cell.show(
      open &&
        arithmetic && {
          ...open,
          label: task.stepLabels(input)[open.step - 1] ?? '',
          activation: layer.activation,
          arithmetic,
          featureLabel: (index) => task.featureLabel(input, open.step, index),
        },
    );
    const terms = arithmetic?.terms.filter(({ kind }) => kind === 'state').slice(0, LINKS) ?? [];
    const largest = Math.abs(terms[0]?.product ?? 0) || 1;
    const links = terms.map(({ index, product }) => ({ unit: index, weight: product / largest }));
    const cursor = this.#hovered.cell ?? this.#cursor;
    this.#picture.setMarks(open, links, cursor);
    const looked = cursor ?? open;
    this.#legend.mark(looked && looked.step <= this.#done ? this.#stateOf(looked) : null);
  }

  #stateOf({ step, unit }: Cell): number {
    const { states, layer } = this.#scene as Scene;
    return states.states[(step - 1) * layer.units + unit] ?? Number.NaN;
  }

  #describe(cell: Cell): string {
    const { task, input } = this.#scene as Scene;
    const value = cell.step <= this.#done ? fixed(this.#stateOf(cell)) : 'not yet computed';
    return `unit ${cell.unit}, step ${cell.step} (${task.stepLabels(input)[cell.step - 1]}): ${value}`;
  }

  #hover(step: number, cell: Cell | null, place: { x: number; y: number } | null): void {
    this.#hovered = { step, cell };
    if (cell && place && this.#scene) this.#tooltip.show(this.#describe(cell), place);
    else this.#tooltip.hide();
    this.#render();
  }

  #open(cell: Cell): void {
    const step = cell.step > this.#done ? cell.step : this.#state.step;
    this.#store.patch({ cell, step, playing: false });
    this.#cell.element.scrollIntoView({ block: 'nearest', behavior: prefersStillness() ? 'instant' : 'smooth' });
    this.#say(`Opened ${this.#describe(cell)}`);
  }

  #closeCell(): void {
    const inside = this.#cell.element.contains(document.activeElement);
    this.#store.patch({ cell: null });
    if (inside) this.#picture.heatMap.canvas.focus();
  }

  #moveCell(units: number): void {
    const { cell } = this.#state;
    if (!cell || !this.#scene) return;
    const unit = (cell.unit + units + this.#scene.layer.units) % this.#scene.layer.units;
    this.#store.patch({ cell: { ...cell, unit } });
  }

  #moveCursor(event: KeyboardEvent): void {
    const from = this.#cursor ?? this.#openCell ?? { step: Math.max(1, this.#done), unit: 0 };
    const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!this.#scene || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Enter') this.#open(from);
    else if (by) {
      const [steps = 0, units = 0] = by;
      const cell = {
        step: Math.min(this.#scene.run.steps, Math.max(1, from.step + steps)),
        unit: Math.min(this.#scene.layer.units - 1, Math.max(0, from.unit + units)),
      };
      this.#setCursor(cell);
      this.#say(this.#describe(cell));
    } else return;
    event.preventDefault();
  }

  /** The cell that the keyboard is on, with its number beside it. */
  #setCursor(cell: Cell | null): void {
    this.#cursor = cell;
    if (cell && this.#scene) {
      const box = this.#picture.heatMap.canvas.getBoundingClientRect();
      const middle = this.#picture.heatMap.middleOf(cell);
      this.#tooltip.show(this.#describe(cell), { x: box.left + middle.x, y: box.top + middle.y });
    } else this.#tooltip.hide();
    this.#render();
  }

  #goTo(step: number): void {
    if (!this.#scene) return;
    const { steps } = this.#scene.run;
    const to = Math.min(steps, Math.max(0, step));
    this.#store.set({ ...atStep(this.#state, to), playing: false });
  }

  #tick(): void {
    if (!this.#scene) return;
    const next = this.#done + 1;
    const { steps } = this.#scene.run;
    this.#store.set({ ...atStep(this.#state, Math.min(next, steps)), playing: next < steps });
  }

  #togglePlay(): void {
    const { playing } = this.#state;
    const again = !playing && this.#done === this.#scene?.run.steps;
    this.#store.set({ ...(again ? atStep(this.#state, 0) : this.#state), playing: !playing });
  }

  #choose(chosen: string): void {
    if (!this.#scene) return;
    const input = this.#scene.task.correct(chosen);
    this.#chooser?.show(input);
    this.#store.patch({ input: input === this.#scene.task.first ? '' : input, step: null, playing: false });
  }

  #nextInput(by: number): void {
    if (!this.#scene) return;
    const { choice } = this.#scene.task;
    const { input } = this.#scene;
    if (choice.kind !== 'name') this.#choose(String(Number(input) + by));
    else
      this.#choose(
        choice.picks[(choice.picks.indexOf(input) + by + choice.picks.length) % choice.picks.length] ?? input,
      );
  }

  #nextTheme(): void {
    const theme = THEMES[(THEMES.indexOf(this.#state.theme) + 1) % THEMES.length] ?? 'system';
    this.#store.patch({ theme });
  }

  #showTheme(): void {
    const { theme } = this.#state;
    if (theme === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    const palette = readPalette();
    this.#picture.setPalette(palette);
    this.#legend.setPalette(palette);
    this.#cell.setPalette(palette);
  }

  #say(text: string): void {
    this.#status.textContent = text;
  }
}
