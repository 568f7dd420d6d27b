import { activationCode, defaultParameters } from '../activation_table.js';
import * as constraints from '../constraints.js';
import type { Config } from '../family.js';
import * as initializers from '../initializers.js';
import * as regularizers from '../regularizers.js';
import { checkBoolean, checkShape, checkSize, type Shape, show } from '../runtime/check.js';
import { ArgumentError, UnsupportedError } from '../runtime/errors.js';
import { kernels } from '../runtime/module.js';
import { Tensor, type TensorLike, toTensor } from '../runtime/tensor.js';
import type { Weight } from '../runtime/weight.js';
import { type WeightOptions, weightOptions } from './arguments.js';
import type { Backward, Gradients } from './backward.js';
import { Call, type CallContext, type MaskSpan, type Span, sizeOf, takeSpan } from './call.js';
import { Layer } from './layer.js';
import type { LayerOptions, WeightSpec } from './layer_options.js';
import { SymbolicTensor, symbolicMask } from './symbolic.js';

/** Options of {@link Embedding}. */
export interface EmbeddingOptions extends LayerOptions {
  /** Number of tokens: ids go from 0 to `inputDim` - 1. */
  inputDim: number;
  /** Size of a token's vector. */
  outputDim: number;
  /** Default `'uniform'`. */
  embeddingsInitializer?: initializers.InitializerIdentifier;
  /** Penalty on the table, see `losses`. Default null. */
  embeddingsRegularizer?: regularizers.RegularizerIdentifier;
  /** Rule that training holds the table to. Default null. */
  embeddingsConstraint?: constraints.ConstraintIdentifier;
  /** Whether token 0 is padding, to be masked; default false. */
  maskZero?: boolean;
}

/**
 * Turns token ids into vectors. Input [batch, …] of whole numbers, output [batch, …, outputDim].
 * Follows https://keras.io/api/layers/core_layers/embedding/.
 */
export class Embedding extends Layer {
  static override readonly className: string = 'Embedding';
  static override readonly optionNames: readonly string[] = [
    ...Layer.optionNames,
    'inputDim',
    'outputDim',
    'embeddingsInitializer',
    'embeddingsRegularizer',
    'embeddingsConstraint',
    'maskZero',
    'weights',
  ];

  /** Number of tokens. */
  readonly inputDim: number;
  /** Size of a token's vector. */
  readonly outputDim: number;
  /** Whether token 0 is masked. */
  readonly maskZero: boolean;
  readonly #embeddings: WeightOptions;

  constructor(options: EmbeddingOptions = {} as EmbeddingOptions) {
    super(options);
    const { owner } = this;
    if ((options as { weights?: unknown }).weights) {
      throw new UnsupportedError(`${owner}: \`weights\` is not supported: use setWeights or embeddingsInitializer`);
    }
    const size = (argument: string, name: string, value: unknown) =>
      checkSize(
        owner,
        argument,
        value,
        `\`${name}\` must be a positive integer. Received: ${name}=${show(value)} (of type ${Number.isInteger(value) ? 'int' : typeof value}).`,
      );
    this.inputDim = size('inputDim', 'input_dim', options.inputDim);
    this.outputDim = size('outputDim', 'output_dim', options.outputDim);
    this.maskZero = checkBoolean(owner, 'maskZero', options.maskZero ?? false);
    this.#embeddings = weightOptions(owner, options, 'embeddings', 'uniform');
  }

  override get supportsMasking(): boolean {
    return this.maskZero;
  }

  protected override weightSpecs(): WeightSpec[] {
    return [{ name: 'embeddings', shape: [this.inputDim, this.outputDim], ...this.#embeddings }];
  }

  /** @internal Checks ids that lie in the heap. */
  checkIds(address: number, count: number): void {
    const heap = kernels().HEAPF32;
    const start = address / 4;
    for (let index = start; index < start + count; index += 1) {
      const id = heap[index] as number;
      if (!(id >= 0 && id < this.inputDim) || id !== Math.floor(id)) {
        throw new ArgumentError(
          `${this.owner}: inputs: token ids must be whole numbers from 0 to ${this.inputDim - 1}, received ${id}`,
        );
      }
    }
  }

  /** @internal Address of the table. */
  get table(): number {
    return (this.ownWeights[0] as Weight).address;
  }

  override begin([input]: readonly [Span], context: CallContext): Call {
    return new EmbeddingCall(this, input, context);
  }

  override computeOutputShape(inputShape: Shape): Shape {
    return [...checkShape(this.owner, 'inputShape', inputShape, true, true), this.outputDim];
  }

  override computeMask(inputs: SymbolicTensor): SymbolicTensor | null;
  override computeMask(inputs: TensorLike): Tensor | null;
  override computeMask(inputs: TensorLike | SymbolicTensor): Tensor | SymbolicTensor | null {
    if (!this.maskZero) return null;
    if (inputs instanceof SymbolicTensor) return symbolicMask(inputs.shape);
    const ids = toTensor(inputs, `${this.owner}: inputs`);
    return new Tensor(
      ids.data.map((id) => (id === 0 ? 0 : 1)),
      ids.shape,
    );
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      input_dim: this.inputDim,
      output_dim: this.outputDim,
      embeddings_initializer: initializers.serialize(this.#embeddings.initializer),
      embeddings_regularizer: regularizers.serialize(this.#embeddings.regularizer),
      activity_regularizer: regularizers.serialize(this.activityRegularizer),
      embeddings_constraint: constraints.serialize(this.#embeddings.constraint),
      mask_zero: this.maskZero,
      quantization_config: null,
    };
  }
}

class EmbeddingCall extends Call {
  readonly #layer: Embedding;
  readonly #count: number;
  readonly #mask: number;

  constructor(layer: Embedding, input: Span, context: CallContext) {
    const count = sizeOf(input.shape);
    const mask: MaskSpan | null = layer.maskZero
      ? { address: context.arena.take(count), shape: Object.freeze([...input.shape]) }
      : null;
    super([input], [takeSpan(context.arena, [...input.shape, layer.outputDim], mask)]);
    this.#layer = layer;
    this.#count = count;
    this.#mask = mask === null ? 0 : mask.address;
  }

  override forward(): void {
    const layer = this.#layer;
    layer.checkIds(this.input.address, this.#count);
    const output = (this.outputs[0] as Span).address;
    kernels()._embedding_forward(output, this.#mask, this.input.address, layer.table, this.#count, layer.outputDim);
  }

  override layOutBackward(gradients: Gradients): Backward | null {
    const layer = this.#layer;
    const dOutputs = gradients.of(this.outputs[0] as Span);
    const table = layer.ownWeights[0] as Weight;
    if (dOutputs === 0 || !gradients.trains([table])) return null;
    const dTable = gradients.weight(table);
    const count = this.#count * layer.outputDim;
    const lookups = gradients.lookups(table);
    const scratch = lookups === null ? 0 : gradients.arena.scratch(4 * count);
    const limit = (lookups?.limit ?? Number.POSITIVE_INFINITY) * gradients.scale;
    const relu = defaultParameters('relu');
    const scatter = (to: number, from: number) =>
      kernels()._embedding_backward(to, from, this.input.address, this.#count, layer.outputDim);
    return () => {
      const core = kernels();
      if (limit < Number.POSITIVE_INFINITY) core._blend(dOutputs, dOutputs, count, 1, 0, limit);
      scatter(dTable, dOutputs);
      if (lookups === null) return;
      core._multiply_elements(scratch, dOutputs, dOutputs, count);
      scatter(lookups.squares, scratch);
      if (lookups.sizes === 0) return;
      core._activation_forward(scratch, dOutputs, 1, count, activationCode('relu'), ...relu);
      core._blend(scratch, dOutputs, count, 2, -1, Number.POSITIVE_INFINITY); // |g| = 2 max(g, 0) - g
      scatter(lookups.sizes, scratch);
    };
  }
}
