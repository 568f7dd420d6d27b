import { checkShape, elements, type Shape, show, showShape } from '../runtime/check.js';
import { ArgumentError, ShapeError } from '../runtime/errors.js';
import { Tensor, toTensor } from '../runtime/tensor.js';
import {
  Call,
  type CallContext,
  readMask,
  readNumbers,
  type Span,
  sizeOf,
  takeMask,
  takeSpan,
  writeMask,
  writeSpan,
} from './call.js';
import type { Layer } from './layer.js';
import { type Argument, single, symbolicMask } from './symbolic.js';

/** The tensors that a user's `call` gave. */
function toList(value: unknown, owner: string): Tensor[] {
  const flat = Array.isArray(value) ? value.flat(4) : [];
  const isList = flat.length > 0 && flat.every((each) => each instanceof Tensor);
  return (isList ? flat : [value]).map((each) => toTensor(each, `${owner}: what \`call\` returns`));
}

function zeros(owner: string, shape: readonly number[]): Tensor {
  return new Tensor(new Float32Array(elements(owner, 'inputs', shape)), shape);
}

function ones(shape: readonly number[]): Tensor {
  return new Tensor(new Float32Array(sizeOf(shape)).fill(1), shape);
}

// Room was taken for the mask that `computeMask` gave for zeros. No mask now: every step is used.
function checkMask(owner: string, { mask: room }: Span, mask: Tensor | null): void {
  if (mask === null || (room !== null && sameShape(mask.shape, room.shape))) return;
  const expected = room === null ? 'none' : `one of shape ${showShape(room.shape)}`;
  throw new ShapeError(
    `${owner}: \`computeMask\` returned a mask of shape ${showShape(mask.shape)}, for zeros ${expected}`,
  );
}

function masksOf(layer: Layer, inputs: readonly Tensor[], masks: readonly (Tensor | null)[]): (Tensor | null)[] {
  const made = layer.computeMask(single(inputs) as never, single(masks) as never) as unknown;
  return (Array.isArray(made) ? made : [made]).map((mask) => {
    if (mask === null || mask === undefined) return null;
    if (mask instanceof Tensor) return mask;
    throw new ArgumentError(
      `${layer.owner}: \`computeMask\` must return a Tensor or null, or a list of those, received ${show(made)}`,
    );
  });
}

// A mask says something of the first axes of its output; a last axis of 1 is one too many, as in Keras.
function checkFit(owner: string, mask: Tensor, shape: readonly number[]): void {
  const last = mask.shape.length - 1;
  const fits = mask.shape.every((size, axis) => size === shape[axis] || (axis === last && axis > 1 && size === 1));
  if (fits && last >= 0) return;
  throw new ShapeError(
    `${owner}: \`computeMask\` returned a mask of shape ${showShape(mask.shape)} for an output of shape ${showShape(shape)}`,
  );
}

function sameShape(a: readonly (number | null)[], b: readonly (number | null)[]): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

/** The application of a layer whose `call` is the user's own: numbers out of the module, and back. */
export class UserCall extends Call {
  readonly #layer: Layer;
  readonly #training: boolean;
  readonly #initialState: readonly Span[] | null;
  readonly #countsLosses: boolean;

  constructor(layer: Layer, inputs: readonly Span[], context: CallContext) {
    const { owner } = layer;
    const { arena } = context;
    const shapes = layer.outputShapes(inputs.map(({ shape }) => shape)) as (readonly number[])[];
    for (const shape of shapes) checkShape(owner, 'computeOutputShape', shape, false, true);
    // What masks there will be, and of what shapes.
    const masks = masksOf(
      layer,
      inputs.map(({ shape }) => zeros(owner, shape)),
      inputs.map(({ mask }) => (mask === null ? null : zeros(owner, mask.shape))),
    ).map((mask, index) => {
      if (mask === null) return null;
      checkFit(owner, mask, shapes[index] ?? []);
      return takeMask(arena, mask.shape);
    });
    super(
      inputs,
      shapes.map((shape, index) => takeSpan(arena, shape, masks[index] ?? null)),
    );
    this.#layer = layer;
    this.#training = context.training ?? false;
    this.#initialState = context.initialState;
    this.#countsLosses = context.losses !== null;
  }

  override forward(): void {
    const layer = this.#layer;
    const { owner } = layer;
    const masks = this.inputs.map(({ mask }) => (mask === null ? null : readMask(mask)));
    const inputs = this.inputs.map(readNumbers);
    const initialState = this.#initialState?.map(readNumbers);
    const options = { mask: single(masks), training: this.#training, ...(initialState && { initialState }) };
    const results = layer.withLosses(this.#countsLosses, () =>
      toList(layer.call(single(inputs) as never, options), owner),
    );
    if (results.length !== this.outputs.length) {
      throw new ArgumentError(
        `${owner}: \`call\` returned ${results.length} tensors, \`computeOutputShape\` says ${this.outputs.length}`,
      );
    }
    const outputMasks = masksOf(layer, inputs, masks);
    this.outputs.forEach((output, index) => {
      checkMask(owner, output, outputMasks[index] ?? null);
    });
    this.outputs.forEach((output, index) => {
      const result = results[index] as Tensor;
      if (!sameShape(result.shape, output.shape)) {
        throw new ShapeError(
          `${owner}: \`call\` returned shape ${showShape(result.shape)}, \`computeOutputShape\` says ${showShape(output.shape)}`,
        );
      }
      writeSpan(output, result);
      const mask = outputMasks[index] ?? null;
      if (output.mask !== null) writeMask(output.mask, mask ?? ones(output.mask.shape));
    });
  }
}

// What varies between two tries becomes null.
function common(first: readonly number[], second: readonly number[] | undefined): Shape {
  return first.map((size, axis) => (size === second?.[axis] ? size : null));
}

function zerosLike(owner: string, shape: Shape, size: number): Tensor {
  return zeros(
    owner,
    shape.map((each) => each ?? size),
  );
}

/** The output shapes of a layer whose `call` alone knows them: it is tried on zeros of two sizes. */
export function inferOutputShapes(layer: Layer, shapes: readonly Shape[]): Shape[] {
  const { owner } = layer;
  const attempt = (size: number): (readonly number[])[] => {
    const inputs = shapes.map((shape) => zerosLike(owner, shape, size));
    return layer.withLosses(false, () =>
      toList(layer.call(single(inputs) as never, { mask: single(inputs.map(() => null)), training: false }), owner).map(
        ({ shape }) => shape,
      ),
    );
  };
  const first = attempt(2);
  if (!shapes.some((shape) => shape.includes(null))) return first;
  const second = attempt(3);
  return first.map((shape, index) => common(shape, second[index]));
}

/** The masks in a graph of a layer whose `computeMask` is the user's: it is tried on zeros of two sizes too. */
export function inferMasks(
  layer: Layer,
  inputs: readonly Argument[],
  masks: readonly (Argument | null)[],
): (Argument | null)[] {
  const { owner } = layer;
  const attempt = (size: number) => {
    const given = masks.map((mask) => (mask === null ? null : zerosLike(owner, mask.shape, size)));
    const made = masksOf(
      layer,
      inputs.map(({ shape }) => zerosLike(owner, shape, size)),
      given,
    );
    return { given, made };
  };
  const first = attempt(2);
  const second = attempt(3);
  return first.made.map((mask, index) => {
    if (mask === null) return null;
    const handedOn = first.given.indexOf(mask);
    return handedOn >= 0 ? (masks[handedOn] ?? null) : symbolicMask(common(mask.shape, second.made[index]?.shape));
  });
}
