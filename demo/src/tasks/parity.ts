import { drawParity } from '../../recipes/parity.mjs';
import { randomFrom } from '../../recipes/random.mjs';
import type { Example, Run } from '../host/model_host.js';
import { percent } from '../maths/format.js';
import type { Choice, ClassedCrowd, InputPicture, OutputPicture, Reading, Task, Words } from './task.js';

const LONGEST = 32;
/** Sequences drawn as trajectories, and their bits. */
const CROWD = 32;
const CROWD_BITS = 12;

/** Whether the number of ones is odd after each bit. */
function parities(bits: string): number[] {
  let odd = 0;
  return [...bits].map((bit) => {
    odd ^= Number(bit);
    return odd;
  });
}

/** The input is a string of bits. */
export class Parity implements Task {
  readonly name = 'parity';
  readonly model = 'models/parity.keras';
  readonly first = '1011001110001011';
  readonly outputTitle = 'Outputs: ◆ probability of odd, ● what is true';
  readonly inputTitle = 'Inputs: the bits read';
  readonly answersEveryStep = true;
  readonly words = WORDS;
  readonly choice: Choice = {
    kind: 'text',
    label: 'Bits, 0 and 1',
    noun: 'sequence',
    longest: LONGEST,
    picks: ['1011001110001011', '11111111', '10000000', '00000000'],
  };

  async load(): Promise<void> {}

  correct(input: string): string {
    return input.replace(/[^01]/g, '').slice(0, LONGEST) || this.first;
  }

  encode(input: string): Example {
    const shape = [input.length, 1];
    return {
      data: Float32Array.from([...input], (bit) => 2 * Number(bit) - 1),
      shape,
      target: { data: Float32Array.from(parities(input)), shape, loss: 'binary_crossentropy' },
    };
  }

  crowd(): ClassedCrowd {
    const { x, y } = drawParity(randomFrom(99), CROWD, CROWD_BITS);
    return {
      ...x,
      lengths: Array.from({ length: CROWD }, () => CROWD_BITS),
      classes: Array.from({ length: CROWD }, (_, n) => y.data[(n + 1) * CROWD_BITS - 1] ?? 0),
      classNames: ['even in the end', 'odd in the end'],
      marks: [],
    };
  }

  stepLabels(input: string): string[] {
    return [...input];
  }

  inputPicture(input: string): InputPicture {
    return { kind: 'letters', letters: [...input] };
  }

  outputPicture(input: string, run: Run): OutputPicture {
    return { kind: 'line', values: Array.from(run.outputs), truth: parities(input), bottom: 0, top: 1 };
  }

  reading(input: string, run: Run, step: number): Reading {
    if (step === 0) return { label: 'Odd or even?', value: '?', detail: 'Nothing read yet.', verdict: null };
    const odd = run.outputs[step - 1] ?? 0;
    const ones = [...input.slice(0, step)].filter((bit) => bit === '1').length;
    const answer = odd >= 0.5 ? 1 : 0;
    return {
      label: `After ${step} of ${input.length} bits, the number of ones is`,
      value: answer ? 'odd' : 'even',
      detail: `${percent(answer ? odd : 1 - odd)}; there were ${ones}`,
      verdict: answer === ones % 2 ? 'right' : 'wrong',
    };
  }

  featureLabel(input: string, step: number): string {
    return `x, bit ${step} (${input[step - 1]}) as −1 or +1`;
  }
}

const WORDS: Words = {
  title: 'Parity',
  figure: 'Accuracy',
  question: 'Odd or even so far?',
  lead: 'The network reads bits and says after each one whether the number of ones so far is odd.',
  outputs:
    'Diamonds are the probability of “odd” that the output layer gives after each bit; dots are what is true. One bit flips the answer for all that follows, so nothing may ever be forgotten.',
  states: 'A row is one of the 8 units, a column is one bit. Odd and even have to look different at every step.',
  inputs: 'Bits 0 and 1; the network reads them as −1 and +1.',
  tries: [
    'Train it: it begins with two bits, and ten faultless batches double the length. Some starts fail and begin anew.',
    'Type thirty-two ones: does it keep count?',
    'Step on and watch the thick line in “Where the states go”: what does a one do to the state, and what a zero?',
  ],
  facts: [
    ['Data', 'fresh random bits for every batch'],
    ['Trained on', 'sequences of 2, 4, 8, 16 and 32 bits, one length after the other'],
    ['Right', 'all of 1000 sequences of 32 bits, and of 200 bits, too; guessing gets one half'],
  ],
};
