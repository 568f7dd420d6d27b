import type { Example, Run } from '../host/model_host.js';
import { percent } from '../maths/format.js';
import { fetchFile, largest, row, rows } from './fetch_file.js';
import type { Choice, ClassedCrowd, InputPicture, OutputPicture, Reading, Task, Words } from './task.js';

const SIZE = 8;
const RECORD = SIZE * SIZE + 1;
const CLASSES = Array.from({ length: 10 }, (_, digit) => String(digit));
const LOSS = 'sparse_categorical_crossentropy';
/** Examples of each digit drawn as trajectories. */
const OF_EACH = 4;
/** One test example of each digit that the network reads rightly, and two that it gets wrong. */
const PICKS = [101, 47, 113, 23, 41, 35, 65, 17, 53, 29, 539, 1553];

/** The input is the index of an example. */
export class Digits implements Task {
  readonly name = 'digits';
  readonly model = 'models/digits.keras';
  readonly first = '23';
  readonly outputTitle = 'Outputs: probability of each digit, row by row';
  readonly inputTitle = 'Inputs: one row of pixels at each step';
  readonly answersEveryStep = false;
  readonly words = WORDS;
  #images: Float32Array[] = [];
  #labels: number[] = [];

  async load(): Promise<void> {
    if (this.#images.length) return;
    const bytes = new Uint8Array(await (await fetchFile('data/digits.bin')).arrayBuffer());
    for (let at = 0; at + RECORD <= bytes.length; at += RECORD) {
      this.#images.push(Float32Array.from(bytes.subarray(at, at + RECORD - 1), (pixel) => pixel / 16));
      this.#labels.push(bytes[at + RECORD - 1] ?? 0);
    }
  }

  get choice(): Choice {
    return { kind: 'digit', images: this.#images, labels: this.#labels, picks: PICKS };
  }

  correct(input: string): string {
    const index = Math.round(Number(input));
    if (input.trim() === '' || !Number.isFinite(index)) return this.first;
    return String(Math.min(this.#images.length - 1, Math.max(0, index)));
  }

  encode(input: string): Example {
    const target = { data: Float32Array.of(this.#label(input)), shape: [1], loss: LOSS };
    return { data: this.#image(input), shape: [SIZE, SIZE], target };
  }

  /** Test digits, as many of each. */
  crowd(): ClassedCrowd {
    const chosen = CLASSES.flatMap((_, digit) =>
      this.#labels
        .map((label, index) => ({ label, index }))
        .filter(({ label, index }) => label === digit && index % 6 === 5)
        .slice(0, OF_EACH),
    );
    const data = new Float32Array(chosen.length * SIZE * SIZE);
    for (const [n, { index }] of chosen.entries()) data.set(this.#image(String(index)), n * SIZE * SIZE);
    return {
      data,
      shape: [chosen.length, SIZE, SIZE],
      lengths: chosen.map(() => SIZE),
      classes: chosen.map(({ label }) => label),
      classNames: CLASSES,
      marks: chosen.map(({ label }) => String(label)),
    };
  }

  stepLabels(): string[] {
    return Array.from({ length: SIZE }, (_, t) => `row ${t + 1}`);
  }

  inputPicture(input: string): InputPicture {
    return { kind: 'pixels', rows: rows(this.#image(input), SIZE) };
  }

  outputPicture(input: string, run: Run): OutputPicture {
    return { kind: 'grid', classes: CLASSES, values: rows(run.outputs, 10), truth: this.#label(input) };
  }

  reading(input: string, run: Run, step: number): Reading {
    if (step === 0) return { label: 'Which digit is it?', value: '?', detail: 'Nothing read yet.', verdict: null };
    const probabilities = row(run.outputs, 10, step - 1);
    const answer = largest(probabilities);
    const label = this.#label(input);
    const second = largest(probabilities.map((p, k) => (k === answer ? -1 : p)));
    const whole = step === SIZE;
    return {
      label: whole ? 'It reads' : `After ${step} of ${SIZE} rows`,
      value: CLASSES[answer] ?? '',
      detail: `${percent(probabilities[answer] ?? 0)}, then ${second} with ${percent(probabilities[second] ?? 0)}; it was written as a ${label}`,
      verdict: whole ? (answer === label ? 'right' : 'wrong') : null,
    };
  }

  featureLabel(_input: string, step: number, index: number): string {
    return `x, pixel ${index + 1} of row ${step}`;
  }

  #image(input: string): Float32Array {
    return this.#images[Number(input)] ?? new Float32Array(SIZE * SIZE);
  }

  #label(input: string): number {
    return this.#labels[Number(input)] ?? 0;
  }
}

const WORDS: Words = {
  title: 'Digits',
  figure: 'Accuracy',
  question: 'Which digit is this?',
  lead: 'The network sees one row of eight pixels at each step, never the whole picture, and says in the end which digit it was.',
  outputs:
    'The probability that the output layer gives each digit after each row; the one written out leads. The network was trained to be right after the last row only: the columns before show how its answer forms.',
  states:
    'A row is one of the 48 units, a column is one row of the picture. What is not in these 48 numbers is forgotten: they are all that the network knows of the rows above.',
  inputs:
    'The digit lies on its side, since time runs to the right: its top row is the first column, its left edge is below.',
  tries: [
    'Step through a 3, then through an 8. After which row do their states part?',
    'Look at a mistake of the network trained with Keras, marked ✗ in the row of examples. Where does it lose its way?',
    'Open a cell of the first column: without a past, the states of the step before are all zero.',
  ],
  facts: [
    ['Data', '1797 hand-written digits of 8 × 8 pixels (E. Alpaydin and C. Kaynak, UCI, 1998, CC BY 4.0)'],
    ['Trained on', '1498 examples: all but every sixth'],
    ['Right', '97.32 % of the 299 test digits; the nearest neighbour gets 98.0 %'],
  ],
};
