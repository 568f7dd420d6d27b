import { Controller } from './controller.js';
import type { ModelHost } from './host/model_host.js';
import { kerasCode } from './keras_code.js';
import { KEYS, listenToKeys } from './keyboard.js';
import { type CellArithmetic, cellArithmetic } from './maths/cell.js';
import { Player } from './player.js';
import { describe, doneIn, openCellIn, prepareScene, type Scene, stateOf } from './scene.js';
import type { Cell, PageState } from './state/page_state.js';
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
import { Pointer } from './views/pointer.js';
import { ReadingCard } from './views/reading_card.js';
import { Transport } from './views/transport.js';
import { WordsCard } from './views/words_card.js';

/** Links drawn to an opened cell: the largest terms that come from the states before. */
const LINKS = 6;

/** Puts the views together: what happens changes the state, and the state is what the views show. */
export class Page {
  readonly #store: Store<PageState>;
  readonly #host: ModelHost;
  readonly #controller: Controller;
  readonly #player: Player;
  readonly #header: Header;
  readonly #picture: Picture;
  readonly #pointer: Pointer;
  readonly #transport: Transport;
  readonly #cell: CellPanel;
  readonly #keys = new KeysDialog(KEYS);
  readonly #legend = new Legend();
  readonly #reading = new ReadingCard();
  readonly #words = new WordsCard();
  readonly #code = new CodeCard();
  readonly #numbers = new NumberTable();
  readonly #error = element('p', { class: 'card error', role: 'alert', hidden: true });
  readonly #question = element('h2');
  readonly #chooserSlot = element('div');
  #chooser: Chooser | null = null;
  #scene: Scene | null = null;
  #asked = 0;

  constructor(root: HTMLElement, store: Store<PageState>, host: ModelHost) {
    this.#store = store;
    this.#host = host;
    this.#controller = new Controller(store, () => this.#scene);
    this.#player = new Player(() => this.#controller.tick());
    const actions = {
      showKeys: () => this.#keys.toggle(),
      goTo: (step: number) => this.#controller.goTo(step),
      open: (cell: Cell) => this.#open(cell),
      close: () => this.#closeCell(),
    };
    this.#header = new Header({
      choose: (task) => this.#controller.choose(task),
      nextTheme: () => this.#controller.nextTheme(),
      showKeys: actions.showKeys,
    });
    this.#picture = new Picture({
      hover: (step, cell, place) => this.#pointer.hover(step, cell, place),
      open: actions.open,
      goTo: actions.goTo,
    });
    this.#pointer = new Pointer(this.#picture.heatMap, {
      size: () => this.#scene && { steps: this.#scene.run.steps, units: this.#scene.layer.units },
      start: () => store.state.cell ?? { step: Math.max(1, this.#done), unit: 0 },
      describe: (cell) => (this.#scene ? describe(this.#scene, cell, this.#done) : ''),
      open: actions.open,
      moved: () => this.#renderPointer(),
    });
    this.#transport = new Transport(this.#legend, {
      togglePlay: () => this.#controller.togglePlay(),
      goTo: actions.goTo,
      setSpeed: (speed) => this.#controller.setSpeed(speed),
    });
    this.#cell = new CellPanel({ close: actions.close, move: (units) => this.#controller.moveCell(units) });
    root.replaceChildren(...this.#layOut());
    this.#listen();
    this.#showTheme();
    void this.#prepare();
  }

  get #done(): number {
    return this.#scene ? doneIn(this.#scene, this.#store.state) : 0;
  }

  #layOut(): HTMLElement[] {
    const ask = element('section', { class: 'ask', 'aria-label': 'Task and input' }, this.#question, this.#chooserSlot);
    const aside = element(
      'aside',
      { tabindex: 0, 'aria-label': 'Explanations' },
      this.#reading.element,
      this.#cell.element,
      this.#words.element,
    );
    const stage = element('div', { class: 'stage' }, this.#picture.element, aside);
    const fold = element('div', { class: 'fold' }, ask, this.#error, stage);
    return [
      this.#header.element,
      element('main', {}, fold, this.#code.element, this.#numbers.element),
      this.#transport.element,
      this.#keys.element,
      ...this.#pointer.elements,
    ];
  }

  #listen(): void {
    this.#store.subscribe((state, before) => {
      if (state.theme !== before.theme) this.#showTheme();
      if (state.task !== before.task || state.input !== before.input) void this.#prepare();
      else this.#render();
    });
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#showTheme());
    const controller = this.#controller;
    listenToKeys({
      togglePlay: () => controller.togglePlay(),
      move: (steps) => controller.move(steps),
      toStart: () => controller.toStart(),
      toEnd: () => controller.toEnd(),
      nextInput: (by) => controller.nextInput(by),
      chooseTask: (index) => controller.chooseTask(index),
      nextTheme: () => controller.nextTheme(),
      closeCell: () => this.#closeCell(),
      showKeys: () => this.#keys.toggle(),
    });
  }

  /** Loads and runs what the state asks for; only the latest request is shown. */
  async #prepare(): Promise<void> {
    const asked = ++this.#asked;
    const before = this.#scene;
    try {
      const scene = await prepareScene(this.#host, this.#store.state);
      if (asked !== this.#asked) return;
      this.#scene = scene;
      this.#error.hidden = true;
      if (before?.task !== scene.task) this.#showTask(scene);
      this.#showScene(scene);
      this.#render();
    } catch (error) {
      if (asked !== this.#asked) return;
      this.#error.hidden = false;
      this.#error.textContent = `This network could not be shown: ${error instanceof Error ? error.message : String(error)}`;
    }
  }

  /** What changes with the task. */
  #showTask({ task }: Scene): void {
    this.#question.textContent = task.words.question;
    this.#words.show(task.words);
    this.#chooser = makeChooser(task.choice, (chosen) => this.#chooser?.show(this.#controller.chooseInput(chosen)));
    this.#chooserSlot.replaceChildren(this.#chooser.element);
  }

  /** What changes with the input. */
  #showScene({ task, input, card, run, layer, states, labels }: Scene): void {
    this.#chooser?.show(input);
    this.#picture.show({
      states: states.states,
      units: layer.units,
      inputs: task.inputPicture(input),
      outputs: task.outputPicture(input, run),
      labels,
      inputTitle: task.inputTitle,
      stateTitle: `States: h[t][unit], ${layer.units} units`,
      outputTitle: task.outputTitle,
    });
    const file = task.model.split('/').pop() ?? '';
    const layers = card.layers.filter(({ className }) => className !== 'InputLayer').length;
    this.#code.show(kerasCode(card.layers, file), task.model, [
      ...task.words.facts,
      ['Size', `${card.parameters.toLocaleString('en')} weights in ${layers} layers`],
      ['Time', `${run.microseconds.toPrecision(2)} µs for all ${run.steps} steps, in this browser`],
    ]);
  }

  /** What changes with the step and the opened cell. */
  #render(): void {
    const scene = this.#scene;
    const { task: name, playing, speed, theme } = this.#store.state;
    this.#header.show(name, theme);
    if (!scene || scene.task.name !== name) return;
    const { task, input, run, layer, states, labels } = scene;
    const done = this.#done;
    this.#player.set(playing, speed);
    this.#transport.show(done, run.steps, labels[done - 1] ?? '', playing, speed);
    this.#reading.show(task.reading(input, run, done));
    this.#renderCell(scene);
    this.#renderPointer();
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
    const { task, input, layer, states, labels } = scene;
    const open = openCellIn(scene, this.#store.state);
    const arithmetic = open && cellArithmetic(layer, states, open.step, open.unit);
    this.#cell.show(
      open &&
        arithmetic && {
          ...open,
          label: labels[open.step - 1] ?? '',
          activation: layer.activation,
          arithmetic,
          featureLabel: (index) => task.featureLabel(input, open.step, index),
        },
    );
    this.#picture.heatMap.setOpen(open, arithmetic ? linksOf(arithmetic) : []);
  }

  /** What changes with the mouse and the keyboard's cursor. */
  #renderPointer(): void {
    const scene = this.#scene;
    if (!scene) return;
    const { cell, step } = this.#pointer;
    this.#picture.setTime({ steps: scene.run.steps, done: this.#done, hovered: step });
    this.#picture.heatMap.setCursor(cell);
    const looked = cell ?? openCellIn(scene, this.#store.state);
    this.#legend.mark(looked && looked.step <= this.#done ? stateOf(scene, looked) : null);
  }

  #open(cell: Cell): void {
    this.#controller.open(cell);
    const behavior = prefersStillness() ? 'instant' : 'smooth';
    this.#cell.element.scrollIntoView({ block: 'nearest', behavior });
    if (this.#scene) this.#pointer.say(`Opened ${describe(this.#scene, cell, this.#done)}`);
  }

  #closeCell(): void {
    const inside = this.#cell.element.contains(document.activeElement);
    this.#controller.closeCell();
    if (inside) this.#picture.heatMap.canvas.focus();
  }

  #showTheme(): void {
    const { theme } = this.#store.state;
    if (theme === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    const palette = readPalette();
    for (const view of [this.#picture, this.#legend, this.#cell]) view.setPalette(palette);
  }
}

/** Where the largest terms of a cell come from; the largest has the weight 1 or −1. */
function linksOf({ terms }: CellArithmetic) {
  const largest = terms.filter(({ kind, product }) => kind === 'state' && product !== 0).slice(0, LINKS);
  const whole = Math.abs(largest[0]?.product ?? 1);
  return largest.map(({ index, product }) => ({ unit: index, weight: product / whole }));
}
