import type { Plane } from '../maths/principal_plane.js';

/** Numbers in row-major order. */
export interface Values {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** What a model should have answered: `shape` without the batch, and the loss that judges, by Keras' name. */
export interface Target extends Values {
  readonly loss: string;
}

/** One example for a model: `shape` without the batch. */
export interface Example extends Values {
  /** null where nobody knows it: then there is no gradient. */
  readonly target: Target | null;
}

/** Sequences whose states are drawn as trajectories, [N, T, …]. */
export interface Crowd extends Values {
  /** Steps of each sequence, up to T. */
  readonly lengths: readonly number[];
}

/** The states of a crowd in the plane of their first two principal components. */
export interface CrowdRun {
  readonly plane: Plane;
  /** [N, T, 2] */
  readonly paths: Float32Array;
}

/** A layer as Keras describes it. */
export interface LayerCard {
  readonly className: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/** The weights of a recurrent layer. F features, U units, all row-major. */
export interface RecurrentCard {
  readonly name: string;
  readonly activation: string;
  readonly features: number;
  readonly units: number;
  /** W, [F, U] */
  readonly kernel: Float32Array;
  /** U, [U, U] */
  readonly recurrentKernel: Float32Array;
  /** b, [U]; zeros in a layer without bias */
  readonly bias: Float32Array;
}

export interface ModelCard {
  readonly layers: readonly LayerCard[];
  readonly recurrent: readonly RecurrentCard[];
  readonly parameters: number;
}

/** What one recurrent layer did with one example of T steps. */
export interface RecurrentRun {
  /** x, [T, F] */
  readonly inputs: Float32Array;
  /** h, [T, U] */
  readonly states: Float32Array;
  /** x·W, [T, U] */
  readonly inputContribution: Float32Array;
  /** h₋₁·U, [T, U] */
  readonly recurrentContribution: Float32Array;
  /** dLoss/dh, [T, U]; null for an example without target */
  readonly stateGradient: Float32Array | null;
}

/** What a model did with one example. */
export interface Run {
  readonly steps: number;
  readonly recurrent: readonly RecurrentRun[];
  /** The layers after the last recurrent one, applied to its state at every step: [T, K]. */
  readonly outputs: Float32Array;
  /** K */
  readonly outputSize: number;
  /** What the model's own `predict` answers: [K], or [T, K] if it answers at every step. */
  readonly prediction: Float32Array;
}

/** A run with the time of one `predict`, mean of several, in microseconds. */
export interface TimedRun extends Run {
  readonly microseconds: number;
}

/** Where models live. Asynchronous, so that a worker can stand behind it. */
export interface ModelHost {
  /** Loads the model at an absolute URL; a second call gives the same card. */
  load(url: string): Promise<ModelCard>;
  /** Runs a loaded model on one example. */
  run(url: string, example: Example): Promise<TimedRun>;
  /** Runs a loaded model on a crowd. */
  runCrowd(url: string, crowd: Crowd): Promise<CrowdRun>;
}
