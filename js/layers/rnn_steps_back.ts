import { Tensor } from '../runtime/tensor.js';
import type { Weight } from '../runtime/weight.js';
import type { Gradients, GradientTarget } from './backward.js';
import { type Inspection, type Span, sizeOf } from './call.js';
import type { CellRun } from './cell_run.js';
import type { RNN } from './rnn.js';
import { copyStep, someRows } from './rnn_steps_rows.js';
import { addToWeights, put, readAt, sum } from './users.js';

/** The way back through the steps of a cell of the user's own. */
export class StepsBack {
  readonly #layer: RNN;
  readonly #input: Span;
  readonly #output: Span;
  readonly #dOutput: number;
  readonly #dStates: readonly number[];
  readonly #target: GradientTarget | null;
  readonly #initialState: readonly Span[];
  readonly #stateTargets: readonly (GradientTarget | null)[];
  readonly #truncate: number;
  readonly #gradients: Gradients;

  constructor(
    layer: RNN,
    input: Span,
    outputs: readonly Span[],
    initialState: readonly Span[],
    truncate: number,
    gradients: Gradients,
  ) {
    const [output, ...states] = outputs as readonly [Span, ...Span[]];
    this.#layer = layer;
    this.#input = input;
    this.#output = output;
    this.#dOutput = gradients.of(output);
    this.#dStates = layer.flatSizes.map((_, index) => (states[index] ? gradients.of(states[index]) : 0));
    this.#target = gradients.into(input);
    this.#initialState = initialState;
    this.#stateTargets = initialState.map((state) => gradients.into(state));
    this.#truncate = truncate;
    this.#gradients = gradients;
  }

  /** @param runs The steps, in processing order. */
  run(runs: readonly CellRun[], mask: Uint8Array | null, shown: Inspection | null): void {
    const { returnSequences, goBackwards, zeroOutputForMask, flatSizes } = this.#layer;
    const { scale } = this.#gradients;
    const [batch, steps] = this.#input.shape as [number, number];
    const size = this.#output.shape.at(-1) as number;
    const dOutput = this.#dOutput === 0 ? null : readAt(this.#dOutput, this.#output.shape).data;
    const dInput = new Float32Array(sizeOf(this.#input.shape));
    const dShown = new Float32Array(batch * steps * (flatSizes[0] as number));
    const weights = new Map<Weight, Float32Array>();
    const firstUsed = Array.from({ length: batch }, (_, sample) => {
      const row = mask === null ? [1] : [...mask.subarray(sample * steps, (sample + 1) * steps)];
      const first = (goBackwards ? row.reverse() : row).findIndex((used) => used !== 0);
      return first < 0 ? steps : first;
    });
    // Of the output that masked steps repeat, and of the states.
    let held: Float32Array = new Float32Array(batch * size);
    let states = flatSizes.map((each, index) => readAt(this.#dStates[index] as number, [batch, each]).data);
    for (let step = steps - 1; step >= 0; step -= 1) {
      const source = goBackwards ? steps - 1 - step : step;
      const run = runs[step] as CellRun;
      const emitted = held.slice();
      if (dOutput !== null && returnSequences) {
        const own = new Float32Array(batch * size);
        copyStep(own, dOutput, step, steps, batch, 'take');
        own.forEach((value, index) => {
          emitted[index] = (emitted[index] as number) + value;
        });
      } else if (dOutput !== null && step === steps - 1) emitted.set(dOutput);
      const uses = (sample: number): boolean => mask === null || mask[sample * steps + source] !== 0;
      // What the cell made, and what masked steps handed on: an output if there was one before, and the states.
      const repeats = (sample: number): boolean =>
        !zeroOutputForMask && !uses(sample) && step > (firstUsed[sample] as number);
      const repeated = someRows(emitted, repeats, batch);
      const handedOn = states.map((state) => someRows(state, (sample) => !uses(sample), batch));
      const made = run.back(
        someRows(emitted, uses, batch),
        states.map((state) => someRows(state, uses, batch)),
        scale,
      );
      if (shown !== null) {
        const first = sum(someRows(made.first, uses, batch), handedOn[0] as Float32Array);
        copyStep(run.isOutput ? sum(first, repeated) : first, dShown, step, steps, batch, 'put');
      }
      if (made.inputs !== null) copyStep(made.inputs, dInput, source, steps, batch, 'put');
      for (const [weight, data] of made.weights) weights.set(weight, sum(data, weights.get(weight) ?? null));
      const isCut = this.#truncate > 0 && step > 0 && step % this.#truncate === 0;
      held = isCut ? new Float32Array(batch * size) : repeated;
      states = handedOn.map((rows, index) =>
        isCut ? new Float32Array(rows.length) : sum(rows, made.states[index] ?? null),
      );
    }
    addToWeights(this.#gradients, [...weights]);
    put(this.#target, this.#input, dInput);
    this.#initialState.forEach((state, index) => {
      put(this.#stateTargets[index] ?? null, state, states[index] ?? null);
    });
    if (shown === null) return;
    shown.stateGradient = new Tensor(dShown, shown.states.shape);
    shown.inputGradient = new Tensor(dInput, this.#input.shape);
  }
}
