import { Arena } from '../runtime/memory.js';
import { trapped } from '../runtime/module.js';
import type { Tensor } from '../runtime/tensor.js';
import { type Call, type CallContext, readSpan, type Span, sizeOf, takeSpan, writeMask, writeSpan } from './call.js';

/** What an eager application is given, all checked. */
export interface EagerInputs {
  input: Tensor;
  mask: Tensor | null;
  initialState: readonly Tensor[] | null;
  training: boolean;
}

/** A layer, as far as one application needs it. */
interface Applicable {
  owner: string;
  begin(input: Span, context: CallContext): Call;
}

/** Applies a layer once, in memory of its own that is freed at the end. */
export function evaluateEagerly(layer: Applicable, inputs: EagerInputs): Tensor[] {
  const arena = new Arena(`${layer.owner}: apply`);
  try {
    arena.measure();
    layOut(layer, arena, inputs);
    arena.commit();
    return layOut(layer, arena, inputs).outputs.map(readSpan);
  } catch (error) {
    throw trapped(error);
  } finally {
    arena.free();
  }
}

// Measured first; the second time the addresses are real, and the call is carried out.
function layOut(layer: Applicable, arena: Arena, { input, mask, initialState, training }: EagerInputs): Call {
  const span = takeSpan(arena, input.shape, null);
  if (mask !== null) span.mask = { address: arena.take(mask.data.length), shape: mask.shape };
  const states = initialState?.map((state) => takeSpan(arena, state.shape, null)) ?? null;
  const call = layer.begin(span, { arena, training, initialState: states });
  if (!arena.committed) return call;
  writeSpan(span, input);
  if (mask !== null && span.mask !== null) writeMask(span.mask, mask);
  states?.forEach((state, index) => {
    writeSpan(state, initialState?.[index] as Tensor);
  });
  if (sizeOf(input.shape) > 0) call.forward();
  return call;
}
