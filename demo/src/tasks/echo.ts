import { drawEcho } from '../../recipes/echo.mjs';
import { randomFrom } from '../../recipes/random.mjs';
import type { Example, Run } from '../host/model_host.js';
import { fixed } from '../maths/format.js';
import { correctDrawn, drawnChoice } from './drawn.js';
import type { ClassedCrowd, InputPicture, OutputPicture, Reading, Task, Words } from './task.js';

const LENGTH = 24;
const DELAY = 3;
/** Sequences drawn as trajectories. */
const CROWD = 24;
/** Examples come from other seeds than trainings. */
const SEEDS = 50_000;

const drawn = (input: string) => drawEcho(randomFrom(SEEDS + Number(input)), 1);

/** The input is the number of an example. */
export class Echo implements Task {
  readonly name = 'echo';
  readonly model = 'models/echo.keras';
  readonly first = '1';
  readonly outputTitle = 'Outputs: ◆ what it says, ● the number of three steps before';
  readonly inputTitle = 'Inputs: a random number at each step';
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
    return { data: x.data, shape, target: { data: y.data, shape, loss: 'mean_squared_error' } };
  }

  crowd(): ClassedCrowd {
    const { x, y } = drawEcho(randomFrom(SEEDS), CROWD);
    return {
      ...x,
      lengths: Array.from({ length: CROWD }, () => LENGTH),
      classes: Array.from({ length: CROWD }, (_, n) => ((y.data[(n + 1) * LENGTH - 1] ?? 0) > 0 ? 1 : 0)),
      classNames: ['has to say a number below 0', 'above 0'],
      marks: [],
    };
  }

  stepLabels(): string[] {
    return Array.from({ length: LENGTH }, (_, t) => String(t + 1));
  }

  inputPicture(input: string): InputPicture {
    return { kind: 'bars', values: Array.from(drawn(input).x.data), bottom: -1, top: 1, digits: 1 };
  }

  outputPicture(input: string, run: Run): OutputPicture {
    const truth = Array.from(drawn(input).y.data);
    return { kind: 'line', values: Array.from(run.outputs), truth, bottom: -1, top: 1 };
  }

  reading(input: string, run: Run, step: number): Reading {
    if (step === 0)
      return { label: 'What came three steps ago?', value: '?', detail: 'Nothing read yet.', verdict: null };
    const truth = drawn(input).y.data[step - 1] ?? 0;
    return {
      label: `At step ${step} it says`,
      value: fixed(run.outputs[step - 1] ?? 0, 2),
      detail:
        step > DELAY ? `at step ${step - DELAY} came ${fixed(truth, 2)}` : 'nothing came three steps ago: 0 is right',
      verdict: null,
    };
  }

  featureLabel(_input: string, step: number): string {
    return `x, the number of step ${step}`;
  }
}

const WORDS: Words = {
  title: 'Echo',
  figure: 'Error',
  question: 'What came three steps ago?',
  lead: 'At every step a random number comes in, and the one of three steps ago has to come out.',
  outputs:
    'Diamonds are what the output layer says, dots are the numbers of three steps before (0 for the first three steps). They lie on each other when the network has learned it.',
  states:
    'A row is one of the 12 units, a column is one step. The states have to hold three numbers at once, and pass each one on like a bucket in a chain.',
  inputs: 'Random numbers between −1 and +1: nothing in them tells what comes next.',
  tries: [
    'Train it and watch the diamonds run to the dots.',
    'Step to a large number: where in the next three columns is it kept?',
    'Find a pattern that wanders through the units, one column after the other.',
  ],
  facts: [
    ['Data', 'fresh random numbers for every batch'],
    ['Trained on', '800 batches of 32 sequences of 24 numbers'],
    ['Error', '0.00013 (mean square); saying 0 every time: 0.294'],
  ],
};
