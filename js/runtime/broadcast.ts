import { kernels } from './module.js';

/** Bytes of the longest list of axes: 8 of three int32. */
export const AXES_BYTES = 8 * 3 * 4;

/**
 * How two row-major arrays are walked together, as NumPy broadcasts them: for each axis its size, the left stride and
 * the right one in numbers, 0 where an axis of 1 is repeated. Neighbouring axes are joined where they can be.
 * @param left Shape without zeros.
 * @param right Shape of the same rank; each size is the left one's or either is 1.
 */
export function broadcastAxes(left: readonly number[], right: readonly number[]): number[] {
  const axes: [number, number, number][] = [];
  let leftStride = 1;
  let rightStride = 1;
  for (let axis = left.length - 1; axis >= 0; axis -= 1) {
    const leftSize = left[axis] as number;
    const rightSize = right[axis] as number;
    const size = Math.max(leftSize, rightSize);
    if (size === 1) continue;
    const leftStep = leftSize === 1 ? 0 : leftStride;
    const rightStep = rightSize === 1 ? 0 : rightStride;
    const inner = axes[0];
    if (inner !== undefined && leftStep === inner[0] * inner[1] && rightStep === inner[0] * inner[2]) inner[0] *= size;
    else axes.unshift([size, leftStep, rightStep]);
    leftStride *= leftSize;
    rightStride *= rightSize;
  }
  return axes.length === 0 ? [1, 1, 1] : axes.flat();
}

/** Writes axes where a kernel reads them: AXES_BYTES at most. */
export function writeAxes(address: number, axes: readonly number[]): void {
  kernels().HEAP32.set(axes, address / 4);
}
