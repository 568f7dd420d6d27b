import { kernels } from '../runtime/module.js';
import type { Tensor } from '../runtime/tensor.js';
import {
  Call,
  type CallContext,
  SequenceCall,
  type Span,
  sizeOf,
  takeMask,
  takeSpan,
  writeMask,
  writeSpan,
} from './call.js';
import type { Layer } from './layer.js';
import { type Argument, type Node, SymbolicTensor } from './symbolic.js';

/** Where a step finds a tensor: a slot, or numbers given once for all. */
type Source = number | Tensor;
/** Where a step finds a mask: what travels with the tensor of a slot, or the numbers in a slot. */
type MaskSource = { slot: number; carried: boolean } | Tensor | null;

interface Step {
  layer: Layer;
  inputs: readonly Source[];
  /** Undefined: the masks that travel with the inputs. */
  masks: readonly MaskSource[] | undefined;
  initialState: readonly Source[] | null;
  training: boolean | null;
  /** Slot of the first output. */
  first: number;
}

/** The applications of a graph in order, with a numbered slot for every tensor. */
export class Plan {
  readonly #steps: Step[] = [];
  readonly #outputs: readonly number[];

  constructor(inputs: readonly SymbolicTensor[], outputs: readonly SymbolicTensor[], nodes: readonly Node[]) {
    const slots = new Map<SymbolicTensor, number>();
    for (const input of inputs) slots.set(input, slots.size);
    const slotOf = (tensor: SymbolicTensor): number => slots.get(tensor) as number;
    const source = (each: Argument): Source => (each instanceof SymbolicTensor ? slotOf(each) : each);
    const maskSource = (mask: Argument | null): MaskSource => {
      if (!(mask instanceof SymbolicTensor)) return mask;
      return { slot: slotOf(mask.carrier ?? mask), carried: mask.carrier !== null };
    };
    for (const { layer, args, options, outputs: made } of nodes) {
      if (args.length === 0) continue;
      const { mask, initialState, training } = options;
      this.#steps.push({
        layer,
        inputs: args.map(source),
        masks: mask === undefined ? undefined : args.map((_, index) => maskSource(mask?.[index] ?? null)),
        initialState: initialState?.map(source) ?? null,
        training: training ?? null,
        first: slots.size,
      });
      for (const output of made) slots.set(output, slots.size);
    }
    this.#outputs = outputs.map(slotOf);
  }

  /** The layers in order, if each is given exactly what the one before it made; null otherwise. */
  get chain(): readonly Layer[] | null {
    let slot = 0;
    for (const { inputs, masks, initialState, first } of this.#steps) {
      if (inputs.length !== 1 || inputs[0] !== slot || masks !== undefined || initialState !== null) return null;
      slot = first;
    }
    return this.#outputs.length === 1 && this.#outputs[0] === slot ? this.#steps.map(({ layer }) => layer) : null;
  }

  /** Lays all steps out. */
  begin(inputs: readonly Span[], context: CallContext): Call {
    const spans: Span[] = [...inputs];
    const calls: Call[] = [];
    const read = (source: Source): Span => {
      if (typeof source === 'number') return spans[source] as Span;
      const constant = new ConstantCall(source, context);
      calls.push(constant);
      return constant.outputs[0] as Span;
    };
    for (const step of this.#steps) {
      let given = step.inputs.map(read);
      if (step.masks !== undefined) {
        const { masks } = step;
        given = given.map((span, index) => ({ ...span, mask: readMask(masks[index] ?? null, spans, calls, context) }));
      }
      const call = step.layer.open(given, {
        ...context,
        training: context.training ?? step.training,
        initialState: step.initialState?.map(read) ?? null,
        explicitMasks: step.masks !== undefined,
      });
      calls.push(call);
      for (let index = 0; index < call.outputs.length; index += 1)
        spans[step.first + index] = call.outputs[index] as Span;
    }
    return new SequenceCall(
      inputs,
      this.#outputs.map((slot) => spans[slot] as Span),
      calls,
    );
  }
}

function readMask(source: MaskSource, spans: readonly Span[], calls: Call[], context: CallContext): Span['mask'] {
  if (source === null) return null;
  const isSlot = 'slot' in source;
  if (isSlot && source.carried) return (spans[source.slot] as Span).mask;
  const call = isSlot ? new MaskCall(spans[source.slot] as Span, context) : new ConstantMaskCall(source, context);
  calls.push(call);
  return (call.outputs[0] as Span).mask;
}

/** Numbers that are part of the graph. */
class ConstantCall extends Call {
  readonly #tensor: Tensor;

  constructor(tensor: Tensor, { arena }: CallContext) {
    super([], [takeSpan(arena, tensor.shape, null)]);
    this.#tensor = tensor;
  }

  override forward(): void {
    writeSpan(this.outputs[0] as Span, this.#tensor);
  }

  override layOutBackward(): null {
    return null;
  }
}

/** A mask that is part of the graph. */
class ConstantMaskCall extends Call {
  readonly #tensor: Tensor;

  constructor(tensor: Tensor, { arena }: CallContext) {
    super([], [{ address: 0, shape: [], mask: takeMask(arena, tensor.shape) }]);
    this.#tensor = tensor;
  }

  override forward(): void {
    writeMask((this.outputs[0] as Span).mask as NonNullable<Span['mask']>, this.#tensor);
  }

  override layOutBackward(): null {
    return null;
  }
}

/** A mask made of numbers that the graph computes or is given: what is not 0 is used. */
class MaskCall extends Call {
  constructor(values: Span, { arena }: CallContext) {
    super([values], [{ address: 0, shape: [], mask: takeMask(arena, values.shape) }]);
  }

  override forward(): void {
    const { HEAPF32, HEAPU8 } = kernels();
    const { address, shape } = this.input;
    const to = ((this.outputs[0] as Span).mask as NonNullable<Span['mask']>).address;
    const from = address / 4;
    for (let index = 0, count = sizeOf(shape); index < count; index += 1) {
      HEAPU8[to + index] = HEAPF32[from + index] !== 0 ? 1 : 0;
    }
  }

  override layOutBackward(): null {
    return null;
  }
}
