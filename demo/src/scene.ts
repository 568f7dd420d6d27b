import type { CrowdRun, ModelCard, ModelHost, RecurrentCard, RecurrentRun, Run } from './host/model_host.js';
import { fixed, scientific } from './maths/format.js';
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
  /** The task's crowd in the principal plane of its states. */
  readonly crowd: CrowdRun;
  /** Time of one `predict`; null in a network that is being trained. */
  readonly microseconds: number | null;
}

/** What a network and its work on an input are, for a task. */
type Parts = Pick<Scene, 'task' | 'input' | 'card' | 'run' | 'crowd' | 'microseconds'>;

export function sceneOf(parts: Parts): Scene {
  const [layer, states] = [parts.card.recurrent[0], parts.run.recurrent[0]];
  if (!layer || !states) throw new Error(`${parts.task.name}: the model has no recurrent layer`);
  return { ...parts, layer, states, labels: parts.task.stepLabels(parts.input) };
}

/** Loads what the state asks for and runs the network on it. */
export async function prepareScene(host: ModelHost, state: PageState): Promise<Scene> {
  const task = TASKS[state.task];
  const url = new URL(task.model, document.baseURI).href;
  const [card] = await Promise.all([host.load(url), task.load()]);
  const input = task.correct(state.input || task.first);
  const [run, crowd] = await Promise.all([host.run(url, task.encode(input)), host.runCrowd(url, task.crowd())]);
  return sceneOf({ task, input, card, run, crowd, microseconds: run.microseconds });
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

/** A cell and its number in words; `done` steps are computed. With `backward` the gradient there, too. */
export function describe(scene: Scene, cell: Cell, done: number, backward: boolean): string {
  const value = cell.step <= done ? fixed(stateOf(scene, cell)) : 'not yet computed';
  const gradient = scene.states.stateGradient?.[(cell.step - 1) * scene.layer.units + cell.unit];
  const more = backward && gradient !== undefined ? `; dLoss/dh ${scientific(gradient)}` : '';
  return `unit ${cell.unit}, step ${cell.step} (${scene.labels[cell.step - 1]}): ${value}${more}`;
}
