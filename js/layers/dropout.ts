import type { Config } from '../family.js';
import { checkSeed, checkShape, show } from '../runtime/check.js';
import { ArgumentError, UnsupportedError } from '../runtime/errors.js';
import { type Call, PassCall, type Span } from './call.js';
import { Layer } from './layer.js';
import type { LayerOptions } from './layer_options.js';

/** Options of {@link Dropout}. */
export interface DropoutOptions extends LayerOptions {
  /** Share of the inputs set to 0 in training, from 0 to 1. */
  rate: number;
  /** Shape of the random mask, 1 where it is shared; null (the default) for the input's shape. */
  noiseShape?: readonly (number | null)[] | null;
  /** Seed of the masks; null draws from the global generator. */
  seed?: number | null;
}

/**
 * Sets inputs to 0 at random in training; otherwise hands its input on.
 * Follows https://keras.io/api/layers/regularization_layers/dropout/.
 */
export class Dropout extends Layer {
  static override readonly className: string = 'Dropout';
  static override readonly optionNames: readonly string[] = [...Layer.optionNames, 'rate', 'noiseShape', 'seed'];

  /** Share of the inputs set to 0 in training. */
  readonly rate: number;
  /** Shape of the random mask, or null. */
  readonly noiseShape: readonly (number | null)[] | null;
  /** Seed of the masks, or null. */
  readonly seed: number | null;

  constructor(options: DropoutOptions = {} as DropoutOptions) {
    super(options);
    const { rate } = options;
    if (typeof rate !== 'number' || !(rate >= 0 && rate <= 1)) {
      throw new ArgumentError(
        `${this.owner}: Invalid value received for argument \`rate\`. Expected a float value between 0 and 1. ` +
          `Received: rate=${show(rate)}`,
      );
    }
    this.rate = rate;
    const { noiseShape } = options;
    this.noiseShape =
      noiseShape === undefined || noiseShape === null ? null : checkShape(this.owner, 'noiseShape', noiseShape, true);
    this.seed = checkSeed(this.owner, options.seed);
    this.built = true;
  }

  /** @internal */
  override checkTraining(): void {
    if (this.rate > 0)
      throw new UnsupportedError(`${this.owner}: \`training: true\` with \`rate\` > 0 is not supported yet`);
  }

  override begin(input: Span): Call {
    this.alive();
    return new PassCall(input, [input]);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), rate: this.rate, seed: this.seed, noise_shape: this.noiseShape };
  }
}
