import { kernels } from '../runtime/module.js';
import type { Tensor } from '../runtime/tensor.js';
import { Call, type CallContext, type Span, takeSpan } from './call.js';
import { evaluateEagerly } from './eager.js';
import type { SimpleRNNCell } from './simple_rnn_cell.js';

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
}

/** The new state [batch, units] of a step, from numbers that were checked. */
export function stepCell(
  cell: SimpleRNNCell,
  input: Tensor,
  state: Tensor,
  { input: first, recurrent }: DropoutMasks,
): Tensor {
  const inputs = [input, first, recurrent].filter((each) => each !== null);
  const [output] = evaluateEagerly(
    cell.owner,
    (spans, context) => new CellStep(cell, spans, context, [first !== null, recurrent !== null]),
    {
      inputs,
      masks: inputs.map(() => null),
      initialState: [state],
      training: false,
      losses: null,
      inspections: null,
    },
  );
  return output as Tensor;
}
