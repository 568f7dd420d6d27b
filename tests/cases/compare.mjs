// Compares what was computed with what was expected.
import { numbers, shapeOf } from './read.mjs';

/** A value in a few words. */
export function short(value) {
  const plain = isTensor(value) ? value.toArray() : value;
  const text =
    typeof plain === 'string' ? plain : JSON.stringify(plain, (_, each) => (isTensor(each) ? each.toArray() : each));
  return text === undefined ? String(plain) : text.length > 160 ? `${text.slice(0, 157)}...` : text;
}

function isTensor(value) {
  return value !== null && typeof value === 'object' && Array.isArray(value.shape) && 'data' in value;
}

/** Whether |got - expected| <= atol + rtol |expected|; what is not finite must be the same. */
export function isClose(got, expected, { rtol, atol }) {
  if (!Number.isFinite(expected)) return Object.is(got, expected);
  return Math.abs(got - expected) <= atol + rtol * Math.abs(expected);
}

// An array without elements says nothing about the axes after the empty one.
function sameShape(got, expected) {
  const shape = shapeOf(expected);
  return shape.includes(0)
    ? got.length >= shape.length && shape.every((size, axis) => got[axis] === size)
    : got.length === shape.length && shape.every((size, axis) => got[axis] === size);
}

function tensorMismatch(got, expected, tolerance) {
  if (!sameShape(got.shape, expected)) return `shape [${got.shape}], expected [${shapeOf(expected)}]`;
  const flat = [numbers(expected)].flat(Number.POSITIVE_INFINITY);
  const index = flat.findIndex((value, at) => !isClose(got.data[at], Number(value), tolerance));
  return index < 0 ? null : `element ${index}: got ${got.data[index]}, expected ${flat[index]}`;
}

/** What differs, in words, or null: tensors, numbers, and lists of them. Booleans count as 0 and 1. */
export function mismatch(got, expected, tolerance) {
  if (isTensor(got) && expected !== null) return tensorMismatch(got, expected, tolerance);
  if (Array.isArray(got) && Array.isArray(expected)) {
    if (got.length !== expected.length) return `${got.length} entries, expected ${expected.length}: got ${short(got)}`;
    for (let index = 0; index < expected.length; index += 1) {
      const found = mismatch(got[index], expected[index], tolerance);
      if (found !== null) return `entry ${index}: ${found}`;
    }
    return null;
  }
  const value = numbers(expected);
  const isSame =
    typeof got === 'number' && typeof value === 'number' ? isClose(got, value, tolerance) : Object.is(got, value);
  return isSame ? null : `got ${short(got)}, expected ${short(expected)}`;
}

/** An answer that must be exactly this: shapes, counts, names. */
export const exactly = (got) => (expected) => {
  const [ours, theirs] = [JSON.stringify(got), JSON.stringify(expected)];
  return ours === theirs ? null : `got ${short(got)}, expected ${short(expected)}`;
};

/**
 * Holds answers against all that a case expects: every expected key needs an answer, a value or a function
 * of the expected value that tells what differs. Gives what differs, one line each.
 */
export function differences(expected, answers, tolerance) {
  return Object.entries(expected).flatMap(([key, value]) => {
    if (!(key in answers)) return [`${key}: no such result, expected ${short(value)}`];
    const answer = answers[key];
    const found = typeof answer === 'function' ? answer(value, tolerance) : mismatch(answer, value, tolerance);
    return found === null ? [] : [`${key}: ${found}`];
  });
}
