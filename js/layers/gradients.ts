import { checkInteger, checkOptions, show, showShape } from '../runtime/check.js';
import { ArgumentError, ShapeError } from '../runtime/errors.js';
import { type Tensor, type TensorLike, toTensor } from '../runtime/tensor.js';
import type { Call, CallContext, Span } from './call.js';
import { type Cell, flatSizes, flatStates } from './cells.js';
import type { EagerInputs } from './eager.js';
import { evaluateGradients } from './eager_gradients.js';
import { Layer } from './layer.js';
import type { ApplyOptions, StateArgument } from './layer_options.js';
import { checkState } from './recurrent_state.js';
import { RNN } from './rnn.js';
import { StepCall } from './step_call.js';

/** Options of {@link gradients}. */
export interface GradientOptions extends ApplyOptions {
  /** The states that a cell is given, [batch, size] each, nested or flat; needed for a cell, and for cells alone. */
  states?: StateArgument | null;
  /** One per returned tensor, states included, shaped like it; null for zeros. Default: ones for the first. */
  cotangents?: readonly (TensorLike | null)[] | null;
  /**
   * Steps after which back-propagation through time is cut; 0, the default: never. It concerns RNN and what is made of
   * it, not a `backward` of a layer of your own.
   */
  truncate?: number;
}

/** What {@link gradients} gives. */
export interface GradientResult {
  /** Σ returned tensors · cotangents + regularization. */
  loss: number;
  /** Penalties of weights and outputs, and what layers of your own report by `addLoss`. */
  regularization: number;
  /** What the layer returns, without the states of `returnState`; a model's outputs. */
  outputs: Tensor[];
  /** The states that it returns, one by one. */
  states: Tensor[];
  /** dLoss / d of what the loss was computed from. */
  gradients: {
    /** In the order of `weights`; null for weights that are not trained. */
    weights: (Tensor | null)[];
    /** One per input; null where no gradient arrives, as for token ids. */
    x: (Tensor | null)[];
    /** One per initial state that was given, flat. */
    initialState: (Tensor | null)[];
    /** Of a cell: one per state that it was given, flat. */
    states: (Tensor | null)[];
  };
}

// What one application is given, and how it is laid out.
interface Application {
  given: Omit<EagerInputs, 'losses' | 'inspections'>;
  begin(inputs: readonly Span[], context: CallContext): Call;
}

/**
 * The gradients of loss = Σ returned tensors · cotangents + regularization, by back-propagation (through time).
 * @param layer A layer or a model, built at first use; or a cell that is a layer, of which one step is done.
 * @param x As for `apply`; of a cell the inputs of one step, [batch, features].
 * @throws {ShapeError} {ArgumentError} if something does not fit, {UnsupportedError} naming a layer or a cell of your own
 *   that has no `backward`.
 */
export function gradients(
  layer: Layer,
  x: TensorLike | readonly TensorLike[],
  options?: GradientOptions,
): GradientResult {
  if (!(layer instanceof Layer)) {
    throw new ArgumentError(
      `gradients: \`layer\` must be a layer, a model or a cell that is one, received ${show(layer)}`,
    );
  }
  const owner = `${layer.owner}: gradients`;
  const known = ['mask', 'training', 'initialState', 'states', 'cotangents', 'truncate'];
  const { cotangents = null, truncate = 0, states = null, ...given } = checkOptions(owner, options, known);
  checkInteger(owner, 'truncate', truncate, 0, 2 ** 24);
  const cell = isCell(layer) ? layer : null;
  if (cell === null && states !== null) {
    throw new ArgumentError(`${owner}: \`states\` are those of a cell; a layer is given \`initialState\``);
  }
  const application = cell === null ? readLayer(layer, x, given) : readCell(owner, cell, x, states, given);
  let products = 0;
  let penalties = 0;
  const made = evaluateGradients(owner, application.begin, {
    ...application.given,
    truncate,
    weights: layer.trainableWeights,
    seed(output, index) {
      const cotangent = readCotangent(owner, cotangents, index, output);
      products += cotangent.reduce((sum, each, at) => sum + each * (output.data[at] as number), 0);
      return cotangent;
    },
    penalize(addresses) {
      for (const [{ regularizer, address, shape }, gradient] of addresses) {
        if (regularizer === null) continue;
        penalties += regularizer.penalty(address, shape);
        regularizer.addGradient(gradient, address, shape, 1);
      }
    },
  });
  checkCount(owner, cotangents, made.outputs.length);
  const regularization = made.losses + penalties;
  const count = made.outputs.length - (cell === null ? layer.returnedStates : flatSizes(cell.stateSize).length);
  return {
    loss: products + regularization,
    regularization,
    outputs: made.outputs.slice(0, count),
    states: made.outputs.slice(count),
    gradients: {
      weights: layer.weights.map((weight) => made.weights.get(weight) ?? null),
      x: made.inputs,
      initialState: cell === null ? made.states : [],
      states: cell === null ? [] : made.states,
    },
  };
}

function isCell(layer: Layer): layer is Layer & Cell {
  return 'stateSize' in layer && !(layer instanceof RNN);
}

function readLayer(layer: Layer, x: unknown, options: ApplyOptions): Application {
  return {
    given: layer.readApplication(x, options),
    begin: (inputs, context) => layer.open(inputs, context),
  };
}

function readCell(
  owner: string,
  cell: Layer & Cell,
  x: unknown,
  states: StateArgument | null,
  { training, ...others }: ApplyOptions,
): Application {
  const other = Object.keys(others)[0];
  if (other !== undefined) throw new ArgumentError(`${owner}: \`${other}\` is not for one step of a cell`);
  const input = toTensor(x, `${owner}: inputs`);
  cell.checkInputs([input.shape]);
  const sizes = flatSizes(cell.stateSize);
  const list = states === null ? [] : flatStates(states);
  if (list.length !== sizes.length) {
    throw new ArgumentError(`${owner}: \`states\`: the cell has ${sizes.length} state(s), received ${list.length}`);
  }
  const initialState = list.map((each, index) => {
    const state = toTensor(each, `${owner}: states`);
    checkState(owner, cell.name, index, [input.shape[0] ?? 0, sizes[index] as number], state.shape);
    return state;
  });
  cell.ensureBuilt([input.shape]);
  return {
    given: { inputs: [input], masks: [null], initialState, training: cell.readTraining(training) },
    begin: (inputs, context) => new StepCall(cell, inputs, context),
  };
}

function checkCount(owner: string, cotangents: unknown, count: number): void {
  if (cotangents === null || (Array.isArray(cotangents) && cotangents.length === count)) return;
  throw new ArgumentError(
    `${owner}: \`cotangents\` must be a list of ${count}, one per returned tensor, received ${show(cotangents)}`,
  );
}

function readCotangent(
  owner: string,
  cotangents: readonly (TensorLike | null)[] | null,
  index: number,
  { shape, data }: Tensor,
): Float32Array {
  if (cotangents === null) return new Float32Array(data.length).fill(index === 0 ? 1 : 0);
  const given = Array.isArray(cotangents) ? (cotangents[index] as TensorLike | null | undefined) : null;
  if (given === null || given === undefined) return new Float32Array(data.length);
  const tensor = toTensor(given, `${owner}: cotangents[${index}]`);
  if (showShape(tensor.shape) === showShape(shape)) return tensor.data;
  throw new ShapeError(
    `${owner}: cotangents[${index}]: expected shape ${showShape(shape)}, received ${showShape(tensor.shape)}`,
  );
}
