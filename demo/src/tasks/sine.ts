import { randomFrom } from '../../recipes/random.mjs';
import { drawSines } from '../../recipes/sine.mjs';
import type { Example, Run } from '../host/model_host.js';
import { fixed } from '../maths/format.js';
import { correctDrawn, drawnChoice } from './drawn.js';
import type { ClassedCrowd, InputPicture, OutputPicture, Reading, Task, Words } from './task.js';

const LENGTH = 64;
/** Range of the pictures: noise leads beyond 1. */
const TOP = 1.5;
/** Sequences drawn as trajectories, and their steps. */
const CROWD = 16;
/** Examples come from other seeds than trainings. */
const SEEDS = 60_000;

/** One noisy sine, and the clean values of the steps that follow each of its own. */
function drawn(input: string): { x: Float32Array; y: Float32Array } {
  const { clean, noisy } = drawSines(randomFrom(SEEDS + Number(input)), 1, LENGTH + 1);
  return { x: noisy.data.subarray(0, LENGTH), y: clean.data.subarray(1) };
}

/** The input is the number of an example. */
export class Sine implements Task {
  readonly name = 'sine';
  readonly model = 'models/sine.keras';
  readonly first = '1';
  readonly outputTitle = 'Outputs: next value, ◆ what it says, ● the clean sine';
  readonly inputTitle = 'Inputs: a sine with noise';
  readonly answersEveryStep = true;
  readonly words = WORDS;
  readonly choice = drawnChoice;

  async load(): Promise<void> {}

  correct(input: string): string {
    return correctDrawn(input, this.first);
  }

  encode(input: string): Example {
    const { x, y } = drawn(input);
    const shape = [LENGTH, 1];
    return { data: x.slice(), shape, target: { data: y.slice(), shape, loss: 'mean_squared_error' } };
  }

  crowd(): ClassedCrowd {
    const { clean, noisy } = drawSines(randomFrom(SEEDS), CROWD, LENGTH);
    const at = (n: number, t: number) => clean.data[n * LENGTH + t] ?? 0;
    return {
      ...noisy,
      lengths: Array.from({ length: CROWD }, () => LENGTH),
      classes: Array.from({ length: CROWD }, (_, n) => (at(n, LENGTH - 1) > at(n, LENGTH - 2) ? 1 : 0)),
      classNames: ['falling in the end', 'rising in the end'],
      marks: [],
    };
  }

  stepLabels(): string[] {
    return Array.from({ length: LENGTH }, (_, t) => String(t + 1));
  }

  inputPicture(input: string): InputPicture {
    return { kind: 'bars', values: Array.from(drawn(input).x), bottom: -TOP, top: TOP, digits: 2 };
  }

  outputPicture(input: string, run: Run): OutputPicture {
    const truth = Array.from(drawn(input).y);
    return { kind: 'line', values: Array.from(run.outputs), truth, bottom: -TOP, top: TOP };
  }

  reading(input: string, run: Run, step: number): Reading {
    if (step === 0) return { label: 'How does it go on?', value: '?', detail: 'Nothing read yet.', verdict: null };
    return {
      label: `After step ${step}, the next value`,
      value: fixed(run.outputs[step - 1] ?? 0, 2),
      detail: `the clean sine goes on with ${fixed(drawn(input).y[step - 1] ?? 0, 2)}`,
      verdict: null,
    };
  }

  featureLabel(_input: string, step: number): string {
    return `x, the noisy value of step ${step}`;
  }
}

const WORDS: Words = {
  title: 'Sine',
  figure: 'Error',
  question: 'How does the wave go on?',
  lead: 'The network reads a sine with noise on it, of a period and a phase that it does not know, and says after each step what the clean wave does next.',
  outputs:
    'Diamonds are what the output layer says, dots are the clean wave one step later. In the first steps nobody can know the period.',
  states:
    'A row is one of the 16 units, a column is one step. The states have to swing with the wave, and to smooth its noise.',
  inputs: 'A sine of a period of 12 to 20 steps, each value off by about a tenth.',
  tries: [
    'After how many steps do the diamonds settle on the dots?',
    'In “Where the states go”: the wave becomes a ring, once round in each period.',
    'Train it at 25 steps a second: when does the ring open?',
  ],
  facts: [
    ['Data', 'fresh sines for every batch, with noise of deviation 0.1'],
    ['Trained on', '1500 batches of 32 sequences of 64 steps'],
    [
      'Error',
      '0.0627 (root mean square) from the ninth step on; the last value repeated: 0.304, linear of 16 values: 0.092',
    ],
  ],
};
