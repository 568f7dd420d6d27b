import { type Colour, colourOf, css, DARK, inkOn, LIGHT, type Scale } from '../maths/colour.js';

/** The colours of the current theme, for the canvases. */
export interface Palette {
  readonly isDark: boolean;
  readonly scale: Scale;
  readonly text: string;
  readonly muted: string;
  readonly line: string;
  readonly surface: string;
  readonly edge: string;
  readonly accent: string;
  readonly right: string;
  readonly font: string;
  /** CSS colours of −1 … +1 in 256 steps: a canvas of thousands of cells wants them ready. */
  readonly ramp: readonly string[];
}

const STEPS = 256;

/** Reads the palette from the custom properties of the page. */
export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const property = (name: string) => style.getPropertyValue(name).trim();
  const isDark = property('--theme') === 'dark';
  const scale = isDark ? DARK : LIGHT;
  return {
    isDark,
    scale,
    text: property('--text'),
    muted: property('--muted'),
    line: property('--line'),
    surface: property('--surface'),
    edge: property('--edge'),
    accent: property('--accent'),
    right: property('--right'),
    font: getComputedStyle(document.body).fontFamily,
    ramp: Array.from({ length: STEPS }, (_, i) => css(colourOf(scale, (2 * i) / (STEPS - 1) - 1))),
  };
}

/** The colour of a value of −1 … +1, from the ramp. */
export function rampColour({ ramp, scale }: Palette, value: number): string {
  if (Number.isNaN(value)) return css(colourOf(scale, value));
  return ramp[Math.round(((Math.min(1, Math.max(-1, value)) + 1) / 2) * (STEPS - 1))] ?? '';
}

/** Black or white, whichever reads better on the colour of a value. */
export const inkFor = (palette: Palette, value: number) => inkOn(colourOf(palette.scale, value) as Colour);
