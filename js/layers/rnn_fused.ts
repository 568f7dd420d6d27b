import { kernels } from '../runtime/module.js';
import { Call, type CallContext, type MaskSpan, readNumbers, type Span, takeSpan } from './call.js';
import type { RNN } from './rnn.js';
import type { SimpleRNNCell } from './simple_rnn_cell.js';

const RETURN_SEQUENCES = 1;
const GO_BACKWARDS = 2;
const ZERO_OUTPUT_FOR_MASK = 4;
const MASK_BACKWARDS = 8;
const OUTPUTS_BACKWARDS = 16;
const HAS_INPUT_DROPOUT = 32;
const HAS_RECURRENT_DROPOUT = 64;

/** Where a wrapper wants the outputs to lie. */
export interface OutputPlace {
  /** Room of the wrapper's. */
  span: Span;
  /** Byte offset of the first output row in it. */
  offset: number;
  /** Numbers from one row to the next. */
  stride: number;
  /** Whether the step processed first is written last. */
  backwards: boolean;
}

/** One SimpleRNNCell over a whole batch of sequences: one kernel call. */
class CellCall {
  readonly cell: SimpleRNNCell;
  readonly options: number;
  readonly batch: number;
  readonly steps: number;
  readonly input: number;
  readonly mask: number;
  readonly output: number;
  readonly stride: number;
  readonly workspace: number;
  readonly inputDropout: number;
  readonly recurrentDropout: number;

  constructor(
    cell: SimpleRNNCell,
    input: Span,
    mask: MaskSpan | null,
    output: { address: number; stride: number },
    bits: number,
    context: CallContext,
  ) {
    const [batch, steps] = input.shape as [number, number];
    const { arena } = context;
    const training = context.training === true;
    this.cell = cell;
    this.batch = batch;
    this.steps = steps;
    this.input = input.address;
    this.mask = mask === null ? 0 : mask.address;
    this.output = output.address;
    this.stride = output.stride;
    const { features, units } = cell;
    this.inputDropout = training && cell.dropout > 0 ? arena.take(4 * batch * features) : 0;
    this.recurrentDropout = training && cell.recurrentDropout > 0 ? arena.take(4 * batch * units) : 0;
    this.options =
      bits |
      (training && cell.dropout > 0 ? HAS_INPUT_DROPOUT : 0) |
      (training && cell.recurrentDropout > 0 ? HAS_RECURRENT_DROPOUT : 0);
    this.workspace = arena.scratch(kernels().simpleRnnWorkspaceBytes(batch, steps, features, units, this.options));
    cell.packed();
  }

  /** New masks, constant over the steps: first the inputs', then the state's. */
  draw(): void {
    const { cell, batch } = this;
    const { seedGenerator } = cell;
    if (seedGenerator === null) return;
    if (this.inputDropout !== 0) seedGenerator.fillMask(this.inputDropout, batch * cell.features, cell.dropout);
    if (this.recurrentDropout !== 0) {
      seedGenerator.fillMask(this.recurrentDropout, batch * cell.units, cell.recurrentDropout);
    }
  }

  forward(initialState: number, finalState: number): void {
    const { cell } = this;
    kernels()._simple_rnn_forward(
      this.output,
      finalState,
      this.workspace,
      this.input,
      initialState,
      this.mask,
      this.inputDropout,
      this.recurrentDropout,
      cell.packed(),
      this.batch,
      this.steps,
      cell.features,
      cell.units,
      this.stride,
      cell.activationCode,
      this.options,
    );
  }
}

/** Shows states and contributions of one cell; to be run before the cell's own call. */
class CellInspection {
  readonly spans: readonly [Span, Span, Span];
  readonly #call: CellCall;
  readonly #workspace: number;

  constructor(call: CellCall, context: CallContext) {
    const { arena } = context;
    const shape = [call.batch, call.steps, call.cell.units];
    this.#call = call;
    this.spans = [takeSpan(arena, shape, null), takeSpan(arena, shape, null), takeSpan(arena, shape, null)];
    this.#workspace = arena.scratch(kernels().simpleRnnInspectWorkspaceBytes(call.batch, call.steps, call.cell.units));
  }

  forward(initialState: number): void {
    const { cell, batch, steps, input, mask, options } = this.#call;
    const [states, inputs, recurrent] = this.spans;
    kernels().simpleRnnInspect(
      states.address,
      inputs.address,
      recurrent.address,
      this.#workspace,
      input,
      initialState,
      mask,
      cell.packed(),
      batch,
      steps,
      cell.features,
      cell.units,
      cell.activationCode,
      options & (GO_BACKWARDS | MASK_BACKWARDS),
    );
  }
}

/** A recurrent layer whose cells are all SimpleRNNCells: one kernel call per cell, each over the whole sequence. */
export class FusedCall extends Call {
  readonly #layer: RNN;
  readonly #context: CallContext;
  readonly #calls: CellCall[] = [];
  readonly #inspections: CellInspection[] | null;
  readonly #initialState: readonly Span[] | null;

  constructor(layer: RNN, inputs: readonly Span[], context: CallContext, place: OutputPlace | null) {
    const [input] = inputs as [Span];
    const [batch, steps] = input.shape as [number, number];
    const { arena } = context;
    const cells = layer.fusedCells as readonly SimpleRNNCell[];
    const { returnSequences, goBackwards } = layer;
    const { units } = cells.at(-1) as SimpleRNNCell;
    const shape = returnSequences ? [batch, steps, units] : [batch, units];
    const output = place?.span ?? takeSpan(arena, shape, returnSequences ? input.mask : null);
    const states = layer.returnState ? cells.map((cell) => takeSpan(arena, [batch, cell.units], null)) : [];
    super(inputs, [output, ...states]);
    this.#layer = layer;
    this.#context = context;
    this.#initialState = context.initialState;
    let sequence = input;
    cells.forEach((cell, index) => {
      const last = index === cells.length - 1;
      const first = index === 0;
      let bits = !goBackwards ? 0 : first ? GO_BACKWARDS : MASK_BACKWARDS;
      if (!last || returnSequences) bits |= RETURN_SEQUENCES;
      if (last && layer.zeroOutputForMask) bits |= ZERO_OUTPUT_FOR_MASK;
      if (last && place?.backwards && returnSequences) bits |= OUTPUTS_BACKWARDS;
      const own = last ? output : takeSpan(arena, [batch, steps, cell.units], null);
      const target = last && place !== null ? { address: output.address + place.offset, stride: place.stride } : null;
      const { address } = own;
      this.#calls.push(
        new CellCall(cell, sequence, input.mask, target ?? { address, stride: cell.units }, bits, context),
      );
      sequence = own;
    });
    this.#inspections =
      context.inspections === null ? null : this.#calls.map((call) => new CellInspection(call, context));
  }

  override forward(): void {
    const layer = this.#layer;
    const calls = this.#calls;
    for (let index = 0; index < calls.length; index += 1) {
      const call = calls[index] as CellCall;
      const kept = layer.stateful ? layer.stateAddress(call.batch, index) : 0;
      const given = this.#initialState === null ? 0 : (this.#initialState[index] as Span).address;
      const initial = given !== 0 ? given : kept;
      const returned = layer.returnState ? (this.outputs[1 + index] as Span).address : 0;
      call.draw();
      this.#inspections?.[index]?.forward(initial);
      call.forward(initial, kept !== 0 ? kept : returned);
      if (kept !== 0 && returned !== 0) {
        const start = kept / 4;
        kernels().HEAPF32.copyWithin(returned / 4, start, start + call.batch * call.cell.units);
      }
    }
    this.report();
  }

  private report(): void {
    this.#inspections?.forEach(({ spans }, index) => {
      const [states, inputContribution, recurrentContribution] = spans.map(readNumbers);
      this.#context.inspections?.push({
        layer: this.#calls.length === 1 ? this.#layer : (this.#calls[index] as CellCall).cell,
        states: states as never,
        inputContribution: inputContribution as never,
        recurrentContribution: recurrentContribution as never,
      });
    });
  }
}
