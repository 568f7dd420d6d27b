import { percent } from './format.js';

/** Below this share of the largest norm a gradient counts as gone. */
const FAINT = 0.01;

/** The norm of each row of a [T, U] array. */
export function rowNorms(values: Float32Array, units: number): number[] {
  return Array.from({ length: values.length / units }, (_, t) =>
    Math.hypot(...values.subarray(t * units, (t + 1) * units)),
  );
}

/** How far back a gradient reaches: its norms, first step first. */
export interface Reach {
  /** Where the norm is largest, from 1; 0: it is zero everywhere. */
  readonly largestAt: number;
  /** The first step, from 1, whose norm is at least a hundredth of the largest; 0: there is none. */
  readonly from: number;
  /** The norm of the first step as a share of the last one's; NaN if that is zero. */
  readonly share: number;
}

/** Measures how far back a gradient reaches, from its norms, first step first. */
export function reachOf(norms: readonly number[]): Reach {
  const largest = Math.max(0, ...norms);
  if (!(largest > 0)) return { largestAt: 0, from: 0, share: Number.NaN };
  return {
    largestAt: norms.indexOf(largest) + 1,
    from: norms.findIndex((norm) => norm >= FAINT * largest) + 1,
    share: (norms[0] ?? 0) / (norms.at(-1) || Number.NaN),
  };
}

/** The same in a plain sentence. `everyStep`: each step has a loss of its own. */
export function reachInWords(norms: readonly number[], everyStep: boolean): string {
  const steps = norms.length;
  if (norms.some(Number.isNaN)) return 'The gradient is not a number.';
  const { from, largestAt, share } = reachOf(norms);
  if (!largestAt) return 'There is no error to trace back: the gradient is zero.';
  const source = everyStep ? 'Every step has a loss of its own. ' : '';
  if (from > 1) {
    const before = from === 2 ? 'at step 1' : `before step ${from}`;
    return `${source}The error reaches back ${steps - from + 1} of ${steps} steps: ${before} less than a hundredth of its largest gradient is left.`;
  }
  const whole = `The error reaches back through all ${steps} steps`;
  if (everyStep || Number.isNaN(share)) return `${source}${whole}, the first included.`;
  if (share > 2)
    return `${whole} and grows on the way: its gradient at step 1 is ${share.toPrecision(2)} times that at the end.`;
  return `${whole}: at step 1 there is ${percent(share)} of the gradient at the end.`;
}
