import type { Crowd, CrowdRun, Example, ModelCard, Run } from '../host/model_host.js';
import type { TaskName } from '../state/page_state.js';

/** What a training begins with. */
export interface Beginning {
  readonly recipe: TaskName;
  readonly seed: number;
  /** The absolute URL of the data that the recipe learns from; null: it draws its data. */
  readonly file: string | null;
  readonly crowd: Crowd;
  readonly example: Example;
  /** Milliseconds from one snapshot to the next, at least. */
  readonly pause: number;
}

/** What the page tells the worker. `lesson` tells trainings apart, `shown` the examples that are looked at. */
export type Command =
  | { readonly kind: 'begin'; readonly lesson: number; readonly shown: number; readonly beginning: Beginning }
  /** Trains, at most so many steps a second (Infinity: as fast as it goes). */
  | { readonly kind: 'run'; readonly pace: number }
  | { readonly kind: 'pause' }
  | { readonly kind: 'step' }
  | { readonly kind: 'show'; readonly shown: number; readonly example: Example }
  /** The last snapshot is drawn: the next one may come. */
  | { readonly kind: 'drawn' };

/** A figure on data that is not trained with. */
export interface Measure {
  readonly step: number;
  readonly value: number;
}

/** Where a training stands. */
export interface Progress {
  /** Batches trained with, and batches that the recipe takes. */
  readonly step: number;
  readonly steps: number;
  /** Loss of the last batch, before its update; NaN before the first. */
  readonly loss: number;
  /** Time spent on training alone. */
  readonly seconds: number;
  readonly measure: Measure;
  /** The step at which the recipe's goal was reached; null: not yet. */
  readonly reachedAt: number | null;
  readonly isRunning: boolean;
  readonly isDone: boolean;
  /** What else the recipe tells, by name: epochs, length, restarts. */
  readonly more: Readonly<Record<string, number>>;
}

/** What the worker tells the page: where the training stands, and what the network does now. */
export interface Snapshot {
  readonly kind: 'snapshot';
  readonly lesson: number;
  readonly shown: number;
  readonly progress: Progress;
  /** Losses of the batches since the last snapshot, the last one being that of `progress.step`. */
  readonly losses: Float32Array;
  /** Measures since the last snapshot. */
  readonly measures: readonly Measure[];
  readonly card: ModelCard;
  readonly run: Run;
  readonly crowd: CrowdRun;
}

export type Message = Snapshot | { readonly kind: 'failed'; readonly lesson: number; readonly message: string };
