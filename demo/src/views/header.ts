import { TASK_NAMES, type TaskName, type Theme } from '../state/page_state.js';
import { TASKS } from '../tasks/index.js';
import { button, element } from './dom.js';

const THEME_SIGNS: Readonly<Record<Theme, string>> = { system: '◐', light: '☀', dark: '☾' };
const THEME_NAMES: Readonly<Record<Theme, string>> = { system: 'as the system', light: 'light', dark: 'dark' };

export interface HeaderEvents {
  choose(task: TaskName): void;
  nextTheme(): void;
  showKeys(): void;
}

/** The page's name, its tasks, the theme and the keys. */
export class Header {
  readonly #tabs = new Map<TaskName, HTMLButtonElement>();
  readonly #theme: HTMLButtonElement;
  readonly element: HTMLElement;

  constructor(events: HeaderEvents) {
    TASK_NAMES.forEach((name, i) => {
      this.#tabs.set(
        name,
        button(TASKS[name].words.title, TASKS[name].words.title, () => events.choose(name), String(i + 1)),
      );
    });
    this.#theme = button('Theme', '', () => events.nextTheme(), 'T');
    this.element = element(
      'header',
      { class: 'top' },
      element('h1', {}, element('b', {}, 'simple-rnn'), element('span', {}, 'watch a recurrent network think')),
      element('nav', { 'aria-label': 'Tasks' }, ...this.#tabs.values()),
      element(
        'div',
        { class: 'tools' },
        this.#theme,
        button('Keys', '?', () => events.showKeys(), '?'),
      ),
    );
  }

  show(task: TaskName, theme: Theme): void {
    for (const [name, tab] of this.#tabs) {
      if (name === task) tab.setAttribute('aria-current', 'page');
      else tab.removeAttribute('aria-current');
    }
    this.#theme.textContent = THEME_SIGNS[theme];
    this.#theme.setAttribute('aria-label', `Theme: ${THEME_NAMES[theme]}`);
    this.#theme.title = `Theme: ${THEME_NAMES[theme]} (T)`;
  }
}
