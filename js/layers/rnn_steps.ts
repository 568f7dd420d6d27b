import { kernels } from '../runtime/module.js';
import { Tensor } from '../runtime/tensor.js';
import type { Backward, Gradients } from './backward.js';
import {
  Call,
  type CallContext,
  type Inspection,
  NO_GRADIENTS,
  readNumbers,
  type Span,
  sizeOf,
  takeSpan,
  writeSpan,
} from './call.js';
import { type CellRun, checkBackward, runCell } from './cell_run.js';
import { initialStates, outputSizeOf, resetMasks } from './cells.js';
import type { RNN } from './rnn.js';
import { StepsBack } from './rnn_steps_back.js';
import { copyStep, takeRows } from './rnn_steps_rows.js';

/** A recurrent layer with a cell of the user's own: its `call` is run for every step, on the whole batch. */
export class StepsCall extends Call {
  readonly #layer: RNN;
  readonly #context: CallContext;
  // Of the last forward pass, for the way back.
  #runs: CellRun[] = [];
  #shown: Inspection | null = null;

  constructor(layer: RNN, inputs: readonly Span[], context: CallContext) {
    const [input] = inputs as [Span];
    const [batch, steps] = input.shape as [number, number];
    const size = outputSizeOf(layer.cell);
    const { returnSequences, returnState } = layer;
    const shape = returnSequences ? [batch, steps, size] : [batch, size];
    const output = takeSpan(context.arena, shape, returnSequences ? input.mask : null);
    const states = returnState ? layer.flatSizes.map((each) => takeSpan(context.arena, [batch, each], null)) : [];
    super(inputs, [output, ...states]);
    this.#layer = layer;
    this.#context = context;
  }

  private firstStates(batch: number): Tensor[] {
    const given = this.#context.initialState;
    const layer = this.#layer;
    const states = given?.map(readNumbers) ?? layer.keptStates(batch) ?? initialStates(layer.owner, layer.cell, batch);
    return states.map(({ data, shape }) => new Tensor(data.slice(), shape));
  }

  override forward(): void {
    const { cell } = this.#layer;
    // New ones for this call, and none are left for a direct call of the cell.
    resetMasks(cell);
    try {
      this.run();
    } finally {
      resetMasks(cell);
    }
  }

  private run(): void {
    const layer = this.#layer;
    const { keeps, inspections, losses } = this.#context;
    const context = { owner: layer.owner, training: this.#context.training ?? false, losses };
    const [batch, steps, ...rest] = this.input.shape as [number, number, ...number[]];
    const sequence = readNumbers(this.input).data;
    const mask = this.maskBytes(batch * steps);
    const output = this.outputs[0] as Span;
    const size = output.shape.at(-1) as number;
    const all = new Float32Array(sizeOf(output.shape));
    const shown = inspections === null ? null : new Float32Array(batch * steps * (layer.flatSizes[0] as number));
    let held = new Float32Array(batch * size);
    let states = this.firstStates(batch);
    this.#runs = [];
    for (let step = 0; step < steps; step += 1) {
      const source = layer.goBackwards ? steps - 1 - step : step;
      const data = new Float32Array(batch * sizeOf(rest));
      copyStep(data, sequence, source, steps, batch, 'take');
      // A cell may write into what it is given; masked rows go on with the numbers from before.
      const given = mask === null ? states : states.map((state) => new Tensor(state.data.slice(), state.shape));
      const made = runCell(layer.cell, new Tensor(data, [batch, ...rest]), given, context);
      if (keeps) this.#runs.push(made);
      const uses = (sample: number): boolean => mask === null || mask[sample * steps + source] !== 0;
      const emitted = layer.zeroOutputForMask ? new Float32Array(batch * size) : held.slice();
      takeRows(emitted, made.output.data, uses, batch);
      states = states.map((state, index) => {
        const next = state.data.slice();
        takeRows(next, (made.states[index] as Tensor).data, uses, batch);
        return new Tensor(next, state.shape);
      });
      held = emitted;
      if (layer.returnSequences) copyStep(emitted, all, step, steps, batch, 'put');
      if (shown !== null) copyStep((states[0] as Tensor).data, shown, step, steps, batch, 'put');
    }
    writeSpan(output, new Tensor(layer.returnSequences ? all : held, output.shape));
    this.outputs.slice(1).forEach((span, index) => {
      writeSpan(span, states[index] as Tensor);
    });
    layer.keepStates(states);
    if (shown !== null) {
      this.#shown = {
        ...NO_GRADIENTS,
        layer,
        states: new Tensor(shown, [batch, steps, layer.flatSizes[0] as number]),
        inputContribution: null,
        recurrentContribution: null,
      };
      inspections?.push(this.#shown);
    }
  }

  private maskBytes(count: number): Uint8Array | null {
    const { mask } = this.input;
    return mask === null ? null : kernels().HEAPU8.slice(mask.address, mask.address + count);
  }

  override layOutBackward(gradients: Gradients): Backward | null {
    const layer = this.#layer;
    const initialState = this.#context.initialState ?? [];
    const isReached = this.outputs.some((output) => gradients.of(output) !== 0);
    const isWanted =
      [this.input, ...initialState].some((span) => gradients.wants(span)) || gradients.trains(layer.weights);
    if (!isReached || !isWanted) return null;
    checkBackward(layer.owner, layer.cell);
    const back = new StepsBack(layer, this.input, this.outputs, initialState, this.#context.truncate ?? 0, gradients);
    return () => {
      back.run(this.#runs, this.maskBytes(sizeOf(this.input.shape.slice(0, 2))), this.#shown);
      this.#runs = [];
    };
  }
}
