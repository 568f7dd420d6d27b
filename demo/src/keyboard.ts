/** What the keys do; the same list is shown to the reader. */
export const KEYS: readonly (readonly [keys: string, what: string])[] = [
  ['Space', 'play or pause'],
  ['← →', 'one step back or on; in the heat map: the cell beside'],
  ['↑ ↓', 'in the heat map: the unit above or below'],
  ['Enter', 'in the heat map: open the cell’s arithmetic'],
  ['Esc', 'close the cell'],
  ['Home End', 'to the start, to the end'],
  ['N B', 'next input, input before'],
  ['1 … 6', 'choose the task'],
  ['R', 'train from random weights; pause; go on'],
  ['S', 'one training step'],
  ['W', 'other random weights'],
  ['K', 'back to the network trained with Keras'],
  ['G', 'the gradients of the backward pass'],
  ['T', 'theme: as the system, light, dark'],
  ['?', 'this list'],
];

export interface KeyActions {
  togglePlay(): void;
  move(steps: number): void;
  toStart(): void;
  toEnd(): void;
  nextInput(by: number): void;
  chooseTask(index: number): void;
  toggleTraining(): void;
  stepTraining(): void;
  startOver(): void;
  endTraining(): void;
  toggleBackward(): void;
  nextTheme(): void;
  closeCell(): void;
  showKeys(): void;
}

/** Whether an element has a use of its own for a key. */
function wants(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest('dialog')) return true;
  if (target instanceof HTMLInputElement) return target.type !== 'range' || /^(Arrow|Home|End|Page)/.test(key);
  if (target instanceof HTMLSelectElement || target instanceof HTMLTextAreaElement) return true;
  if (key === ' ' || key === 'Enter') return target.closest('button, a, summary') !== null;
  // a region that scrolls takes the arrows
  return target.matches('.scroll, pre code') && /^(Arrow|Home|End|Page)/.test(key);
}

/** Keys for the whole page. Those of the heat map itself are handled there and stop there. */
export function listenToKeys(actions: KeyActions): void {
  document.addEventListener('keydown', (event) => {
    const { key } = event;
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (key === 'Escape') {
      actions.closeCell();
      return;
    }
    if (wants(event.target, key)) return;
    const task = '123456'.indexOf(key);
    const action: (() => void) | undefined = {
      ' ': () => actions.togglePlay(),
      ArrowLeft: () => actions.move(-1),
      ArrowRight: () => actions.move(1),
      Home: () => actions.toStart(),
      End: () => actions.toEnd(),
      n: () => actions.nextInput(1),
      b: () => actions.nextInput(-1),
      r: () => actions.toggleTraining(),
      s: () => actions.stepTraining(),
      w: () => actions.startOver(),
      k: () => actions.endTraining(),
      g: () => actions.toggleBackward(),
      t: () => actions.nextTheme(),
      '?': () => actions.showKeys(),
    }[key.length === 1 ? key.toLowerCase() : key];
    if (!action && task < 0) return;
    event.preventDefault();
    if (action) action();
    else actions.chooseTask(task);
  });
}
