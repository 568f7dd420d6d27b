import type { Command, Message } from './protocol.js';
import { Session } from './session.js';

/** Milliseconds of training between two looks at the messages. */
const SLICE = 12;

let session: Session | null = null;
/** Of the session, of the example that is shown, and of the least pause between snapshots. */
let id = 0;
let shown = 0;
let rest = 0;
let isDrawn = true;
let isDue = false;
let lastSnapshot = 0;
let isTicking = false;
/** Steps a second, and how many of them time allows by now. */
let pace = Number.POSITIVE_INFINITY;
let allowed = 0;
let lastTick = 0;

const tell = (message: Message) => self.postMessage(message);
/** A message to itself comes after those of the page, and at once; timers have a least pause. */
const { port1, port2 } = new MessageChannel();

/** Trains for a slice of time, sends a snapshot if it is time, and comes again. */
function tick(): void {
  isTicking = false;
  attempt(() => {
    if (session?.isRunning) trainSlice(session);
    sendIfDue();
    if (session?.isRunning) tickSoon();
  });
}

function trainSlice(running: Session): void {
  const now = performance.now();
  allowed = Math.min(allowed + (pace * (now - lastTick)) / 1000, Math.max(1, pace / 10));
  lastTick = now;
  for (; allowed >= 1 && running.isRunning && performance.now() < now + SLICE; allowed--) running.step();
  if (!running.isRunning) isDue = true;
}

function tickSoon(): void {
  if (isTicking) return;
  isTicking = true;
  if (allowed >= 1 || !session?.isRunning) port2.postMessage(null);
  else setTimeout(tick, Math.min(1000 / pace, 40));
}

/** A running training sends when the page has drawn the last snapshot and the pause is over; others when asked. */
function sendIfDue(): void {
  const now = performance.now();
  if (!session || !isDrawn || !(isDue || (session.isRunning && now - lastSnapshot >= rest))) return;
  [isDue, isDrawn, lastSnapshot] = [false, false, now];
  tell(session.snapshot(id, shown));
}

async function begin(command: Command & { kind: 'begin' }): Promise<void> {
  const { beginning } = command;
  session?.dispose();
  session = null;
  ({ session: id, shown } = command);
  rest = beginning.pause;
  isDrawn = true;
  const response = beginning.file === null ? null : await fetch(beginning.file);
  if (response && !response.ok) throw new Error(`${beginning.file}: ${response.status} ${response.statusText}`);
  const bytes = response && new Uint8Array(await response.arrayBuffer());
  session = new Session(beginning, bytes);
}

async function obey(command: Command): Promise<void> {
  if (command.kind === 'begin') await begin(command);
  if (command.kind === 'drawn') isDrawn = true;
  else isDue = true;
  if (!session) return;
  if (command.kind === 'run' && !session.isDone) {
    if (!session.isRunning) [allowed, lastTick] = [1, performance.now()];
    pace = command.pace;
    session.isRunning = true;
  }
  if (command.kind === 'pause') session.isRunning = false;
  if (command.kind === 'step' && !session.isDone) session.step();
  if (command.kind === 'show') {
    shown = command.shown;
    session.show(command.example);
  }
  tickSoon();
}

async function attempt(work: () => void | Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (session) session.isRunning = false;
    tell({ kind: 'failed', session: id, message: error instanceof Error ? error.message : String(error) });
  }
}

/** One command after the other: what comes while a file is fetched waits for it. */
let last: Promise<void> = Promise.resolve();
port1.onmessage = tick;
self.onmessage = ({ data }: MessageEvent<Command>) => {
  last = last.then(() => attempt(() => obey(data)));
};
