import { describe, expect, test } from '@jest/globals';
import { layers, ModelFormatError, Sequential, SimpleRNN, UnsupportedError } from 'simple-rnn';

describe('deserialize', () => {
  const rnn = { units: 3, name: 'r' };

  test('options that older files carry and that say nothing are dropped', () => {
    const old = { ...rnn, implementation: 2, time_major: false, num_constants: null, ragged: false };
    const layer = layers.deserialize({ class_name: 'SimpleRNN', config: old }) as SimpleRNN;
    expect(layer.units).toBe(3);
    expect(() => SimpleRNN.fromConfig(old)).toThrow(/implementation/);
  });

  test('hard_sigmoid of Keras 2 is another function', () => {
    const config = { ...rnn, activation: 'hard_sigmoid' };
    const make = (kerasVersion?: string) =>
      (layers.deserialize({ class_name: 'SimpleRNN', config }, kerasVersion ? { kerasVersion } : {}) as SimpleRNN)
        .activation;
    expect([make('2.15.0'), make('3.15.1'), make()]).toEqual(['hard_sigmoid_keras2', 'hard_sigmoid', 'hard_sigmoid']);
  });

  test.each([
    ['an unknown class', { class_name: 'GRU', config: { name: 'g' } }, /layer 'g': class 'GRU'/],
    ['a custom class', { class_name: 'X', config: {}, registered_name: 'Custom>X' }, /custom class 'Custom>X'/],
    ['an unknown option', { class_name: 'SimpleRNN', config: { ...rnn, time_major: true } }, /'r'.*time_major/],
    ['a wrong value', { class_name: 'Dense', config: { units: -1 } }, /Dense.*units/],
    ['no class', { config: {} }, /class_name/],
    ['no object', 7, /class_name/],
    ['a broken config', { class_name: 'Dense', config: [] }, /config of Dense/],
  ])('%s is refused by name', (_, serialized, message) => {
    const call = () => layers.deserialize(serialized as never);
    expect(call).toThrow(ModelFormatError);
    expect(call).toThrow(message);
  });

  test('dtypes but float32 are refused by name', () => {
    const call = () => layers.deserialize({ class_name: 'SimpleRNN', config: { ...rnn, dtype: 'float16' } });
    expect(call).toThrow(UnsupportedError);
    expect(call).toThrow(/'r'.*float16/);
    expect(new SimpleRNN({ units: 1, dtype: layers.serialize(new SimpleRNN(rnn)).config.dtype as never }).dtype).toBe(
      'float32',
    );
  });

  test('serialize gives the form of a Keras file, and back', () => {
    const layer = new SimpleRNN({ units: 3, name: 'r', kernelConstraint: 'max_norm' });
    const serialized = layers.serialize(layer);
    expect([serialized.module, serialized.class_name, serialized.registered_name]).toEqual([
      'keras.layers',
      'SimpleRNN',
      null,
    ]);
    expect((layers.deserialize(serialized) as SimpleRNN).getConfig()).toEqual(layer.getConfig());
    const model = layers.deserialize<Sequential>({
      class_name: 'Sequential',
      config: { name: 's', layers: [serialized] },
    });
    expect(model).toBeInstanceOf(Sequential);
  });
});
