import type { Config } from '../family.js';
import { showShape } from '../runtime/check.js';
import { ShapeError } from '../runtime/errors.js';
import { aligned, Block } from '../runtime/memory.js';
import { kernels } from '../runtime/module.js';
import { Tensor, type TensorLike, toTensor } from '../runtime/tensor.js';
import { Weight } from '../runtime/weight.js';
import { type Place, SEGMENT_BYTES } from './runs.js';
import type { Part, Slot } from './table.js';

/** One variable of an optimizer's state. */
export interface OptimizerVariable {
  readonly name: string;
  readonly path: string;
  readonly shape: readonly number[];
  /** A copy of the numbers. */
  read(): Tensor;
  /** Overwrites them. @throws {ShapeError} if the shape differs. */
  write(value: TensorLike): void;
}

/** The variables of an optimizer, in Keras' order: the iteration first, then the learning rate, then the slots. */
export interface OptimizerState {
  /** Keras' name, as `'adam'`; null if the file does not say it. */
  name: string | null;
  variables: readonly { shape: readonly number[]; data: Float64Array }[];
}

/** A number of the state that is held outside of the heap. */
export function scalar(path: string, get: () => number, set: (value: number) => void): OptimizerVariable {
  return {
    name: path.slice(path.lastIndexOf('/') + 1),
    path,
    shape: [],
    read: () => new Tensor(Float32Array.of(get()), []),
    write(value) {
      const { data, shape } = toTensor(value, `variable '${path}'`);
      if (shape.length > 0) throw new ShapeError(`variable '${path}' is a number, received shape ${showShape(shape)}`);
      set(data[0] as number);
    },
  };
}

/** The arrays of an optimizer, each with a place for every weight, in one block. */
export interface State {
  block: Block;
  places: readonly Place[];
  /** Numbers of each weight. */
  sizes: readonly number[];
  /** Numbers of an array. */
  length: number;
  /** Byte offsets of the arrays in the block, -1 for those that are not there. */
  averages: number;
  accumulators: number;
  slots: [number, number, number];
  segments: number;
  workspace: number;
  variables: OptimizerVariable[];
}

// The rows' and the columns' averages of Adafactor have one axis less; of vectors there are none.
function shapeOf(slot: string, shape: readonly number[], isFactored: boolean): readonly number[] {
  if (!isFactored || slot === 'velocity') return shape;
  if (shape.length < 2) return [];
  return shape.filter((_, axis) => axis !== shape.length - (slot === 'r' ? 1 : 2));
}

/**
 * Takes and fills the memory of an optimizer.
 * @param groups Slots that are made together, weight by weight.
 * @throws {OutOfMemoryError}
 */
export function makeState(
  optimizer: { className: string; name: string },
  config: Config,
  parts: readonly Part[],
  groups: readonly Slot[][],
  weights: readonly Weight[],
  decays: (weight: Weight) => boolean,
): State {
  const isFactored = optimizer.className === 'Adafactor';
  let length = 0;
  const places = weights.map((variable): Place => {
    const offset = length;
    length += aligned(4 * variable.size) / 4;
    return {
      variable,
      offset,
      part: parts.findIndex(({ takes }) => takes?.(variable) ?? true),
      decays: decays(variable),
    };
  });
  const all = [...groups];
  if (config.gradient_accumulation_steps !== null) all.unshift([{ name: 'gradient_accumulator', index: -1 }]);
  if (config.use_ema) all.unshift([{ name: 'average', index: -1 }]);
  const segments = 4 * length * all.flat().length;
  const workspace = segments + aligned(SEGMENT_BYTES * Math.max(1, weights.length));
  const rooms = places.map(({ variable: { shape }, part }) =>
    parts[part]?.kernel === 'muon' ? 4 * kernels()._muon_workspace_size(shape[0] as number, shape[1] as number) : 0,
  );
  const block = new Block(
    rooms.reduce((most, room) => Math.max(most, room), 0) + workspace,
    `optimizer '${optimizer.name}'`,
  );
  kernels().HEAPU8.fill(0, block.address, block.address + workspace);
  const starts: Record<string, number> = {};
  const slots: State['slots'] = [-1, -1, -1];
  const variables: OptimizerVariable[] = [];
  let next = 0;
  for (const group of all) {
    for (const { name, index } of group) {
      starts[name] = next;
      if (index >= 0) slots[index] = next;
      next += 4 * length;
    }
    for (const { variable, offset, part } of places) {
      for (const { name, initial = 0 } of group) {
        if (parts[part]?.without?.includes(name)) continue;
        const isFactor = isFactored && (name === 'r' || name === 'c');
        const full = isFactor ? variable.name : `${variable.path.replaceAll('/', '_')}_${name}`;
        const weight = new Weight({
          name: full,
          path: `${optimizer.name}/${full}`,
          shape: shapeOf(name, variable.shape, isFactor),
          trainable: false,
          regularizer: null,
          constraint: null,
        });
        weight.place(block, (starts[name] as number) + 4 * offset);
        if (initial !== 0) kernels().HEAPF32.fill(initial, weight.address / 4, weight.address / 4 + weight.size);
        variables.push(weight);
      }
    }
  }
  return {
    block,
    places,
    sizes: weights.map(({ size }) => size),
    length,
    averages: starts.average ?? -1,
    accumulators: starts.gradient_accumulator ?? -1,
    slots,
    segments,
    workspace,
    variables,
  };
}
