import { element } from './dom.js';

/** A small label beside the pointer. */
export class Tooltip {
  readonly element = element('div', { class: 'tooltip', hidden: true, 'aria-hidden': 'true' });

  /** `place` in CSS pixels of the window. */
  show(text: string, { x, y }: { x: number; y: number }): void {
    this.element.textContent = text;
    this.element.hidden = false;
    const { offsetWidth, offsetHeight } = this.element;
    const left = x + 14 + offsetWidth > innerWidth - 4 ? x - 14 - offsetWidth : x + 14;
    this.element.style.left = `${Math.max(4, left)}px`;
    this.element.style.top = `${Math.max(4, y - offsetHeight - 10)}px`;
  }

  hide(): void {
    this.element.hidden = true;
  }
}
