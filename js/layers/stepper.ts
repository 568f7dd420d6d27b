import { Arena } from '../runtime/memory.js';
import { kernels, trapped } from '../runtime/module.js';
import type { Layer } from './layer.js';
import { beginSteps, type Step, type StepContext } from './steps.js';

/** Layers one after the other, computed step by step for one row; holds the states. */
export class Stepper {
  /** Number of features of a step: 1 for token ids. */
  readonly features: number;
  /** Number of features of the result. */
  readonly width: number;
  readonly #arena: Arena;
  readonly #context: StepContext = { masked: false };
  readonly #input: number;
  readonly #steps: readonly Step[];

  constructor(layers: readonly Layer[], features: number, owner: string) {
    this.features = features;
    this.#arena = new Arena(`${owner}: stream`);
    this.#arena.measure();
    this.layOut(layers);
    this.#arena.commit();
    try {
      const { input, steps } = this.layOut(layers);
      this.#input = input;
      this.#steps = steps;
      this.width = steps.at(-1)?.width ?? features;
    } catch (error) {
      this.#arena.free();
      throw error;
    }
  }

  private layOut(layers: readonly Layer[]): { input: number; steps: Step[] } {
    const input = this.#arena.take(4 * this.features);
    const steps: Step[] = [];
    let width = this.features;
    for (const layer of layers) {
      for (const step of beginSteps(layer, width, this.#arena, this.#context)) {
        steps.push(step);
        width = step.width;
      }
    }
    return { input, steps };
  }

  /** One step: reads `features` numbers, writes `width` numbers to `out`. */
  step(features: ArrayLike<number>, out: Float32Array): void {
    const input = this.#input;
    const heap = kernels().HEAPF32;
    const start = input >> 2;
    // A plain loop: for short vectors faster than set().
    for (let index = 0, count = this.features; index < count; index += 1) {
      heap[start + index] = features[index] as number;
    }
    let address = input;
    this.#context.masked = false;
    const steps = this.#steps;
    try {
      for (let index = 0; index < steps.length; index += 1) {
        const step = steps[index] as Step;
        step.forward(address);
        address = step.output;
      }
    } catch (error) {
      throw trapped(error);
    }
    const after = kernels().HEAPF32;
    const from = address >> 2;
    for (let index = 0, count = this.width; index < count; index += 1) out[index] = after[from + index] as number;
  }

  /** Sets all states to zeros. */
  reset(): void {
    for (const step of this.#steps) step.reset();
  }

  /** Frees the states. */
  free(): void {
    this.#arena.free();
  }
}
