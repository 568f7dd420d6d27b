import { Callback } from '../callbacks/callback.js';
import type { Logs, Params } from '../callbacks/model.js';
import { nonFiniteText, twoDigits } from '../callbacks/text.js';
import { show } from '../runtime/check.js';
import { ArgumentError } from '../runtime/errors.js';

/** 0: silent, 1: a bar, 2: one line per epoch, `'auto'`: a bar in a terminal, silent otherwise. */
export type Verbose = 0 | 1 | 2 | 'auto';

const WIDTH = 20;
/** Seconds between two looks of the bar. */
const INTERVAL = 0.05;

interface Output {
  isTTY?: boolean;
  write(text: string): void;
}

function standardOutput(): Output | undefined {
  return (globalThis as { process?: { stdout?: Output } }).process?.stdout;
}

/** What `'auto'` stands for here. @throws {ArgumentError} for what is no Verbose. */
export function resolveVerbose(owner: string, verbose: Verbose): Params['verbose'] {
  if (verbose === 'auto') return standardOutput()?.isTTY ? 1 : 0;
  if (verbose === 0 || verbose === 1 || verbose === 2) return verbose;
  throw new ArgumentError(`${owner}: \`verbose\` must be 0, 1, 2 or 'auto', received ${show(verbose)}`);
}

/**
 * Prints the progress of `fit`, `evaluate` and `predict` as Keras does. Where there is no standard output, in a page, a
 * bar would be a line for each of its states on the console: 1 prints there what 2 prints.
 */
export class ProgressBar extends Callback {
  readonly #write: (text: string) => void;
  readonly #now: () => number;
  readonly #hasBar: boolean;
  #steps: number | null = null;
  #isFit = false;
  #seen = 0;
  #values: Logs = {};
  #start = 0;
  #afterFirst: number | null = null;
  #lastUpdate = Number.NEGATIVE_INFINITY;
  #width = 0;

  /** @param write Where the text goes; @param now Seconds, from any moment on. */
  constructor(write?: (text: string) => void, now = () => performance.now() / 1000) {
    super();
    const output = standardOutput();
    this.#hasBar = write !== undefined || output !== undefined;
    this.#write = write ?? (output ? (text) => output.write(text) : (text) => console.log(text.trimEnd()));
    this.#now = now;
  }

  override setParams(params: Params): void {
    super.setParams(params);
    this.#steps = params.steps;
    this.ignoresBatchLogs = !this.isBar;
  }

  override onTrainBegin(): void {
    this.#isFit = true;
  }

  override onEpochBegin(epoch: number): void {
    this.begin();
    const { verbose, epochs } = this.params as Params;
    if (verbose > 0 && epochs > 1) this.#write(`Epoch ${epoch + 1}/${epochs}\n`);
  }

  override onTrainBatchEnd(batch: number, logs?: Logs): void {
    this.update(batch, logs);
  }

  override onEpochEnd(_: number, logs?: Logs): void {
    this.finish(logs);
  }

  // Validation within fit is silent.
  override onTestBegin(): void {
    if (!this.#isFit) this.begin();
  }

  override onTestBatchEnd(batch: number, logs?: Logs): void {
    if (!this.#isFit) this.update(batch, logs);
  }

  override onTestEnd(logs?: Logs): void {
    if (!this.#isFit) this.finish(logs);
  }

  override onPredictBegin(): void {
    this.begin();
  }

  override onPredictBatchEnd(batch: number): void {
    this.update(batch, {});
  }

  override onPredictEnd(): void {
    this.finish({});
  }

  private begin(): void {
    this.#seen = 0;
    this.#values = {};
    this.#start = this.#now();
    this.#afterFirst = null;
    this.#lastUpdate = Number.NEGATIVE_INFINITY;
    this.#width = 0;
  }

  private get isBar(): boolean {
    return this.#hasBar && this.params?.verbose === 1;
  }

  private update(batch: number, logs: Logs = {}): void {
    this.#seen = batch + 1;
    if (!this.isBar) return;
    Object.assign(this.#values, logs);
    const now = this.#now();
    const perStep = this.secondsPerStep(this.#seen, now);
    if (now - this.#lastUpdate >= INTERVAL) this.print(this.#seen, now, perStep, false);
  }

  private finish(logs: Logs = {}): void {
    Object.assign(this.#values, logs);
    this.#steps ??= this.#seen;
    const now = this.#now();
    const perStep = this.secondsPerStep(this.#steps, now);
    if (this.isBar) this.print(this.#steps, now, perStep, true);
    else if (this.params?.verbose !== 0 && this.#steps > 0) {
      const elapsed = (now - this.#start).toFixed(0);
      // Keras compares the value here, and its size in the bar.
      const values = this.valuesText((value) => value > 1e-3);
      this.#write(`${this.#steps}/${this.#steps} - ${elapsed}s -${stepText(perStep)}${values}\n`);
    }
  }

  // The first step, which is slow, counts only while there is no other.
  private secondsPerStep(current: number, now: number): number {
    if (current === 0) return 0;
    const first = this.#afterFirst;
    const seconds = first !== null && current > 1 ? (now - first) / (current - 1) : (now - this.#start) / current;
    if (current === 1) this.#afterFirst = now;
    return seconds;
  }

  private print(current: number, now: number, perStep: number, isLast: boolean): void {
    const steps = this.#steps;
    let bar = `${String(current).padStart(7)}/Unknown`;
    let length = bar.length;
    let time = `${(now - this.#start).toFixed(0)}s`;
    if (steps !== null && steps > 0) {
      const count = `${String(current).padStart(String(steps).length)}/${steps}`;
      const done = Math.floor(WIDTH * (current / steps));
      const left = `\x1b[37m${'━'.repeat(Math.max(0, WIDTH - done))}\x1b[0m`;
      bar = `\x1b[1m${count}\x1b[0m ${done > 0 ? `\x1b[32m${'━'.repeat(done)}\x1b[0m` : ''}${left}`;
      length = count.length + 1 + WIDTH;
      if (!isLast) time = remainingText(perStep * (steps - current));
    }
    const rest = `${stepText(perStep)}${this.valuesText((value) => Math.abs(value) > 1e-3)}`;
    const width = length + 1 + time.length + rest.length;
    const blanks = ' '.repeat(Math.max(0, this.#width - width));
    this.#write(`${'\b'.repeat(this.#width)}\r${bar} \x1b[1m${time}\x1b[0m${rest}${blanks}${isLast ? '\n' : ''}`);
    this.#width = width;
    this.#lastUpdate = now;
  }

  private valuesText(isPlain: (value: number) => boolean): string {
    return Object.entries(this.#values)
      .map(([name, given]) => {
        const value = typeof given === 'number' ? given : given.reduce((sum, each) => sum + each, 0) / given.length;
        return ` - ${name}: ${isPlain(value) ? fixedText(value) : exponentText(value)}`;
      })
      .join('');
  }
}

function remainingText(seconds: number): string {
  const whole = Math.floor(seconds);
  const two = (value: number) => String(value).padStart(2, '0');
  const minutes = Math.floor(whole / 60);
  if (seconds > 3600) return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`;
  return seconds > 60 ? `${minutes}:${two(whole % 60)}` : `${whole}s`;
}

function stepText(seconds: number): string {
  if (seconds >= 1 || seconds === 0) return ` ${seconds.toFixed(0)}s/step`;
  return seconds >= 1e-3 ? ` ${(seconds * 1e3).toFixed(0)}ms/step` : ` ${(seconds * 1e6).toFixed(0)}us/step`;
}

/** Four decimals as Python rounds them: 0.03125, halfway between two, becomes 0.0312, and toFixed makes it 0.0313. */
function fixedText(value: number): string {
  if (!Number.isFinite(value)) return nonFiniteText(value);
  const scaled = value * 1e4;
  const isHalfway = Number.isInteger(value * 32) && Math.abs(scaled % 1) === 0.5;
  return (isHalfway ? (2 * Math.round(scaled / 2)) / 1e4 : value).toFixed(4);
}

function exponentText(value: number): string {
  if (!Number.isFinite(value)) return nonFiniteText(value);
  const [digits, exponent] = value.toExponential(4).split('e') as [string, string];
  return `${digits}e${twoDigits(exponent)}`;
}
