// Reads known-answer files and the forms in which they write values.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

/** The cases of a file, each with the name of its file. */
export function readCases(path) {
  const { cases } = JSON.parse(readFileSync(path, 'utf8'));
  if (!Array.isArray(cases)) throw new Error(`${path} holds no cases`);
  return cases.map((each) => ({ ...each, file: basename(path, '.json') }));
}

const WORDS = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
]);

/** Nested values in which the strings NaN, Infinity and -Infinity are the numbers they stand for. */
export function numbers(value) {
  if (Array.isArray(value)) return value.map(numbers);
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, numbers(each)]));
  }
  return WORDS.has(value) ? WORDS.get(value) : value;
}

/** Keras' spelling of an option in the package's: `return_sequences` is `returnSequences`. */
export function camelCase(name) {
  return name.replace(/_([a-z0-9])/g, (_, letter) => letter.toUpperCase());
}

/** Arguments of a Keras function as options of ours. */
export function camelKeys(config) {
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [camelCase(key), value]));
}

/** Shape of nested arrays. */
export function shapeOf(value) {
  return Array.isArray(value) ? [value.length, ...(value.length > 0 ? shapeOf(value[0]) : [])] : [];
}

/** Data of one number throughout; unknown axes have size 1. */
export function filled(shape, value = 0) {
  const sizes = shape.map((size) => size ?? 1);
  return { data: new Float32Array(sizes.reduce((all, size) => all * size, 1)).fill(value), shape: sizes };
}

/** Lists within lists in one, down to entries with `rank` axes. */
export function leaves(value, rank) {
  return shapeOf(value).length <= rank ? [value] : value.flatMap((each) => leaves(each, rank));
}

/** Expected states, which may be nested cell by cell, in one list; a state has two axes. */
export const flatStates = (states) => states.flatMap((state) => leaves(state, 2));

/** An object that notes which of its keys were read: an input that no one reads is an input not given. */
export function watched(object) {
  const read = new Set();
  const proxy = new Proxy(object ?? {}, {
    get(target, key) {
      read.add(key);
      return target[key];
    },
  });
  return { proxy, unread: () => Object.keys(object ?? {}).filter((key) => !read.has(key)) };
}
