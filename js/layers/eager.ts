import { Arena } from '../runtime/memory.js';
import { trapped } from '../runtime/module.js';
import type { Tensor } from '../runtime/tensor.js';
import {
  type Call,
  type CallContext,
  type Inspection,
  type LossSink,
  readSpan,
  type Span,
  takeMask,
  takeSpan,
  writeMask,
  writeSpan,
} from './call.js';

/** What an eager application is given, all checked. */
export interface EagerInputs {
  inputs: readonly Tensor[];
  /** One for each input. */
  masks: readonly (Tensor | null)[];
  initialState: readonly Tensor[] | null;
  /** Whether the masks were given with the call. */
  explicitMasks?: boolean;
  training: boolean | null;
  losses: LossSink | null;
  inspections: Inspection[] | null;
}

/** Lays out one application. */
type Begin = (inputs: readonly Span[], context: CallContext) => Call;

/** Applies a layer once, in memory of its own that is freed at the end. */
export function evaluateEagerly(owner: string, begin: Begin, given: EagerInputs): Tensor[] {
  const arena = new Arena(`${owner}: apply`);
  try {
    arena.measure();
    layOut(begin, arena, given);
    arena.commit();
    return layOut(begin, arena, given).outputs.map(readSpan);
  } catch (error) {
    throw trapped(error);
  } finally {
    arena.free();
  }
}

// Measured first; the second time the addresses are real, and the call is carried out.
function layOut(begin: Begin, arena: Arena, given: EagerInputs): Call {
  const { inputs, masks, initialState, explicitMasks = false, training, losses, inspections } = given;
  const spans = inputs.map((input, index) => {
    const mask = masks[index] ?? null;
    return takeSpan(arena, input.shape, mask === null ? null : takeMask(arena, mask.shape));
  });
  const states = initialState?.map((state) => takeSpan(arena, state.shape, null)) ?? null;
  const call = begin(spans, { arena, training, initialState: states, explicitMasks, losses, inspections });
  if (!arena.committed) return call;
  spans.forEach((span, index) => {
    writeSpan(span, inputs[index] as Tensor);
    if (span.mask !== null) writeMask(span.mask, masks[index] as Tensor);
  });
  states?.forEach((state, index) => {
    writeSpan(state, initialState?.[index] as Tensor);
  });
  if (inputs.every(({ data }) => data.length > 0)) call.forward();
  return call;
}
