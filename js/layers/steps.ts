import { UnsupportedError } from '../runtime/errors.js';
import type { Arena } from '../runtime/memory.js';
import { kernels } from '../runtime/module.js';
import { Activation } from './activation.js';
import { ActivityRegularization } from './activity_regularization.js';
import { Dense } from './dense.js';
import { Dropout } from './dropout.js';
import { Embedding } from './embedding.js';
import { Layer } from './layer.js';
import { Masking } from './masking.js';
import { RNN } from './rnn.js';
import type { SimpleRNNCell } from './simple_rnn_cell.js';
import { TimeDistributed } from './time_distributed.js';

/** What the layers of a stream tell each other about the step at hand. */
export interface StepContext {
  /** Whether the step is masked: states are held. */
  masked: boolean;
}

/** One layer in a stream: one row, one time step. `output` may change from step to step. */
export interface Step {
  /** Address of the result. */
  output: number;
  /** Number of features of the result. */
  readonly width: number;
  /** Computes from the features at `input`. */
  forward(input: number): void;
  /** Forgets what came before. */
  reset(): void;
}

class RecurrentStep implements Step {
  output: number;
  readonly width: number;
  readonly #cell: SimpleRNNCell;
  readonly #context: StepContext;
  readonly #features: number;
  readonly #code: number;
  // The kernel writes the new state beside the one it reads; the two change places.
  #state: number;
  #spare: number;
  readonly #zeros: number;

  constructor(cell: SimpleRNNCell, zeroes: boolean, features: number, arena: Arena, context: StepContext) {
    this.#cell = cell;
    this.#context = context;
    this.#features = features;
    this.width = cell.units;
    this.#code = cell.activationCode;
    this.#state = arena.take(4 * cell.units);
    this.#spare = arena.take(4 * cell.units);
    this.#zeros = zeroes ? arena.take(4 * cell.units) : 0;
    this.output = this.#state;
    if (!arena.committed) return;
    cell.packed();
    this.reset();
  }

  forward(input: number): void {
    if (this.#context.masked) {
      this.output = this.#zeros === 0 ? this.#state : this.#zeros;
      return;
    }
    const previous = this.#state;
    const state = this.#spare;
    kernels()._simple_rnn_step(state, previous, input, this.#cell.packed(), this.#features, this.width, this.#code);
    this.#state = state;
    this.#spare = previous;
    this.output = state;
  }

  reset(): void {
    const heap = kernels().HEAPF32;
    const zeroed = this.#zeros === 0 ? [this.#state] : [this.#state, this.#zeros];
    for (const address of zeroed) heap.fill(0, address / 4, address / 4 + this.width);
  }
}

class DenseStep implements Step {
  readonly output: number;
  readonly width: number;
  readonly #layer: Dense;
  readonly #features: number;
  readonly #code: number;

  constructor(layer: Dense, features: number, arena: Arena) {
    this.#layer = layer;
    this.#features = features;
    this.width = layer.units;
    this.#code = layer.activationCode;
    this.output = arena.take(4 * layer.units);
    if (arena.committed) layer.packed();
  }

  forward(input: number): void {
    kernels()._dense_forward(this.output, input, this.#layer.packed(), 1, this.#features, this.width, this.#code);
  }

  reset(): void {}
}

class ActivationStep implements Step {
  readonly output: number;
  readonly width: number;
  readonly #layer: Activation;
  readonly #features: number;

  constructor(layer: Activation, features: number, arena: Arena) {
    this.#layer = layer;
    this.#features = features;
    this.width = layer.activation === 'glu' ? features / 2 : features;
    this.output = arena.take(4 * this.width);
  }

  forward(input: number): void {
    const { activationCode, parameters } = this.#layer;
    const [a, b, c] = parameters;
    kernels()._activation_forward(this.output, input, 1, this.#features, activationCode, a, b, c);
  }

  reset(): void {}
}

class EmbeddingStep implements Step {
  output = 0;
  readonly width: number;
  readonly #layer: Embedding;
  readonly #context: StepContext;

  constructor(layer: Embedding, context: StepContext) {
    this.#layer = layer;
    this.#context = context;
    this.width = layer.outputDim;
  }

  forward(input: number): void {
    const layer = this.#layer;
    layer.checkIds(input, 1);
    const id = kernels().HEAPF32[input / 4] as number;
    this.#context.masked = layer.maskZero && id === 0;
    this.output = layer.table + 4 * this.width * id;
  }

  reset(): void {}
}

class MaskingStep implements Step {
  readonly output: number;
  readonly width: number;
  readonly #layer: Masking;
  readonly #context: StepContext;
  readonly #mask: number;

  constructor(layer: Masking, features: number, arena: Arena, context: StepContext) {
    this.#layer = layer;
    this.#context = context;
    this.width = features;
    this.output = arena.take(4 * features);
    this.#mask = arena.take(1);
  }

  forward(input: number): void {
    const module = kernels();
    module._masking_forward(this.output, this.#mask, input, 1, this.width, this.#layer.maskValue);
    this.#context.masked = module.HEAPU8[this.#mask] === 0;
  }

  reset(): void {}
}

class PassStep implements Step {
  output = 0;
  readonly width: number;

  constructor(features: number) {
    this.width = features;
  }

  forward(input: number): void {
    this.output = input;
  }

  reset(): void {}
}

// One step per cell.
function beginCells(layer: RNN, features: number, arena: Arena, context: StepContext): Step[] {
  if (layer.goBackwards) {
    throw new UnsupportedError(`${layer.owner} cannot be streamed: \`goBackwards\` begins at the last step`);
  }
  const { fusedCells } = layer;
  if (fusedCells === null || !layer.isKernel) {
    throw new UnsupportedError(`${layer.owner} cannot be streamed: its cell is not a SimpleRNNCell of this package`);
  }
  let width = features;
  return fusedCells.map((cell, index) => {
    const last = index === fusedCells.length - 1;
    const step = new RecurrentStep(cell, last && layer.zeroOutputForMask, width, arena, context);
    width = step.width;
    return step;
  });
}

/** Lays out one layer for streaming. @throws {UnsupportedError} naming a layer that needs the whole sequence. */
export function beginSteps(layer: Layer, features: number, arena: Arena, context: StepContext): Step[] {
  return layer instanceof RNN
    ? beginCells(layer, features, arena, context)
    : [beginStep(layer, features, arena, context)];
}

function beginStep(layer: Layer, features: number, arena: Arena, context: StepContext): Step {
  if (layer.call !== Layer.prototype.call) {
    throw new UnsupportedError(`${layer.owner} cannot be streamed: its \`call\` is not one of this package`);
  }
  if (layer instanceof TimeDistributed && layer.layer instanceof Dense) {
    return beginStep(layer.layer, features, arena, context);
  }
  if (layer instanceof Dense) return new DenseStep(layer, features, arena);
  if (layer instanceof Embedding) return new EmbeddingStep(layer, context);
  if (layer instanceof Masking) return new MaskingStep(layer, features, arena, context);
  if (layer instanceof Activation && layer.activation !== 'linear') return new ActivationStep(layer, features, arena);
  if (layer instanceof Dropout || layer instanceof Activation || layer instanceof ActivityRegularization) {
    return new PassStep(features);
  }
  throw new UnsupportedError(`${layer.owner} cannot be streamed: it needs the whole sequence`);
}
