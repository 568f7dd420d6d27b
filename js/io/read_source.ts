import { type ModelSource, readObject, readUrl, type SourceBytes } from './read_bytes.js';

/** Reads a source completely. Strings and URLs are fetched, relative to the page. Throws ArgumentError. */
export async function readSource(source: ModelSource): Promise<SourceBytes> {
  return typeof source === 'string' || source instanceof URL ? readUrl(source) : readObject(source);
}
