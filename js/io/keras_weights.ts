// The model.weights.h5 of a .keras file: which dataset belongs to which weight.
import type { Layer } from '../layers/layer.js';
import type { Weight } from '../runtime/weight.js';
import type { Hdf5 } from './hdf5.js';
import { type Container, containersOf } from './keras_containers.js';
import { quote, refuse } from './refuse.js';

/** The group of a model's layers: Keras 3 and the later versions of 2, then the earlier ones. */
const ROOTS = ['layers', '_layer_checkpoint_dependencies'];
/** Groups that belong to no layer. */
const OTHERS = new Set(['vars', 'optimizer', 'metrics']);

/** A weight and the dataset that holds its numbers. */
export interface Place {
  weight: Weight;
  path: string;
}

/**
 * Where the numbers of all weights are. Datasets are matched as Keras does it: by the names of the containers and by
 * index; names, where the file has them, number and shapes must agree, and no dataset may be left over. The optimizer's
 * and the metrics' groups are left alone. No number is read. Throws ModelFormatError.
 */
export function placeWeights(file: Hdf5, model: Layer): Place[] {
  const containers = findContainers(file, model);
  const places = containers.flatMap((container) => placesOf(file, container));
  const found = new Set(places.map(({ weight }) => weight));
  const missing = model.weights.find((weight) => !found.has(weight));
  if (missing !== undefined) refuse(`The weights file cannot name the place of the weight ${quote(missing.path)}.`);
  checkLeftOver(file, containers);
  return places;
}

function findContainers(file: Hdf5, model: Layer): Container[] {
  const root = ROOTS.find((name) => file.isGroup(name));
  if (root === undefined) {
    if (model.weights.length > 0) refuse('The weights file has no group "layers".');
    return [];
  }
  const plain = containersOf(model, root);
  if (root === 'layers' || plain.every((each) => isThere(file, each))) return plain;
  // Some versions listed each layer with weights twice, and counted it twice.
  const doubled = containersOf(model, root, true);
  return doubled.every((each) => isThere(file, each)) ? doubled : plain;
}

function isThere(file: Hdf5, { path, layer }: Container): boolean {
  return layer.ownWeights.length === 0 || file.isGroup(`${path}/vars`);
}

/** Names, number and shapes of the weights that a layer itself holds. */
function placesOf(file: Hdf5, { path: container, layer, owner: { name: ownerName, className } }: Container): Place[] {
  const owner = `Layer ${quote(ownerName)} (${className})`;
  const group = container === '' ? 'vars' : `${container}/vars`;
  const name = file.isGroup(group) ? file.textAttribute(group, 'name') : null;
  if (name !== null && name !== layer.name) {
    refuse(
      `${owner}: the weights file has the weights of a layer named ${quote(name)} in its place, ${quote(container)}.`,
    );
  }
  const weights = layer.ownWeights;
  const count = datasets(file, group).length;
  if (count !== weights.length) {
    const names = weights.length === 0 ? '' : ` (${weights.map((weight) => weight.name).join(', ')})`;
    refuse(`${owner} has ${weights.length} weights${names}, the weights file has ${count} in ${quote(group)}.`);
  }
  return weights.map((weight, index) => {
    const path = `${group}/${index}`;
    if (!file.isDataset(path)) refuse(`${owner}: the weights file has no ${quote(path)}, the ${weight.name}.`);
    const shape = file.shape(path);
    if (shape.length !== weight.shape.length || shape.some((size, axis) => size !== weight.shape[axis])) {
      refuse(
        `${owner}: ${weight.name} has the shape (${weight.shape}), the weights file has (${shape}) in ${quote(path)}.`,
      );
    }
    return { weight, path };
  });
}

/** Numbers that no layer claims are refused: the file and the configuration do not belong together. */
function checkLeftOver(file: Hdf5, containers: readonly Container[]): void {
  const known = new Set(containers.map(({ path }) => (path === '' ? 'vars' : `${path}/vars`)));
  const walk = (group: string): void => {
    for (const name of file.names(group)) {
      const path = group === '' ? name : `${group}/${name}`;
      if (group === '' && OTHERS.has(name)) continue;
      if (file.isGroup(path)) walk(path);
      else if (!known.has(group)) {
        refuse(`The weights file has weights for ${quote(group)}, which the model does not have.`);
      }
    }
  };
  for (const root of ROOTS) if (file.isGroup(root)) walk(root);
}

function datasets(file: Hdf5, group: string): string[] {
  return file.names(group).filter((name) => file.isDataset(`${group}/${name}`));
}
