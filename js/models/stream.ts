import { Embedding } from '../layers/embedding.js';
import type { Layer } from '../layers/layer.js';
import { Stepper } from '../layers/stepper.js';
import { type Shape, show, showShape } from '../runtime/check.js';
import { DISPOSE } from '../runtime/dispose.js';
import { ArgumentError, DisposedError, ShapeError, UnsupportedError } from '../runtime/errors.js';
import { checkNumberArray } from '../runtime/tensor.js';

/**
 * A model computed one time step at a time, for live data; the states are kept in between. Made by `model.stream()`.
 * It begins with zero states, whatever the model's own states are.
 */
export class Stream {
  readonly #owner: string;
  #stepper: Stepper | null;
  readonly #disposed: () => void;

  /** @internal */
  constructor(owner: string, layers: readonly Layer[], inputShape: Shape, disposed: () => void) {
    this.#owner = `${owner}: stream`;
    this.#disposed = disposed;
    const tokens = layers[0] instanceof Embedding;
    if (inputShape.length !== (tokens ? 2 : 3)) {
      throw new UnsupportedError(`${this.#owner}: input of shape ${showShape(inputShape)} has no steps to go through`);
    }
    this.#stepper = new Stepper(layers, tokens ? 1 : (inputShape[2] as number), owner);
  }

  /**
   * The model's output after one more step.
   * @param features The features of one step; one token id for a model that begins with an Embedding.
   * @param out Where to write the output; with it nothing is allocated. By default a new array.
   * @returns `out`, or the new array.
   * @throws {ShapeError} if a length does not fit, {ArgumentError} if it is no array of numbers,
   *   {DisposedError} after `dispose()` of the stream or the model.
   */
  step(features: ArrayLike<number>, out?: Float32Array): Float32Array {
    const stepper = this.#stepper;
    if (stepper === null) throw new DisposedError(`${this.#owner} was used after dispose()`);
    if (!(features instanceof Float32Array && features.length === stepper.features)) {
      this.checkFeatures(features, stepper.features);
    }
    if (out === undefined) {
      const made = new Float32Array(stepper.width);
      stepper.step(features, made);
      return made;
    }
    if (!(out instanceof Float32Array && out.length === stepper.width)) this.checkOut(out, stepper.width);
    stepper.step(features, out);
    return out;
  }

  private checkFeatures(features: unknown, count: number): void {
    const owner = `${this.#owner}.step: features`;
    if (Array.isArray(features)) {
      for (const value of features) {
        if (typeof value !== 'number') throw new ArgumentError(`${owner}: expected numbers, received ${show(value)}`);
      }
    } else {
      checkNumberArray(owner, features);
    }
    const { length } = features as ArrayLike<number>;
    if (length !== count) throw new ShapeError(`${owner}: expected ${count} numbers, received ${length}`);
  }

  private checkOut(out: unknown, width: number): void {
    const owner = `${this.#owner}.step: out`;
    const array = checkNumberArray(owner, out);
    if (Object.prototype.toString.call(array) !== '[object Float32Array]') {
      throw new ArgumentError(`${owner}: expected a Float32Array`);
    }
    if (array.length !== width)
      throw new ShapeError(`${owner}: expected a Float32Array of ${width}, received ${array.length}`);
  }

  /** Sets all states to zeros. @throws {DisposedError} after `dispose()`. */
  reset(): void {
    if (this.#stepper === null) throw new DisposedError(`${this.#owner} was used after dispose()`);
    this.#stepper.reset();
  }

  /** Frees the stream's memory. A second call does nothing. */
  dispose(): void {
    if (this.#stepper === null) return;
    this.#stepper.free();
    this.#stepper = null;
    this.#disposed();
  }

  /** The same as {@link dispose}, for `using`. */
  [DISPOSE](): void {
    this.dispose();
  }
}
