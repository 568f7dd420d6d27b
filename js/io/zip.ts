import { Inflate } from 'fflate';
import { ModelFormatError } from '../runtime/errors.js';
import { crc32 } from './crc32.js';
import { quote, refuse } from './refuse.js';
import { readDirectory, type ZipEntry } from './zip_directory.js';

/** How much is handed to the inflater at once: bounds what a lying entry can make it produce. */
const PIECE = 16384;

/** An open zip archive. Opening checks the table of contents; reading checks size and CRC of what is read. */
export class Zip {
  private readonly entries: Map<string, ZipEntry>;

  /** Throws ModelFormatError. */
  constructor(private readonly bytes: Uint8Array) {
    this.entries = readDirectory(bytes);
  }

  get names(): string[] {
    return [...this.entries.keys()];
  }

  has(name: string): boolean {
    return this.entries.has(name);
  }

  /** The unpacked bytes of one entry, never more than `limit`. Throws ModelFormatError. */
  read(name: string, limit: number): Uint8Array {
    const entry = this.entries.get(name) ?? refuse(`The zip archive has no entry ${quote(name)}.`);
    if (entry.size > limit) {
      refuse(`The entry ${quote(name)} of the zip archive has ${entry.size} bytes; ${limit} is the limit.`);
    }
    const packed = this.bytes.subarray(entry.offset, entry.offset + entry.packedSize);
    const unpacked = entry.method === 0 ? packed.slice() : inflate(packed, entry);
    if (crc32(unpacked) !== entry.crc) refuse(`The entry ${quote(name)} of the zip archive is damaged: wrong CRC.`);
    return unpacked;
  }
}

function inflate(packed: Uint8Array, entry: ZipEntry): Uint8Array {
  const output = new Uint8Array(entry.size);
  let written = 0;
  const wrongSize = `The entry ${quote(entry.name)} of the zip archive does not unpack to the size it claims.`;
  const inflater = new Inflate((piece) => {
    if (written + piece.length > output.length) refuse(wrongSize);
    output.set(piece, written);
    written += piece.length;
  });
  try {
    for (let at = 0; at < packed.length || at === 0; at += PIECE) {
      inflater.push(packed.subarray(at, at + PIECE), at + PIECE >= packed.length);
    }
  } catch (error) {
    if (error instanceof ModelFormatError) throw error;
    refuse(`The entry ${quote(entry.name)} of the zip archive is damaged: it cannot be unpacked.`);
  }
  if (written !== output.length) refuse(wrongSize);
  return output;
}
