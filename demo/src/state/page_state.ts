/** The names of the tasks, in the order of the tabs. */
export const TASK_NAMES = ['sunspots', 'digits', 'names', 'parity', 'echo', 'sine'] as const;
export type TaskName = (typeof TASK_NAMES)[number];

export const SPEEDS = [1, 2, 4] as const;
export type Speed = (typeof SPEEDS)[number];

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

/** The network in the picture: the one trained with Keras, or one trained here, at rest or at work. */
export const TRAININGS = ['off', 'paused', 'running'] as const;
export type Training = (typeof TRAININGS)[number];

/** Training steps a second, at most. */
export const PACES = ['25', '100', 'full'] as const;
export type Pace = (typeof PACES)[number];

/** A cell of the heat map: the state of `unit` (from 0) after `step` steps (from 1; h of step 0 is the start). */
export interface Cell {
  readonly step: number;
  readonly unit: number;
}

/** Everything that decides what the page shows. */
export interface PageState {
  readonly task: TaskName;
  /** What the network reads, in the task's own spelling; empty: the task's default. */
  readonly input: string;
  /** Steps done, 0 to the length of the sequence; null: all. */
  readonly step: number | null;
  /** The cell whose arithmetic is open. */
  readonly cell: Cell | null;
  readonly playing: boolean;
  readonly training: Training;
  /** What the random weights of a training are drawn from, and the order of its data. */
  readonly seed: number;
  readonly pace: Pace;
  /** Whether the picture shows the backward pass, too. */
  readonly backward: boolean;
  readonly speed: Speed;
  readonly theme: Theme;
}

/** Seeds are 1 to this. */
const LAST_SEED = 999;

export const DEFAULT_STATE: PageState = {
  task: 'sunspots',
  input: '',
  step: null,
  cell: null,
  playing: false,
  training: 'off',
  seed: 1,
  pace: '100',
  backward: false,
  speed: 1,
  theme: 'system',
};

/** The state after going to `step`: an open cell comes along. */
export function atStep(state: PageState, step: number): PageState {
  return { ...state, step, cell: state.cell && { ...state.cell, step: Math.max(1, step) } };
}

/** The state after choosing another task. */
export function atTask(state: PageState, task: TaskName): PageState {
  const { speed, pace, theme, backward } = state;
  return task === state.task ? state : { ...DEFAULT_STATE, task, speed, pace, theme, backward };
}

/** The state after starting over from other random weights. */
export function atOtherWeights(state: PageState): PageState {
  const training = state.training === 'off' ? 'paused' : state.training;
  return { ...state, training, seed: (state.seed % LAST_SEED) + 1 };
}

/** The part of a URL after `#`: what differs from the default, in a fixed order. */
export function toHash(state: PageState): string {
  const parameters = new URLSearchParams();
  if (state.task !== DEFAULT_STATE.task) parameters.set('task', state.task);
  if (state.input !== '') parameters.set('input', state.input);
  if (state.step !== null) parameters.set('step', String(state.step));
  if (state.cell) parameters.set('cell', `${state.cell.step}.${state.cell.unit}`);
  if (state.playing) parameters.set('play', '1');
  if (state.training !== 'off') parameters.set('train', state.training);
  if (state.seed !== DEFAULT_STATE.seed) parameters.set('seed', String(state.seed));
  if (state.pace !== DEFAULT_STATE.pace) parameters.set('pace', state.pace);
  if (state.backward) parameters.set('backward', '1');
  if (state.speed !== DEFAULT_STATE.speed) parameters.set('speed', String(state.speed));
  if (state.theme !== DEFAULT_STATE.theme) parameters.set('theme', state.theme);
  return parameters.toString();
}

/** The state that a URL's hash stands for; what makes no sense is left at its default. */
export function fromHash(hash: string): PageState {
  const parameters = new URLSearchParams(hash.replace(/^#/, ''));
  const cell = /^(\d{1,6})\.(\d{1,6})$/.exec(parameters.get('cell') ?? '');
  const step = parameters.get('step') ?? '';
  const seed = Number(/^[1-9]\d{0,2}$/.exec(parameters.get('seed') ?? '')?.[0] ?? DEFAULT_STATE.seed);
  return {
    task: oneOf(TASK_NAMES, parameters.get('task')) ?? DEFAULT_STATE.task,
    input: (parameters.get('input') ?? '').slice(0, 64),
    step: /^\d{1,6}$/.test(step) ? Number(step) : null,
    cell: cell ? { step: Math.max(1, Number(cell[1])), unit: Number(cell[2]) } : null,
    playing: parameters.get('play') === '1',
    training: oneOf(TRAININGS, parameters.get('train')) ?? DEFAULT_STATE.training,
    seed,
    pace: oneOf(PACES, parameters.get('pace')) ?? DEFAULT_STATE.pace,
    backward: parameters.get('backward') === '1',
    speed: SPEEDS.find((speed) => String(speed) === parameters.get('speed')) ?? DEFAULT_STATE.speed,
    theme: oneOf(THEMES, parameters.get('theme')) ?? DEFAULT_STATE.theme,
  };
}

function oneOf<T extends string>(names: readonly T[], text: string | null): T | undefined {
  return names.find((name) => name === text);
}
