import type { Config } from '../family.js';
import { Dropout } from '../layers/dropout.js';
import type { Layer } from '../layers/layer.js';
import { RNN } from '../layers/rnn.js';
import { type Argument, type Node, SymbolicTensor, single } from '../layers/symbolic.js';
import { UnsupportedError } from '../runtime/errors.js';
import { MaskWriter } from './mask_writer.js';
import { takesMask } from './node_config.js';

/** Writes the applications of one model. */
export class NodeWriter {
  readonly #owner: string;
  readonly #numbers: ReadonlyMap<Node, number>;
  readonly #masks: MaskWriter;

  /** @param numbers The number of each application within the model. */
  constructor(owner: string, numbers: ReadonlyMap<Node, number>, names: Iterable<string>) {
    this.#owner = `${owner}: getConfig`;
    this.#numbers = numbers;
    this.#masks = new MaskWriter(names);
  }

  /** The operations that compute masks, to stand among the layers. */
  get operations(): readonly Config[] {
    return this.#masks.entries;
  }

  /** One application as Keras writes it. @throws {UnsupportedError} for masks that Keras' form cannot say. */
  write(node: Node): Config {
    const inputs = node.args.map((each) => this.tensor(each));
    const { training, initialState, stateIsList = true } = node.options;
    const kwargs: Config = {};
    if (initialState !== undefined) {
      const states = initialState.map((each) => this.tensor(each));
      kwargs.initial_state = stateIsList ? states : states[0];
    }
    if (training !== undefined) kwargs.training = training;
    if (hasOwnMasks(node)) kwargs.mask = single(node.args.map((_, index) => this.mask(node, index)));
    else if (initialState === undefined && training === undefined && isPlain(node)) {
      Object.assign(kwargs, standardArguments(node.layer));
    }
    return { args: node.isList ? [inputs] : inputs, kwargs };
  }

  private mask({ args, options, layer }: Node, index: number): Config | null {
    const mask = options.mask?.[index] ?? null;
    const owner = `${this.#owner}: layer '${layer.name}'`;
    if (mask === null) {
      if (args[index]?.mask === null) return null;
      throw new UnsupportedError(`${owner}: a mask that is taken off cannot be written in Keras' form`);
    }
    const isComputed = mask instanceof SymbolicTensor && mask.carrier !== null;
    const written = isComputed ? this.#masks.write(mask, (each) => this.tensor(each)) : this.tensor(mask);
    if (written !== null) return written;
    throw new UnsupportedError(
      `${owner}: the mask that layer '${(mask as SymbolicTensor).name}' computes cannot be written in Keras' form as that of another tensor`,
    );
  }

  private tensor(each: Argument): Config {
    if (!(each instanceof SymbolicTensor)) {
      return { class_name: '__tensor__', config: { value: each.toArray(), dtype: 'float32' } };
    }
    const { shape, dtype, name, node, index } = each;
    const history = [name, this.#numbers.get(node as Node) as number, index];
    return { class_name: '__keras_tensor__', config: { shape: [...shape], dtype, keras_history: history } };
  }
}

// Whether a call was given other masks than those that would travel with its inputs.
function hasOwnMasks({ args, options: { mask, initialState } }: Node): boolean {
  if (mask === undefined) return false;
  const given = args.map((_, index) => mask?.[index] ?? null);
  const travels = given.every((each, index) => each === args[index]?.mask);
  return !travels || (initialState !== undefined && given.some((each) => each !== null));
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
