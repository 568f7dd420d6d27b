import { kernels } from '../runtime/module.js';
import type { Tensor } from '../runtime/tensor.js';
import type { Backward, Gradients } from './backward.js';
import { Call, type CallContext, type Span, takeSpan } from './call.js';
import { evaluateEagerly } from './eager.js';
import { evaluateGradients } from './eager_gradients.js';
import { layOutCell } from './rnn_fused.js';
import type { SimpleRNNCell } from './simple_rnn_cell.js';
import type { WeightGradients } from './users.js';

/** Factors of dropout, or null where nothing is dropped. */
export interface DropoutMasks {
  input: Tensor | null;
  recurrent: Tensor | null;
}

/** One step of a SimpleRNNCell: a sequence of length 1. */
class CellStep extends Call {
  readonly #cell: SimpleRNNCell;
  readonly #state: Span;
  readonly #workspace: number;
  readonly #masks: readonly [number, number];

  constructor(cell: SimpleRNNCell, inputs: readonly Span[], context: CallContext, has: readonly [boolean, boolean]) {
    const [batch] = (inputs[0] as Span).shape as [number];
    const { arena, initialState } = context;
    super(inputs, [takeSpan(arena, [batch, cell.units], null)]);
    this.#cell = cell;
    this.#state = (initialState as readonly Span[])[0] as Span;
    const [first, second] = inputs.slice(1);
    this.#masks = has[0] ? [first?.address ?? 0, second?.address ?? 0] : [0, first?.address ?? 0];
    this.#workspace = arena.scratch(kernels().simpleRnnWorkspaceBytes(batch, 1, cell.features, cell.units, 96));
    cell.packed();
  }

  override forward(): void {
    const cell = this.#cell;
    kernels()._simple_rnn_forward(
      (this.outputs[0] as Span).address,
      0,
      this.#workspace,
      this.input.address,
      this.#state.address,
      0,
      ...this.#masks,
      cell.packed(),
      this.input.shape[0] as number,
      1,
      cell.features,
      cell.units,
      cell.units,
      cell.activationCode,
      0,
    );
  }

  override layOutBackward(gradients: Gradients): Backward {
    const cell = this.#cell;
    const [output] = this.outputs as readonly [Span];
    const [inputDropout, recurrentDropout] = this.#masks;
    const step = {
      cell,
      batch: this.input.shape[0] as number,
      steps: 1,
      input: this.input.address,
      mask: 0,
      output: output.address,
      states: 0,
      stride: cell.units,
      inputDropout,
      recurrentDropout,
      options: 0,
    };
    const given = {
      dInputs: gradients.into(this.input),
      dInitialState: gradients.into(this.#state),
      dOutputs: gradients.of(output),
      dFinalState: 0,
      dStates: 0,
      initialState: this.#state.address,
    };
    return layOutCell(step, given, 0, gradients);
  }
}

function stepOf(cell: SimpleRNNCell, input: Tensor, state: Tensor, { input: first, recurrent }: DropoutMasks) {
  const inputs = [input, first, recurrent].filter((each) => each !== null);
  return {
    begin: (spans: readonly Span[], context: CallContext) =>
      new CellStep(cell, spans, context, [first !== null, recurrent !== null]),
    given: { inputs, masks: inputs.map(() => null), initialState: [state], training: false },
  };
}

/** The new state [batch, units] of a step, from numbers that were checked. */
export function stepCell(cell: SimpleRNNCell, input: Tensor, state: Tensor, masks: DropoutMasks): Tensor {
  const { begin, given } = stepOf(cell, input, state, masks);
  const [output] = evaluateEagerly(cell.owner, begin, { ...given, losses: null, inspections: null });
  return output as Tensor;
}

/** The way back through a step. @param dOutput Of the new state, [batch, units]. */
export function stepCellBack(
  cell: SimpleRNNCell,
  input: Tensor,
  state: Tensor,
  masks: DropoutMasks,
  dOutput: Float32Array,
): { inputs: Float32Array; state: Float32Array; weights: WeightGradients } {
  const { begin, given } = stepOf(cell, input, state, masks);
  const made = evaluateGradients(cell.owner, begin, {
    ...given,
    weights: cell.trainableWeights,
    truncate: 0,
    seed: () => dOutput,
    penalize: () => {},
  });
  return {
    inputs: (made.inputs[0] as Tensor).data,
    state: (made.states[0] as Tensor).data,
    weights: [...made.weights].map(([weight, { data }]) => [weight, data] as const),
  };
}
