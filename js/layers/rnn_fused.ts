import { kernels } from '../runtime/module.js';
import type { Tensor } from '../runtime/tensor.js';
import type { Weight } from '../runtime/weight.js';
import { type Backward, type Gradients, type GradientTarget, inReverse } from './backward.js';
import {
  Call,
  type CallContext,
  type Inspection,
  type MaskSpan,
  NO_GRADIENTS,
  readNumbers,
  type Span,
  takeSpan,
} from './call.js';
import type { Layer } from './layer.js';
import type { RNN } from './rnn.js';
import type { SimpleRNNCell } from './simple_rnn_cell.js';

const RETURN_SEQUENCES = 1;
const GO_BACKWARDS = 2;
const ZERO_OUTPUT_FOR_MASK = 4;
const MASK_BACKWARDS = 8;
const OUTPUTS_BACKWARDS = 16;
const HAS_INPUT_DROPOUT = 32;
const HAS_RECURRENT_DROPOUT = 64;
const ADD_GRADIENTS = 128;

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
  /** Room for the states of all steps, where the outputs do not keep them; 0 without a backward pass. */
  readonly states: number;
  readonly #keeps: boolean;

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
    this.#keeps = context.keeps === true;
    const isKept = this.#keeps && !(this.options & RETURN_SEQUENCES);
    this.states = isKept ? arena.take(4 * batch * steps * units) : 0;
    const room = isKept ? this.options | RETURN_SEQUENCES : this.options;
    this.workspace = arena.scratch(kernels().simpleRnnWorkspaceBytes(batch, steps, features, units, room));
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
    if (this.states !== 0) {
      kernels()._simple_rnn_train_forward(
        this.output,
        finalState,
        this.states,
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
      return;
    }
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

/** The way back through one cell: addresses, 0 for what is not wanted or not given. */
interface CellGradients {
  dInputs: GradientTarget | null;
  dInitialState: GradientTarget | null;
  dStates: number;
  dOutputs: number;
  dFinalState: number;
  initialState: number;
}

/** What of a cell's forward pass the way back goes by. */
type CellPass = Pick<
  CellCall,
  | 'cell'
  | 'batch'
  | 'steps'
  | 'input'
  | 'mask'
  | 'output'
  | 'states'
  | 'stride'
  | 'inputDropout'
  | 'recurrentDropout'
  | 'options'
>;

/** Lays out the way back through one cell. */
export function layOutCell(call: CellPass, given: CellGradients, truncate: number, gradients: Gradients): Backward {
  const { cell, batch, steps } = call;
  const { features, units } = cell;
  const [kernel, recurrent, bias] = cell.ownWeights as [Weight, Weight, Weight | undefined];
  const dKernel = gradients.weight(kernel);
  const dRecurrent = gradients.weight(recurrent);
  const dBias = bias === undefined ? 0 : gradients.weight(bias);
  const workspace = gradients.arena.scratch(kernels().simpleRnnBackwardWorkspaceBytes(batch, steps, features, units));
  const { dInputs, dInitialState, dStates, dOutputs, dFinalState, initialState } = given;
  void cell.backwardPacked.address;
  return () => {
    kernels()._simple_rnn_backward(
      dInputs?.address ?? 0,
      dInitialState?.address ?? 0,
      dKernel,
      dRecurrent,
      dBias,
      dStates,
      workspace,
      dOutputs,
      dFinalState,
      call.input,
      call.states !== 0 ? call.states : call.output,
      initialState,
      call.mask,
      call.inputDropout,
      call.recurrentDropout,
      cell.packed(),
      cell.backwardPacked.address,
      batch,
      steps,
      features,
      units,
      call.stride,
      truncate,
      cell.activationCode,
      call.options | ADD_GRADIENTS,
    );
    dInputs?.done();
    dInitialState?.done();
  };
}

/** Shows states and contributions of one cell; to be run before the cell's own call. */
class CellInspection {
  readonly spans: readonly [Span, Span, Span];
  readonly #call: CellCall;
  readonly #workspace: number;
  #shown: Inspection | null = null;

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

  /** What the forward pass shows. */
  report(layer: Layer): Inspection {
    const [states, inputContribution, recurrentContribution] = this.spans.map(readNumbers) as [Tensor, Tensor, Tensor];
    this.#shown = { ...NO_GRADIENTS, layer, states, inputContribution, recurrentContribution };
    return this.#shown;
  }

  /** Room for what the backward pass shows. `inputs` is where it writes the gradient of its input. */
  layOutBackward(gradients: Gradients, input: Span): { states: number; inputs: GradientTarget } {
    const { shape } = this.spans[0];
    const states = takeSpan(gradients.arena, shape, null);
    const into = gradients.into(input);
    const address = into?.address ?? takeSpan(gradients.arena, input.shape, null).address;
    const done = (): void => {
      if (this.#shown !== null) {
        this.#shown.stateGradient = readNumbers(states);
        this.#shown.inputGradient = readNumbers({ ...input, address });
      }
      into?.done();
    };
    return { states: states.address, inputs: { address, done } };
  }
}

/** A recurrent layer whose cells are all SimpleRNNCells: one kernel call per cell, each over the whole sequence. */
export class FusedCall extends Call {
  readonly #layer: RNN;
  readonly #context: CallContext;
  readonly #calls: CellCall[] = [];
  readonly #inspections: CellInspection[] | null;
  readonly #initialState: readonly Span[] | null;
  readonly #sequences: Span[] = [];
  readonly #place: OutputPlace | null;
  // Copies of the states that a stateful layer began with: the final ones overwrite them.
  readonly #began: readonly number[];

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
    this.#place = place;
    const copies = context.keeps === true && layer.stateful && context.initialState === null;
    this.#began = copies ? cells.map((cell) => arena.take(4 * batch * cell.units)) : [];
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
      this.#sequences.push(sequence);
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
      const began = this.#began[index];
      if (began !== undefined) {
        kernels().HEAPF32.copyWithin(began / 4, kept / 4, kept / 4 + call.batch * call.cell.units);
      }
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

  override layOutBackward(gradients: Gradients): Backward | null {
    const passes: (Backward | null)[] = [];
    for (let index = this.#calls.length - 1; index >= 0; index -= 1) {
      passes.push(this.layOutCell(index, gradients));
    }
    return inReverse(passes);
  }

  private layOutCell(index: number, gradients: Gradients): Backward | null {
    const call = this.#calls[index] as CellCall;
    const isLast = index === this.#calls.length - 1;
    const output = isLast ? (this.outputs[0] as Span) : (this.#sequences[index + 1] as Span);
    const dOutputs = gradients.of(output);
    const returned = this.outputs[1 + index];
    const dFinalState = returned === undefined ? 0 : gradients.of(returned);
    if (dOutputs === 0 && dFinalState === 0) return null;
    const offset = isLast && this.#place !== null && dOutputs !== 0 ? this.#place.offset : 0;
    const state = this.#initialState?.[index] ?? null;
    const sequence = this.#sequences[index] as Span;
    const inspection = this.#inspections?.[index]?.layOutBackward(gradients, sequence) ?? null;
    const given = {
      dInputs: inspection?.inputs ?? gradients.into(sequence),
      dInitialState: state === null ? null : gradients.into(state),
      dStates: inspection?.states ?? 0,
      dOutputs: dOutputs + offset,
      dFinalState,
      initialState: state?.address ?? this.#began[index] ?? 0,
    };
    return layOutCell(call, given, this.#context.truncate ?? 0, gradients);
  }

  private report(): void {
    this.#inspections?.forEach((inspection, index) => {
      const layer = this.#calls.length === 1 ? this.#layer : (this.#calls[index] as CellCall).cell;
      this.#context.inspections?.push(inspection.report(layer));
    });
  }
}
