import { Block } from '../runtime/memory.js';
import type { Weight } from '../runtime/weight.js';

/** A copy of a layer's weights in the form that a kernel wants, made anew when one of them has changed. */
export class PackedWeights {
  readonly #owner: { readonly owner: string; readonly ownWeights: readonly Weight[]; alive(): void };
  readonly #bytes: () => number;
  readonly #pack: (address: number) => void;
  #block: Block | null = null;
  #version = -1;

  constructor(
    owner: { readonly owner: string; readonly ownWeights: readonly Weight[]; alive(): void },
    bytes: () => number,
    pack: (address: number) => void,
  ) {
    this.#owner = owner;
    this.#bytes = bytes;
    this.#pack = pack;
  }

  /** Byte offset into the heap. */
  get address(): number {
    let version = 0;
    for (const weight of this.#owner.ownWeights) version += weight.version;
    if (version !== this.#version) {
      this.#owner.alive();
      this.#block ??= new Block(this.#bytes(), `${this.#owner.owner}: packed weights`);
      this.#pack(this.#block.address);
      this.#version = version;
    }
    return (this.#block as Block).address;
  }

  /** Gives the memory up. */
  free(): void {
    this.#block?.free();
    this.#block = null;
    this.#version = -1;
  }
}
