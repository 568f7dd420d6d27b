// What the tests of workers share: a model, data, and the remote models to end after each test.
import { afterEach, beforeEach } from '@jest/globals';
import { Dense, Dropout, type Model, Sequential, SimpleRNN, type Tensor, tensor, utils } from 'simple-rnn';
import { type RemoteModel, type ToWorkerOptions, toWorker } from 'simple-rnn/worker';

const [SAMPLES, STEPS, FEATURES] = [70, 6, 3];

/** Whole-number arithmetic: the same numbers everywhere. */
function numbers(count: number): Float32Array {
  let state = 1;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state / 0x40000000 - 1;
  });
}

export const x = tensor(numbers(SAMPLES * STEPS * FEATURES), [SAMPLES, STEPS, FEATURES]);
/** 1 where the first feature sums up to more than 0. */
export const y = tensor(
  Float32Array.from({ length: SAMPLES }, (_, sample) => {
    let sum = 0;
    for (let step = 0; step < STEPS; step += 1) sum += x.data[(sample * STEPS + step) * FEATURES] as number;
    return sum > 0 ? 1 : 0;
  }),
  [SAMPLES, 1],
);

/** A model with seeds for everything, and what it is compiled with unless that is left out. */
export function seeded({
  compiled = true,
  optimizer = 'adam',
}: {
  compiled?: boolean;
  optimizer?: unknown;
} = {}): Sequential {
  utils.setRandomSeed(11);
  const model = new Sequential([
    new SimpleRNN({ units: 5, inputShape: [STEPS, FEATURES], recurrentDropout: 0.1, seed: 2 }),
    new Dropout({ rate: 0.2, seed: 3 }),
    new Dense({ units: 1, activation: 'sigmoid' }),
  ]);
  if (compiled) model.compile({ optimizer: optimizer as 'adam', loss: 'binary_crossentropy', metrics: ['accuracy'] });
  return model;
}

/** All numbers of some weights. */
export function flat(weights: readonly Tensor[]): number[] {
  return weights.flatMap(({ data }) => [...data]);
}

/** `toWorker` whose workers end with the test; also seeds the random numbers anew. */
export function useWorkers(): (model: Sequential | Model, options?: ToWorkerOptions) => Promise<RemoteModel> {
  const remotes: RemoteModel[] = [];
  beforeEach(() => utils.setRandomSeed(7));
  afterEach(() => {
    for (const remote of remotes.splice(0)) remote.dispose();
  });
  return async (model, options) => {
    const remote = await toWorker(model, options);
    remotes.push(remote);
    return remote;
  };
}
