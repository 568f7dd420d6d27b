// What crosses between page and worker is cloned as structured data; here is what that would lose or refuse.
import { show } from '../runtime/check.js';
import { ArgumentError, UnsupportedError } from '../runtime/errors.js';
import { Tensor } from '../runtime/tensor.js';
import { type BatchIterable, isBatchIterable } from '../training/data.js';

/** Marks what is no plain data: a tensor, or an iterable of batches that stays where it is. */
const TENSOR = '#tensor';
const BATCHES = '#batches';

/** Makes values ready to be sent. */
export class Packer {
  /** The memory of the tensors and arrays, to be handed over instead of copied. */
  readonly transfer: ArrayBuffer[] = [];
  /** The iterables found: what is sent is their number. */
  readonly iterables: BatchIterable[] = [];
  readonly #owner: string;
  readonly #gives: boolean;

  /** @param gives Whether typed arrays are given away; otherwise they are copied. */
  constructor(owner: string, gives: boolean) {
    this.#owner = owner;
    this.#gives = gives;
  }

  /** @param path Where the value stands, for the message. @throws {UnsupportedError} for a function, naming it. */
  pack(value: unknown, path: string): unknown {
    if (typeof value === 'function' && !('getConfig' in value)) {
      throw new UnsupportedError(`${this.#owner}: \`${path}\` is a function, and functions cannot be sent to a worker`);
    }
    if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return value;
    if (ArrayBuffer.isView(value)) return this.#view(value);
    if (value instanceof Tensor) {
      return { [TENSOR]: { data: this.#view(value.data), shape: value.shape, mask: this.pack(value.mask, path) } };
    }
    if (Array.isArray(value)) {
      return isNumbers(value) ? value : value.map((each, index) => this.pack(each, `${path}[${index}]`));
    }
    if (isBatchIterable(value)) return { [BATCHES]: this.iterables.push(value) - 1 };
    return this.#object(value, path);
  }

  // Structured cloning would copy all of the memory that a part is seen of.
  #view(view: ArrayBufferView): ArrayBufferView {
    const { buffer } = view;
    const isWhole = view.byteLength === buffer.byteLength;
    if (this.#gives && isWhole && !this.transfer.includes(buffer as ArrayBuffer)) {
      this.transfer.push(buffer as ArrayBuffer);
    }
    return isWhole || !('slice' in view) ? view : (view as Float32Array).slice();
  }

  #object(value: object, path: string): unknown {
    if ('getConfig' in value && 'className' in value) {
      const member = value as {
        className: string;
        getConfig(): object;
        rawIterations?: number;
        excluded?: object | null;
      };
      if (member.rawIterations) {
        throw new UnsupportedError(
          `${this.#owner}: \`${path}\` is an optimizer that has trained already: make a new one`,
        );
      }
      if (member.excluded) {
        throw new UnsupportedError(
          `${this.#owner}: \`${path}\` leaves weights out of weight decay: compile the model with it before it is sent`,
        );
      }
      const config = refusing(this.#owner, () => member.getConfig());
      return { class_name: member.className, config: this.pack(config, `${path}.config`) };
    }
    const prototype = Object.getPrototypeOf(value) as object | null;
    // Plain objects of any realm have a prototype without one.
    if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
      throw new UnsupportedError(`${this.#owner}: \`${path}\`: ${show(value)} cannot be sent to a worker`);
    }
    const within = path === '' ? '' : `${path}.`;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, this.pack(each, within + key)]));
  }
}

/** Writes a configuration: one that cannot be written, because of a function, cannot be sent. */
export function refusing<T>(owner: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    if (error instanceof ArgumentError) throw new UnsupportedError(`${owner}: ${error.message}`, { cause: error });
    throw error;
  }
}

/** Whether arrays hold numbers, as far as their first ones tell: there may be many. */
function isNumbers(value: readonly unknown[]): boolean {
  const [first] = value;
  if (!Array.isArray(first)) return first === undefined || typeof first === 'number';
  return value.every((each) => Array.isArray(each) && isNumbers(each));
}

/** Undoes the packing. @param open Gives the iterable of a number. */
export function unpack(value: unknown, open?: (index: number) => AsyncIterable<unknown>): unknown {
  if (value === null || typeof value !== 'object' || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) return isNumbers(value) ? value : value.map((each) => unpack(each, open));
  const { [TENSOR]: tensor, [BATCHES]: batches } = value as { [TENSOR]?: Tensor; [BATCHES]?: number };
  if (tensor !== undefined) return new Tensor(tensor.data, tensor.shape, unpack(tensor.mask) as Tensor | null);
  if (batches !== undefined && open !== undefined) return open(batches);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, unpack(each, open)]));
}
