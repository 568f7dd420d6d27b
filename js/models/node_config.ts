// One application of a layer as Keras writes it: { args, kwargs }, or Keras 2's list of [layer, node, tensor, kwargs].
import type { Config } from '../family.js';
import { Bidirectional } from '../layers/bidirectional.js';
import type { Layer } from '../layers/layer.js';
import { RNN } from '../layers/rnn.js';
import { TimeDistributed } from '../layers/time_distributed.js';
import { show } from '../runtime/check.js';
import { ModelFormatError } from '../runtime/errors.js';
import { Tensor, toTensor } from '../runtime/tensor.js';
import { BaseModel } from './model.js';
import { checkReference, type Reference, readReference } from './reference.js';

/** A tensor by its name, or numbers. */
export type Given = Reference | Tensor;

/** What one application is given. */
export interface NodeConfig {
  inputs: readonly Given[];
  isList: boolean;
  training: boolean | null;
  /** Null: the masks that travel with the inputs. */
  masks: readonly (Given | null)[] | null;
  states: readonly Given[] | null;
  stateIsList: boolean;
  /** Whether it is in Keras 2's form. */
  isOld: boolean;
}

/** Whether a layer takes states beside its input. */
export function takesStates(layer: Layer): boolean {
  return layer instanceof RNN || layer instanceof Bidirectional;
}

/** Whether a layer takes a mask as an argument. */
export function takesMask(layer: Layer): boolean {
  return takesStates(layer) || layer instanceof TimeDistributed || layer instanceof BaseModel;
}

/** Reads one application. @throws {ModelFormatError} naming what is not understood. */
export function readNode(layer: Layer, value: unknown): NodeConfig {
  if (Array.isArray(value)) return readOld(layer, value);
  const { args = [], kwargs = {} } = asObject(value, 'an application');
  if (!Array.isArray(args)) throw new ModelFormatError(`\`args\` must be a list, received ${show(args)}`);
  const named = { ...asObject(kwargs, '`kwargs`') };
  const positional = takesStates(layer) ? ['initial_state', 'mask', 'training'] : ['training', 'mask'];
  const [first, ...rest] = args as unknown[];
  rest.forEach((each, index) => {
    const name = positional[index];
    if (name === undefined || name in named) {
      throw new ModelFormatError(`\`args\` has ${args.length} entries, which layer '${layer.name}' does not take`);
    }
    named[name] = each;
  });
  const { inputs, sequences, ...others } = named;
  return finish(layer, readInputs(layer, first ?? inputs ?? sequences), others, false);
}

// [[layer, node, tensor, kwargs], …], or one of these alone.
function readOld(layer: Layer, value: readonly unknown[]): NodeConfig {
  const entries = (typeof value[0] === 'string' ? [value] : value) as unknown[];
  let kwargs: Config = {};
  const given = entries.map((entry) => {
    const [name, , , named] = Array.isArray(entry) ? (entry as unknown[]) : [];
    if (name === '_CONSTANT_VALUE') throw new ModelFormatError('constants among the inputs are not understood');
    if (named !== undefined && named !== null) kwargs = { ...kwargs, ...asObject(named, 'the arguments') };
    return checkReference(entry);
  });
  const references = Object.fromEntries(
    Object.entries(kwargs).map(([name, each]) => [name, isOldReference(each) ? { old: checkReference(each) } : each]),
  );
  return finish(layer, { given, isList: given.length > 1 }, references, true);
}

function isOldReference(value: unknown): boolean {
  return Array.isArray(value) && value.length >= 3 && typeof value[0] === 'string' && typeof value[1] === 'number';
}

function finish(
  layer: Layer,
  { given, isList }: { given: readonly Given[]; isList: boolean },
  kwargs: Config,
  isOld: boolean,
): NodeConfig {
  const { training = null, mask = null, initial_state, initialState = initial_state ?? null, ...others } = kwargs;
  for (const [name, value] of Object.entries(others)) {
    if (value !== null) throw new ModelFormatError(`layer '${layer.name}': unknown argument '${name}' of its call`);
  }
  if (training !== null && typeof training !== 'boolean' && training !== 0 && training !== 1) {
    throw new ModelFormatError(`layer '${layer.name}': \`training\` must be true or false, received ${show(training)}`);
  }
  // Older versions give a recurrent layer its states in one list with the input.
  const withStates = takesStates(layer) && given.length > 1;
  const states = withStates ? given.slice(1) : initialState === null ? null : flat(initialState).map(readGiven);
  const masks = mask === null ? null : [mask].flat().map((each) => (each === null ? null : readGiven(each)));
  return {
    inputs: withStates ? given.slice(0, 1) : given,
    isList: isList && !withStates,
    // Beside a mask, false is what Keras notes where it was told nothing.
    training: training === null || (!training && 'mask' in kwargs && states === null) ? null : Boolean(training),
    masks: masks?.every((each) => each === null) ? null : masks,
    states,
    stateIsList: withStates || Array.isArray(initialState),
    isOld,
  };
}

function readInputs(layer: Layer, value: unknown): { given: Given[]; isList: boolean } {
  if (Array.isArray(value)) return { given: flat(value).map(readGiven), isList: true };
  if (value !== null && typeof value === 'object' && !('class_name' in value) && layer instanceof BaseModel) {
    const byName = value as Config;
    return { given: layer.inputNames.map((name) => readGiven(byName[name])), isList: true };
  }
  return { given: [readGiven(value)], isList: false };
}

function flat(value: unknown): unknown[] {
  return Array.isArray(value) ? value.flatMap(flat) : [value];
}

function readGiven(value: unknown): Given {
  const reference = readReference(value);
  if (reference !== null) return reference;
  if (value !== null && typeof value === 'object') {
    const { class_name: className, config, old } = value as Config;
    if (old !== undefined) return old as Reference;
    if (className === '__tensor__' || className === '__numpy__') {
      return toTensor(asObject(config, className).value, className, true);
    }
  }
  throw new ModelFormatError(`expected a tensor of the graph, received ${show(value)}`);
}

function asObject(value: unknown, what: string): Config {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw new ModelFormatError(`${what} must be an object, received ${show(value)}`);
  }
  return value as Config;
}

/** Whether it is numbers. */
export function isNumbers(given: Given): given is Tensor {
  return given instanceof Tensor;
}
