import { Block } from './memory.js';
import { trapped } from './module.js';

/** Memory that lasts: while it serves, what is borrowed comes from it, one piece at a time. */
export class Room {
  #block: Block | null = null;
  #bytes = 0;

  /** Runs something whose borrowing it serves. */
  serve<T>(run: () => T): T {
    const before = serving;
    serving = this;
    try {
      return run();
    } finally {
      serving = before;
    }
  }

  /** Address of so many bytes. @throws {OutOfMemoryError} */
  take(bytes: number, purpose: string): number {
    if (this.#block === null || this.#bytes < bytes) {
      this.free();
      this.#block = new Block(bytes, purpose);
      this.#bytes = bytes;
    }
    return this.#block.address;
  }

  /** Gives the memory back. */
  free(): void {
    this.#block?.free();
    this.#block = null;
  }
}

// The room that the next piece comes from; null for none.
let serving: Room | null = null;

/**
 * Runs `work` on module memory that is freed afterwards.
 * @param bytes Size; aligned to 16 bytes and not cleared.
 * @param purpose Named in the message when memory runs out.
 * @throws {OutOfMemoryError} before `work` if there is not so much memory.
 */
export function borrow<T>(bytes: number, purpose: string, work: (address: number) => T): T {
  const room = serving;
  const block = room === null ? new Block(bytes, purpose) : null;
  try {
    const address = block?.address ?? (room as Room).take(bytes, purpose);
    serving = null;
    return work(address);
  } catch (error) {
    throw trapped(error);
  } finally {
    serving = room;
    block?.free();
  }
}
