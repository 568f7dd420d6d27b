import type { Config } from '../family.js';
import { checkShape, type Shape, show } from '../runtime/check.js';
import { ArgumentError } from '../runtime/errors.js';
import type { Tensor } from '../runtime/tensor.js';
import type { Weight } from '../runtime/weight.js';
import { cloneCell, releaseCell } from './bare_cell.js';
import {
  type Cell,
  checkCell,
  flatSizes,
  flatStates,
  initialStates,
  nestStates,
  outputSizeOf,
  readStep,
  resetMasks,
  type StateSize,
  type States,
  showCell,
} from './cells.js';
import { Layer } from './layer.js';
import type { InputShape, LayerOptions } from './layer_options.js';
import { serialize } from './registry.js';

/** Options of {@link StackedRNNCells}. */
export interface StackedRNNCellsOptions extends LayerOptions {
  /** First to last. */
  cells: readonly Cell[];
}

/**
 * Cells one on top of the other, as one cell: each feeds the next within a step. States are one entry per cell.
 * Follows https://keras.io/api/layers/recurrent_layers/stacked_rnn_cell/.
 *
 * @throws {ArgumentError} if one of them is no cell.
 */
export class StackedRNNCells extends Layer {
  static override readonly className: string = 'StackedRNNCells';
  static override readonly optionNames: readonly string[] = [...Layer.optionNames, 'cells'];
  static override readonly partNames: readonly string[] = ['cells'];

  /** The cells, first to last. */
  readonly cells: readonly Cell[];

  constructor(options: StackedRNNCellsOptions = {} as StackedRNNCellsOptions) {
    super(options);
    const { owner } = this;
    const { cells } = options;
    if (!Array.isArray(cells) || cells.length === 0) {
      throw new ArgumentError(`${owner}: \`cells\` must be a list of cells, received ${show(cells)}`);
    }
    for (const cell of cells as readonly Partial<Cell>[]) {
      if (cell === null || typeof cell !== 'object' || typeof cell.call !== 'function') {
        throw new ArgumentError(
          `${owner}: \`cells\`: All cells must have a \`call\` method. Received cell without a \`call\` method: ${typeof cell === 'string' ? cell : showCell(cell)}`,
        );
      }
      if (!('stateSize' in cell)) {
        throw new ArgumentError(
          `${owner}: \`cells\`: All cells must have a \`state_size\` attribute. Received cell without a \`state_size\`: ${showCell(cell)}`,
        );
      }
      checkCell(owner, cell);
    }
    this.cells = Object.freeze([...cells]);
    if (!this.trainable) for (const layer of this.sublayers) layer.trainable = false;
  }

  /** Sizes of the states, one entry per cell. */
  get stateSize(): readonly StateSize[] {
    return this.cells.map((cell) => cell.stateSize);
  }

  /** Width of the last cell's output. */
  get outputSize(): number {
    return outputSizeOf(this.cells.at(-1) as Cell);
  }

  override get sublayers(): readonly Layer[] {
    // The base class asks before the cells exist.
    return (this.cells ?? []).filter((cell) => cell instanceof Layer);
  }

  override get weights(): readonly Weight[] {
    return (this.cells ?? []).flatMap((cell) => [...(cell.weights ?? [])]);
  }

  protected override createWeights(inputShape: InputShape): void {
    let shape = inputShape as Shape;
    for (const cell of this.cells) {
      if (cell instanceof Layer) this.buildPart(cell, shape);
      else cell.build?.(shape);
      shape = [shape[0] as number | null, outputSizeOf(cell)];
    }
  }

  override computeOutputShape(inputShape: InputShape): Shape {
    const [shape] = this.readShapes(inputShape) as [Shape];
    return [shape[0] as number | null, this.outputSize];
  }

  /** The states that a sequence begins with, one entry per cell. @throws {ShapeError} if `batchSize` is no size. */
  getInitialState(batchSize: number): States[] {
    checkShape(`${this.owner}: getInitialState`, 'batchSize', [batchSize], false, true);
    return this.cells.map((cell) => {
      const flat = initialStates(this.owner, cell, batchSize);
      return typeof cell.stateSize === 'number' ? (flat[0] as Tensor) : (nestStates(cell.stateSize, flat) as States);
    });
  }

  /**
   * One step through all cells.
   * @param inputs The inputs of the step, [batch, features].
   * @param states One entry per cell.
   * @returns the last cell's output, and the new states in the form of `states`.
   */
  override call(
    inputs: Tensor,
    states: readonly States[],
    options: { training?: boolean } = {},
    // biome-ignore lint/suspicious/noExplicitAny: the form of the states is the cells'.
  ): any {
    this.alive();
    const flat = flatStates(states);
    const count = this.stateSize.flatMap(flatSizes).length;
    if (flat.length !== count) {
      throw new ArgumentError(`${this.owner}: states: the cells have ${count} states, received ${flat.length}`);
    }
    let output = inputs;
    let next = 0;
    const made = this.cells.map((cell) => {
      const sizes = flatSizes(cell.stateSize).length;
      const own = flat.slice(next, next + sizes) as Tensor[];
      next += sizes;
      const given = typeof cell.stateSize === 'number' ? own : nestStates(cell.stateSize, own);
      const step = readStep(this.owner, cell.call(output, given, { training: options.training ?? false }), sizes);
      output = step.output;
      return typeof cell.stateSize === 'number' ? (step.states[0] as Tensor) : nestStates(cell.stateSize, step.states);
    });
    return [output, made.length === 1 ? made[0] : made];
  }

  override getConfig(): Config {
    const cells = this.cells.map((cell) => {
      if (cell instanceof Layer) return serialize(cell);
      throw new ArgumentError(
        `${this.owner}: getConfig: a cell that is a bare object cannot be written; derive a class`,
      );
    });
    return { ...super.getConfig(), cells };
  }

  protected override copy(): this {
    return this.recreate({ cells: this.cells.map((cell) => cloneCell(this.owner, cell)) });
  }

  override dispose(): void {
    super.dispose();
    for (const cell of this.cells) releaseCell(cell);
  }

  /** @internal Forgets the masks that cells keep for direct calls. */
  resetMasks(): void {
    for (const cell of this.cells) resetMasks(cell);
  }
}
