import strict from '#strict-bytes';
import { relax } from './relax.js';
import type { Bytes } from './runtime/module.js';

// Not deflated: to load or warm up an inflater takes longer than the whole start of the module.
function decode(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index += 1) bytes[index] = text.charCodeAt(index);
  return bytes;
}

/** The two modules, decoded when one is asked for: the build inlines the strict one. */
export const inlined: Bytes = {
  strict: () => decode(strict),
  relaxed: () => relax(decode(strict)),
};
