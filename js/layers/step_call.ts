import type { Backward, Gradients } from './backward.js';
import { Call, type CallContext, readNumbers, type Span, takeSpan, writeSpan } from './call.js';
import { type CellRun, checkBackward, runCell } from './cell_run.js';
import { type Cell, flatSizes, outputSizeOf } from './cells.js';
import type { Layer } from './layer.js';
import { addToWeights, put, readAt } from './users.js';

/** One step of any cell by itself; its states are the initial states of the context. */
export class StepCall extends Call {
  readonly #cell: Layer & Cell;
  readonly #context: CallContext;
  readonly #states: readonly Span[];
  #run: CellRun | null = null;

  constructor(cell: Layer & Cell, inputs: readonly Span[], context: CallContext) {
    const [batch] = (inputs[0] as Span).shape as [number];
    const sizes = [outputSizeOf(cell), ...flatSizes(cell.stateSize)];
    super(
      inputs,
      sizes.map((size) => takeSpan(context.arena, [batch, size], null)),
    );
    this.#cell = cell;
    this.#context = context;
    this.#states = context.initialState ?? [];
  }

  override forward(): void {
    const { training, losses } = this.#context;
    const context = { owner: this.#cell.owner, training: training ?? false, losses };
    const run = runCell(this.#cell, readNumbers(this.input), this.#states.map(readNumbers), context);
    [run.output, ...run.states].forEach((tensor, index) => {
      writeSpan(this.outputs[index] as Span, tensor);
    });
    this.#run = run;
  }

  override layOutBackward(gradients: Gradients): Backward {
    checkBackward(this.#cell.owner, this.#cell);
    const given = this.outputs.map((output) => ({ address: gradients.of(output), shape: output.shape }));
    const target = gradients.into(this.input);
    const stateTargets = this.#states.map((state) => gradients.into(state));
    return () => {
      const [dOutput, ...dStates] = given.map(({ address, shape }) => readAt(address, shape).data);
      const made = (this.#run as CellRun).back(dOutput as Float32Array, dStates, gradients.scale);
      addToWeights(gradients, made.weights);
      put(target, this.input, made.inputs);
      this.#states.forEach((state, index) => {
        put(stateTargets[index] ?? null, state, made.states[index] ?? null);
      });
    };
  }
}
