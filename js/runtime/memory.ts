import { DisposedError, OutOfMemoryError } from './errors.js';
import { kernels } from './module.js';

const ALIGNMENT = 16;

let heldBlocks = 0;
let heldBytes = 0;
let maximumBytes = Number.POSITIVE_INFINITY;

/** What is held in the module: number of blocks and their bytes. */
export function memory(): { blocks: number; bytes: number } {
  return { blocks: heldBlocks, bytes: heldBytes };
}

/** Sets the cap on the bytes held. */
export function limitMemory(bytes: number): void {
  maximumBytes = bytes;
}

interface Allocation {
  /** What malloc gave. */
  start: number;
  /** The first multiple of 16 in it; 0 once it is freed. */
  address: number;
  bytes: number;
}

function release(allocation: Allocation): void {
  if (allocation.address === 0) return;
  try {
    kernels()._free(allocation.start);
  } catch {
    // The module has crashed: its memory is gone as a whole.
  }
  heldBlocks -= 1;
  heldBytes -= allocation.bytes;
  allocation.address = 0;
}

// The net below `dispose`, not the plan.
const forgotten = new FinalizationRegistry<Allocation>(release);

/** One piece of module memory, freed whole. */
export class Block {
  readonly #allocation: Allocation;

  /**
   * @param bytes Size; the block is aligned to 16 bytes and not cleared.
   * @param purpose Named in the error message.
   * @throws {OutOfMemoryError} if the module or `configure({ maximumMemory })` gives no more.
   */
  constructor(bytes: number, purpose: string) {
    const size = Math.max(ALIGNMENT, bytes);
    if (!(heldBytes + size <= maximumBytes && size <= 0x7fff_ffff - ALIGNMENT)) {
      throw new OutOfMemoryError(
        `${purpose}: ${bytes} bytes do not fit (${heldBytes} bytes held, at most ${Math.min(maximumBytes, 0x7fff_ffff)})`,
      );
    }
    // malloc aligns to 8 bytes alone, and vectors that straddle cache lines make a kernel up to a sixth slower.
    const start = kernels()._malloc(size + ALIGNMENT);
    if (start === 0)
      throw new OutOfMemoryError(`${purpose}: the module has no ${bytes} bytes left (${heldBytes} held)`);
    this.#allocation = { start, address: aligned(start), bytes: size };
    heldBlocks += 1;
    heldBytes += size;
    forgotten.register(this, this.#allocation, this);
  }

  /** Byte offset into the heap. @throws {DisposedError} after `free`. */
  get address(): number {
    const { address } = this.#allocation;
    if (address === 0) throw new DisposedError('this memory has been freed: its layer, model or stream was disposed');
    return address;
  }

  /** Whether `free` was called. */
  get freed(): boolean {
    return this.#allocation.address === 0;
  }

  /** Size in bytes. */
  get bytes(): number {
    return this.#allocation.bytes;
  }

  /** Gives the memory back. A second call does nothing. */
  free(): void {
    forgotten.unregister(this);
    release(this.#allocation);
  }
}

/** Rounds up to a whole number of 16-byte units. */
export function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

/**
 * A bump allocator for one owner. A layout is made twice: first to measure (addresses mean nothing, but none is 0),
 * then, after `commit`, for good. Only `commit` allocates, and only when the layout is larger than any before it.
 */
export class Arena {
  #block: Block | null = null;
  #base = 0;
  #offset = 0;
  #scratch = 0;
  #scratchAddress = 0;
  /** Counts the moves of the block: what was laid out before a move has to be laid out again. */
  generation = 0;
  /** Whether addresses are real. */
  committed = false;
  readonly #purpose: string;

  /** @param purpose Named in the error message when memory runs out. */
  constructor(purpose: string) {
    this.#purpose = purpose;
  }

  /** Begins to measure a new layout. */
  measure(): void {
    this.committed = false;
    this.#base = ALIGNMENT;
    this.#offset = 0;
    this.#scratch = 0;
  }

  /** Makes room for what was measured and starts again from its beginning. */
  commit(): void {
    const bytes = this.size;
    if (this.#block === null || this.#block.bytes < bytes) {
      // The old block goes first: its contents are worth nothing, and the peak stays low.
      this.#block?.free();
      this.#block = null;
      this.generation += 1;
      this.#block = new Block(bytes, this.#purpose);
    }
    this.#base = this.#block.address;
    this.#scratchAddress = this.#base + this.#offset;
    this.#offset = 0;
    this.committed = true;
  }

  /** Bytes of the layout measured so far. */
  get size(): number {
    return this.#offset + this.#scratch;
  }

  /** Room of its own, to the end of the layout. */
  take(bytes: number): number {
    const address = this.#base + this.#offset;
    this.#offset += aligned(bytes);
    return address;
  }

  /** Workspace for one kernel call, shared by all calls of the layout. */
  scratch(bytes: number): number {
    if (!this.committed) this.#scratch = Math.max(this.#scratch, aligned(bytes));
    return this.#scratchAddress;
  }

  /** Frees the block. The arena can be used again. */
  free(): void {
    this.#block?.free();
    this.#block = null;
    this.generation += 1;
  }
}
