// A model that learns nothing: its logs come from a table. For the tests of callbacks.
import { callbacks, Tensor } from 'simple-rnn';

type CallbackModel = callbacks.CallbackModel;

export class FakeModel implements CallbackModel {
  stopTraining = false;
  initialEpoch = 0;
  /** Its one weight, which counts the batches. */
  weight = 0;
  directions: Record<string, 'up' | 'down'> = {};
  readonly optimizer = {
    learningRate: 0.5,
    iterations: 0,
    getVariables() {
      return [tensorOf(this.iterations), tensorOf(this.learningRate)];
    },
    setVariables([iterations, rate]: readonly unknown[]) {
      this.iterations = numberOf(iterations);
      this.learningRate = numberOf(rate);
    },
  };

  getWeights(): Tensor[] {
    return [tensorOf(this.weight)];
  }

  setWeights([weight]: readonly unknown[]): void {
    this.weight = numberOf(weight);
  }

  metricDirection(name: string): 'up' | 'down' | null {
    return this.directions[name] ?? null;
  }
}

const tensorOf = (value: number) => new Tensor(Float32Array.of(value), [1]);
const numberOf = (given: unknown) => (given as Tensor).data[0] as number;

/** Calls the hooks as `fit` does, two batches per epoch; returns how many epochs were run. */
export async function fakeFit(
  model: FakeModel,
  given: callbacks.Callbacks,
  epochs: readonly callbacks.Logs[],
): Promise<{ run: number; history: callbacks.History }> {
  const list = new callbacks.CallbackList(given);
  list.setModel(model);
  list.setParams({ verbose: 0, epochs: epochs.length, steps: 2 });
  let run = 0;
  model.stopTraining = false;
  model.initialEpoch = 0;
  await list.call('onTrainBegin');
  for (let epoch = model.initialEpoch; epoch < epochs.length && !model.stopTraining; epoch += 1) {
    run += 1;
    await list.callAt('onEpochBegin', epoch);
    for (let batch = 0; batch < 2 && !model.stopTraining; batch += 1) {
      await list.callAt('onTrainBatchBegin', batch);
      model.weight += 1;
      model.optimizer.iterations += 1;
      await list.callAt('onTrainBatchEnd', batch, epochs[epoch]);
    }
    await list.callAt('onEpochEnd', epoch, epochs[epoch]);
  }
  await list.call('onTrainEnd');
  return { run, history: list.history };
}

/** Logs of a single value, epoch by epoch. */
export const logsOf = (name: string, values: readonly number[]): callbacks.Logs[] =>
  values.map((value) => ({ [name]: value }));
