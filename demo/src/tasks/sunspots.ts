import type { Example, Run } from '../host/model_host.js';
import { fixed } from '../maths/format.js';
import { fetchFile } from './fetch_file.js';
import type { Choice, ClassedCrowd, InputPicture, OutputPicture, Reading, Task, Words } from './task.js';

const WINDOW = 24;
const LAST_TRAINED = 1950;
const TOP = 200;
/** The last years of the windows drawn as trajectories are so many years apart. */
const APART = 9;
const CLASSES = ['fewer sunspots next year', 'more'];

/** The network reads roots: the sun's great years would drown the small ones otherwise. */
const encode = (sunspots: number) => Math.sqrt(sunspots) / 10;
const decode = (z: number) => (10 * Math.max(z, 0)) ** 2;

/** The input is the year to forecast. */
export class Sunspots implements Task {
  readonly name = 'sunspots';
  readonly model = 'models/sunspots.keras';
  readonly first = '1998';
  readonly outputTitle = 'Outputs: next year, ◆ forecast, ● measured';
  readonly inputTitle = 'Inputs: sunspots of each year';
  readonly answersEveryStep = false;
  readonly words = WORDS;
  #firstYear = 0;
  #values: readonly number[] = [];

  async load(): Promise<void> {
    if (this.#values.length) return;
    const { first_year, values } = await (await fetchFile('data/sunspots.json')).json();
    this.#firstYear = first_year;
    this.#values = values;
  }

  get choice(): Choice {
    const first = this.#firstYear + WINDOW;
    const last = this.#firstYear + this.#values.length;
    const note = (year: number) => (year <= LAST_TRAINED ? 'seen in training' : 'not seen in training');
    return { kind: 'number', label: 'Year to forecast', noun: 'year', first, last, note };
  }

  correct(input: string): string {
    const { first, last } = this.choice as Choice & { kind: 'number' };
    const year = Math.round(Number(input));
    return String(input.trim() !== '' && Number.isFinite(year) ? Math.min(last, Math.max(first, year)) : this.first);
  }

  encode(input: string): Example {
    const truth = this.#measured(Number(input));
    const target = { data: Float32Array.of(encode(truth)), shape: [1], loss: 'mean_squared_error' };
    return {
      data: Float32Array.from(this.#read(input), encode),
      shape: [WINDOW, 1],
      target: Number.isNaN(truth) ? null : target,
    };
  }

  crowd(): ClassedCrowd {
    const years = Math.floor((this.#values.length - WINDOW) / APART);
    const ends = Array.from({ length: years }, (_, i) => this.#firstYear + WINDOW + i * APART);
    return {
      data: Float32Array.from(
        ends.flatMap((year) => this.#read(String(year))),
        encode,
      ),
      shape: [years, WINDOW, 1],
      lengths: ends.map(() => WINDOW),
      classes: ends.map((year) => (this.#measured(year) > this.#measured(year - 1) ? 1 : 0)),
      classNames: CLASSES,
      marks: [],
    };
  }

  stepLabels(input: string): string[] {
    return Array.from({ length: WINDOW }, (_, t) => String(Number(input) - WINDOW + t));
  }

  inputPicture(input: string): InputPicture {
    return { kind: 'bars', values: this.#read(input), bottom: 0, top: TOP, digits: 0 };
  }

  outputPicture(input: string, run: Run): OutputPicture {
    const values = Array.from(run.outputs, decode);
    const truth = values.map((_, t) => this.#measured(Number(input) - WINDOW + t + 1));
    return { kind: 'line', values, truth, bottom: 0, top: TOP };
  }

  reading(input: string, run: Run, step: number): Reading {
    const year = Number(input);
    if (step === 0) return { label: `Forecast for ${year}`, value: '?', detail: 'Nothing read yet.', verdict: null };
    const next = year - WINDOW + step;
    const value = fixed(decode(run.outputs[step - 1] ?? 0), 1);
    const truth = this.#measured(next);
    const measured = Number.isNaN(truth) ? 'not in this series' : `measured ${fixed(truth, 1)}`;
    const whole = step === WINDOW;
    return {
      label: whole ? `Forecast for ${year}` : `For ${next}, after ${step} of ${WINDOW} years`,
      value,
      detail: measured,
      verdict: null,
    };
  }

  featureLabel(input: string, step: number): string {
    return `x, √sunspots/10 of ${Number(input) - WINDOW + step - 1}`;
  }

  #read(input: string): number[] {
    const from = Number(input) - WINDOW - this.#firstYear;
    return this.#values.slice(from, from + WINDOW);
  }

  #measured(year: number): number {
    return this.#values[year - this.#firstYear] ?? Number.NaN;
  }
}

const WORDS: Words = {
  title: 'Sunspots',
  figure: 'Error',
  question: 'How many sunspots next year?',
  lead: 'The network reads 24 years, one at each step, and then names the number of the year that follows.',
  outputs:
    'Diamonds are what the output layer makes of the state after each year, dots are what was measured. The network was trained to be right in the last column only; the columns before show how its answer forms.',
  states:
    'A row is one of the 12 units, a column is one year. Each state lies between −1 (blue) and +1 (orange). It is made of this year’s input and of all twelve states of the year before: that is the network’s memory.',
  inputs:
    'The mean number of sunspots of each year. The sun swings between few and many in about eleven years. The network reads the square root, divided by ten.',
  tries: [
    'Find a unit that swings with the sun, and one that swings against it.',
    'Open a cell: is it ruled by this year’s input or by the states of the year before?',
    'Forecast 1957, the highest year of all. The network had never seen one so high.',
  ],
  facts: [
    ['Data', 'mean sunspot number of each year, 1700–2008 (National Geophysical Data Center, public domain)'],
    ['Trained on', 'the 227 windows that end with a year up to 1950'],
    [
      'Error 1951–2008',
      '17.98 sunspots (root mean square); repeating last year’s number 32.79, the number of eleven years ago 37.73',
    ],
  ],
};
