import { expect, test } from '@jest/globals';
import { loadModel } from 'simple-rnn/io';
import { FORMAT, json, keras, refused, text, UNSUPPORTED, withConfig } from './io_support.js';

const model = 'keras_stateful_nobias.keras';
const dense = 'k3_opt_sgd_nesterov.keras';
const withText = (config: string) => keras(model, { 'config.json': text(config) });
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

test.each<[string, Uint8Array, RegExp]>([
  ['no JSON', withText('{"class_name": '), /config\.json is not valid JSON/],
  ['no UTF-8', keras(model, { 'config.json': new Uint8Array([0x22, 0xff, 0x22]) }), /not UTF-8/],
  ['no object', withText('[1, 2]'), /not a JSON object/],
  ['depth', withText(nested(65)), /more than 64 levels/],
  ['great depth', withText(nested(1e6)), /more than 64 levels/],
  ['open depth', withText('['.repeat(4e6)), /more than 64 levels/],
  ['__proto__', withText('{"class_name": "Sequential", "__proto__": {"polluted": 1}}'), /forbidden key "__proto__"/],
  ['an escaped __proto__', withText('{"__pr\\u006fto__": 1}'), /forbidden key "__proto__"/],
  ['constructor', withText('{"a": [{"constructor": 1}]}'), /forbidden key "constructor"/],
  ['prototype', withText('{"prototype": null}'), /forbidden key "prototype"/],
  ['NaN', withText('{"a": NaN}'), /number NaN/],
  ['Infinity', withText('{"a": [-Infinity]}'), /number Infinity/],
  ['bad metadata', keras(model, { 'metadata.json': json({}) }), /keras_version/],
  ['Keras 1', keras(model, { 'metadata.json': json({ keras_version: '1.2.2' }) }), /Keras "1\.2\.2"/],
])('refuses a file with %s', async (_, bytes, message) => {
  await refused(bytes, FORMAT, message);
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

test('a text with brackets and NaN in it is only a text', async () => {
  const bytes = withConfig(model, (config) => {
    config.config.layers[1].build_config = null;
    config.note = `${nested(100)} NaN "\\`;
  });
  (await loadModel(bytes)).dispose();
});

// biome-ignore lint/suspicious/noExplicitAny: configurations of any form.
type Change = (config: any) => void;
const layer = (index: number, change: Change): Uint8Array =>
  withConfig(dense, (config) => change(config.config.layers[index]));

test.each<[string, string, Uint8Array, RegExp]>([
  ['a Lambda', FORMAT, layer(1, (l) => Object.assign(l, { class_name: 'Lambda' })), /"simple_rnn".*Lambda/],
  [
    'a registered class',
    FORMAT,
    layer(1, (l) => Object.assign(l, { class_name: 'Mine', module: 'my', registered_name: 'my>Mine' })),
    /"simple_rnn".*"my>Mine"/,
  ],
  [
    'a class of a foreign module',
    FORMAT,
    layer(1, (l) => Object.assign(l, { module: '__main__' })),
    /"SimpleRNN", the author's own/,
  ],
  ['a class that nobody knows', FORMAT, layer(1, (l) => Object.assign(l, { class_name: 'SimpelRNN' })), /SimpelRNN/],
  ['LSTM', FORMAT, layer(1, (l) => Object.assign(l, { class_name: 'LSTM' })), /'simple_rnn'.*LSTM/],
  [
    'a model within the model that has no layers',
    FORMAT,
    layer(1, (l) => Object.assign(l, { class_name: 'Sequential', config: { name: 'inner', layers: [] } })),
    /"inner" has no list of layers/,
  ],
  [
    'a Lambda in a model within the model',
    FORMAT,
    withConfig('k3_nested_trained.keras', ({ config }) =>
      Object.assign(config.layers[1].config.layers[1], { class_name: 'Lambda' }),
    ),
    /"deep" is a Lambda/,
  ],
  [
    'a custom layer in a wrapper',
    FORMAT,
    withConfig('k3_embedding_bidi_masked.keras', ({ config }) =>
      Object.assign(config.layers[2].config.layer, { module: 'my', registered_name: 'my>SimpleRNN' }),
    ),
    /"my>SimpleRNN", the author's own/,
  ],
  [
    'a Sequential that says it is a Functional',
    FORMAT,
    withConfig(dense, (c) => Object.assign(c, { class_name: 'Functional' })),
    /unknown option "build_input_shape"/,
  ],
  ['a prototype class', FORMAT, layer(1, (l) => Object.assign(l, { class_name: 'constructor' })), /constructor/],
  ['no class', FORMAT, layer(1, (l) => Object.assign(l, { class_name: 7 })), /class_name/],
  ['no config', FORMAT, layer(1, (l) => Object.assign(l, { config: null })), /config of layer 1/],
  ['no name', FORMAT, layer(1, (l) => Object.assign(l.config, { name: null })), /name of layer 1/],
  ['two layers of one name', FORMAT, layer(1, (l) => Object.assign(l.config, { name: 'dense' })), /dense/],
  [
    'a custom model',
    FORMAT,
    withConfig(dense, (c) => Object.assign(c, { class_name: 'Mine', registered_name: 'my>Mine' })),
    /"my>Mine"/,
  ],
  ['no layers', FORMAT, withConfig(dense, (c) => Object.assign(c.config, { layers: [] })), /no list of layers/],
  ['an unknown option', FORMAT, layer(1, (l) => Object.assign(l.config, { unit: 3 })), /unit/],
  ['an unknown activation', FORMAT, layer(1, (l) => Object.assign(l.config, { activation: 'my_tanh' })), /my_tanh/],
  [
    'an unknown initializer',
    FORMAT,
    layer(1, (l) => Object.assign(l.config, { kernel_initializer: { class_name: 'Mine', config: {} } })),
    /Mine/,
  ],
  ['time_major', FORMAT, layer(1, (l) => Object.assign(l.config, { time_major: true })), /time_major/],
  [
    'a quantization',
    FORMAT,
    layer(1, (l) => Object.assign(l.config, { quantization_config: { class_name: 'Int8' } })),
    /quantization_config/,
  ],
  [
    'float16',
    UNSUPPORTED,
    layer(1, (l) => Object.assign(l.config.dtype.config, { name: 'mixed_float16' })),
    /mixed_float16/,
  ],
  ['units 0', FORMAT, layer(1, (l) => Object.assign(l.config, { units: 0 })), /units/],
  ['units 1.5', FORMAT, layer(1, (l) => Object.assign(l.config, { units: 1.5 })), /units/],
  ['units 2^31', FORMAT, layer(1, (l) => Object.assign(l.config, { units: 2 ** 31 })), /units/],
  ['units 2^24', FORMAT, layer(1, (l) => Object.assign(l.config, { units: 2 ** 24 })), /./],
  ['units 10000', FORMAT, layer(1, (l) => Object.assign(l.config, { units: 10000 })), /shape/],
  ['a batch_shape that is none', FORMAT, layer(0, (l) => Object.assign(l.config, { batch_shape: 'x' })), /shape/i],
  ['features 2^40', FORMAT, layer(0, (l) => Object.assign(l.config, { batch_shape: [null, 4, 2 ** 40] })), /./],
  ['a shape bomb', FORMAT, layer(0, (l) => Object.assign(l.config, { batch_shape: [null, 4, 2 ** 24] })), /shape/],
  [
    'a build_config that is none',
    FORMAT,
    layer(1, (l) => Object.assign(l, { build_config: { input_shape: 'x' } })),
    /build_config/,
  ],
  [
    'an unknown optimizer',
    FORMAT,
    withConfig(dense, (c) => Object.assign(c.compile_config, { optimizer: 'mine' })),
    /optimizer "mine"/,
  ],
  [
    'an own loss',
    FORMAT,
    withConfig(dense, (c) => Object.assign(c.compile_config, { loss: { class_name: 'function', config: 'mine' } })),
    /loss "mine"/,
  ],
  [
    'a registered metric',
    FORMAT,
    withConfig(dense, (c) =>
      Object.assign(c.compile_config, {
        metrics: [{ class_name: 'MeanSquaredError', config: {}, registered_name: 'my>MeanSquaredError' }],
      }),
    ),
    /metric "my>/,
  ],
  [
    'loss weights that are none',
    FORMAT,
    withConfig(dense, (c) => Object.assign(c.compile_config, { loss_weights: ['x'] })),
    /loss_weights/,
  ],
  [
    'a compile_config that is none',
    FORMAT,
    withConfig(dense, (c) => Object.assign(c, { compile_config: 3 })),
    /compile_config/,
  ],
])('refuses a model with %s', async (_, code, bytes, message) => {
  await refused(bytes, code, message);
});

test('an embedding of 2^40 rows is refused', async () => {
  const bytes = withConfig('keras_embedding_masked_rnn.keras', (config) => {
    config.config.layers[1].config.input_dim = 2 ** 40;
  });
  await refused(bytes, FORMAT, /input_?dim/i);
});

test('a stateful batch of 2^24 rows is refused', async () => {
  const bytes = withConfig(model, (config) => {
    config.config.layers[0].config.batch_shape[0] = 2 ** 24;
  });
  await refused(bytes, FORMAT, /batch/);
});

test('compile: false reads a model with a loss of its own', async () => {
  const bytes = withConfig(dense, (config) => {
    config.compile_config.loss = 'mine';
  });
  const loaded = await loadModel(bytes, { compile: false });
  expect(loaded.compileConfig).toBeNull();
  loaded.dispose();
});

test('options of the past that mean nothing are dropped', async () => {
  const bytes = layer(1, (l) =>
    Object.assign(l.config, {
      implementation: 2,
      time_major: false,
      ragged: false,
      num_constants: null,
      quantization_config: null,
      enable_caching_device: true,
    }),
  );
  (await loadModel(bytes)).dispose();
});
