import type { ConstraintIdentifier } from '../constraints.js';
import type { Config } from '../family.js';
import type { Initializer, InitializerIdentifier } from '../initializers.js';
import type { RegularizerIdentifier } from '../regularizers.js';
import { type Shape, show } from '../runtime/check.js';
import { ArgumentError, UnsupportedError } from '../runtime/errors.js';
import type { MaskLike, TensorLike } from '../runtime/tensor.js';
import type { WeightConstraint, WeightRegularizer } from '../runtime/weight.js';
import type { SymbolicTensor } from './symbolic.js';

/** Options that every layer takes. */
export interface LayerOptions {
  /** Name, unique within a model; by default Keras' (`simple_rnn`, `simple_rnn_1`, …). */
  name?: string | null;
  /** `'float32'`, the only one. */
  dtype?: string | Config | null;
  /** Whether training changes the weights; default true. */
  trainable?: boolean;
  /** Shape of one row of the input, without the batch; null for a length that varies. */
  inputShape?: Shape;
  /** Shape of the input with the batch size, which stateful layers need. */
  batchInputShape?: Shape;
  /** Penalty on the outputs, see `losses`. Default null. */
  activityRegularizer?: RegularizerIdentifier;
}

/** A mask as `apply` takes it. */
export type MaskArgument = MaskLike | SymbolicTensor | null;

/** States as `apply` takes them: one, or a list with one entry per cell, which may be lists again. */
export type StateArgument = TensorLike | SymbolicTensor | readonly StateArgument[];

/** Options of `apply`. */
export interface ApplyOptions {
  /** [batch, steps], not 0 = use the step; null: no mask, not even the input's own. A list for several inputs. */
  mask?: MaskArgument | readonly MaskArgument[];
  /** Default false. */
  training?: boolean | null;
  /** Recurrent layers: one state or a list of them, each [batch, units]. */
  initialState?: StateArgument | null;
}

/** What a layer of the user's own is told in `call`. */
export interface CallOptions {
  /** The mask of the input, [batch, steps], or null; a list for several inputs. */
  mask?: MaskLike | null | readonly (MaskLike | null)[];
  /** Default false. */
  training?: boolean | null;
  /** Recurrent layers. */
  initialState?: StateArgument | null;
}

/** What `backward` of a layer of the user's own gives: dLoss / d of what it is about; null stands for zeros. */
export interface LayerGradients {
  /** Shaped like the input; a list for several. */
  inputs: TensorLike | null | readonly (TensorLike | null)[];
  /** One per trainable weight in their order, or one per weight of all; may be missing where there are none. */
  weights?: readonly (TensorLike | null)[];
  /** Of a recurrent layer that was given initial states: one per state, flat. */
  initialState?: readonly (TensorLike | null)[] | null;
}

/** Shape of one input, or a list of the shapes of several. */
export type InputShape = Shape | readonly Shape[];

/** One weight to create. */
export interface WeightSpec {
  name: string;
  shape: readonly number[];
  initializer: Initializer;
  regularizer: WeightRegularizer | null;
  constraint: WeightConstraint | null;
  /** Default true. */
  trainable?: boolean;
}

/** What `addWeight` takes. */
export interface AddWeightOptions {
  /** Default `'weight'`. */
  name?: string;
  /** Default `[]`: one number. */
  shape?: readonly number[];
  /** `'float32'`, the only one. */
  dtype?: string | null;
  /** Default `'glorot_uniform'`; `'zeros'` for one number. */
  initializer?: InitializerIdentifier | null;
  /** Default null. */
  regularizer?: RegularizerIdentifier;
  /** Default null. */
  constraint?: ConstraintIdentifier;
  /** Default true. */
  trainable?: boolean;
}

export const BASE_OPTIONS = [
  'name',
  'dtype',
  'trainable',
  'inputShape',
  'batchInputShape',
  'activityRegularizer',
] as const;

/** Keras' float32 policy, as written into every layer's configuration. */
export const FLOAT32_POLICY = {
  module: 'keras',
  class_name: 'DTypePolicy',
  config: { name: 'float32' },
  registered_name: null,
};

/** Checks `dtype`: float32 or nothing. */
export function checkDtype(owner: string, dtype: unknown): void {
  const name =
    dtype !== null && typeof dtype === 'object' ? ((dtype as Config).config as Config | undefined)?.name : dtype;
  if (name === undefined || name === null || name === 'float32') return;
  if (typeof name !== 'string')
    throw new ArgumentError(`${owner}: \`dtype\` must be a string, received ${show(dtype)}`);
  throw new UnsupportedError(`${owner}: \`dtype\` ${show(name)} is not supported; everything is computed in 'float32'`);
}

/** Checks `name`; null where the automatic name is to be taken. */
export function checkName(owner: string, name: unknown): string | null {
  if (name === undefined || name === null) return null;
  if (typeof name === 'string' && name !== '' && !name.includes('/')) return name;
  throw new ArgumentError(`${owner}: \`name\` must be a string without '/', received ${show(name)}`);
}
