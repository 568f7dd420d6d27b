import { showShape } from '../runtime/check.js';
import { ShapeError } from '../runtime/errors.js';
import { kernels } from '../runtime/module.js';
import { Tensor } from '../runtime/tensor.js';
import { Call, type CallContext, readNumbers, type Span, sizeOf, takeSpan, writeSpan } from './call.js';
import { initialStates, nestStates, outputSizeOf, readStep, resetMasks } from './cells.js';
import type { RNN } from './rnn.js';

// Rows of `to` become those of `from` where the mask says so.
function takeRows(to: Float32Array, from: Float32Array, uses: (sample: number) => boolean, batch: number): void {
  const width = to.length / batch;
  for (let sample = 0; sample < batch; sample += 1) {
    if (uses(sample)) to.set(from.subarray(sample * width, (sample + 1) * width), sample * width);
  }
}

/** A recurrent layer with a cell of the user's own: its `call` is run for every step, on the whole batch. */
export class StepsCall extends Call {
  readonly #layer: RNN;
  readonly #context: CallContext;
  readonly #training: boolean;

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
    this.#training = context.training ?? false;
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
    const [batch, steps, ...rest] = this.input.shape as [number, number, ...number[]];
    const width = sizeOf(rest);
    const sequence = readNumbers(this.input).data;
    const mask = this.maskBytes(batch * steps);
    const output = this.outputs[0] as Span;
    const size = output.shape.at(-1) as number;
    const all = new Float32Array(sizeOf(output.shape));
    const shown =
      this.#context.inspections === null ? null : new Float32Array(batch * steps * (layer.flatSizes[0] as number));
    let held = new Float32Array(batch * size);
    let states = this.firstStates(batch);
    for (let step = 0; step < steps; step += 1) {
      const source = layer.goBackwards ? steps - 1 - step : step;
      const data = new Float32Array(batch * width);
      for (let sample = 0; sample < batch; sample += 1) {
        const start = (sample * steps + source) * width;
        data.set(sequence.subarray(start, start + width), sample * width);
      }
      // A cell may write into what it is given; masked rows go on with the numbers from before.
      const given = mask === null ? states : states.map((state) => new Tensor(state.data.slice(), state.shape));
      const made = this.step(new Tensor(data, [batch, ...rest]), given, [batch, size]);
      const uses = (sample: number): boolean => mask === null || mask[sample * steps + source] !== 0;
      const emitted = layer.zeroOutputForMask ? new Float32Array(batch * size) : held.slice();
      takeRows(emitted, made.output.data, uses, batch);
      states = states.map((state, index) => {
        const next = state.data.slice();
        takeRows(next, (made.states[index] as Tensor).data, uses, batch);
        return new Tensor(next, state.shape);
      });
      held = emitted;
      if (layer.returnSequences) placeStep(all, emitted, step, steps, batch);
      if (shown !== null) placeStep(shown, (states[0] as Tensor).data, step, steps, batch);
    }
    writeSpan(output, new Tensor(layer.returnSequences ? all : held, output.shape));
    this.outputs.slice(1).forEach((span, index) => {
      writeSpan(span, states[index] as Tensor);
    });
    layer.keepStates(states);
    if (shown !== null) {
      const shape = [batch, steps, layer.flatSizes[0] as number];
      this.#context.inspections?.push({
        layer,
        states: new Tensor(shown, shape),
        inputContribution: null,
        recurrentContribution: null,
      });
    }
  }

  private maskBytes(count: number): Uint8Array | null {
    const { mask } = this.input;
    return mask === null ? null : kernels().HEAPU8.slice(mask.address, mask.address + count);
  }

  private step(
    input: Tensor,
    states: readonly Tensor[],
    expected: readonly number[],
  ): { output: Tensor; states: Tensor[] } {
    const layer = this.#layer;
    const { cell, owner } = layer;
    const nested = nestStates(layer.stateSizes, states);
    const made = readStep(owner, cell.call(input, nested, { training: this.#training }), states.length);
    const all = [made.output, ...made.states];
    const shapes = [expected, ...states.map(({ shape }) => shape)];
    all.forEach(({ shape }, index) => {
      if (showShape(shape) === showShape(shapes[index] as number[])) return;
      throw new ShapeError(
        `${owner}: \`call\` of the cell returned ${index === 0 ? 'an output' : `state ${index - 1}`} of shape ` +
          `${showShape(shape)}, expected ${showShape(shapes[index] as number[])}`,
      );
    });
    return made;
  }
}

// One step [batch, width] into [batch, steps, width].
function placeStep(all: Float32Array, one: Float32Array, step: number, steps: number, batch: number): void {
  const width = one.length / batch;
  for (let sample = 0; sample < batch; sample += 1) {
    all.set(one.subarray(sample * width, (sample + 1) * width), (sample * steps + step) * width);
  }
}
