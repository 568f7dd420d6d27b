import { borrow } from '../runtime/borrow.js';
import { NonFiniteError } from '../runtime/errors.js';
import { kernels } from '../runtime/module.js';
import type { Weight } from '../runtime/weight.js';

/** The eigenvalues of a recurrent kernel, the largest in magnitude first; conjugate ones are neighbours. */
export interface SpectrumResult {
  /** Real parts, one for each unit. */
  real: Float64Array;
  /** Imaginary parts, one for each unit. */
  imaginary: Float64Array;
  /** The largest magnitude: above 1 a linear recurrence grows, below 1 it forgets. */
  spectralRadius: number;
}

/**
 * The spectrum of a square weight [U, U], in float64; the time grows with U³.
 * @param owner Layer, for the message.
 * @throws {NonFiniteError} if the weight holds NaN or infinity, or the iteration does not converge.
 */
export function spectrum(owner: string, weight: Weight): SpectrumResult {
  const units = weight.shape[0] as number;
  const results = 16 * units;
  const matrix = weight.address;
  return borrow(results + kernels().eigenvaluesWorkspaceBytes(units), `${owner}: spectrum`, (address) => {
    const { HEAPF32, HEAPU8 } = kernels();
    const finite = HEAPF32.subarray(matrix / 4, matrix / 4 + weight.size).every(Number.isFinite);
    if (!finite || !kernels().eigenvalues(address, address + results, matrix, units)) {
      throw new NonFiniteError(
        `${owner}: spectrum: ${finite ? 'the eigenvalues did not converge' : `weight '${weight.path}' holds NaN or infinity`}`,
      );
    }
    return sorted(new Float64Array(HEAPU8.buffer, address, 2 * units));
  });
}

function sorted(parts: Float64Array): SpectrumResult {
  const values = Array.from({ length: parts.length / 2 }, (_, index) => {
    const [real, imaginary] = parts.subarray(2 * index, 2 * index + 2) as unknown as [number, number];
    return { real, imaginary, magnitude: Math.hypot(real, imaginary) };
  });
  // Conjugate ones stand next to each other and are equally large; sorting keeps them so, the upper one first.
  values.sort((a, b) => b.magnitude - a.magnitude || b.real - a.real);
  return {
    real: Float64Array.from(values, ({ real }) => real),
    imaginary: Float64Array.from(values, ({ imaginary }) => imaginary),
    spectralRadius: values[0]?.magnitude ?? 0,
  };
}
