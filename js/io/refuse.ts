import { ModelFormatError } from '../runtime/errors.js';

/** Stops reading a file: it is damaged, hostile, or not what it should be. */
export function refuse(message: string): never {
  throw new ModelFormatError(message);
}

/** A name out of a file, short and printable, for messages. */
export function quote(name: unknown): string {
  const text = String(name).replace(/[^\x20-\x7e\u00a0-\uffff]/g, '?');
  return text.length > 80 ? `"${text.slice(0, 77)}..."` : `"${text}"`;
}
