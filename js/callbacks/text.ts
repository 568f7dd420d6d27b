import { checkInteger, isCallable, show } from '../runtime/check.js';
import { ArgumentError } from '../runtime/errors.js';

/** A whole number from 0 on. */
export function checkCount(owner: string, argument: string, value: number | undefined, standard: number): number {
  return checkInteger(owner, argument, value ?? standard, 0, Number.MAX_SAFE_INTEGER);
}

/** A function. */
export function checkFunction(owner: string, argument: string, value: unknown): void {
  if (isCallable(value)) return;
  throw new ArgumentError(`${owner}: \`${argument}\` must be a function, received ${show(value)}`);
}

/** A number as Python writes a float: `1.0`, `1e-05`, `nan`. */
export function floatText(value: number): string {
  if (!Number.isFinite(value)) return nonFiniteText(value);
  const [digits, exponent] = value.toExponential().split('e') as [string, string];
  if (value !== 0 && (Number(exponent) < -4 || Number(exponent) > 15)) return `${digits}e${twoDigits(exponent)}`;
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

/** NaN and infinity as Python writes them. */
export function nonFiniteText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  return value > 0 ? 'inf' : '-inf';
}

/** An exponent as Python writes it: a sign and two digits at least. */
export function twoDigits(exponent: string): string {
  return exponent.replace(/^([+-])(\d)$/, '$10$2');
}
