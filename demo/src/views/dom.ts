type Attributes = Readonly<Record<string, string | number | boolean | null>>;
type Child = Node | string;

/** An element with attributes (false and null leave one out) and children. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== false) made.setAttribute(name, value === true ? '' : String(value));
  }
  made.append(...children);
  return made;
}

/** A button whose name is also its tooltip; `key` is the keyboard's way to it. */
export function button(label: string, content: Child, onClick: () => void, key?: string): HTMLButtonElement {
  const made = element(
    'button',
    { type: 'button', 'aria-label': label, title: key ? `${label} (${key})` : label, 'aria-keyshortcuts': key ?? null },
    content,
  );
  made.addEventListener('click', onClick);
  return made;
}

/** An icon drawn by paths of a 16 × 16 box; hidden from screen readers. */
export function icon(path: string): SVGSVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('aria-hidden', 'true');
  const shape = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  shape.setAttribute('d', path);
  svg.append(shape);
  return svg;
}

/** Whether the system asks for stillness. */
export const prefersStillness = () => matchMedia('(prefers-reduced-motion: reduce)').matches;
