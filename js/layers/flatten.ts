import type { Config } from '../family.js';
import { checkShape, type Shape, show } from '../runtime/check.js';
import { ArgumentError, UnsupportedError } from '../runtime/errors.js';
import { type Call, PassCall, type Span, sizeOf } from './call.js';
import { Layer } from './layer.js';
import type { LayerOptions } from './layer_options.js';

/** Options of {@link Flatten}. */
export interface FlattenOptions extends LayerOptions {
  /** `'channels_last'`, the default. */
  dataFormat?: 'channels_last' | null;
}

/**
 * Makes one axis of all but the batch: [batch, …] -> [batch, size]. It hands no mask on.
 * Follows https://keras.io/api/layers/reshaping_layers/flatten/.
 */
export class Flatten extends Layer {
  static override readonly className: string = 'Flatten';
  static override readonly optionNames: readonly string[] = [...Layer.optionNames, 'dataFormat'];

  constructor(options: FlattenOptions = {}) {
    super(options);
    const format: unknown = options.dataFormat ?? 'channels_last';
    if (format === 'channels_first') {
      throw new UnsupportedError(`${this.owner}: \`dataFormat\` 'channels_first' is not supported`);
    }
    if (format !== 'channels_last') {
      throw new ArgumentError(`${this.owner}: \`dataFormat\` must be 'channels_last', received ${show(format)}`);
    }
  }

  override get supportsMasking(): boolean {
    return false;
  }

  override checkInput(shape: Shape): void {
    if (shape.length < 1) throw this.incompatible(`expected min_ndim=1, found ndim=${shape.length}`, shape);
  }

  override begin([input]: readonly [Span]): Call {
    const batch = input.shape[0] as number;
    const size = input.shape.slice(1).reduce((all, length) => all * length, 1);
    const shape = Object.freeze([batch, size]);
    return new PassCall([input], [{ address: input.address, shape, mask: null }]);
  }

  override computeOutputShape(inputShape: Shape): Shape {
    const shape = checkShape(this.owner, 'inputShape', inputShape, true, true);
    this.checkInput(shape);
    const [batch, ...rest] = shape as [number | null, ...(number | null)[]];
    return [batch, rest.includes(null) ? null : sizeOf(rest as number[])];
  }

  override getConfig(): Config {
    return { ...super.getConfig(), data_format: 'channels_last' };
  }
}
