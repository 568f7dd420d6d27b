import { Controller } from './controller.js';
import { Explanations } from './explanations.js';
import type { ModelHost } from './host/model_host.js';
import { KEYS, listenToKeys } from './keyboard.js';
import { Player } from './player.js';
import { codeOf, linksOf, pictureOf, tableOf } from './presentation.js';
import { describe, doneIn, openCellIn, prepareScene, type Scene, stateOf } from './scene.js';
import type { Cell, PageState } from './state/page_state.js';
import type { Store } from './state/store.js';
import { TrainingPanel } from './training/panel.js';
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
import { Transport } from './views/transport.js';

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
  readonly #training: TrainingPanel;
  readonly #explanations: Explanations;
  readonly #keys = new KeysDialog(KEYS);
  readonly #legend = new Legend();
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
    const controller = new Controller(store, () => this.#current);
    this.#controller = controller;
    this.#player = new Player(() => controller.tick());
    const goTo = (step: number) => controller.goTo(step);
    const open = (cell: Cell) => this.#open(cell);
    this.#header = new Header({
      choose: (task) => controller.choose(task),
      nextTheme: () => controller.nextTheme(),
      showKeys: () => this.#keys.toggle(),
    });
    this.#picture = new Picture({
      hover: (step, cell, place) => this.#pointer.hover(step, cell, place),
      open,
      goTo,
      toggleBackward: () => controller.toggleBackward(),
    });
    this.#pointer = new Pointer(this.#picture.heatMap, {
      size: () => this.#scene && { steps: this.#scene.run.steps, units: this.#scene.layer.units },
      start: () => store.state.cell ?? { step: Math.max(1, this.#done), unit: 0 },
      describe: (cell) => this.#describe(cell),
      open,
      moved: () => this.#renderPointer(),
    });
    this.#transport = new Transport(this.#legend, {
      togglePlay: () => controller.togglePlay(),
      goTo,
      setSpeed: (speed) => controller.setSpeed(speed),
    });
    this.#training = new TrainingPanel({
      toggle: (isDone) => controller.toggleTraining(isDone),
      step: () => this.#stepTraining(),
      startOver: () => controller.startOver(),
      setPace: (pace) => controller.setPace(pace),
      end: () => controller.endTraining(),
      moved: (scene) => this.#show(scene),
      ended: () => controller.pauseTraining(),
      failed: (message) => this.#failTraining(message),
    });
    this.#explanations = new Explanations(this.#training.card.element, {
      close: () => this.#closeCell(),
      move: (units) => controller.moveCell(units),
    });
    root.replaceChildren(...this.#layOut());
    this.#listen();
    this.#showTheme();
    void this.#prepare();
  }

  get #done(): number {
    return this.#scene ? doneIn(this.#scene, this.#store.state) : 0;
  }

  /** What is shown, if it is of the task that is asked for: the picture may lag behind. */
  get #current(): Scene | null {
    return this.#scene?.task.name === this.#store.state.task ? this.#scene : null;
  }

  #layOut(): HTMLElement[] {
    const ask = element('section', { class: 'ask', 'aria-label': 'Task and input' }, this.#question, this.#chooserSlot);
    const stage = element('div', { class: 'stage' }, this.#picture.element, this.#explanations.element);
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
      const parts = ['task', 'input', 'training', 'seed', 'pace'] as const;
      if (parts.some((part) => state[part] !== before[part])) void this.#prepare();
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
      toggleTraining: () => controller.toggleTraining(this.#training.isDone),
      stepTraining: () => this.#stepTraining(),
      startOver: () => controller.startOver(),
      endTraining: () => controller.endTraining(),
      toggleBackward: () => controller.toggleBackward(),
      nextTheme: () => controller.nextTheme(),
      closeCell: () => this.#closeCell(),
      showKeys: () => this.#keys.toggle(),
    });
  }

  /** Loads and runs what the state asks for; only the latest request is shown. A network in training shows itself. */
  async #prepare(): Promise<void> {
    const asked = ++this.#asked;
    const { state } = this.#store;
    this.#header.show(state.task, state.theme);
    this.#training.follow(state);
    if (state.training !== 'off') return;
    try {
      const scene = await prepareScene(this.#host, state);
      if (asked === this.#asked) this.#show(scene);
    } catch (error) {
      if (asked === this.#asked)
        this.#fail(`This network could not be shown: ${error instanceof Error ? error.message : error}`);
    }
  }

  #failTraining(message: string): void {
    this.#controller.pauseTraining();
    this.#fail(`The training failed: ${message}`);
  }

  #fail(message: string): void {
    this.#error.hidden = false;
    this.#error.textContent = message;
  }

  /** Shows what a network does now, the one loaded or the one in training. */
  #show(scene: Scene): void {
    const before = this.#scene;
    this.#scene = scene;
    this.#error.hidden = true;
    if (before?.task !== scene.task) this.#showTask(scene);
    if (before?.input !== scene.input || before.task !== scene.task) this.#chooser?.show(scene.input);
    // what is written about the network changes with the task, and when a training begins or ends
    if (before?.task !== scene.task || before.microseconds !== scene.microseconds) this.#code.show(...codeOf(scene));
    this.#explanations.showScene(scene);
    this.#render();
  }

  /** What changes with the task. */
  #showTask({ task }: Scene): void {
    this.#question.textContent = task.words.question;
    this.#chooser = makeChooser(task.choice, (chosen) => this.#chooser?.show(this.#controller.chooseInput(chosen)));
    this.#chooserSlot.replaceChildren(this.#chooser.element);
  }

  /** What changes with the state of the page and with the network. */
  #render(): void {
    const scene = this.#current;
    const { state } = this.#store;
    this.#header.show(state.task, state.theme);
    if (!scene) return;
    const done = this.#done;
    this.#player.set(state.playing, state.speed);
    this.#transport.show(done, scene.run.steps, scene.labels[done - 1] ?? '', state.playing, state.speed);
    this.#picture.show(pictureOf(scene, state.backward));
    const arithmetic = this.#explanations.render(scene, state, done);
    for (const map of this.#picture.heatMaps) map.setOpen(openCellIn(scene, state), []);
    if (arithmetic) this.#picture.heatMap.setOpen(openCellIn(scene, state), linksOf(arithmetic));
    this.#renderPointer();
    this.#numbers.show(tableOf(scene, done, state.backward));
    document.documentElement.dataset.ready = `${scene.task.name} ${scene.input} ${done}`;
  }

  /** What changes with the mouse and the keyboard's cursor. */
  #renderPointer(): void {
    const scene = this.#scene;
    if (!scene) return;
    const { cell, step } = this.#pointer;
    this.#picture.setTime({ steps: scene.run.steps, done: this.#done, hovered: step });
    for (const map of this.#picture.heatMaps) map.setCursor(cell);
    const looked = cell ?? openCellIn(scene, this.#store.state);
    this.#legend.mark(looked && looked.step <= this.#done ? stateOf(scene, looked) : null);
  }

  #describe(cell: Cell): string {
    return this.#scene ? describe(this.#scene, cell, this.#done, this.#store.state.backward) : '';
  }

  #stepTraining(): void {
    this.#controller.pauseTraining();
    this.#training.step();
  }

  #open(cell: Cell): void {
    this.#controller.open(cell);
    const behavior = prefersStillness() ? 'instant' : 'smooth';
    this.#explanations.cell.element.scrollIntoView({ block: 'nearest', behavior });
    this.#pointer.say(`Opened ${this.#describe(cell)}`);
  }

  #closeCell(): void {
    const inside = this.#explanations.cell.element.contains(document.activeElement);
    this.#controller.closeCell();
    if (inside) this.#picture.heatMap.canvas.focus();
  }

  #showTheme(): void {
    const { theme } = this.#store.state;
    if (theme === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    const palette = readPalette();
    for (const view of [this.#picture, this.#legend, this.#explanations, this.#training.card]) view.setPalette(palette);
  }
}
