import type { TaskName } from '../state/page_state.js';
import { Digits } from './digits.js';
import { Names } from './names.js';
import { Sunspots } from './sunspots.js';
import type { Task } from './task.js';

export type { Task } from './task.js';

export const TASKS: Readonly<Record<TaskName, Task>> = {
  sunspots: new Sunspots(),
  digits: new Digits(),
  names: new Names(),
};
