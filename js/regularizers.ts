import { type Config, Family, type Kind, type Member, type Serialized } from './family.js';
import { sizeOf } from './layers/call.js';
import { borrow } from './runtime/borrow.js';
import { show, showShape } from './runtime/check.js';
import { ArgumentError, ShapeError } from './runtime/errors.js';
import { kernels } from './runtime/module.js';
import { type TensorLike, toTensor } from './runtime/tensor.js';

/**
 * A penalty on weights or outputs: call it on a tensor, and it gives a number. Sums are taken in float64.
 * Of a layer's losses: weights count as they are, outputs divided by the batch size.
 * @see https://keras.io/api/layers/regularizers/
 */
export interface Regularizer extends Member {
  /** The penalty on `x`. @throws {ShapeError} if OrthogonalRegularizer is given another rank than 2. */
  (x: TensorLike): number;
  /** @internal The penalty on the numbers of this shape at `address`. */
  penalty(address: number, shape: readonly number[]): number;
  /** @internal Adds its gradient, times `factor`, to the numbers at `gradients`. */
  addGradient(gradients: number, address: number, shape: readonly number[], factor: number): void;
}

/** A name (`'l2'`), `{ class_name, config }`, a regularizer, or null for none. */
export type RegularizerIdentifier = string | Serialized | Regularizer | null;

type Penalty = Pick<Regularizer, 'penalty' | 'addGradient'>;

function factor(config: Config, name: string): number {
  const value = config[name];
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) {
    throw new ArgumentError(
      `Invalid value for argument ${name}: expected a non-negative float.Received: ${name}=${show(value)}`,
    );
  }
  return value;
}

function sums(l1: number, l2: number): Penalty {
  return {
    penalty: (address, shape) => kernels().penalty(address, sizeOf(shape), l1, l2),
    addGradient: (gradients, address, shape, scale) =>
      kernels().addPenaltyGradient(gradients, address, sizeOf(shape), scale * l1, scale * l2),
  };
}

function orthogonal(scale: number, mode: unknown): Penalty {
  if (mode !== 'rows' && mode !== 'columns') {
    throw new ArgumentError(
      `Invalid value for argument \`mode\`. Expected one of {"rows", "columns"}. Received: mode=${show(mode)}`,
    );
  }
  const sides = (shape: readonly number[]): [number, number] => {
    const [rows, columns] = shape;
    if (rows !== undefined && columns !== undefined && shape.length === 2) return [rows, columns];
    throw new ShapeError(
      `Inputs to OrthogonalRegularizer must have rank 2. Received: inputs.shape=${showShape(shape)}`,
    );
  };
  const byColumns = mode === 'columns';
  return {
    penalty(address, shape) {
      const [rows, columns] = sides(shape);
      return borrow(4 * rows * columns, 'OrthogonalRegularizer', (workspace) =>
        kernels().orthogonalPenalty(workspace, address, rows, columns, scale, byColumns),
      );
    },
    addGradient(gradients, address, shape, factor) {
      const [rows, columns] = sides(shape);
      borrow(4 * (rows * columns + rows + columns), 'OrthogonalRegularizer', (workspace) =>
        kernels().addOrthogonalGradient(gradients, workspace, address, rows, columns, factor * scale, byColumns),
      );
    },
  };
}

function kind(
  className: string,
  aliases: string[],
  defaults: Config,
  penaltyOf: (config: Config) => Penalty,
): Kind<Regularizer> {
  return {
    className,
    aliases,
    defaults,
    make(config) {
      const { penalty, addGradient } = penaltyOf(config);
      const regularizer = (x: TensorLike): number => {
        const { data, shape } = toTensor(x, `${className}: x`);
        return borrow(4 * data.length, className, (address) => {
          kernels().HEAPF32.set(data, address / 4);
          return penalty(address, shape);
        });
      };
      return Object.freeze(
        Object.assign(regularizer, { className, getConfig: () => ({ ...config }), penalty, addGradient }),
      );
    },
  };
}

const family = new Family<Regularizer>('regularizer', [
  kind('L1', ['l1'], { l1: 0.01 }, (config) => sums(factor(config, 'l1'), 0)),
  kind('L2', ['l2'], { l2: 0.01 }, (config) => sums(0, factor(config, 'l2'))),
  kind('L1L2', ['l1l2', 'l1_l2'], { l1: 0, l2: 0 }, (config) => sums(factor(config, 'l1'), factor(config, 'l2'))),
  kind('OrthogonalRegularizer', ['orthogonal_regularizer'], { factor: 0.01, mode: 'rows' }, (config) =>
    orthogonal(factor(config, 'factor'), config.mode),
  ),
]);

/** From a name, a configuration or an object; null stays null. @throws {ArgumentError} if it is not known. */
export function get(identifier: RegularizerIdentifier | undefined): Regularizer | null {
  return family.get(identifier);
}

/** `{ module, class_name, config, registered_name }`, as Keras 3 writes it. */
export function serialize(regularizer: Regularizer | null): Serialized | null {
  return family.serialize(regularizer);
}

/** From `{ class_name, config }`. */
export function deserialize(config: Serialized): Regularizer {
  return family.deserialize(config);
}

/** l1 · Σ|w|; `l1` defaults to 0.01. */
export function l1(options: { l1?: number | null } = {}): Regularizer {
  return family.create('L1', options);
}

/** l2 · Σw²; `l2` defaults to 0.01. */
export function l2(options: { l2?: number | null } = {}): Regularizer {
  return family.create('L2', options);
}

/** l1 · Σ|w| + l2 · Σw²; both default to 0. */
export function l1l2(options: { l1?: number | null; l2?: number | null } = {}): Regularizer {
  return family.create('L1L2', options);
}

/**
 * Penalty on rows (or columns) of a matrix that are not orthogonal: `factor` (0.01) times the mean of |cosine| over
 * all pairs; 0 if there is no pair. `mode` defaults to `'rows'`.
 */
export function orthogonalRegularizer(options: { factor?: number; mode?: 'rows' | 'columns' } = {}): Regularizer {
  return family.create('OrthogonalRegularizer', options);
}
