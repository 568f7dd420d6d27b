// What both variants of read_source.ts share: everything that a caller may hand in, but paths.
import { ArgumentError } from '../runtime/errors.js';
import { quote } from './refuse.js';

/** What a model can be read from. A string is a path or URL in Node, a URL in a browser. */
export type ModelSource = string | URL | Blob | ArrayBuffer | SharedArrayBuffer | ArrayBufferView;

/** The bytes, and a name for messages. */
export interface SourceBytes {
  bytes: Uint8Array;
  name: string;
}

/** Everything but strings and URLs, from any realm; the bytes are copied. Throws ArgumentError. */
export async function readObject(source: unknown): Promise<SourceBytes> {
  if (ArrayBuffer.isView(source))
    return { bytes: copy(source.buffer, source.byteOffset, source.byteLength), name: 'the bytes' };
  const kind = Object.prototype.toString.call(source);
  if (kind === '[object ArrayBuffer]' || kind === '[object SharedArrayBuffer]') {
    const buffer = source as ArrayBuffer;
    return { bytes: copy(buffer, 0, buffer.byteLength), name: 'the bytes' };
  }
  if (kind === '[object Blob]' || kind === '[object File]') {
    const blob = source as Blob & { name?: string };
    const name = typeof blob.name === 'string' ? quote(blob.name) : 'the blob';
    try {
      return { bytes: new Uint8Array(await blob.arrayBuffer()), name };
    } catch (error) {
      throw new ArgumentError(`loadModel: ${name} cannot be read: ${reason(error)}.`);
    }
  }
  const found = source === null ? 'null' : typeof source === 'object' ? kind.slice(8, -1) : typeof source;
  throw new ArgumentError(
    `loadModel: source must be a path or URL, a File or Blob, an ArrayBuffer or a typed array; got ${found}.`,
  );
}

/** Fetches a URL. A failure and an answer other than 2xx throw ArgumentError. */
export async function readUrl(url: string | URL): Promise<SourceBytes> {
  const name = quote(url);
  let response: Response;
  try {
    response = await fetch(url);
  } catch (error) {
    throw new ArgumentError(`loadModel: ${name} cannot be fetched: ${reason(error)}.`);
  }
  if (!response.ok) {
    throw new ArgumentError(
      `loadModel: ${name} cannot be fetched: the server answered ${response.status} ${response.statusText}.`,
    );
  }
  try {
    return { bytes: new Uint8Array(await response.arrayBuffer()), name };
  } catch (error) {
    throw new ArgumentError(`loadModel: ${name} cannot be fetched: ${reason(error)}.`);
  }
}

/** The message of an error and of what caused it, without a full stop at the end. */
export function reason(error: unknown): string {
  if (!(error instanceof Object) || !('message' in error)) return String(error);
  const { message, cause } = error as Error;
  const deeper = cause instanceof Object && 'message' in cause ? ` (${String(cause.message)})` : '';
  return `${message}${deeper}`.replace(/\.$/, '');
}

function copy(buffer: ArrayBufferLike, offset: number, length: number): Uint8Array {
  try {
    return new Uint8Array(buffer, offset, length).slice();
  } catch {
    throw new ArgumentError('loadModel: source is a buffer that was detached (transferred elsewhere).');
  }
}
