import { Block } from './memory.js';
import { trapped } from './module.js';

/**
 * Runs `work` on module memory that is freed afterwards.
 * @param bytes Size; aligned to 16 bytes and not cleared.
 * @param purpose Named in the message when memory runs out.
 * @throws {OutOfMemoryError} before `work` if there is not so much memory.
 */
export function borrow<T>(bytes: number, purpose: string, work: (address: number) => T): T {
  const block = new Block(bytes, purpose);
  try {
    return work(block.address);
  } catch (error) {
    throw trapped(error);
  } finally {
    block.free();
  }
}
