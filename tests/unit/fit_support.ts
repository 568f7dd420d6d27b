// A small model, data to train it on, and what is expected of errors.
import { expect } from '@jest/globals';
import { Dense, type losses, memory, Sequential, SimpleRNN, type SimpleRNNError, tensor, utils } from 'simple-rnn';

export type ErrorClass = abstract new (...values: never[]) => SimpleRNNError;
export type Act = (model: Sequential) => unknown;

export const STEPS = 3;
export const FEATURES = 2;

/** Numbers around 0, the same every time. */
export function data(...shape: number[]) {
  const size = shape.reduce((all, axis) => all * axis, 1);
  return tensor(
    Float32Array.from({ length: size }, (_, index) => Math.sin(3 * index + 1)),
    shape,
  );
}

export const x = data(6, STEPS, FEATURES);
export const y = data(6, 1);
/** No output, samples in order. */
export const quiet = { verbose: 0, shuffle: false } as const;

/** The same with another number first. */
export function withOne({ data: values, shape }: typeof x, value: number) {
  const copy = values.slice();
  copy[0] = value;
  return tensor(copy, shape);
}

/** A recurrent layer of four units and a Dense layer; the same weights every time. */
export function made(units = 1, activation = 'linear'): Sequential {
  utils.setRandomSeed(7);
  return new Sequential([
    new SimpleRNN({ units: 4, inputShape: [STEPS, FEATURES], name: 'rnn' }),
    new Dense({ units, activation, name: 'out' }),
  ]);
}

/** Such a model with an Adam of its own. */
export function compiled(loss: losses.LossIdentifier = 'mse', units = 1, activation = 'linear'): Sequential {
  const model = made(units, activation);
  model.compile({ optimizer: { class_name: 'Adam', config: { learning_rate: 0.01 } }, loss });
  return model;
}

export const weightsOf = (model: Sequential): number[][] => model.getWeights().map((weight) => [...weight.data]);

/**
 * Expects a refusal after which model and optimizer are as before, that takes no room, and that can be followed by
 * training.
 */
export async function expectRefusal(
  model: Sequential,
  targets: unknown,
  act: Act,
  type: ErrorClass,
  text: string | RegExp,
) {
  const { optimizer } = model;
  const before = weightsOf(model);
  const call = async () => act(model);
  await expect(call()).rejects.toThrow(text);
  await expect(call()).rejects.toBeInstanceOf(type);
  expect(weightsOf(model)).toEqual(before);
  expect(model.optimizer).toBe(optimizer);
  if (optimizer === null) return;
  expect(optimizer.iterations).toBe(0);
  await model.fit(x, targets as never, { ...quiet, batchSize: 3 });
  expect(optimizer.iterations).toBe(2);
  const held = memory();
  for (let again = 0; again < 3; again += 1) await call().catch(() => {});
  expect(memory()).toEqual(held);
}

/** Options of two epochs of three batches. */
export const batches = { ...quiet, batchSize: 2, epochs: 2 };

/** The weights after some batches. */
export async function weightsAfter(count: number): Promise<number[][]> {
  using model = compiled();
  let seen = 0;
  const stop = {
    onTrainBatchEnd() {
      seen += 1;
      if (seen === count) model.stopTraining = true;
    },
  };
  if (count > 0) await model.fit(x, y, { ...batches, callbacks: [stop] });
  return weightsOf(model);
}

/** Expects the model to be that of the batches so far, and to be trained on as if nothing had been. */
export async function expectWhole(model: Sequential, count: number): Promise<void> {
  expect(weightsOf(model)).toEqual(await weightsAfter(count));
  expect(model.optimizer?.iterations).toBe(count);
  const rest = { ...batches, epochs: 1 };
  await model.fit(x, y, rest);
  expect(model.optimizer?.iterations).toBe(count + 3);
}
