import type { Arena } from '../runtime/memory.js';
import { kernels } from '../runtime/module.js';
import { Call, type CallContext, type Span, takeSpan } from './call.js';
import type { SimpleRNN } from './simple_rnn.js';

const RETURN_SEQUENCES = 1;
const GO_BACKWARDS = 2;
const ZERO_OUTPUT_FOR_MASK = 4;

/** The kernels' option bits of a layer. */
export function optionBits(layer: SimpleRNN): number {
  return (
    (layer.returnSequences ? RETURN_SEQUENCES : 0) |
    (layer.goBackwards ? GO_BACKWARDS : 0) |
    (layer.zeroOutputForMask ? ZERO_OUTPUT_FOR_MASK : 0)
  );
}

/** One SimpleRNN over a whole batch of sequences. */
export class SimpleRNNCall extends Call {
  readonly #layer: SimpleRNN;
  readonly #batch: number;
  readonly #steps: number;
  readonly #options: number;
  readonly #workspace: number;
  readonly #initialState: number;
  readonly #finalState: number;
  readonly #mask: number;

  constructor(layer: SimpleRNN, input: Span, context: CallContext) {
    const { arena, initialState } = context;
    const [batch, steps] = input.shape as [number, number, number];
    super(input, outputs(layer, input, arena));
    const { cell, units } = layer;
    this.#layer = layer;
    this.#batch = batch;
    this.#steps = steps;
    this.#options = optionBits(layer);
    this.#workspace = arena.scratch(
      kernels().simpleRnnWorkspaceBytes(batch, steps, cell.features, units, this.#options),
    );
    this.#initialState = initialState === null ? 0 : (initialState[0] as Span).address;
    this.#finalState = layer.returnState ? (this.outputs[1] as Span).address : 0;
    this.#mask = input.mask === null ? 0 : input.mask.address;
    cell.packed();
  }

  override forward(): void {
    const layer = this.#layer;
    const { cell } = layer;
    let initial = this.#initialState;
    let final = this.#finalState;
    const kept = layer.stateful ? layer.stateAddress(this.#batch) : 0;
    if (kept !== 0) {
      final = kept;
      if (initial === 0) initial = kept;
    }
    const module = kernels();
    module.simpleRnnForward(
      (this.outputs[0] as Span).address,
      final,
      this.#workspace,
      this.input.address,
      initial,
      this.#mask,
      0,
      0,
      cell.packed(),
      this.#batch,
      this.#steps,
      cell.features,
      cell.units,
      cell.units,
      cell.activationCode,
      this.#options,
    );
    if (kept !== 0 && this.#finalState !== 0) {
      const start = kept / 4;
      module.HEAPF32.copyWithin(this.#finalState / 4, start, start + this.#batch * cell.units);
    }
  }
}

function outputs(layer: SimpleRNN, input: Span, arena: Arena): Span[] {
  const [batch, steps] = input.shape as [number, number, number];
  const { units, returnSequences, returnState } = layer;
  const output = takeSpan(
    arena,
    returnSequences ? [batch, steps, units] : [batch, units],
    returnSequences ? input.mask : null,
  );
  return returnState ? [output, takeSpan(arena, [batch, units], null)] : [output];
}

/** A look into one SimpleRNN: states, input and recurrent contribution of every step. */
export class SimpleRNNInspection extends Call {
  readonly #layer: SimpleRNN;
  readonly #workspace: number;

  constructor(layer: SimpleRNN, input: Span, arena: Arena) {
    const [batch, steps] = input.shape as [number, number, number];
    const shape = [batch, steps, layer.units];
    super(input, [takeSpan(arena, shape, null), takeSpan(arena, shape, null), takeSpan(arena, shape, null)]);
    this.#layer = layer;
    this.#workspace = arena.scratch(kernels().simpleRnnInspectWorkspaceBytes(batch, steps, layer.units));
    layer.cell.packed();
  }

  override forward(): void {
    const layer = this.#layer;
    const { cell } = layer;
    const [states, inputContribution, recurrentContribution] = this.outputs as [Span, Span, Span];
    const [batch, steps] = this.input.shape as [number, number, number];
    kernels().simpleRnnInspect(
      states.address,
      inputContribution.address,
      recurrentContribution.address,
      this.#workspace,
      this.input.address,
      layer.stateful ? layer.stateAddress(batch) : 0,
      this.input.mask === null ? 0 : this.input.mask.address,
      cell.packed(),
      batch,
      steps,
      cell.features,
      cell.units,
      cell.activationCode,
      optionBits(layer),
    );
  }
}
