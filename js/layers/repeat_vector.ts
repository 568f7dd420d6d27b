import type { Config } from '../family.js';
import { AXES_BYTES, broadcastAxes, writeAxes } from '../runtime/broadcast.js';
import { checkSize, type Shape, show } from '../runtime/check.js';
import { ArgumentError } from '../runtime/errors.js';
import { kernels } from '../runtime/module.js';
import type { Backward, Gradients } from './backward.js';
import { Call, type CallContext, type Span, takeSpan } from './call.js';
import { Layer } from './layer.js';
import type { InputShape, LayerOptions } from './layer_options.js';

/** Options of {@link RepeatVector}. */
export interface RepeatVectorOptions extends LayerOptions {
  /** How often. */
  n: number;
}

/**
 * Repeats each row n times as the steps of a sequence: [batch, features] -> [batch, n, features]. It hands no mask on.
 * Follows https://keras.io/api/layers/reshaping_layers/repeat_vector/.
 *
 * @throws {ArgumentError} unless `n` is a whole number from 1 on.
 */
export class RepeatVector extends Layer {
  static override readonly className: string = 'RepeatVector';
  static override readonly optionNames: readonly string[] = [...Layer.optionNames, 'n'];

  /** How often. */
  readonly n: number;

  constructor(options: RepeatVectorOptions = {} as RepeatVectorOptions) {
    super(options);
    const { n } = options;
    if (typeof n !== 'number' || !Number.isInteger(n)) {
      throw new ArgumentError(`${this.owner}: \`n\`: Expected an integer value for \`n\`, got ${show(n)}.`);
    }
    this.n = checkSize(this.owner, 'n', n, `Argument \`n\` should be a positive integer. Received: n=${n}`);
  }

  override get supportsMasking(): boolean {
    return false;
  }

  override checkInput(shape: Shape): void {
    if (shape.length !== 2) throw this.incompatible(`expected ndim=2, found ndim=${shape.length}`, shape);
  }

  override computeOutputShape(inputShape: InputShape): Shape {
    const [shape] = this.readShapes(inputShape) as [Shape];
    this.checkInput(shape);
    return [shape[0] as number | null, this.n, shape[1] as number | null];
  }

  override begin([input]: readonly [Span], context: CallContext): Call {
    return new RepeatVectorCall(this.n, input, context);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), n: this.n };
  }
}

class RepeatVectorCall extends Call {
  readonly #n: number;

  constructor(n: number, input: Span, { arena }: CallContext) {
    const [batch, features] = input.shape as [number, number];
    super([input], [takeSpan(arena, [batch, n, features], null)]);
    this.#n = n;
  }

  override forward(): void {
    const { address } = this.outputs[0] as Span;
    const [batch, features] = this.input.shape as [number, number];
    const row = 4 * features;
    kernels()._copy_rows(address, this.input.address, batch, this.#n, row, row * this.#n, row, row, 0);
  }

  override layOutBackward(gradients: Gradients): Backward | null {
    const dOutputs = gradients.of(this.outputs[0] as Span);
    const into = dOutputs === 0 ? null : gradients.into(this.input);
    if (into === null) return null;
    const [batch, features] = this.input.shape as [number, number];
    const axes = broadcastAxes([batch, 1, features], [batch, this.#n, features]);
    const axesAddress = gradients.arena.take(AXES_BYTES);
    return () => {
      const start = into.address / 4;
      kernels().HEAPF32.fill(0, start, start + batch * features);
      writeAxes(axesAddress, axes);
      kernels()._add_broadcast_gradient(into.address, dOutputs, axesAddress, axes.length / 3);
      into.done();
    };
  }
}
