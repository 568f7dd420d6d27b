import { checkShape, showShape } from '../runtime/check.js';
import { ArgumentError, ShapeError, UnsupportedError } from '../runtime/errors.js';
import type { Tensor } from '../runtime/tensor.js';
import type { Backward, Gradients } from './backward.js';
import {
  Call,
  type CallContext,
  readMask,
  readNumbers,
  type Span,
  takeMask,
  takeSpan,
  writeMask,
  writeSpan,
} from './call.js';
import type { Layer } from './layer.js';
import { isTensorList, single } from './symbolic.js';
import { masksOf, ones, readOutput, sameShape, zeros } from './user_output.js';
import {
  addToWeights,
  hasBackward,
  type Numbers,
  plus,
  put,
  readAt,
  readGradients,
  readResult,
  readWeightGradients,
} from './users.js';

// Room was taken for the mask that `computeMask` gave for zeros. No mask now: every step is used.
function checkMask(owner: string, { mask: room }: Span, mask: Tensor | null): void {
  if (mask === null || (room !== null && sameShape(mask.shape, room.shape))) return;
  const expected = room === null ? 'none' : `one of shape ${showShape(room.shape)}`;
  throw new ShapeError(
    `${owner}: \`computeMask\` returned a mask of shape ${showShape(mask.shape)}, for zeros ${expected}`,
  );
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

/**
 * The application of a layer whose `call` or `computeMask` is the user's own: numbers out of the module, and back.
 */
export class UserCall extends Call {
  readonly #layer: Layer;
  readonly #context: CallContext;
  readonly #own: Call | null;
  // Of the last forward pass, for the way back.
  #saved: unknown;
  #lossGradients: Numbers[] = [];

  /** @param own The layer's own call, if the masks alone are the user's. */
  constructor(layer: Layer, inputs: readonly Span[], context: CallContext, own: Call | null) {
    const { owner } = layer;
    const { arena } = context;
    const shapes =
      own?.outputs.map(({ shape }) => shape) ??
      (layer.outputShapes(inputs.map(({ shape }) => shape)) as (readonly number[])[]);
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
      shapes.map((shape, index) => {
        const mask = masks[index] ?? null;
        return own === null ? takeSpan(arena, shape, mask) : { ...(own.outputs[index] as Span), mask };
      }),
    );
    this.#layer = layer;
    this.#context = context;
    this.#own = own;
  }

  override producer(span: Span): Call | null {
    return this.#own === null ? super.producer(span) : this.#own.producer(span);
  }

  override forward(): void {
    const layer = this.#layer;
    const { owner } = layer;
    const masks = this.inputs.map(({ mask }) => (mask === null ? null : readMask(mask)));
    const inputs = this.inputs.map(readNumbers);
    const results = this.#own === null ? this.run(inputs, masks) : null;
    this.#own?.forward();
    const outputMasks = masksOf(layer, inputs, masks);
    this.outputs.forEach((output, index) => {
      checkMask(owner, output, outputMasks[index] ?? null);
    });
    this.outputs.forEach((output, index) => {
      if (results !== null) writeSpan(output, results[index] as Tensor);
      const mask = outputMasks[index] ?? null;
      if (output.mask !== null) writeMask(output.mask, mask ?? ones(output.mask.shape));
    });
  }

  // Calls the user's `call`.
  private run(inputs: readonly Tensor[], masks: readonly (Tensor | null)[]): readonly Tensor[] {
    const layer = this.#layer;
    const { owner } = layer;
    const { training, losses } = this.#context;
    const initialState = this.#context.initialState?.map(readNumbers);
    const options = { mask: single(masks), training: training ?? false, ...(initialState && { initialState }) };
    const given = [...inputs, ...(initialState ?? [])];
    const { made, gradients } = layer.withLosses(losses, given, () => {
      const read = readOutput(layer.call(single(inputs) as never, options), owner);
      this.checkOutputs(read.outputs);
      return read;
    });
    this.#lossGradients = gradients;
    this.#saved = this.#context.keeps ? made.saved : undefined;
    return made.outputs;
  }

  private checkOutputs(outputs: readonly Tensor[]): void {
    const { owner } = this.#layer;
    if (outputs.length !== this.outputs.length) {
      throw new ArgumentError(
        `${owner}: \`call\` returned ${outputs.length} tensors, \`computeOutputShape\` says ${this.outputs.length}`,
      );
    }
    outputs.forEach(({ shape }, index) => {
      const expected = (this.outputs[index] as Span).shape;
      if (sameShape(shape, expected)) return;
      throw new ShapeError(
        `${owner}: \`call\` returned shape ${showShape(shape)}, \`computeOutputShape\` says ${showShape(expected)}`,
      );
    });
  }

  override layOutBackward(gradients: Gradients): Backward | null {
    if (this.#own !== null) return this.#own.layOutBackward(gradients);
    const layer = this.#layer;
    const states = this.#context.initialState ?? [];
    const dOutputs = this.outputs.map((output) => gradients.of(output));
    const isReached = dOutputs.some((address) => address !== 0);
    const isWanted = [...this.inputs, ...states].some((span) => gradients.wants(span));
    const trains = gradients.trains(layer.weights);
    if (!isWanted && !(isReached && trains)) return null;
    if (isReached && !hasBackward(layer)) {
      throw new UnsupportedError(`${layer.owner} cannot be trained: it has no \`backward\` beside its \`call\``);
    }
    const given = [...this.inputs, ...states];
    const targets = given.map((span) => gradients.into(span));
    return () => {
      const made = isReached ? this.callBackward(dOutputs, gradients) : [];
      given.forEach((span, index) => {
        const numbers = plus(made[index] ?? null, this.#lossGradients[index] ?? null, gradients.scale);
        put(targets[index] ?? null, span, numbers);
      });
    };
  }

  // Calls the user's `backward`: the gradients of inputs, then states; those of weights are added to what is there.
  private callBackward(dOutputs: readonly number[], gradients: Gradients): Numbers[] {
    const layer = this.#layer as Layer & { backward(dOutput: unknown, saved: unknown): unknown };
    const { owner } = layer;
    const dOutput = single(dOutputs.map((address, index) => readAt(address, (this.outputs[index] as Span).shape)));
    const { made } = layer.withLosses(null, [], () => layer.backward(dOutput, this.#saved));
    const { inputs, weights, initialState } = readResult(owner, made, ['inputs'], ['weights', 'initialState']);
    const shapes = this.inputs.map(({ shape }) => shape);
    const stateShapes = (this.#context.initialState ?? []).map(({ shape }) => shape);
    const read = [
      ...readGradients(owner, 'inputs', listOf(inputs, shapes.length), shapes),
      ...readGradients(owner, 'initialState', listOf(initialState, stateShapes.length), stateShapes),
    ];
    addToWeights(gradients, readWeightGradients(owner, weights, layer.weights));
    return read;
  }
}

// One gradient, or the list of several; null is zeros for all.
function listOf(given: unknown, count: number): readonly unknown[] {
  if (given === null || given === undefined) return new Array(count).fill(null);
  return Array.isArray(given) && (count !== 1 || isTensorList(given)) ? given : [given];
}
