import type { Config } from '../family.js';
import { checkBoolean, checkOptions, checkShape, type Shape, show } from '../runtime/check.js';
import { ArgumentError, UnsupportedError } from '../runtime/errors.js';
import { type Call, PassCall, type Span } from './call.js';
import { Layer } from './layer.js';
import { Node, SymbolicTensor } from './symbolic.js';

/** Options of {@link InputLayer}. */
export interface InputLayerOptions {
  /** Shape of one row, without the batch; null for a length that varies. */
  shape?: Shape;
  /** With `shape`: the batch size, null (the default) for any. */
  batchSize?: number | null;
  /** Shape with the batch, instead of `shape`. */
  batchShape?: Shape;
  /** The same as `batchShape`, Keras 2's name. */
  batchInputShape?: Shape;
  /** `'float32'` (the default) or an integer type for token ids. */
  dtype?: string | null;
  /** Name of the input; default `'input_layer'`, `'input_layer_1'`, … */
  name?: string | null;
  /** Only false. */
  sparse?: boolean | null;
  /** Only false. */
  ragged?: boolean | null;
  /** Only false. */
  optional?: boolean;
}

const DTYPES = [
  'float32',
  'int8',
  'uint8',
  'int16',
  'uint16',
  'int32',
  'uint32',
  'int64',
  'float64',
  'float16',
  'bool',
];

/**
 * Declares the input of a model: its shape and what it holds. It computes nothing.
 * Follows https://keras.io/api/layers/core_layers/input/.
 */
export class InputLayer extends Layer {
  static override readonly className: string = 'InputLayer';
  static override readonly optionNames: readonly string[] = [
    'shape',
    'batchSize',
    'batchShape',
    'batchInputShape',
    'dtype',
    'name',
    'sparse',
    'ragged',
    'optional',
  ];

  /** Shape with the batch; null where any size will do. */
  readonly batchShape: Shape;
  /** What the model's user says the input holds; it is computed in float32. */
  readonly inputDtype: string;

  constructor(options: InputLayerOptions = {}) {
    const { shape, batchSize, batchShape, batchInputShape, dtype, sparse, ragged, optional, ...rest } = checkOptions(
      'InputLayer',
      options,
      InputLayer.optionNames,
    );
    super(rest);
    const { owner } = this;
    for (const [name, value] of Object.entries({ sparse, ragged, optional })) {
      if (checkBoolean(owner, name, value ?? false))
        throw new UnsupportedError(`${owner}: \`${name}: true\` is not supported`);
    }
    const whole = batchShape ?? batchInputShape;
    if (shape !== undefined && whole !== undefined) {
      throw new ArgumentError(`${owner}: You cannot pass both \`shape\` and \`batch_shape\` at the same time.`);
    }
    if (batchSize !== undefined && batchSize !== null && whole !== undefined) {
      throw new ArgumentError(`${owner}: You cannot pass both \`batch_size\` and \`batch_shape\` at the same time.`);
    }
    if (shape === undefined && whole === undefined) {
      throw new ArgumentError(`${owner}: You must pass a \`shape\` argument.`);
    }
    this.batchShape =
      whole !== undefined
        ? checkShape(owner, 'batchShape', whole, true)
        : [...checkShape(owner, 'batchSize', [batchSize ?? null], true), ...checkShape(owner, 'shape', shape, true)];
    if (this.batchShape.length === 0) throw new ArgumentError(`${owner}: \`batchShape\` needs at least the batch`);
    if (dtype !== undefined && dtype !== null && !DTYPES.includes(dtype)) {
      throw new UnsupportedError(`${owner}: \`dtype\` ${show(dtype)} is not supported`);
    }
    this.inputDtype = dtype ?? 'float32';
    this.built = true;
    const output = new SymbolicTensor(this.batchShape, this.inputDtype);
    this.connections.inbound.push(new Node(this, [], false, {}, [output]));
  }

  override begin([input]: readonly [Span]): Call {
    return new PassCall([input], [input]);
  }

  protected override copy(): this {
    return new InputLayer({ batchShape: this.batchShape, dtype: this.inputDtype, name: this.name }) as this;
  }

  override getConfig(): Config {
    return {
      batch_shape: [...this.batchShape],
      dtype: this.inputDtype,
      sparse: false,
      ragged: false,
      name: this.name,
      optional: false,
    };
  }
}
