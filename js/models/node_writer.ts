import type { Config } from '../family.js';
import { Dropout } from '../layers/dropout.js';
import type { Layer } from '../layers/layer.js';
import { RNN } from '../layers/rnn.js';
import { type Argument, type Node, SymbolicTensor } from '../layers/symbolic.js';
import { UnsupportedError } from '../runtime/errors.js';
import { takesMask } from './node_config.js';

/** One application as Keras writes it. @param numbers The number of each application within the model. */
export function writeNode(node: Node, numbers: ReadonlyMap<Node, number>, owner: string): Config {
  const write = (each: Argument): Config => writeTensor(each, numbers);
  const inputs = node.args.map(write);
  const { training, mask, initialState, stateIsList = true } = node.options;
  const kwargs: Config = {};
  if (initialState !== undefined) {
    const states = initialState.map(write);
    kwargs.initial_state = stateIsList ? states : states[0];
  }
  if (training !== undefined) kwargs.training = training;
  const masks = mask === undefined ? null : explicitMasks(node, `${owner}: getConfig: layer '${node.layer.name}'`);
  if (masks !== null) {
    const written = masks.map((each) => (each === null ? null : write(each)));
    kwargs.mask = written.length === 1 ? written[0] : written;
  } else if (initialState === undefined && training !== true && isPlain(node)) {
    Object.assign(kwargs, standardArguments(node.layer));
  }
  return { args: node.isList ? [inputs] : inputs, kwargs };
}

// Keras notes what it puts in itself where a layer is called with nothing but one float32 tensor.
function isPlain({ args, isList }: Node): boolean {
  const [only] = args;
  return !isList && only instanceof SymbolicTensor && only.dtype === 'float32';
}

function standardArguments(layer: Layer): Config {
  return {
    ...(layer instanceof RNN || layer instanceof Dropout ? { training: false } : {}),
    ...(takesMask(layer) ? { mask: null } : {}),
  };
}

// Null where the masks are those that travel with the inputs.
function explicitMasks({ args, options: { mask, initialState } }: Node, owner: string): (Argument | null)[] | null {
  const given = args.map((_, index) => mask?.[index] ?? null);
  const travels = given.every((each, index) => each === args[index]?.mask);
  if (travels && (initialState === undefined || given.every((each) => each === null))) return null;
  given.forEach((each, index) => {
    if (each === null && args[index]?.mask !== null) {
      throw new UnsupportedError(`${owner}: a mask that is taken off cannot be written in Keras' form`);
    }
    if (each instanceof SymbolicTensor && each.carrier !== null) {
      throw new UnsupportedError(
        `${owner}: a mask that another layer computes cannot be written in Keras' form beside an initial state or for ` +
          'another tensor than its own',
      );
    }
  });
  return given;
}

function writeTensor(each: Argument, numbers: ReadonlyMap<Node, number>): Config {
  if (!(each instanceof SymbolicTensor)) {
    return { class_name: '__tensor__', config: { value: each.toArray(), dtype: 'float32' } };
  }
  const { shape, dtype, name, node, index } = each;
  const history = [name, numbers.get(node as Node) as number, index];
  return { class_name: '__keras_tensor__', config: { shape: [...shape], dtype, keras_history: history } };
}
