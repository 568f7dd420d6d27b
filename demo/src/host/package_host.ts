import type { Tensor } from 'simple-rnn';
import { loadModel } from 'simple-rnn/io';
import type { Example, LayerCard, ModelCard, ModelHost, RecurrentCard, RecurrentRun, Run } from './model_host.js';

type Model = Awaited<ReturnType<typeof loadModel>>;
type Layer = Model['layers'][number];

/** Repetitions of `predict` when it is timed: the clocks of browsers are coarse. */
const TIMED_RUNS = 200;

/** Models of the package, in whatever thread this runs. */
export class PackageHost implements ModelHost {
  readonly #models = new Map<string, Promise<Model>>();

  async load(url: string): Promise<ModelCard> {
    return card(await this.#model(url));
  }

  async run(url: string, example: Example): Promise<Run> {
    const model = await this.#model(url);
    const x = { data: example.data, shape: [1, ...example.shape] };
    const steps = example.shape[0] ?? 0;
    const { recurrent, outputs } = walk(model, x);
    const prediction = model.predict(x).data;
    const start = performance.now();
    for (let i = 0; i < TIMED_RUNS; i++) model.predict(x);
    const microseconds = ((performance.now() - start) * 1000) / TIMED_RUNS;
    return { steps, recurrent, outputs, outputSize: outputs.length / steps, prediction, microseconds };
  }

  #model(url: string): Promise<Model> {
    const known = this.#models.get(url);
    if (known) return known;
    const model = loadModel(new URL(url));
    this.#models.set(url, model);
    model.catch(() => this.#models.delete(url)); // a later call tries again
    return model;
  }
}

/** The layers as the model's configuration names them, the input layer included. */
function layerCards(model: Model): LayerCard[] {
  const { layers } = model.getConfig() as { layers: { class_name: string; config: Record<string, unknown> }[] };
  return layers.map(({ class_name, config }) => ({ className: class_name, config }));
}

/** By Keras' class name: it is what a bundler cannot rename. */
const isRecurrent = (layer: Layer) => (layer.constructor as unknown as { className: string }).className === 'SimpleRNN';

function card(model: Model): ModelCard {
  return {
    layers: layerCards(model),
    recurrent: model.layers.filter(isRecurrent).map(recurrentCard),
    parameters: model.countParams(),
  };
}

function recurrentCard(layer: Layer): RecurrentCard {
  const [kernel, recurrentKernel, bias] = layer.getWeights();
  if (!kernel || !recurrentKernel) throw new Error(`${layer.name} has no weights`);
  const [features = 0, units = 0] = kernel.shape;
  return {
    name: layer.name,
    activation: String(layer.getConfig().activation),
    features,
    units,
    kernel: kernel.data,
    recurrentKernel: recurrentKernel.data,
    bias: bias?.data ?? new Float32Array(units),
  };
}

/**
 * Follows one example through the layers. A recurrent layer hands on its states of all steps, also where
 * the model keeps but the last: so what comes out is the answer after each step.
 */
function walk(model: Model, x: { data: Float32Array; shape: number[] }) {
  const recurrent: RecurrentRun[] = [];
  const inspected = model.inspect(x);
  let value: Pick<Tensor, 'data' | 'shape'> = x;
  for (const layer of model.layers) {
    if (isRecurrent(layer)) {
      const seen = inspected[recurrent.length];
      if (!seen) throw new Error(`${layer.name} was not inspected`);
      recurrent.push({
        inputs: value.data,
        states: seen.states.data,
        inputContribution: (seen.inputContribution as Tensor).data,
        recurrentContribution: (seen.recurrentContribution as Tensor).data,
      });
      value = { data: seen.states.data, shape: seen.states.shape };
    } else {
      value = layer.apply(value) as Tensor;
    }
  }
  return { recurrent, outputs: value.data };
}
