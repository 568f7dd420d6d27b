// What page and worker say to each other. Values are packed (wire.ts) where they are `unknown`.
import type { Hook } from '../callbacks/callback_list.js';
import type { Logs, Params } from '../callbacks/model.js';
import type { Configuration } from '../runtime/configure.js';

/** The message that opens a model's line: with it comes a MessagePort. */
export interface Greeting {
  simpleRNN: MessagePort;
}

/** What a hook that can see the model is told of it, beside the numbers that it may ask for. */
export interface CallbackState {
  stopTraining: boolean;
  initialEpoch: number;
  learningRate: number;
  weights: unknown;
  /** Variables of the optimizer. */
  variables: unknown;
  /** Of the names in the logs. */
  directions: Record<string, 'up' | 'down' | null>;
}

/** What callbacks have changed. */
export interface CallbackChanges {
  stopTraining?: boolean;
  initialEpoch?: number;
  learningRate?: number;
  weights?: unknown;
  variables?: unknown;
  /** With what callbacks added. */
  logs?: Logs;
}

/** A hook to be called. */
export interface HookCall {
  hook: Hook;
  /** Of the epoch or batch; null for hooks without. */
  index: number | null;
  logs: Logs;
  params: Params | null;
  /** Null where no callback of this hook can see the model. */
  state: CallbackState | null;
}

/** What belongs to one call besides its arguments. */
export interface CallOptions {
  /** Names the call. */
  id: number;
  /** Where the global generator of the page stands, if it was seeded since the last call. */
  randomState: bigint | null;
  /** Null where there are no callbacks. */
  callbacks: CallbackNeeds | null;
  /** Whether the call can be stopped. */
  hasSignal: boolean;
}

/** What the callbacks of a call want. */
export interface CallbackNeeds {
  hooks: readonly Hook[];
  /** Those of `hooks` whose callbacks can see the model. */
  seeing: readonly Hook[];
  ignoresBatchLogs: boolean;
  /** Whether there is a TerminateOnNaN: `fit` then goes on where it would throw. */
  endsOnNaN: boolean;
}

/** How a worker is set up. */
export interface WorkerSettings {
  configuration: Configuration;
  randomState: bigint;
}

/** What a worker answers. */
export interface WorkerSide {
  load(copy: unknown, settings: WorkerSettings): void;
  call(method: string, args: readonly unknown[], options: CallOptions): Promise<unknown>;
  /** Fires the signal of a call. */
  abort(id: number): void;
}

/** What the page answers; `id` names the call. */
export interface PageSide {
  hook(id: number, call: HookCall): Promise<CallbackChanges>;
  /** Begins an iterable; gives the number of its iterator. */
  begin(id: number, iterable: number): Promise<number>;
  next(id: number, iterator: number): Promise<unknown>;
  end(id: number, iterator: number): Promise<void>;
}
