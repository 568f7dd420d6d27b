import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { ArgumentError, UnsupportedError } from '../runtime/errors.js';
import { type ModelSource, readObject, readUrl, reason, type SourceBytes } from './read_bytes.js';
import { quote } from './refuse.js';

/**
 * Reads a source completely. A string is a path unless it begins as a URL does (http:, https:, data:, blob:,
 * file:). Throws ArgumentError; for a directory, as TensorFlow's SavedModel is one, UnsupportedError.
 */
export async function readSource(source: ModelSource): Promise<SourceBytes> {
  if (typeof source !== 'string' && Object.prototype.toString.call(source) !== '[object URL]')
    return readObject(source);
  const text = String(source);
  if (/^(https?|data|blob):/i.test(text)) return readUrl(text);
  return readPath(text);
}

async function readPath(source: string): Promise<SourceBytes> {
  try {
    const path = /^file:/i.test(source) ? fileURLToPath(source) : source;
    return { bytes: new Uint8Array(await readFile(path)), name: quote(source) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EISDIR') {
      throw new UnsupportedError(
        `loadModel: ${quote(source)} is a directory, as TensorFlow's SavedModel is one. ` +
          "Save the model with Keras as model.save('model.keras') instead.",
      );
    }
    throw new ArgumentError(`loadModel: ${quote(source)} cannot be read: ${reason(error)}.`);
  }
}
