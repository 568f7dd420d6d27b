import type { Config } from '../family.js';
import { Concatenate } from '../layers/concatenate.js';
import { Embedding } from '../layers/embedding.js';
import { Masking } from '../layers/masking.js';
import { Merge } from '../layers/merge.js';
import { toSnakeCase } from '../layers/names.js';
import { type Argument, SymbolicTensor } from '../layers/symbolic.js';
import type { Shape } from '../runtime/check.js';

/** Writes a tensor of the graph as Keras does. */
type Write = (tensor: Argument) => Config;

/**
 * The operations with which Keras computes masks that a call is given: our graphs have none, a mask is part of the tensor
 * that carries it.
 */
export class MaskWriter {
  readonly #names: Set<string>;
  readonly #entries: Config[] = [];
  readonly #written = new Map<SymbolicTensor, Config>();

  /** @param names Names of the model's layers. */
  constructor(names: Iterable<string>) {
    this.#names = new Set(names);
  }

  /** What Keras has among the layers for the masks written so far. */
  get entries(): readonly Config[] {
    return this.#entries;
  }

  /** A mask that a layer computes, as a result of operations; null if Keras has none that compute it. */
  write(mask: SymbolicTensor, tensor: Write): Config | null {
    const known = this.#written.get(mask);
    if (known !== undefined) return known;
    const made = this.compute(mask, tensor);
    if (made !== null) this.#written.set(mask, made);
    return made;
  }

  private compute(mask: SymbolicTensor, tensor: Write): Config | null {
    const { shape, node } = mask;
    if (node === null) return null;
    const { layer, args } = node;
    const [first] = args as readonly [Argument];
    if (layer instanceof Embedding) return this.add('NotEqual', shape, [tensor(first), 0]);
    if (layer instanceof Masking) {
      return this.any(shape, this.add('NotEqual', first.shape, [tensor(first), layer.maskValue]));
    }
    if (!(layer instanceof Merge)) return null;
    const masks = args.map((each) => (each.mask instanceof SymbolicTensor ? this.write(each.mask, tensor) : null));
    if (args.some((each, index) => each.mask !== null && masks[index] === null)) return null;
    if (!(layer instanceof Concatenate)) {
      return (masks as Config[]).reduce((a, b) => this.add('LogicalOr', shape, [a, b]));
    }
    const wide = args.map((each, index) => {
      const own = masks[index];
      const like = (name: string) => this.add(name, each.shape, [tensor(each)], { dtype: 'bool' });
      if (own === null || own === undefined) return like('OnesLike');
      if ((each.mask as SymbolicTensor).shape.length >= each.shape.length) return own;
      const expanded = this.add('ExpandDims', [...(each.mask as SymbolicTensor).shape, 1], [own], { axis: -1 });
      return this.add('LogicalOr', each.shape, [expanded, like('ZerosLike')]);
    });
    const { axis } = layer;
    return this.any(
      shape,
      this.add('Concatenate', layer.outputShapes(args.map((each) => each.shape))[0] as Shape, [wide], { axis }),
    );
  }

  private any(shape: Shape, given: Config): Config {
    return this.add('Any', shape, [given], { axis: -1, keepdims: false });
  }

  private add(className: string, shape: Shape, args: readonly unknown[], options: Config = {}): Config {
    const base = toSnakeCase(className);
    let name = base;
    for (let count = 1; this.#names.has(name); count += 1) name = `${base}_${count}`;
    this.#names.add(name);
    this.#entries.push({
      module: 'keras.src.ops.numpy',
      class_name: className,
      config: { name, ...options },
      registered_name: className,
      name,
      inbound_nodes: [{ args, kwargs: {} }],
    });
    const config = { shape: [...shape], dtype: 'bool', keras_history: [name, 0, 0] };
    return { class_name: '__keras_tensor__', config };
  }
}
