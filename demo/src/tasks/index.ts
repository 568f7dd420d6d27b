import type { TaskName } from '../state/page_state.js';
import { Digits } from './digits.js';
import { Echo } from './echo.js';
import { Names } from './names.js';
import { Parity } from './parity.js';
import { Sine } from './sine.js';
import { Sunspots } from './sunspots.js';
import type { Task } from './task.js';

export type { Task } from './task.js';

export const TASKS: Readonly<Record<TaskName, Task>> = {
  sunspots: new Sunspots(),
  digits: new Digits(),
  names: new Names(),
  parity: new Parity(),
  echo: new Echo(),
  sine: new Sine(),
};
