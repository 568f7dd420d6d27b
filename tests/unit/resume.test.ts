// Models that Keras saved in the middle of their training go on as they did in Keras: the optimizer's state is in the file.
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { type ModelInput, memory, type NestedArray, type optimizers, type Tensor, tensor } from 'simple-rnn';
import { loadModel } from 'simple-rnn/io';
import { path } from './io_support.js';

interface Known {
  inputs: NestedArray[];
  training: {
    x: NestedArray[];
    /** Of one output, or a list. */
    y: NestedArray;
    fit: { batch_size: number; shuffle: boolean };
    resume: {
      epochs: number;
      history: Record<string, number[]>;
      weights_after: NestedArray[];
      iterations_after: number;
      outputs_after?: NestedArray;
    };
  };
}

const known = (name: string): Known => JSON.parse(readFileSync(path(`${name}.io.json`), 'utf8'));
const alone = (list: NestedArray[]) => (list.length === 1 ? list[0] : list) as ModelInput;

function expectClose(what: string, actual: ArrayLike<number>, wanted: ArrayLike<number>, tolerance: number): void {
  expect(`${what}: ${actual.length} numbers`).toBe(`${what}: ${wanted.length} numbers`);
  for (let i = 0; i < wanted.length; i += 1) {
    const [a, b] = [actual[i] as number, wanted[i] as number];
    if (!(Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b)))) throw new Error(`${what}[${i}]: ${a}, Keras ${b}`);
  }
}

const MODELS = [
  'k3_opt_sgd_nesterov',
  'k3_opt_rmsprop_centered',
  'k3_opt_adam_amsgrad',
  'k3_opt_adagrad',
  'k3_opt_nadam',
  'k3_nested_trained',
  'k3_shared_multi_io',
  'k3_embedding_bidi_masked',
  'tfk_seq_trained',
  'tfk_embedding_mask',
  'tfk_masking_bidi',
];

test.each(MODELS)('%s goes on with the losses and weights of Keras', async (name) => {
  const before = memory();
  const { inputs, training } = known(name);
  const { resume, fit } = training;
  const model = await loadModel(path(`${name}.keras`));
  const { history } = await model.fit(alone(training.x), training.y as never, {
    epochs: resume.epochs,
    batchSize: fit.batch_size,
    shuffle: fit.shuffle,
    verbose: 0,
  });
  expect(Object.keys(history).sort()).toEqual(Object.keys(resume.history).sort());
  for (const [key, values] of Object.entries(resume.history)) {
    expectClose(key, history[key] as number[], values, 1e-5);
  }
  const weights = model.getWeights();
  expect(weights).toHaveLength(resume.weights_after.length);
  for (const [i, value] of resume.weights_after.entries()) {
    expectClose(`weight ${i}`, weights[i].data, tensor(value).data, 1e-5);
  }
  expect(model.optimizer?.iterations).toBe(resume.iterations_after);
  if (resume.outputs_after !== undefined) {
    const outputs = [model.predict<Tensor | Tensor[]>(alone(inputs))].flat();
    const wanted = (outputs.length === 1 ? [resume.outputs_after] : resume.outputs_after) as NestedArray[];
    for (const [i, output] of outputs.entries()) {
      expectClose(`output ${i}`, output.data, tensor(wanted[i]).data, 1e-5);
    }
  }
  model.dispose();
  expect(memory()).toEqual(before);
});

test('without the state in the file it would go another way', async () => {
  const { training } = known('k3_opt_adam_amsgrad');
  const model = await loadModel(path('k3_opt_adam_amsgrad.keras'));
  model.optimizerState = null;
  const { history } = await model.fit(alone(training.x), training.y as never, {
    epochs: training.resume.epochs,
    batchSize: training.fit.batch_size,
    shuffle: false,
    verbose: 0,
  });
  const last = (values: number[]) => values.at(-1) as number;
  expect(Math.abs(last(history.loss as number[]) - last(training.resume.history.loss))).toBeGreaterThan(1e-3);
  model.dispose();
});

test('the optimizer of a loaded model is there before it is trained, to change its rate', async () => {
  const model = await loadModel(path('k3_opt_adam_amsgrad.keras'));
  expect(model.optimizer?.iterations).toBeGreaterThan(0);
  (model.optimizer as optimizers.Optimizer).learningRate = 0.5;
  const { training } = known('k3_opt_adam_amsgrad');
  await model.fit(alone(training.x), training.y as never, { verbose: 0 });
  expect(model.optimizer?.learningRate).toBe(0.5);
  model.dispose();
});
