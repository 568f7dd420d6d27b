import strict from '#strict-bytes';
import { relax } from './relax.js';
import type { Bytes } from './runtime/module.js';

// Not deflated: to load or warm up an inflater takes longer than the whole start of the module.
function decode(text: string): Uint8Array<ArrayBuffer> {
  // Node's own way takes a tenth of the 2 ms that the loop takes when it is not warm.
  const { Buffer } = globalThis as { Buffer?: { from(text: string, encoding: string): Uint8Array<ArrayBuffer> } };
  if (Buffer !== undefined) return Buffer.from(text, 'latin1');
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index += 1) bytes[index] = text.charCodeAt(index);
  return bytes;
}

/** The two modules, decoded when one is asked for: the build inlines the strict one. */
export const inlined: Bytes = {
  strict: () => decode(strict),
  relaxed: () => relax(decode(strict)),
};
