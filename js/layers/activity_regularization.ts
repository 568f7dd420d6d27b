import type { Config } from '../family.js';
import * as regularizers from '../regularizers.js';
import { inArgument } from '../runtime/errors.js';
import { type Call, PassCall, type Span } from './call.js';
import { Layer } from './layer.js';
import type { LayerOptions } from './layer_options.js';

/** Options of {@link ActivityRegularization}. */
export interface ActivityRegularizationOptions extends Omit<LayerOptions, 'activityRegularizer'> {
  /** Factor of the sum of |x|; default 0. */
  l1?: number | null;
  /** Factor of the sum of x²; default 0. */
  l2?: number | null;
}

/**
 * Hands its input on and adds l1 · Σ|x| + l2 · Σx², divided by the batch size, to the losses.
 * Follows https://keras.io/api/layers/regularization_layers/activity_regularization/.
 *
 * @throws {ArgumentError} for a factor that is negative or no finite number.
 */
export class ActivityRegularization extends Layer {
  static override readonly className: string = 'ActivityRegularization';
  static override readonly optionNames: readonly string[] = [
    ...Layer.optionNames.filter((name) => name !== 'activityRegularizer'),
    'l1',
    'l2',
  ];

  /** Factor of the sum of |x|. */
  readonly l1: number;
  /** Factor of the sum of x². */
  readonly l2: number;
  override readonly activityRegularizer: regularizers.Regularizer;

  constructor(options: ActivityRegularizationOptions = {}) {
    super(options);
    this.l1 = options.l1 ?? 0;
    this.l2 = options.l2 ?? 0;
    this.activityRegularizer = inArgument(this.owner, 'l1, l2', () => regularizers.l1l2({ l1: this.l1, l2: this.l2 }));
    this.built = true;
  }

  override begin([input]: readonly [Span]): Call {
    return new PassCall([input], [input]);
  }

  override getConfig(): Config {
    const { activity_regularizer: _, ...config } = super.getConfig();
    return { ...config, l1: this.l1, l2: this.l2 };
  }
}
