import type { Example, Run } from '../host/model_host.js';
import { percent } from '../maths/format.js';
import { largest, row, rows } from './fetch_file.js';
import type { Choice, ClassedCrowd, InputPicture, OutputPicture, Reading, Task, Words } from './task.js';

/** Token 0 pads, 1 starts a name, 2 ends it. */
const ALPHABET = '_^$abcdefghijklmnopqrstuvwxyz';
const CLASSES = [...ALPHABET].map((letter) => (letter === '^' ? 'start' : letter === '$' ? 'end' : letter));
const START = 1;
const END = 2;
const LONGEST = 13;
/** Names drawn as trajectories. */
const CROWD = (
  'adam alice amelia arthur barbara carl charlotte daniel david diana edith edward elena emma felix frank gloria hannah ' +
  'henry irene jack jennifer john joseph julia kenneth laura leo margaret maria martin olivia nora patrick peter ruby ' +
  'samuel sophie thomas victor'
).split(' ');

/** The input is a name of a–z. */
export class Names implements Task {
  readonly name = 'names';
  readonly model = 'models/names.keras';
  readonly first = 'katharine';
  readonly outputTitle = 'Outputs: the likeliest next letters';
  readonly inputTitle = 'Inputs: the letters read';
  readonly answersEveryStep = true;
  readonly words = WORDS;
  readonly choice: Choice = {
    kind: 'text',
    label: 'A name, a to z',
    noun: 'name',
    longest: LONGEST,
    picks: ['katharine', 'benjamin', 'anna', 'christopher', 'qwerty'],
  };

  async load(): Promise<void> {}

  correct(input: string): string {
    const letters = input
      .normalize('NFD')
      .toLowerCase()
      .replace(/[^a-z]/g, '')
      .slice(0, LONGEST);
    return letters || this.first;
  }

  encode(input: string): Example {
    const tokens = this.#tokens(input);
    const next = Float32Array.of(...tokens.slice(1), END);
    return {
      data: Float32Array.from(tokens),
      shape: [tokens.length],
      target: { data: next, shape: [next.length], loss: 'sparse_categorical_crossentropy' },
    };
  }

  crowd(): ClassedCrowd {
    const data = new Float32Array(CROWD.length * (LONGEST + 1));
    for (const [n, name] of CROWD.entries()) data.set(this.#tokens(name), n * (LONGEST + 1));
    return {
      data,
      shape: [CROWD.length, LONGEST + 1],
      lengths: CROWD.map((name) => name.length + 1),
      classes: CROWD.map((name) => (/[aeiouy]$/.test(name) ? 1 : 0)),
      classNames: ['read up to a consonant', 'up to a vowel'],
      marks: CROWD.map((name) => name.slice(-1)),
    };
  }

  stepLabels(input: string): string[] {
    return this.#tokens(input).map((token) => CLASSES[token] ?? '');
  }

  inputPicture(input: string): InputPicture {
    return { kind: 'letters', letters: this.stepLabels(input) };
  }

  outputPicture(input: string, run: Run): OutputPicture {
    const truth = [...this.#tokens(input).slice(1), END];
    return { kind: 'ranking', classes: CLASSES, values: rows(run.outputs, CLASSES.length), truth };
  }

  reading(input: string, run: Run, step: number): Reading {
    if (step === 0)
      return { label: 'How does the name begin?', value: '?', detail: 'Nothing read yet.', verdict: null };
    const probabilities = row(run.outputs, CLASSES.length, step - 1);
    const answer = largest(probabilities);
    const next = this.#tokens(input)[step] ?? END;
    const read = input.slice(0, step - 1);
    return {
      label: read ? `After “${read}” most likely` : 'First letter, most likely',
      value: answer === END ? 'the end' : (CLASSES[answer] ?? ''),
      detail:
        answer === next
          ? `${percent(probabilities[answer] ?? 0)}, and so it is`
          : `${percent(probabilities[answer] ?? 0)}; here comes ${next === END ? 'the end' : `“${CLASSES[next]}”`}, given ${percent(probabilities[next] ?? 0)}`,
      verdict: null,
    };
  }

  featureLabel(input: string, step: number, index: number): string {
    const token = CLASSES[this.#tokens(input)[step - 1] ?? 0];
    return `x, number ${index} of the embedding of “${token}”`;
  }

  #tokens(input: string): number[] {
    return [START, ...[...input].map((letter) => ALPHABET.indexOf(letter))];
  }
}

const WORDS: Words = {
  title: 'Names',
  figure: 'Bits',
  question: 'Which letter comes next?',
  lead: 'The network reads a first name letter by letter and says after each one how likely every letter is to follow.',
  outputs:
    'The four likeliest next letters after each step; the framed one is what really comes. “End” means that the name is complete.',
  states:
    'A row is one of the 96 units, a column is one letter. After each letter these 96 numbers hold what matters of all the letters before.',
  inputs:
    'The first step is a mark for the start. Each letter goes into the network as 16 numbers, its embedding, which was learned together with everything else.',
  tries: [
    'Type your own name and look for the letter that surprised the network most.',
    'Compare “anna” with “annabel”: the columns are the same as far as the letters are.',
    'Type “qwerty”. What does the network expect after a q?',
  ],
  facts: [
    ['Data', '8403 English first names (Grady Ward, Moby Word II, public domain)'],
    ['Trained on', 'nine names of every ten in the list'],
    [
      'Surprise',
      '2.974 bits per letter on the tenth; counting the three letters before gives 2.974 too, one letter before 3.496',
    ],
  ],
};
