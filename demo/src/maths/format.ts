/** A number with a true minus sign and `digits` decimals; no minus before zero. */
export function fixed(value: number, digits = 3): string {
  const text = Math.abs(value).toFixed(digits);
  return value < 0 && Number(text) !== 0 ? `−${text}` : text;
}

/** The same with a sign before positive numbers, too. */
export const signed = (value: number, digits = 3) =>
  value > 0 && Number(value.toFixed(digits)) !== 0 ? `+${fixed(value, digits)}` : fixed(value, digits);

/** A probability of 0..1 as a percentage. */
export function percent(probability: number): string {
  const value = probability * 100;
  return value > 0 && value < 0.5 ? '<1 %' : value > 99.5 && value < 100 ? '>99 %' : `${Math.round(value)} %`;
}

/** A number of any size in a few digits, with true minus signs. */
export const scientific = (value: number, digits = 2) =>
  (value === 0 || (Math.abs(value) >= 0.001 && Math.abs(value) < 100)
    ? value.toPrecision(digits)
    : value.toExponential(digits - 1)
  ).replaceAll('-', '−');
