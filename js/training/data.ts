import { checkInteger, show } from '../runtime/check.js';
import { ArgumentError } from '../runtime/errors.js';
import { Tensor } from '../runtime/tensor.js';
import { type Arrays, checkCardinality } from './arrays.js';
import { inOrder, permutation, shuffle } from './permutation.js';

/** Some rows of a tensor. Nothing is copied before somebody asks. */
export class Rows {
  readonly shape: readonly number[];
  readonly #source: Tensor;
  readonly #order: Uint32Array | null;
  readonly #start: number;

  /** @param order The rows in another order; null: as they are. `start` and `end` count in that order. */
  constructor(source: Tensor, order: Uint32Array | null, start: number, end: number) {
    this.#source = source;
    this.#order = order;
    this.#start = start;
    this.shape = [end - start, ...source.shape.slice(1)];
  }

  // The numbers, and how many of them make a row.
  private get data(): [Float32Array, number] {
    const { data, shape } = this.#source;
    if (data.length === 0 && !shape.includes(0)) {
      throw new ArgumentError('fit: the memory of the data was transferred to someone else during the call');
    }
    return [data, data.length / (shape[0] as number)];
  }

  /** Writes the numbers to the start of `target`, row-major. */
  copyTo(target: Float32Array): void {
    const [data, size] = this.data;
    const rows = this.shape[0] as number;
    if (this.#order === null) {
      target.set(data.subarray(this.#start * size, (this.#start + rows) * size));
      return;
    }
    for (let row = 0; row < rows; row += 1) {
      const from = (this.#order[this.#start + row] as number) * size;
      if (size === 1) target[row] = data[from] as number;
      else target.set(data.subarray(from, from + size), row * size);
    }
  }

  /** The rows as a tensor, copied only if their order is another. */
  toTensor(): Tensor {
    const [data, size] = this.data;
    const count = (this.shape[0] as number) * size;
    if (this.#order === null) {
      return new Tensor(data.subarray(this.#start * size, this.#start * size + count), this.shape);
    }
    const copy = new Float32Array(count);
    this.copyTo(copy);
    return new Tensor(copy, this.shape);
  }
}

/** One batch: rows of every input, output and weight. */
export interface Batch {
  readonly size: number;
  readonly x: readonly Rows[];
  readonly y: readonly Rows[] | null;
  readonly sampleWeight: readonly (Rows | null)[] | null;
}

/** Where batches come from, epoch by epoch. */
export interface BatchSource {
  /** Batches per epoch; null if that is not known yet. */
  readonly steps: number | null;
  /** Starts an epoch. */
  begin(): void;
  /** The next batch of this epoch; null after its last. */
  next(): Batch | null | Promise<Batch | null>;
  /** To be called once when no further batch is wanted. @param hasFailed Whether something was thrown: that counts then. */
  close(hasFailed: boolean): void | Promise<void>;
}

/** `true`: another order of all samples in every epoch; `'batch'`: within each batch; `false`: as they are. */
export type Shuffle = boolean | 'batch';

const DEFAULT_BATCH = 32;

function batchOf({ x, y, sampleWeight }: Arrays, order: Uint32Array | null, start: number, end: number): Batch {
  const rows = (source: Tensor) => new Rows(source, order, start, end);
  return {
    size: end - start,
    x: x.map(rows),
    y: y?.map(rows) ?? null,
    sampleWeight: sampleWeight?.map((each) => each && rows(each)) ?? null,
  };
}

function warnThatDataEnded(): void {
  console.warn(
    'Your input ran out of data; interrupting training. Make sure that your dataset or generator can generate at least ' +
      '`steps_per_epoch * epochs` batches. You may need to use the `.repeat()` function when building your dataset.',
  );
}

/** Batches of arrays: in every epoch all of them, the last one as small as it comes; or `stepsPerEpoch`, going on. */
export class ArrayBatches implements BatchSource {
  readonly steps: number;
  readonly #arrays: Arrays;
  readonly #samples: number;
  readonly #batchSize: number;
  readonly #shuffle: Shuffle;
  readonly #stepsPerEpoch: number | null;
  #order: Uint32Array | null = null;
  // Sample the next batch starts with; null: a new pass over the data is to begin.
  #position: number | null = null;
  #step = 0;

  /** @throws {ShapeError} if the arrays have unlike numbers of samples, {ArgumentError} for options out of range. */
  constructor(
    owner: string,
    arrays: Arrays,
    options: { batchSize?: number | null; stepsPerEpoch?: number | null; shuffle?: Shuffle },
  ) {
    const { batchSize, stepsPerEpoch, shuffle: order = false } = options;
    const count = (name: string, value: number) => checkInteger(owner, name, value, 1, Number.MAX_SAFE_INTEGER);
    this.#samples = checkCardinality(owner, arrays);
    if (this.#samples === 0) throw new ArgumentError(`${owner}: x has no samples`);
    if (typeof order !== 'boolean' && order !== 'batch') {
      throw new ArgumentError(`${owner}: \`shuffle\` must be true, false or 'batch', received ${show(order)}`);
    }
    this.#arrays = arrays;
    this.#shuffle = order;
    this.#stepsPerEpoch = stepsPerEpoch ? count('stepsPerEpoch', stepsPerEpoch) : null;
    const standard = this.#stepsPerEpoch === null ? DEFAULT_BATCH : Math.ceil(this.#samples / this.#stepsPerEpoch);
    this.#batchSize = count('batchSize', batchSize ?? standard);
    this.steps = this.#stepsPerEpoch ?? Math.ceil(this.#samples / this.#batchSize);
  }

  begin(): void {
    this.#step = 0;
    if (this.#position !== null && this.#stepsPerEpoch !== null) return;
    this.#position = 0;
    const samples = this.#samples;
    if (this.#shuffle === true) this.#order = permutation(samples);
    if (this.#shuffle !== 'batch') return;
    this.#order = inOrder(samples);
    for (let start = 0; start < samples; start += this.#batchSize) {
      shuffle(this.#order, start, Math.min(samples, start + this.#batchSize));
    }
  }

  next(): Batch | null {
    const start = this.#position ?? this.#samples;
    const isOver = start >= this.#samples;
    if (isOver || this.#step >= this.steps) {
      if (this.#step < this.steps) warnThatDataEnded();
      if (isOver) this.#position = null;
      return null;
    }
    const end = Math.min(this.#samples, start + this.#batchSize);
    this.#position = end;
    this.#step += 1;
    return batchOf(this.#arrays, this.#order, start, end);
  }

  close(): void {}
}

/** An iterable of batches, asynchronous or not. */
export type BatchIterable = Iterable<unknown> | AsyncIterable<unknown>;

/** Whether a value gives batches one after the other: neither data nor a list of data. */
export function isBatchIterable(value: unknown): value is BatchIterable {
  if (value === null || typeof value !== 'object' || Array.isArray(value) || ArrayBuffer.isView(value)) return false;
  return Symbol.asyncIterator in value || Symbol.iterator in value;
}

type BatchIterator = Iterator<unknown> | AsyncIterator<unknown>;

function iteratorOf(iterable: BatchIterable): BatchIterator {
  return Symbol.asyncIterator in iterable ? iterable[Symbol.asyncIterator]() : iterable[Symbol.iterator]();
}

// Its errors are of no interest: something else was thrown before.
async function endQuietly(iterator: BatchIterator | null): Promise<void> {
  try {
    await iterator?.return?.();
  } catch {}
}

// What an iterator gives next. The signal ends the waiting; the iterator is told so, and may never answer.
function nextOf(iterator: BatchIterator, signal: AbortSignal): Promise<IteratorResult<unknown>> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      reject(signal.reason);
      void endQuietly(iterator);
    };
    signal.addEventListener('abort', stop);
    const next = async () => iterator.next();
    next()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', stop));
  });
}

/** The first batch of an iterable (undefined: there is none), and an iterable that begins with it all the same. */
export async function peek(
  iterable: BatchIterable,
  signal: AbortSignal,
): Promise<{ first: unknown; whole: AsyncIterable<unknown> }> {
  const iterator = iteratorOf(iterable);
  const step = await nextOf(iterator, signal);
  let ahead: IteratorResult<unknown> | null = step;
  let isOpen = true;
  const resumed: AsyncIterator<unknown> = {
    async next() {
      const given = ahead ?? (await iterator.next());
      ahead = null;
      return given;
    },
    async return(value) {
      await iterator.return?.();
      return { done: true, value };
    },
  };
  const open = () => {
    if (!isOpen) return iteratorOf(iterable) as AsyncIterator<unknown>;
    isOpen = false;
    return resumed;
  };
  return { first: step.done ? undefined : step.value, whole: { [Symbol.asyncIterator]: open } };
}

/** What is given beside an iterable, but belongs into it. @throws {ArgumentError} with Keras' words where it has some. */
export function refuseBesideIterable(owner: string, given: Readonly<Record<string, unknown>>): void {
  const own: Record<string, string> = {
    y: 'When providing `x` as a generator, `y` should not be passed. Instead, the targets should be included as part of the generator.',
    sampleWeight:
      'When providing `x` as a generator, `sample_weights` should not be passed. Instead, the sample weights should be included as part of the generator.',
    validationSplit: 'Argument `validation_split` is only supported for tensors or NumPy arrays.',
  };
  for (const name of ['y', 'sampleWeight', 'validationSplit', 'classWeight', 'batchSize', 'shuffle']) {
    const value = given[name];
    if (value === undefined || value === null || value === false || (name === 'validationSplit' && value === 0))
      continue;
    throw new ArgumentError(`${owner}: ${own[name] ?? `Argument \`${name}\` is not supported for generator inputs.`}`);
  }
}

/** The parts of a batch of an iterable: `[x, y]`, `[x, y, sampleWeight]` or `{ x, y, sampleWeight }`. */
export function unpackBatch(owner: string, batch: unknown): { x: unknown; y: unknown; sampleWeight: unknown } {
  if (Array.isArray(batch) && (batch.length === 2 || batch.length === 3)) {
    return { x: batch[0], y: batch[1], sampleWeight: batch[2] ?? null };
  }
  if (batch !== null && typeof batch === 'object' && 'x' in batch) {
    const { x, y, sampleWeight } = batch as { x: unknown; y?: unknown; sampleWeight?: unknown };
    return { x, y: y ?? null, sampleWeight: sampleWeight ?? null };
  }
  throw new ArgumentError(
    `${owner}: Data is expected to be in format \`(x, y)\`, \`(x, y, sample_weight)\` or { x, y, sampleWeight }, ` +
      `found: ${show(batch)}`,
  );
}

/**
 * Batches as an iterable gives them. Without `stepsPerEpoch` an epoch is one pass, and every epoch asks the iterable for
 * a new iterator; with it, epochs go on in the same one.
 */
export class IterableBatches implements BatchSource {
  readonly #iterable: BatchIterable;
  readonly #read: (batch: unknown) => Arrays;
  readonly #owner: string;
  readonly #signal: AbortSignal;
  readonly #stepsPerEpoch: number | null;
  #learnt: number | null = null;
  #iterator: BatchIterator | null = null;
  #step = 0;
  /** Whether an epoch had no batch at all: no other will have one. */
  isExhausted = false;

  /** @param read Reads one batch and checks it against the model. @param signal Ends the waiting for a batch. */
  constructor(
    owner: string,
    iterable: BatchIterable,
    read: (batch: unknown) => Arrays,
    signal: AbortSignal,
    stepsPerEpoch?: number | null,
  ) {
    this.#owner = owner;
    this.#iterable = iterable;
    this.#read = read;
    this.#signal = signal;
    this.#stepsPerEpoch = stepsPerEpoch
      ? checkInteger(owner, 'stepsPerEpoch', stepsPerEpoch, 1, Number.MAX_SAFE_INTEGER)
      : null;
  }

  get steps(): number | null {
    return this.#stepsPerEpoch ?? this.#learnt;
  }

  begin(): void {
    this.#step = 0;
    if (this.#iterator !== null && this.#stepsPerEpoch !== null) return;
    // Left over where a callback stopped the last epoch, and let the training go on.
    void endQuietly(this.#iterator);
    this.#iterator = iteratorOf(this.#iterable);
  }

  async next(): Promise<Batch | null> {
    this.#signal.throwIfAborted();
    const iterator = this.#iterator;
    if (iterator === null || this.#step === this.#stepsPerEpoch) return null;
    // One that has thrown, or is waited for no longer, has ended.
    this.#iterator = null;
    const { done, value } = await nextOf(iterator, this.#signal);
    if (done) {
      this.isExhausted = this.#step === 0;
      this.#learnt ??= this.#step;
      if (this.isExhausted || this.#stepsPerEpoch !== null) warnThatDataEnded();
      return null;
    }
    this.#iterator = iterator;
    this.#step += 1;
    const arrays = this.#read(value);
    return batchOf(arrays, null, 0, checkCardinality(this.#owner, arrays));
  }

  /** The error for data without a batch. */
  get emptyError(): ArgumentError {
    return new ArgumentError(`${this.#owner}: the iterable gave no batch; a generator gives its batches only once`);
  }

  async close(hasFailed: boolean): Promise<void> {
    const iterator = this.#iterator;
    this.#iterator = null;
    if (hasFailed) await endQuietly(iterator);
    else await iterator?.return?.();
  }
}
