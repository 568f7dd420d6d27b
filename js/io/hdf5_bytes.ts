import { refuse } from './refuse.js';

/** Little-endian reads that never leave the file. Every method throws ModelFormatError. */
export class Hdf5Bytes {
  private readonly view: DataView;
  private steps = 0;

  constructor(
    readonly bytes: Uint8Array,
    /** How many structures may be read in all: bounds the time that any file can take. */
    private readonly maxSteps: number,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get length(): number {
    return this.bytes.byteLength;
  }

  /** Counts one structure. */
  step(): void {
    if (++this.steps > this.maxSteps) refuse('The HDF5 file is made of too many parts.');
  }

  /** `at` itself, if `size` bytes from there lie in the file. */
  within(at: number, size: number): number {
    if (at < 0 || size < 0 || at + size > this.length) {
      refuse('The HDF5 file is cut short or damaged: it points outside itself.');
    }
    return at;
  }

  u8(at: number): number {
    return this.view.getUint8(this.within(at, 1));
  }

  u16(at: number): number {
    return this.view.getUint16(this.within(at, 2), true);
  }

  u32(at: number): number {
    return this.view.getUint32(this.within(at, 4), true);
  }

  /** A 64-bit number; addresses and sizes beyond 2^53 cannot be true. */
  u64(at: number): number {
    const low = this.u32(at);
    const high = this.u32(at + 4);
    return high < 2 ** 21 ? high * 2 ** 32 + low : Number.POSITIVE_INFINITY;
  }

  /** Refuses unless the four letters stand at `at`. */
  signature(letters: string, at: number): void {
    this.step();
    for (let i = 0; i < 4; i++) {
      if (this.u8(at + i) !== letters.charCodeAt(i)) {
        refuse(`The HDF5 file is damaged: a ${letters} block is not where it should be.`);
      }
    }
  }

  /** The text from `at` to the next zero byte, which must come before `end`. */
  text(at: number, end: number): string {
    const room = this.bytes.subarray(this.within(at, 1), end);
    const length = room.indexOf(0);
    if (length < 0) refuse('The HDF5 file is damaged: a name has no end.');
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(room.subarray(0, length));
    } catch {
      return refuse('The HDF5 file has a name that is not UTF-8.');
    }
  }
}
