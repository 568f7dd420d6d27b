import { quote, refuse } from './refuse.js';

/** Largest JSON text that is read, in bytes. */
export const MAX_JSON_BYTES = 4 * 2 ** 20;
const MAX_DEPTH = 64;
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * The value of a JSON text out of a model file: at most 4 MB, 64 levels deep, no key that could reach an
 * object's prototype. NaN and Infinity, which Python's json writes and JSON does not know, are refused by name:
 * no option of ours takes them. Throws ModelFormatError; `what` names the text in messages.
 */
export function parseJson(bytes: Uint8Array, what: string): unknown {
  if (bytes.byteLength > MAX_JSON_BYTES) {
    refuse(`${what} has ${bytes.byteLength} bytes of JSON; ${MAX_JSON_BYTES} is the limit.`);
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return refuse(`${what} is not UTF-8 text.`);
  }
  scan(text, what);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refuse(`${what} is not valid JSON.`);
  }
  checkKeys(value, what);
  return value;
}

/** Depth and Python's numbers, before anything recursive touches the text. */
function scan(text: string, what: string): void {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const character = text.charCodeAt(i);
    if (character === 34) {
      for (i++; i < text.length && text.charCodeAt(i) !== 34; i++) if (text.charCodeAt(i) === 92) i++;
    } else if (character === 91 || character === 123) {
      if (++depth > MAX_DEPTH) refuse(`${what} is nested more than ${MAX_DEPTH} levels deep.`);
    } else if (character === 93 || character === 125) {
      depth--;
    } else if (character === 78 || character === 73) {
      const word = /^(NaN|Infinity)/.exec(text.slice(i, i + 8))?.[0];
      if (word !== undefined) refuse(`${what} has the number ${word}, which is not JSON and no option can take.`);
    }
  }
}

function checkKeys(value: unknown, what: string): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (FORBIDDEN.has(key)) refuse(`${what} has the forbidden key ${quote(key)}.`);
    checkKeys(inner, what);
  }
}

/** The value as an object, or ModelFormatError. */
export function asObject(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) refuse(`${what} is not a JSON object.`);
  return value as Record<string, unknown>;
}

/** The value as a string, or ModelFormatError. */
export function asString(value: unknown, what: string): string {
  if (typeof value !== 'string') refuse(`${what} is not a string.`);
  return value as string;
}
