// The model.weights.h5 of a .keras file: which dataset belongs to which weight.
import { toSnakeCase } from '../layers/names.js';
import type { Hdf5 } from './hdf5.js';
import { quote, refuse } from './refuse.js';

/** What has to be known of a layer to find its weights. Shapes in the order of Keras' get_weights(). */
export interface LayerWeights {
  className: string;
  name: string;
  weights: readonly { name: string; shape: readonly number[] }[];
}

/** Groups of the layers, newest Keras first. */
const CONTAINERS = ['layers', '_layer_checkpoint_dependencies'];

/**
 * The numbers of all weights, per layer and in order. Datasets are matched as Keras does it: by container name
 * (class name, made unique in model order) and by index; names, where the file has them, and shapes must agree.
 * Missing and surplus datasets are refused by name. The optimizer's and the metrics' groups are left alone.
 * Throws ModelFormatError.
 */
export function readWeights(file: Hdf5, layers: readonly LayerWeights[]): Float32Array[][] {
  const root = CONTAINERS.find((name) => file.isGroup(name));
  if (root === undefined) {
    return layers.every((layer) => layer.weights.length === 0)
      ? layers.map(() => [])
      : refuse('The weights file has no group "layers".');
  }
  const containers = containerNames(layers.map((layer) => layer.className));
  for (const name of file.names(root)) {
    if (!containers.includes(name) && holdsWeights(file, `${root}/${name}`)) {
      refuse(`The weights file has weights for ${quote(`${root}/${name}`)}, which the model does not have.`);
    }
  }
  for (const [i, layer] of layers.entries()) checkLayer(file, `${root}/${containers[i]}`, layer);
  return layers.map((layer, i) => readLayer(file, `${root}/${containers[i]}`, layer));
}

/** Keras' container names: "simple_rnn", "simple_rnn_1", … by class, in model order. */
export function containerNames(classNames: readonly string[]): string[] {
  const used = new Map<string, number>();
  return classNames.map((className) => {
    const name = toSnakeCase(className);
    const count = used.get(name) ?? 0;
    used.set(name, count + 1);
    return count === 0 ? name : `${name}_${count}`;
  });
}

/** The group below a layer's container that holds its datasets: a recurrent layer's belong to its cell. */
function variables(layer: LayerWeights): string {
  return layer.className === 'SimpleRNN' ? 'cell/vars' : 'vars';
}

/** Names, number and shapes, before any number is read. */
function checkLayer(file: Hdf5, container: string, layer: LayerWeights): void {
  const owner = `Layer ${quote(layer.name)} (${layer.className})`;
  if (file.isGroup(`${container}/vars`)) {
    const name = file.textAttribute(`${container}/vars`, 'name');
    if (name !== null && name !== layer.name) {
      refuse(
        `${owner}: the weights file has the weights of a layer named ${quote(name)} in its place, ${quote(container)}.`,
      );
    }
  }
  const group = `${container}/${variables(layer)}`;
  const found = datasets(file, group);
  const expected = layer.weights.length;
  if (found.length !== expected) {
    refuse(`${owner} has ${expected} weights${list(layer)}, the weights file has ${found.length} in ${quote(group)}.`);
  }
  if (group !== `${container}/vars` && datasets(file, `${container}/vars`).length > 0) {
    refuse(`${owner}: the weights file has weights in ${quote(`${container}/vars`)}, which the layer does not have.`);
  }
  for (const [i, weight] of layer.weights.entries()) {
    const path = `${group}/${i}`;
    if (!file.isDataset(path)) refuse(`${owner}: the weights file has no ${quote(path)}, the ${weight.name}.`);
    const shape = file.shape(path);
    if (shape.length !== weight.shape.length || shape.some((size, axis) => size !== weight.shape[axis])) {
      refuse(
        `${owner}: ${weight.name} has the shape (${weight.shape}), the weights file has (${shape}) in ${quote(path)}.`,
      );
    }
  }
}

function readLayer(file: Hdf5, container: string, layer: LayerWeights): Float32Array[] {
  return layer.weights.map((_, i) => file.floats(`${container}/${variables(layer)}/${i}`).data);
}

function datasets(file: Hdf5, group: string): string[] {
  return file.names(group).filter((name) => file.isDataset(`${group}/${name}`));
}

function holdsWeights(file: Hdf5, container: string): boolean {
  return datasets(file, `${container}/vars`).length > 0 || datasets(file, `${container}/cell/vars`).length > 0;
}

function list(layer: LayerWeights): string {
  return layer.weights.length === 0 ? '' : ` (${layer.weights.map((weight) => weight.name).join(', ')})`;
}
