/** Red, green, blue of 0..255. */
export type Colour = readonly [number, number, number];

/** The diverging scale: the colours of −1, −½, 0, +½ and +1. Blue and orange stay apart in every colour blindness. */
export type Scale = readonly [Colour, Colour, Colour, Colour, Colour];

export const LIGHT: Scale = [
  [8, 64, 139],
  [98, 160, 215],
  [247, 246, 242],
  [240, 161, 84],
  [166, 60, 0],
];
export const DARK: Scale = [
  [122, 190, 255],
  [48, 104, 166],
  [25, 28, 35],
  [172, 92, 20],
  [255, 170, 84],
];

/** The colour of a value; beyond −1 and +1 it stays that of the end. */
export function colourOf(scale: Scale, value: number): Colour {
  if (Number.isNaN(value)) return [128, 128, 128];
  const place = (Math.min(1, Math.max(-1, value)) + 1) * 2;
  const from = Math.min(3, Math.floor(place));
  const share = place - from;
  const a = scale[from] as Colour;
  const b = scale[from + 1] as Colour;
  const mix = (i: 0 | 1 | 2) => Math.round(a[i] + (b[i] - a[i]) * share);
  return [mix(0), mix(1), mix(2)];
}

export const css = ([red, green, blue]: Colour) => `rgb(${red},${green},${blue})`;

/** Whether black or white text reads better on a colour (relative luminance, WCAG). */
export function inkOn(colour: Colour): '#000' | '#fff' {
  const [red, green, blue] = colour.map((part) => {
    const c = part / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? '#000' : '#fff';
}
