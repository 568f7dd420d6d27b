import { element } from './dom.js';
import type { Palette } from './palette.js';

/** A picture on a canvas that fills its element, in device pixels, drawn at most once a frame. */
export abstract class CanvasView {
  readonly canvas = element('canvas');
  readonly element = element('div', { class: 'strip' }, this.canvas);
  protected readonly context: CanvasRenderingContext2D;
  protected palette: Palette | null = null;
  /** In CSS pixels, as are all lengths of a subclass. */
  protected width = 0;
  protected height = 0;
  #ratio = 1;
  #frame = 0;

  constructor(kind: string) {
    const context = this.canvas.getContext('2d');
    if (!context) throw new Error('this browser draws no canvas');
    this.context = context;
    this.element.classList.add(kind);
    new ResizeObserver(() => this.draw()).observe(this.element);
  }

  setPalette(palette: Palette): void {
    this.palette = palette;
    this.draw();
  }

  /** What screen readers call the picture. */
  setLabel(label: string): void {
    this.canvas.setAttribute('role', 'img');
    this.canvas.setAttribute('aria-label', label);
  }

  protected snap(length: number): number {
    return Math.round(length * this.#ratio) / this.#ratio;
  }

  /** Asks for a drawing before the next frame. */
  protected draw(): void {
    if (!this.#frame) this.#frame = requestAnimationFrame((now) => this.#drawNow(now));
  }

  protected text(text: string, x: number, y: number, size: number, colour: string, weight = 400): void {
    const { context } = this;
    context.font = `${weight} ${size}px ${this.palette?.font}`;
    context.fillStyle = colour;
    context.fillText(text, x, y);
  }

  protected abstract paint(palette: Palette, now: number): void;

  #drawNow(now: number): void {
    this.#frame = 0;
    if (!this.palette) return;
    const { clientWidth, clientHeight } = this.element;
    if (clientWidth === 0 || clientHeight === 0) return;
    this.width = clientWidth;
    this.height = clientHeight;
    this.#ratio = window.devicePixelRatio || 1;
    const [width, height] = [Math.round(clientWidth * this.#ratio), Math.round(clientHeight * this.#ratio)];
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
    }
    this.context.setTransform(this.#ratio, 0, 0, this.#ratio, 0, 0);
    this.context.clearRect(0, 0, clientWidth, clientHeight);
    this.paint(this.palette, now);
  }
}
