// What the page computes about a training by itself, without a browser.
import { expect, test } from '@jest/globals';
import { linearTicks, logTicks, powerTicks } from '../../demo/src/maths/axis.js';
import { scientific } from '../../demo/src/maths/format.js';
import { principalPlane, project } from '../../demo/src/maths/principal_plane.js';
import { reachInWords, reachOf, rowNorms } from '../../demo/src/maths/reach.js';
import { Allowance } from '../../demo/src/training/allowance.js';
import { History, smoothed } from '../../demo/src/training/history.js';

/** 40 points in three directions of 5 units, the spread of each 10, 3 and 0.1; `turn` moves them a little. */
function cloud(turn = 0): Float32Array {
  const points = new Float32Array(40 * 5);
  for (let n = 0; n < 40; n++) {
    const [a, b, c] = [10 * Math.cos(n), 3 * Math.sin(2.3 * n), 0.1 * Math.cos(5.1 * n)];
    points.set([a * Math.cos(turn), a * Math.sin(turn), 1 + b, 2, c], n * 5);
  }
  return points;
}

const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
const axesOf = ({ axes }: { axes: Float32Array }) => [axes.subarray(0, 5), axes.subarray(5)] as const;

test('the plane lies where the points spread most, its axes stand upright', () => {
  const plane = principalPlane(cloud(), 5);
  const [first, second] = axesOf(plane);
  expect(Math.abs(first[0]!)).toBeGreaterThan(0.99);
  expect(Math.abs(second[2]!)).toBeGreaterThan(0.99);
  expect(dot(first, first)).toBeCloseTo(1, 5);
  expect(dot(second, second)).toBeCloseTo(1, 5);
  expect(dot(first, second)).toBeCloseTo(0, 5);
  expect(plane.share).toBeGreaterThan(0.999);
  expect(plane.share).toBeLessThan(1);
});

test('places in the plane are distances from the mean', () => {
  const points = cloud();
  const plane = principalPlane(points, 5);
  const places = project(points, 5, plane);
  expect(places).toHaveLength(80);
  for (const axis of [0, 1]) {
    const along = places.filter((_, i) => i % 2 === axis);
    expect(along.reduce((sum, place) => sum + place, 0) / 40).toBeCloseTo(0, 4);
  }
  const first = plane.axes.subarray(0, 5);
  const distance = Float32Array.from(plane.mean, (mean, i) => points[15 + i]! - mean);
  expect(places[6]).toBeCloseTo(dot(distance, first), 4);
});

test('a plane follows points that move without flipping', () => {
  let plane = principalPlane(cloud(), 5);
  for (let turn = 0.05; turn < 7; turn += 0.05) {
    const next = principalPlane(cloud(turn), 5, plane);
    for (const k of [0, 1] as const) expect(dot(axesOf(next)[k], axesOf(plane)[k])).toBeGreaterThan(0.95);
    plane = next;
  }
});

test('points that are all the same have a plane, and a mirrored one is turned back', () => {
  const same = principalPlane(new Float32Array(15).fill(0.5), 5);
  expect(same.share).toBe(0);
  expect([...same.axes].every(Number.isFinite)).toBe(true);
  const plane = principalPlane(cloud(), 5);
  const mirrored = { ...plane, axes: plane.axes.map((value, i) => (i < 5 ? -value : value)) };
  const [first, second] = axesOf(principalPlane(cloud(), 5, mirrored));
  expect(dot(first, axesOf(mirrored)[0])).toBeCloseTo(1, 4);
  expect(dot(second, axesOf(mirrored)[1])).toBeCloseTo(1, 4);
});

test('how far back a gradient reaches', () => {
  const norms = rowNorms(Float32Array.of(0, 0, 3, 4, -6, 8), 2);
  expect(norms).toEqual([0, 5, 10]);
  expect(reachOf(norms)).toEqual({ largestAt: 3, from: 2, share: 0 });
  expect(reachInWords(norms, false)).toMatch(/reaches back 2 of 3 steps: at step 1 less than a hundredth/);
  expect(reachInWords([1e-9, 1e-5, 0.5, 1], false)).toMatch(/reaches back 2 of 4 steps: before step 3 less/);
  expect(reachInWords([0.5, 0.7, 1], false)).toMatch(/through all 3 steps: at step 1 there is 50 % of the gradient/);
  expect(reachInWords([8, 4, 2], false)).toMatch(/grows on the way: its gradient at step 1 is 4.0 times/);
  expect(reachInWords([0.5, 1], true)).toMatch(/^Every step has a loss of its own.*first included/);
  expect(reachInWords([0, 0], false)).toMatch(/the gradient is zero/);
  expect(reachInWords([Number.NaN, 1], false)).toMatch(/not a number/);
});

test('round numbers for axes', () => {
  const values = (ticks: { value: number }[]) => ticks.map(({ value }) => Number(value.toPrecision(6)));
  expect(values(linearTicks(0, 800, 5))).toEqual([0, 200, 400, 600, 800]);
  expect(values(linearTicks(-0.08, 1.08, 3))).toEqual([0, 0.5, 1]);
  expect(linearTicks(3, 3, 4)).toEqual([{ value: 3, label: '3' }]);
  expect(powerTicks(1e-5, 1, 9).map(({ label }) => label)).toEqual(['1e−5', '1e−4', '0.001', '0.01', '0.1', '1']);
  expect(values(powerTicks(1e-6, 1, 3))).toEqual([1e-6, 0.001, 1]);
  expect(values(logTicks(12, 90, 4))).toEqual([20, 50]);
  expect(values(logTicks(0.004, 2, 3))).toEqual([0.01, 0.1, 1]);
  expect(values(logTicks(2.9, 3.4, 2)).every((value) => value >= 2.9 && value <= 3.4)).toBe(true);
  expect([scientific(-0.0001234), scientific(0.05), scientific(0), scientific(0.012345, 3)]).toEqual([
    '−1.2e−4',
    '0.050',
    '0.0',
    '0.0123',
  ]);
});

test('the history of a training grows, thins out, and begins anew', () => {
  const history = new History();
  const losses = Float32Array.from({ length: 1500 }, (_, i) => i + 1);
  history.add({ losses: losses.subarray(0, 700), measures: [{ step: 0, value: 9 }] });
  history.add({ losses: losses.subarray(700), measures: [{ step: 1500, value: 1 }] });
  expect(history.losses(1500).y).toEqual([...losses]);
  expect(history.losses(1500).x).toEqual([...losses]);
  const few = history.losses(100);
  expect(few.y).toHaveLength(100);
  expect(few.x[0]).toBe(8);
  expect(few.y[0]).toBe(8);
  expect(history.measures()).toEqual({ x: [0, 1500], y: [9, 1] });
  history.clear();
  expect(history.losses(10)).toEqual({ x: [], y: [] });
  expect(history.measures()).toEqual({ x: [], y: [] });
});

test('a smoothed curve begins where the curve does and keeps a constant', () => {
  expect(smoothed({ x: [1, 2, 3], y: [4, 4, 4] }, 5).y).toEqual([4, 4, 4]);
  const { y } = smoothed({ x: [1, 2, 3], y: [1, 0, 0] }, 2);
  expect(y[0]).toBe(1);
  expect(y[2]).toBeGreaterThan(0);
  expect(y[2]).toBeLessThan(y[1]!);
});

/** Steps that an allowance gives at these times, after a start at time 0; more than 1000 at a time count as 1000. */
function stepsAt(pace: number, times: readonly number[]): number[] {
  const allowance = new Allowance();
  allowance.pace = pace;
  allowance.start(0);
  return times.map((now) => {
    allowance.advance(now);
    let steps = 0;
    for (; allowance.isDue && steps < 1000; steps++) allowance.take();
    return steps;
  });
}

test('full speed allows any number of steps, while the clock stands still too', () => {
  expect(stepsAt(Number.POSITIVE_INFINITY, [0, 0, 12, 12])).toEqual([1000, 1000, 1000, 1000]);
});

test('a pace allows one step at once, its steps a second after that, and saves up a tenth of a second', () => {
  expect(stepsAt(25, [0, 0, 20, 40, 80, 1080])).toEqual([1, 0, 0, 1, 1, 2]);
  expect(stepsAt(100, [0, 10, 25, 30, 5000])).toEqual([1, 1, 1, 1, 10]);
  const allowance = new Allowance();
  allowance.pace = Number.POSITIVE_INFINITY;
  allowance.start(0);
  allowance.advance(1);
  allowance.pace = 25;
  allowance.advance(2);
  expect([allowance.isDue, allowance.wait]).toEqual([true, 0]);
  for (let i = 0; i < 2; i++) allowance.take();
  expect([allowance.isDue, allowance.wait]).toEqual([false, 40]);
});
