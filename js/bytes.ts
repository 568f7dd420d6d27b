import { inflateSync } from 'fflate';
import relaxed from '#relaxed-bytes';
import strict from '#strict-bytes';
import type { Bytes } from './runtime/module.js';

// The build makes both: a module, deflated, in base64.
function unpack(base64: string): Uint8Array {
  const text = atob(base64);
  const packed = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index += 1) packed[index] = text.charCodeAt(index);
  return inflateSync(packed);
}

/** The two modules, unpacked when one is asked for. */
export const inlined: Bytes = {
  strict: () => unpack(strict),
  relaxed: () => unpack(relaxed),
};
