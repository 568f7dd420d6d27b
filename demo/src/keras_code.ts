import type { LayerCard } from './host/model_host.js';

type Config = Readonly<Record<string, unknown>>;

/** Options worth writing, per layer: positional ones first, then those that differ from Keras' default. */
const POSITIONAL: Readonly<Record<string, readonly string[]>> = {
  SimpleRNN: ['units'],
  Dense: ['units'],
  Dropout: ['rate'],
  Embedding: ['input_dim', 'output_dim'],
  Activation: ['activation'],
};

const DEFAULTS: Readonly<Record<string, Config>> = {
  SimpleRNN: {
    activation: 'tanh',
    use_bias: true,
    return_sequences: false,
    return_state: false,
    go_backwards: false,
    stateful: false,
    unroll: false,
    zero_output_for_mask: false,
    dropout: 0,
    recurrent_dropout: 0,
    kernel_regularizer: null,
    recurrent_regularizer: null,
    bias_regularizer: null,
    activity_regularizer: null,
  },
  Dense: {
    activation: 'linear',
    use_bias: true,
    kernel_regularizer: null,
    bias_regularizer: null,
    activity_regularizer: null,
  },
  Embedding: { mask_zero: false, embeddings_regularizer: null },
  Masking: { mask_value: 0 },
};

/** Python that makes a Sequential of these layers. `file` is the name of the model's file. */
export function kerasCode(layers: readonly LayerCard[], file: string): string {
  const lines = layers.map(({ className, config }) => `    ${layerCode(className, config)},`);
  return [
    'import keras',
    'from keras import layers',
    '',
    'model = keras.Sequential([',
    ...lines,
    '])',
    '',
    '# or with its weights:',
    `model = keras.models.load_model("${file}")`,
  ].join('\n');
}

function layerCode(className: string, config: Config): string {
  if (className === 'InputLayer') return inputCode(config);
  const positional = (POSITIONAL[className] ?? []).map((name) => python(config[name]));
  const named = Object.entries(DEFAULTS[className] ?? {})
    .filter(([name, value]) => config[name] !== undefined && config[name] !== value)
    .map(([name]) => `${name}=${python(config[name])}`);
  return `layers.${className}(${[...positional, ...named].join(', ')})`;
}

function inputCode(config: Config): string {
  const shape = ((config.batch_shape ?? []) as unknown[]).slice(1);
  const tuple = `(${shape.map(python).join(', ')}${shape.length === 1 ? ',' : ''})`;
  const type = config.dtype === 'float32' ? '' : `, dtype=${python(config.dtype)}`;
  return `keras.Input(${tuple}${type})`;
}

function python(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') return `"${value}"`;
  if (typeof value === 'number') return String(Number(value.toPrecision(6)));
  const { class_name, config } = value as { class_name?: string; config?: Config };
  if (!class_name) return JSON.stringify(value);
  const options = Object.entries(config ?? {}).filter(([name]) => name !== 'name' && name !== 'dtype');
  const l1l2 = /^L[12]$/.test(class_name);
  return `keras.regularizers.${class_name}(${options.map(([name, v]) => (l1l2 ? python(v) : `${name}=${python(v)}`)).join(', ')})`;
}
