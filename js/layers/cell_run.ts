import { showShape } from '../runtime/check.js';
import { ShapeError, UnsupportedError } from '../runtime/errors.js';
import { Tensor } from '../runtime/tensor.js';
import type { LossSink } from './call.js';
import { stepCellBack } from './cell_step.js';
import { type Cell, flatSizes, flatStates, nestStates, outputSizeOf, readStep, showCell } from './cells.js';
import { Layer } from './layer.js';
import { SimpleRNNCell } from './simple_rnn_cell.js';
import { StackedRNNCells } from './stacked_rnn_cells.js';
import {
  hasBackward,
  type Numbers,
  plus,
  readGradients,
  readResult,
  readWeightGradients,
  sum,
  type WeightGradients,
} from './users.js';

/** The way back through one step. */
export interface StepGradients {
  inputs: Numbers;
  /** One per state. */
  states: Numbers[];
  weights: WeightGradients;
  /** Of the first new state, what comes through the output included. */
  first: Float32Array;
}

/** One step of a cell. */
export interface CellRun {
  output: Tensor;
  /** One by one. */
  states: Tensor[];
  /** Whether the first state is the output. */
  isOutput: boolean;
  /** @param scale Factor of the losses of `addLoss`. */
  back(dOutput: Float32Array, dStates: readonly Float32Array[], scale: number): StepGradients;
}

/** What a step is told. */
export interface RunContext {
  /** The layer, for messages. */
  owner: string;
  training: boolean;
  losses: LossSink | null;
}

/** Whether a cell is a stack as we wrote it. */
export function isOwnStack(cell: Cell): cell is StackedRNNCells {
  return cell instanceof StackedRNNCells && cell.call === StackedRNNCells.prototype.call;
}

/** Whether a cell is one of ours as we wrote it. */
export function isOwnCell(cell: Cell): cell is SimpleRNNCell {
  return cell instanceof SimpleRNNCell && cell.call === SimpleRNNCell.prototype.call;
}

/** @throws {UnsupportedError} naming a cell, or a cell of a stack, that has no `backward`. */
export function checkBackward(owner: string, cell: Cell): void {
  if (isOwnStack(cell)) for (const part of cell.cells) checkBackward(owner, part);
  else if (!isOwnCell(cell) && !hasBackward(cell)) {
    throw new UnsupportedError(
      `${owner}: cell ${showCell(cell)} cannot be trained: it has no \`backward\` beside its \`call\``,
    );
  }
}

/** Carries out one step of any cell, on the whole batch. @param states One by one. */
export function runCell(cell: Cell, input: Tensor, states: readonly Tensor[], context: RunContext): CellRun {
  if (isOwnStack(cell)) return runStack(cell, input, states, context);
  return isOwnCell(cell) ? runOwn(cell, input, states, context) : runUsers(cell, input, states, context);
}

function runStack(stack: StackedRNNCells, input: Tensor, states: readonly Tensor[], context: RunContext): CellRun {
  const runs: CellRun[] = [];
  let output = input;
  let next = 0;
  for (const cell of stack.cells) {
    const count = flatSizes(cell.stateSize).length;
    const run = runCell(cell, output, states.slice(next, next + count), context);
    runs.push(run);
    output = run.output;
    next += count;
  }
  return {
    output,
    states: runs.flatMap((run) => run.states),
    isOutput: runs.length === 1 && (runs[0] as CellRun).isOutput,
    back(dOutput, dStates, scale) {
      const made: StepGradients[] = [];
      let given = dOutput;
      let end = dStates.length;
      for (let index = runs.length - 1; index >= 0; index -= 1) {
        const run = runs[index] as CellRun;
        const start = end - run.states.length;
        const back = run.back(given, dStates.slice(start, end), scale);
        made.unshift(back);
        end = start;
        const before = runs[index - 1];
        if (before !== undefined) given = back.inputs ?? new Float32Array(before.output.data.length);
      }
      const [first] = made as [StepGradients];
      return {
        inputs: first.inputs,
        states: made.flatMap((each) => each.states),
        weights: made.flatMap(({ weights }) => weights),
        first: first.first,
      };
    },
  };
}

function runOwn(cell: SimpleRNNCell, input: Tensor, states: readonly Tensor[], { training }: RunContext): CellRun {
  const [state] = states as readonly [Tensor];
  const [output] = cell.call(input, state, { training });
  const masks = {
    input: training ? cell.getDropoutMask(input) : null,
    recurrent: training ? cell.getRecurrentDropoutMask(state) : null,
  };
  return {
    output,
    states: [output],
    isOutput: true,
    back(dOutput, [dState]) {
      const first = sum(dOutput, dState ?? null);
      const made = stepCellBack(cell, input, state, masks, first);
      return { inputs: made.inputs, states: [made.state], weights: made.weights, first };
    },
  };
}

function runUsers(cell: Cell, input: Tensor, states: readonly Tensor[], context: RunContext): CellRun {
  const { owner, training, losses } = context;
  const { stateSize } = cell;
  const nest = (flat: readonly Tensor[]) => (typeof stateSize === 'number' ? flat : nestStates(stateSize, flat));
  const shapes = [[input.shape[0] as number, outputSizeOf(cell)], ...states.map(({ shape }) => shape)];
  const call = () => {
    const read = readStep(owner, cell.call(input, nest(states), { training }), states.length);
    checkStep(owner, [read.output, ...read.states], shapes);
    return read;
  };
  const { made, gradients: fromLosses } = !(cell instanceof Layer)
    ? { made: call(), gradients: [] }
    : cell.withLosses(losses, [input, ...states], call);
  const { output, saved } = made;
  const isOutput = output.data === made.states[0]?.data;
  return {
    output,
    states: made.states,
    isOutput,
    back(dOutput, dStates, scale) {
      const name = `${owner}: cell ${showCell(cell)}`;
      const given = dStates.map((data, index) => new Tensor(data, (states[index] as Tensor).shape));
      const call = () => cell.backward?.(new Tensor(dOutput, output.shape), nest(given), saved);
      const result = cell instanceof Layer ? cell.withLosses(null, [], call).made : call();
      const read = readResult(name, result, ['inputs', 'states'], ['weights']);
      const list = read.states === null ? states.map(() => null) : flatStates(read.states);
      const gradients = [
        ...readGradients(name, 'inputs', [read.inputs], [input.shape]),
        ...readGradients(
          name,
          'states',
          list,
          states.map(({ shape }) => shape),
        ),
      ];
      const [inputs = null, ...rest] = gradients.map((each, index) => plus(each, fromLosses[index] ?? null, scale));
      const first = sum(dStates[0] as Float32Array, isOutput ? dOutput : null);
      return { inputs, states: rest, weights: readWeightGradients(name, read.weights, cell.weights ?? []), first };
    },
  };
}

function checkStep(owner: string, given: readonly Tensor[], shapes: readonly (readonly number[])[]): void {
  given.forEach(({ shape }, index) => {
    const expected = showShape(shapes[index] as readonly number[]);
    if (showShape(shape) === expected) return;
    throw new ShapeError(
      `${owner}: \`call\` of the cell returned ${index === 0 ? 'an output' : `state ${index - 1}`} of shape ` +
        `${showShape(shape)}, expected ${expected}`,
    );
  });
}
