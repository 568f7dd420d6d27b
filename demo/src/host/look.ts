import type { Sequential, Tensor } from 'simple-rnn';
import { type Plane, principalPlane, project } from '../maths/principal_plane.js';
import type { Crowd, CrowdRun, Example, LayerCard, ModelCard, RecurrentCard, RecurrentRun, Run } from './model_host.js';

type Layer = Sequential['layers'][number];

/** By Keras' class name: it is what a bundler cannot rename. */
const isRecurrent = (layer: Layer) => (layer.constructor as unknown as { className: string }).className === 'SimpleRNN';

/** What a model is made of, with the weights of its recurrent layers as they are now. */
export function cardOf(model: Sequential): ModelCard {
  return {
    layers: layerCards(model),
    recurrent: model.layers.filter(isRecurrent).map(recurrentCard),
    parameters: model.countParams(),
  };
}

/** The layers as the model's configuration names them, the input layer included. */
function layerCards(model: Sequential): LayerCard[] {
  const { layers } = model.getConfig() as unknown as { layers: { class_name: string; config: LayerCard['config'] }[] };
  return layers.map(({ class_name, config }) => ({ className: class_name, config }));
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

/** A batch of one. */
export const alone = ({ data, shape }: { data: Float32Array; shape: readonly number[] }) => ({
  data,
  shape: [1, ...shape],
});

/**
 * Follows one example through the layers. A recurrent layer hands on its states of all steps, also where
 * the model keeps but the last: so what comes out is the answer after each step. With a target the model has to be
 * compiled with its loss.
 */
export function runOf(model: Sequential, example: Example): Run {
  const recurrent: RecurrentRun[] = [];
  const x = alone(example);
  const steps = example.shape[0] ?? 0;
  const inspected = example.target ? model.inspect(x, alone(example.target)) : model.inspect(x);
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
        stateGradient: seen.stateGradient?.data ?? null,
      });
      value = { data: seen.states.data, shape: seen.states.shape };
    } else {
      value = layer.apply(value) as Tensor;
    }
  }
  const outputs = value.data;
  return { steps, recurrent, outputs, outputSize: outputs.length / steps, prediction: model.predict(x).data };
}

/** The states of many sequences, seen in their principal plane; with the plane `before` it moves as little as it can. */
export function crowdRunOf(model: Sequential, crowd: Crowd, before: Plane | null = null): CrowdRun {
  const [seen] = model.inspect({ data: crowd.data, shape: [...crowd.shape] });
  if (!seen) throw new Error(`${model.name} has no recurrent layer`);
  const { data, shape } = seen.states;
  const [, steps = 0, units = 0] = shape;
  const real = crowd.lengths.map((length, n) => data.subarray(n * steps * units, (n * steps + length) * units));
  const points = new Float32Array(real.reduce((sum, { length }) => sum + length, 0));
  let to = 0;
  for (const part of real) {
    points.set(part, to);
    to += part.length;
  }
  const plane = principalPlane(points, units, before);
  return { plane, paths: project(data, units, plane) };
}
