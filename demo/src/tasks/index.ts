import type { TaskName } from '../state/page_state.ts';
import { Digits } from './digits.ts';
import { Names } from './names.ts';
import { Sunspots } from './sunspots.ts';
import type { Task } from './task.ts';

export type { Task } from './task.ts';

export const TASKS: Readonly<Record<TaskName, Task>> = {
  sunspots: new Sunspots(),
  digits: new Digits(),
  names: new Names(),
};
