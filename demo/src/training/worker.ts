import { Allowance } from './allowance.js';
import { Lesson } from './lesson.js';
import type { Command, Message } from './protocol.js';

/** Milliseconds of training between two looks at the messages. */
const SLICE = 12;

let lesson: Lesson | null = null;
/** Of the lesson, of the example that is shown, and of the least pause between snapshots. */
let id = 0;
let shown = 0;
let rest = 0;
let isDrawn = true;
let isDue = false;
let lastSnapshot = 0;
let isTicking = false;
const allowance = new Allowance();

const tell = (message: Message) => self.postMessage(message);
/** A message to itself comes after those of the page, and at once; timers have a least pause. */
const { port1, port2 } = new MessageChannel();

/** Trains for a slice of time, sends a snapshot if it is time, and comes again. */
function tick(): void {
  isTicking = false;
  attempt(() => {
    if (lesson?.isRunning) trainSlice(lesson);
    sendIfDue();
    if (lesson?.isRunning) tickSoon();
  });
}

function trainSlice(running: Lesson): void {
  const now = performance.now();
  allowance.advance(now);
  for (; allowance.isDue && running.isRunning && performance.now() < now + SLICE; allowance.take()) running.step();
  if (!running.isRunning) isDue = true;
}

function tickSoon(): void {
  if (isTicking) return;
  isTicking = true;
  if (allowance.isDue || !lesson?.isRunning) port2.postMessage(null);
  else setTimeout(tick, allowance.wait);
}

/** A running training sends when the page has drawn the last snapshot and the pause is over; others when asked. */
function sendIfDue(): void {
  const now = performance.now();
  if (!lesson || !isDrawn || !(isDue || (lesson.isRunning && now - lastSnapshot >= rest))) return;
  [isDue, isDrawn, lastSnapshot] = [false, false, now];
  tell(lesson.snapshot(id, shown));
}

async function begin(command: Command & { kind: 'begin' }): Promise<void> {
  const { beginning } = command;
  lesson?.dispose();
  lesson = null;
  ({ lesson: id, shown } = command);
  rest = beginning.pause;
  isDrawn = true;
  const response = beginning.file === null ? null : await fetch(beginning.file);
  if (response && !response.ok) throw new Error(`${beginning.file}: ${response.status} ${response.statusText}`);
  const bytes = response && new Uint8Array(await response.arrayBuffer());
  lesson = new Lesson(beginning, bytes);
}

async function obey(command: Command): Promise<void> {
  if (command.kind === 'begin') await begin(command);
  if (command.kind === 'drawn') isDrawn = true;
  else isDue = true;
  if (!lesson) return;
  if (command.kind === 'run' && !lesson.isDone) {
    if (!lesson.isRunning) allowance.start(performance.now());
    allowance.pace = command.pace;
    lesson.isRunning = true;
  }
  if (command.kind === 'pause') lesson.isRunning = false;
  if (command.kind === 'step' && !lesson.isDone) lesson.step();
  if (command.kind === 'show') {
    shown = command.shown;
    lesson.show(command.example);
  }
  tickSoon();
}

async function attempt(work: () => void | Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (lesson) lesson.isRunning = false;
    tell({ kind: 'failed', lesson: id, message: error instanceof Error ? error.message : String(error) });
  }
}

/** One command after the other: what comes while a file is fetched waits for it. */
let last: Promise<void> = Promise.resolve();
port1.onmessage = tick;
self.onmessage = ({ data }: MessageEvent<Command>) => {
  last = last.then(() => attempt(() => obey(data)));
};
