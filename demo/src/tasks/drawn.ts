import type { Choice } from './task.js';

/** Examples that one can look at. */
const LAST = 200;

/** The choice among examples drawn by a random generator, one for each number. */
export const drawnChoice: Choice = {
  kind: 'number',
  label: 'Example',
  noun: 'example',
  first: 1,
  last: LAST,
  note: () => 'drawn at random',
};

/** The nearest number of an example. */
export function correctDrawn(input: string, first: string): string {
  const number = Math.round(Number(input));
  return input.trim() !== '' && Number.isFinite(number) ? String(Math.min(LAST, Math.max(1, number))) : first;
}
