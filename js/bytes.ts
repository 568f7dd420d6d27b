import relaxed from '#relaxed-delta';
import strict from '#strict-bytes';
import { patch } from './patch.js';
import type { Bytes } from './runtime/module.js';

/** What newer engines and Node have built in. */
interface Decoders {
  Uint8Array: { fromBase64?(text: string): Uint8Array };
  Buffer?: { from(text: string, encoding: string): Uint8Array };
}

// Not deflated: to load or warm up an inflater takes longer than the whole start of the module.
function decode(base64: string): Uint8Array {
  const { Uint8Array: array, Buffer } = globalThis as unknown as Decoders;
  if (array.fromBase64 !== undefined) return array.fromBase64(base64);
  if (Buffer !== undefined) return Buffer.from(base64, 'base64');
  const binary = atob(base64);
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index += 1) bytes[index] = binary.charCodeAt(index);
  return bytes;
}

/** The two modules, decoded when one is asked for. The build makes both texts: the relaxed one is a delta. */
export const inlined: Bytes = {
  strict: () => decode(strict),
  relaxed: () => patch(decode(strict), decode(relaxed)),
};
