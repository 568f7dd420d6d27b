import type { Crowd, Example, Run } from '../host/model_host.js';
import type { TaskName } from '../state/page_state.js';

/** What stands below the states: what the network reads, one column a step. */
export type InputPicture =
  | {
      readonly kind: 'bars';
      readonly values: readonly number[];
      /** Range of the values; it holds 0. */
      readonly bottom: number;
      readonly top: number;
      /** Behind the decimal point. */
      readonly digits: number;
    }
  | { readonly kind: 'pixels'; readonly rows: readonly (readonly number[])[] }
  | { readonly kind: 'letters'; readonly letters: readonly string[] };

/** What stands above the states: what the network answers, one column a step. */
export type OutputPicture =
  | {
      readonly kind: 'line';
      readonly values: readonly number[];
      /** What is true; NaN where nobody knows. */
      readonly truth: readonly number[];
      readonly bottom: number;
      readonly top: number;
    }
  | {
      readonly kind: 'grid';
      readonly classes: readonly string[];
      /** [T][K], probabilities */
      readonly values: readonly (readonly number[])[];
      readonly truth: number;
    }
  | {
      readonly kind: 'ranking';
      readonly classes: readonly string[];
      /** [T][K], probabilities */
      readonly values: readonly (readonly number[])[];
      /** Per step the class that comes next; −1 where nobody knows. */
      readonly truth: readonly number[];
    };

/** What the network says after some step, in the task's words. */
export interface Reading {
  /** What is asked, or what was read so far. */
  readonly label: string;
  readonly value: string;
  readonly detail: string;
  readonly verdict: 'right' | 'wrong' | null;
}

/** How the input is chosen. */
export type Choice =
  | {
      readonly kind: 'number';
      readonly label: string;
      /** What one of them is called. */
      readonly noun: string;
      readonly first: number;
      readonly last: number;
      /** A remark about one of them. */
      note(number: number): string;
    }
  | {
      readonly kind: 'digit';
      /** 8×8 pixels of 0..1 for each example. */
      readonly images: readonly Float32Array[];
      readonly labels: readonly number[];
      /** Examples to pick from at a glance. */
      readonly picks: readonly number[];
    }
  | {
      readonly kind: 'text';
      readonly label: string;
      /** What one of them is called. */
      readonly noun: string;
      readonly longest: number;
      readonly picks: readonly string[];
    };

/** Sequences drawn as trajectories, each of a class. */
export interface ClassedCrowd extends Crowd {
  readonly classes: readonly number[];
  /** What the classes are called. */
  readonly classNames: readonly string[];
  /** What stands at the end of each line, or nothing. */
  readonly marks: readonly string[];
}

/** The texts beside the pictures. */
export interface Words {
  readonly title: string;
  readonly question: string;
  readonly lead: string;
  readonly outputs: string;
  /** What the figure of a training is called, in a word. */
  readonly figure: string;
  readonly states: string;
  readonly inputs: string;
  readonly tries: readonly string[];
  readonly facts: readonly (readonly [name: string, fact: string])[];
}

/** One thing that a network learned to do. A task knows its data and its words; it draws nothing. */
export interface Task {
  readonly name: TaskName;
  readonly words: Words;
  /** The Keras file, relative to the page. */
  readonly model: string;
  /** Names of what stands in the strips above and below the states. */
  readonly outputTitle: string;
  readonly inputTitle: string;
  /** The input shown at first. */
  readonly first: string;
  /** Gets the data, once. */
  load(): Promise<void>;
  readonly choice: Choice;
  /** The nearest input that makes sense. */
  correct(input: string): string;
  encode(input: string): Example;
  /** Whether every step has a target of its own, or the last one alone. */
  readonly answersEveryStep: boolean;
  /** The same sequences every time. */
  crowd(): ClassedCrowd;
  /** One short label per step, below the picture. */
  stepLabels(input: string): readonly string[];
  inputPicture(input: string): InputPicture;
  outputPicture(input: string, run: Run): OutputPicture;
  /** What the network says after `step` steps (0: nothing yet). */
  reading(input: string, run: Run, step: number): Reading;
  /** What number `index` that goes into the network at `step` (from 1) is called. */
  featureLabel(input: string, step: number, index: number): string;
}
