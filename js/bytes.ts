import relaxed from '#relaxed-delta';
import strict from '#strict-bytes';
import { patch } from './patch.js';
import type { Bytes } from './runtime/module.js';

// The build bundles it, evaluated only when it is called for: its tables take milliseconds to set up.
declare function require(name: 'fflate'): typeof import('fflate');

/** What Node has built in, where this runs in Node: faster by some 20 ms than cold JavaScript. */
interface NodeGlobals {
  process?: { getBuiltinModule?(name: string): { inflateRawSync(packed: Uint8Array): Uint8Array } | undefined };
  Buffer?: { from(text: string, encoding: string): Uint8Array };
}

function fromBase64(text: string): Uint8Array {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index += 1) bytes[index] = binary.charCodeAt(index);
  return bytes;
}

// The build makes both texts, deflated and in base64: the strict module, and the relaxed one as a delta from it.
function unpack(base64: string): Uint8Array {
  const { process, Buffer } = globalThis as NodeGlobals;
  const zlib = Buffer && process?.getBuiltinModule?.('zlib');
  return zlib ? zlib.inflateRawSync(Buffer.from(base64, 'base64')) : require('fflate').inflateSync(fromBase64(base64));
}

/** The two modules, unpacked when one is asked for. */
export const inlined: Bytes = {
  strict: () => unpack(strict),
  relaxed: () => patch(unpack(strict), unpack(relaxed)),
};
