import { type Shape, show, showShape } from '../runtime/check.js';
import { ArgumentError } from '../runtime/errors.js';
import type { Arena } from '../runtime/memory.js';
import { kernels } from '../runtime/module.js';
import { Tensor, toTensor } from '../runtime/tensor.js';
import { type MaskSpan, type Span, sizeOf, takeMask } from './call.js';
import { Layer, type MaskResult } from './layer.js';
import type { InputShape, MaskArgument } from './layer_options.js';
import { isTensorList, SymbolicTensor, symbolicMask } from './symbolic.js';

/** A mask in numbers, 1 = use the step. */
export interface MaskNumbers {
  data: Uint8Array | Float32Array;
  shape: readonly number[];
}

/** What the layers have in common that make one tensor of a list. */
export abstract class Merge extends Layer {
  /** @internal Shape of the output. @throws {ShapeError} with Keras' text if the inputs do not go together. */
  protected abstract mergedShape(shapes: readonly Shape[]): Shape;

  /** @internal Shape of the output's mask, or null. @param masks Shapes of the inputs' masks, null for none. */
  abstract maskShape(shapes: readonly Shape[], masks: readonly (Shape | null)[]): Shape | null;

  /** @internal Fills the output's mask. @param shapes Shapes of the inputs. */
  abstract joinMasks(
    out: MaskNumbers,
    shapes: readonly (readonly number[])[],
    masks: readonly (MaskNumbers | null)[],
  ): void;

  /** @internal Keras' words. @param given What came instead of a list. */
  protected notAList(given: string): string {
    return `A merge layer should be called on a list of inputs. Received: input_shape=${given} (not a list of shapes)`;
  }

  protected override get takesList(): boolean {
    return true;
  }

  protected override listOf(inputs: unknown): readonly unknown[] {
    // Holes become undefined, and are looked at.
    if (Array.isArray(inputs)) return Array.from(inputs);
    const isTensor = inputs instanceof SymbolicTensor || (inputs instanceof Tensor && Array.isArray(inputs.shape));
    const given = isTensor ? showShape(inputs.shape) : show(inputs);
    throw new ArgumentError(`${this.owner}: inputs: ${this.notAList(given)}`);
  }

  override checkInputs(shapes: readonly Shape[]): void {
    if (shapes.length === 0) throw new ArgumentError(`${this.owner}: inputs: ${this.notAList('[]')}`);
    for (const shape of shapes) {
      if (shape.length < 1) throw this.incompatible(`expected min_ndim=1, found ndim=${shape.length}`, shape);
    }
    this.mergedShape(shapes);
  }

  override computeOutputShape(inputShape: InputShape): Shape {
    const shapes = this.readShapes(inputShape);
    this.checkInputs(shapes);
    return this.mergedShape(shapes);
  }

  override computeMask(inputs: unknown, mask: MaskArgument | readonly MaskArgument[] = null): MaskResult {
    if (mask === null) return null;
    const isOne = inputs instanceof Tensor || inputs instanceof SymbolicTensor;
    const list: readonly unknown[] = isOne ? [inputs] : this.listOf(inputs);
    const given: readonly unknown[] = isOne && !isTensorList(mask) ? [mask] : (mask as unknown[]);
    if (!Array.isArray(given)) {
      throw new ArgumentError(`${this.owner}: mask: \`mask\` should be a list. Received: mask=${show(mask)}`);
    }
    if (given.length !== list.length) {
      throw new ArgumentError(
        `${this.owner}: mask: The lists \`inputs\` and \`mask\` should have the same length. Received: inputs of length ` +
          `${list.length}, and mask of length ${given.length}`,
      );
    }
    const read = (each: unknown, argument: string): Tensor | SymbolicTensor =>
      each instanceof SymbolicTensor ? each : toTensor(each, `${this.owner}: ${argument}`, argument === 'mask');
    const shapes = list.map((each) => read(each, 'inputs').shape);
    const masks = Array.from(given, (each) => (each === null || each === undefined ? null : read(each, 'mask')));
    this.checkInputs(shapes);
    const shape = this.maskShape(
      shapes,
      masks.map((each) => each?.shape ?? null),
    );
    if (shape === null) return null;
    if ([...list, ...masks].some((each) => each instanceof SymbolicTensor)) return symbolicMask(shape);
    const sizes = shape as readonly number[];
    const merged = new Tensor(new Float32Array(sizeOf(sizes)), sizes);
    this.joinMasks(merged, shapes as (readonly number[])[], masks as (Tensor | null)[]);
    return merged;
  }
}

/** The mask of a merged output, in the module. */
export class MergedMask {
  readonly #layer: Merge;
  readonly #inputs: readonly Span[];
  /** Room for it; null where there is none. */
  readonly span: MaskSpan | null;

  constructor(layer: Merge, inputs: readonly Span[], arena: Arena) {
    this.#layer = layer;
    this.#inputs = inputs;
    const shape = layer.maskShape(
      inputs.map((input) => input.shape),
      inputs.map(({ mask }) => mask?.shape ?? null),
    );
    this.span = shape === null ? null : takeMask(arena, shape as readonly number[]);
  }

  /** Computes it anew. */
  forward(): void {
    if (this.span === null) return;
    const heap = kernels().HEAPU8;
    const read = ({ address, shape }: MaskSpan): MaskNumbers => ({
      data: heap.subarray(address, address + sizeOf(shape)),
      shape,
    });
    this.#layer.joinMasks(
      read(this.span),
      this.#inputs.map(({ shape }) => shape),
      this.#inputs.map(({ mask }) => (mask === null ? null : read(mask))),
    );
  }
}
