import { readFileSync } from 'node:fs';
import { describe, expect, jest, test } from '@jest/globals';
import {
  Activation,
  ArgumentError,
  Dense,
  Dropout,
  Embedding,
  Flatten,
  Functional,
  InputLayer,
  Masking,
  Sequential,
  SimpleRNN,
} from 'simple-rnn';

const { summaries } = JSON.parse(
  readFileSync(new URL('../fixtures/summaries/sequential.json', import.meta.url), 'utf8'),
) as {
  summaries: Record<string, string[]>;
};
interface Graph {
  model: { class_name: string; config: Record<string, unknown> };
  summaries: Record<string, string[]>;
}
const { models } = JSON.parse(
  readFileSync(new URL('../fixtures/summaries/functional.json', import.meta.url), 'utf8'),
) as { models: Record<string, Graph> };

const keras = (name: string) => (summaries[name] as string[]).join('\n');
const printed = (model: Sequential, lineLength = 76) => model.summary({ lineLength, printFn: () => {} });

const LONG = 'a_rather_long_name_for_a_recurrent_layer_that_goes_on_and_on_without_end';

function plain(): Sequential {
  return new Sequential({
    name: 'm',
    layers: [
      new InputLayer({ shape: [5, 3] }),
      new Masking({ name: 'masking' }),
      new SimpleRNN({ units: 4, returnSequences: true, name: 'simple_rnn' }),
      new Dropout({ rate: 0.2, name: 'dropout' }),
      new SimpleRNN({ units: 4, name: LONG }),
      new Dense({ units: 1, name: 'dense' }),
    ],
  });
}

describe('exactly as Keras prints it', () => {
  test('a built model, narrow and wide', () => {
    using model = plain();
    expect(printed(model)).toBe(keras('plain76'));
    expect(printed(model, 60)).toBe(keras('plain60'));
  });

  test('an unbuilt model', () => {
    using model = new Sequential({
      name: 'unbuilt',
      layers: [
        new Masking({ name: 'masking_1' }),
        new SimpleRNN({ units: 4, name: 'simple_rnn_1' }),
        new Dropout({ rate: 0.1, name: 'dropout_1' }),
        new Flatten({ name: 'flatten' }),
        new Activation({ activation: 'relu', name: 'activation' }),
        new Embedding({ inputDim: 3, outputDim: 4, name: 'embedding' }),
        new Dense({ units: 3, name: 'dense_1' }),
      ],
    });
    expect(printed(model)).toBe(keras('unbuilt'));
  });

  test('several outputs, frozen weights, many parameters', () => {
    using model = new Sequential({
      name: 'state',
      layers: [
        new SimpleRNN({
          units: 1000,
          recurrentInitializer: 'zeros',
          returnState: true,
          name: 'simple_rnn_2',
          inputShape: [null, 3],
        }),
      ],
    });
    model.build([null, null, 3]);
    expect(printed(model)).toBe(keras('state'));
    (model.layers[0] as SimpleRNN).trainable = false;
    expect(printed(model)).toBe(keras('frozen'));
  });

  test('no layers, embedding, names that break', () => {
    using empty = new Sequential({ name: 'empty' });
    expect(printed(empty)).toBe(keras('empty'));
    using model = new Sequential({
      name: 'a model with spaces [x]',
      layers: [
        new Embedding({ inputDim: 2000, outputDim: 300, name: 'embedding_1', inputShape: [5] }),
        new SimpleRNN({ units: 16, name: 'simple_rnn_3' }),
        new Dense({ units: 3000, activation: 'softmax', name: 'dense_2' }),
      ],
    });
    expect(printed(model)).toBe(keras('emb'));
    using wrapped = new Sequential({
      name: 'q',
      layers: [
        new SimpleRNN({ units: 4, name: `${'x'.repeat(60)} yy zz`, inputShape: [5, 3] }),
        new Dense({ units: 2, name: 'dense_3' }),
      ],
    });
    expect(printed(wrapped)).toBe(keras('wrap'));
  });
});

test.each(Object.entries(models))('a graph, at every width: %s', (_, { model, summaries: known }) => {
  using graph = Functional.fromConfig(model.config);
  for (const [width, lines] of Object.entries(known)) {
    const lineLength = width === 'default' ? (lines[1] as string).length : Number(width);
    expect(graph.summary({ lineLength, printFn: () => {} })).toBe(lines.join('\n'));
  }
});

test('it is returned, and printed by console.log or printFn', () => {
  using model = plain();
  const lines: string[] = [];
  const text = model.summary({ printFn: (each) => lines.push(each) });
  expect(lines).toEqual([text]);
  const log = jest.spyOn(console, 'log').mockImplementation(() => {});
  expect(model.summary()).toBe(text);
  expect(log).toHaveBeenCalledWith(text);
  log.mockRestore();
  expect(() => model.summary({ width: 3 } as never)).toThrow(ArgumentError);
  expect(() => model.summary({ lineLength: 3 })).toThrow(/lineLength/);
  expect(() => model.summary({ printFn: 1 as never })).toThrow(/printFn/);
});
