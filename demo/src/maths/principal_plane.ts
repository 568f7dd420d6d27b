/** A plane in the space of U units: what the trajectories are drawn in. */
export interface Plane {
  /** The mean of the points, [U]. */
  readonly mean: Float32Array;
  /** Two orthonormal directions, [2, U]. */
  readonly axes: Float32Array;
  /** The share of the points' variance that lies in the plane, 0..1. */
  readonly share: number;
}

/** Orthogonal iterations: many for the first plane, few for one that has only moved. */
const FIRST = 60;
const NEXT = 8;

/**
 * The plane of the first two principal components of points [N, U]. With the plane `before`, the new one
 * is turned so that it looks as little different as it can: a picture that moves must not flip.
 */
export function principalPlane(points: Float32Array, units: number, before: Plane | null = null): Plane {
  const mean = meanOf(points, units);
  const product = covarianceOf(points, units, mean);
  const known = before?.axes.length === 2 * units ? before : null;
  let axes: Float64Array = known ? Float64Array.from(known.axes) : start(units);
  for (let i = 0; i < (known ? NEXT : FIRST); i++) axes = orthonormal(times(product, axes, units), units);
  axes = turned(axes, known ? overlap(axes, known.axes, units) : principal(product, axes, units), units);
  const within = [0, 1].reduce((sum, k) => sum + quadratic(product, axes, k, k, units), 0);
  let all = 0;
  for (let i = 0; i < units; i++) all += at(product, i * units + i);
  return { mean, axes: Float32Array.from(axes), share: all > 0 ? within / all : 0 };
}

/** Points [N, U] as places in a plane, [N, 2]. */
export function project(points: Float32Array, units: number, { mean, axes }: Plane): Float32Array {
  const places = new Float32Array((2 * points.length) / units);
  for (let n = 0; n < places.length / 2; n++) {
    for (let k = 0; k < 2; k++) {
      let sum = 0;
      for (let i = 0; i < units; i++) sum += (at(points, n * units + i) - at(mean, i)) * at(axes, k * units + i);
      places[2 * n + k] = sum;
    }
  }
  return places;
}

const at = (array: Float32Array | Float64Array, index: number) => array[index] ?? 0;

function meanOf(points: Float32Array, units: number): Float32Array {
  const mean = new Float32Array(units);
  const count = points.length / units;
  points.forEach((value, i) => {
    mean[i % units] = at(mean, i % units) + value / count;
  });
  return mean;
}

/** Sums of products of the points' distances from the mean, [U, U]. */
function covarianceOf(points: Float32Array, units: number, mean: Float32Array): Float64Array {
  const product = new Float64Array(units * units);
  const row = new Float64Array(units);
  for (let from = 0; from < points.length; from += units) {
    for (let i = 0; i < units; i++) row[i] = at(points, from + i) - at(mean, i);
    for (let i = 0; i < units; i++) {
      for (let j = 0; j < units; j++) product[i * units + j] = at(product, i * units + j) + at(row, i) * at(row, j);
    }
  }
  return product;
}

/** Two directions that no symmetry makes blind. */
const start = (units: number) => Float64Array.from({ length: 2 * units }, (_, i) => Math.sin(1 + i * i));

/** Both directions multiplied by a symmetric matrix. */
function times(matrix: Float64Array, axes: Float64Array, units: number): Float64Array {
  const out = new Float64Array(2 * units);
  for (let k = 0; k < 2; k++) {
    for (let i = 0; i < units; i++) {
      let sum = 0;
      for (let j = 0; j < units; j++) sum += at(matrix, i * units + j) * at(axes, k * units + j);
      out[k * units + i] = sum;
    }
  }
  return out;
}

/** Gram and Schmidt; a direction that vanishes is replaced by one across the other. */
function orthonormal(axes: Float64Array, units: number): Float64Array {
  const first = axes.subarray(0, units);
  const second = axes.subarray(units);
  normalise(first, 0);
  for (const pass of [0, 1]) {
    const along = first.reduce((sum, value, i) => sum + value * at(second, i), 0);
    for (let i = 0; i < units; i++) second[i] = at(second, i) - along * at(first, i);
    normalise(second, 1 - pass);
  }
  return axes;
}

function normalise(axis: Float64Array, instead: number): void {
  const length = Math.hypot(...axis);
  if (length > 1e-30) for (let i = 0; i < axis.length; i++) axis[i] = at(axis, i) / length;
  else axis.fill(0).fill(1, instead % axis.length, (instead % axis.length) + 1);
}

/** axes[k] · matrix · axes[l] */
function quadratic(matrix: Float64Array, axes: Float64Array, k: number, l: number, units: number): number {
  const moved = times(matrix, axes, units);
  let sum = 0;
  for (let i = 0; i < units; i++) sum += at(axes, k * units + i) * at(moved, l * units + i);
  return sum;
}

/** A turn [2, 2] of the directions within their plane. */
type Turn = readonly [number, number, number, number];

function turned(axes: Float64Array, [a, b, c, d]: Turn, units: number): Float64Array {
  const out = new Float64Array(2 * units);
  for (let i = 0; i < units; i++) {
    const [x, y] = [at(axes, i), at(axes, units + i)];
    out[i] = a * x + b * y;
    out[units + i] = c * x + d * y;
  }
  return out;
}

/** The turn after which the first direction is that of the largest variance. */
function principal(product: Float64Array, axes: Float64Array, units: number): Turn {
  const [xx, xy, yy] = [[0, 0] as const, [0, 1] as const, [1, 1] as const].map(([k, l]) =>
    quadratic(product, axes, k, l, units),
  ) as [number, number, number];
  const angle = 0.5 * Math.atan2(2 * xy, xx - yy);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return [cos, sin, -sin, cos];
}

/** The turn (or mirror) that brings the directions nearest to those before: the polar part of their products. */
function overlap(axes: Float64Array, before: Float32Array, units: number): Turn {
  const m = (k: number, l: number) => {
    let sum = 0;
    for (let i = 0; i < units; i++) sum += at(before, k * units + i) * at(axes, l * units + i);
    return sum;
  };
  const [a, b, c, d] = [m(0, 0), m(0, 1), m(1, 0), m(1, 1)];
  const mirror = a * d - b * c < 0 ? -1 : 1;
  const [x, y] = [a + mirror * d, b - mirror * c];
  const length = Math.hypot(x, y) || 1;
  return [x / length, y / length, (-mirror * y) / length, (mirror * x) / length];
}
