import type { ModelCard, ModelHost, RecurrentCard, RecurrentRun, Run } from './host/model_host.js';
import { fixed } from './maths/format.js';
import type { Cell, PageState } from './state/page_state.js';
import { TASKS, type Task } from './tasks/index.js';

/** What a network did with one input: everything that the views draw comes from here. */
export interface Scene {
  readonly task: Task;
  readonly input: string;
  readonly card: ModelCard;
  readonly run: Run;
  /** The recurrent layer in the picture. */
  readonly layer: RecurrentCard;
  readonly states: RecurrentRun;
  /** What the task calls each step. */
  readonly labels: readonly string[];
}

/** Loads what the state asks for and runs the network on it. */
export async function prepareScene(host: ModelHost, state: PageState): Promise<Scene> {
  const task = TASKS[state.task];
  const url = new URL(task.model, document.baseURI).href;
  const [card] = await Promise.all([host.load(url), task.load()]);
  const input = task.correct(state.input || task.first);
  const run = await host.run(url, task.encode(input));
  const [layer, states] = [card.recurrent[0], run.recurrent[0]];
  if (!layer || !states) throw new Error(`${task.model} has no recurrent layer`);
  return { task, input, card, run, layer, states, labels: task.stepLabels(input) };
}

/** Steps done in a scene. */
export const doneIn = (scene: Scene, state: PageState) => Math.min(state.step ?? scene.run.steps, scene.run.steps);

/** The opened cell, if the scene has it and time has come to it. */
export function openCellIn(scene: Scene, state: PageState): Cell | null {
  const { cell } = state;
  return cell && cell.step <= doneIn(scene, state) && cell.unit < scene.layer.units ? cell : null;
}

/** The state of a cell. */
export function stateOf({ states, layer }: Scene, { step, unit }: Cell): number {
  return states.states[(step - 1) * layer.units + unit] ?? Number.NaN;
}

/** A cell and its number in words; `done` steps are computed. */
export function describe(scene: Scene, cell: Cell, done: number): string {
  const value = cell.step <= done ? fixed(stateOf(scene, cell)) : 'not yet computed';
  return `unit ${cell.unit}, step ${cell.step} (${scene.labels[cell.step - 1]}): ${value}`;
}
