// The optimizer's variables in the model.weights.h5 of a .keras file. Nothing of them is needed to predict; they are kept
// for training to go on from.
import type { BaseModel, OptimizerState } from '../models/model.js';
import type { Hdf5 } from './hdf5.js';
import { quote, refuse } from './refuse.js';

const GROUP = 'optimizer/vars';
/** Most values per value of the model's weights; no optimizer of Keras has as many slots. */
const MAX_SLOTS = 6;
const MAX_SCALARS = 64;

/** The variables in the file's order; null where there are none. Throws ModelFormatError. */
export function readOptimizer(file: Hdf5, model: BaseModel): OptimizerState | null {
  const names = file.names(GROUP).filter((name) => file.isDataset(`${GROUP}/${name}`));
  if (names.length === 0) return null;
  const shapes = names.map((_, index) => {
    const path = `${GROUP}/${index}`;
    if (!file.isDataset(path))
      refuse(`The weights file has ${names.length} variables of the optimizer, but no ${quote(path)}.`);
    return file.shape(path);
  });
  const total = shapes.reduce((sum, shape) => sum + sizeOf(shape), 0);
  if (total > MAX_SLOTS * model.countParams() + MAX_SCALARS) {
    refuse(
      `The weights file has ${total} values of the optimizer, too many for a model of ${model.countParams()} weights.`,
    );
  }
  return {
    name: file.textAttribute(GROUP, 'name'),
    variables: names.map((_, index) => file.numbers(`${GROUP}/${index}`)),
  };
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
