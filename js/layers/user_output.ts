import { elements, type Shape, show } from '../runtime/check.js';
import { ArgumentError } from '../runtime/errors.js';
import { Tensor, toTensor } from '../runtime/tensor.js';
import { sizeOf } from './call.js';
import type { Layer } from './layer.js';
import { type Argument, single, symbolicMask } from './symbolic.js';

/** What a user's `call` gave: tensors, and what it saved for `backward`. */
export function readOutput(value: unknown, owner: string): { outputs: Tensor[]; saved: unknown } {
  const isPair = value !== null && typeof value === 'object' && 'output' in value;
  const { output, saved } = isPair
    ? (value as { output: unknown; saved?: unknown })
    : { output: value, saved: undefined };
  const flat = Array.isArray(output) ? output.flat(4) : [];
  const isList = flat.length > 0 && flat.every((each) => each instanceof Tensor);
  const outputs = (isList ? flat : [output]).map((each) => toTensor(each, `${owner}: what \`call\` returns`));
  return { outputs, saved };
}

/** Zeros of a shape. @throws {ShapeError} if they are too many. */
export function zeros(owner: string, shape: readonly number[]): Tensor {
  return new Tensor(new Float32Array(elements(owner, 'inputs', shape)), shape);
}

/** Ones of a shape. */
export function ones(shape: readonly number[]): Tensor {
  return new Tensor(new Float32Array(sizeOf(shape)).fill(1), shape);
}

/** The masks that `computeMask` gives, one by one. @throws {ArgumentError} if they are none. */
export function masksOf(layer: Layer, inputs: readonly Tensor[], masks: readonly (Tensor | null)[]): (Tensor | null)[] {
  const made = layer.computeMask(single(inputs) as never, single(masks) as never) as unknown;
  return (Array.isArray(made) ? made : [made]).map((mask) => {
    if (mask === null || mask === undefined) return null;
    if (mask instanceof Tensor) return mask;
    throw new ArgumentError(
      `${layer.owner}: \`computeMask\` must return a Tensor or null, or a list of those, received ${show(made)}`,
    );
  });
}

/** Whether two shapes are one. */
export function sameShape(a: readonly (number | null)[], b: readonly (number | null)[]): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
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
    const options = { mask: single(inputs.map(() => null)), training: false };
    const { made } = layer.withLosses(null, inputs, () =>
      readOutput(layer.call(single(inputs) as never, options), owner),
    );
    return made.outputs.map(({ shape }) => shape);
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
