import {
  checkInteger,
  checkNumber,
  checkOptions,
  elements,
  MAXIMUM_DIMENSION,
  show,
  showShape,
} from '../runtime/check.js';
import { ArgumentError, ShapeError } from '../runtime/errors.js';
import { Tensor } from '../runtime/tensor.js';
import { readValues, refuseOptions, type Values } from './values.js';

const OWNER = 'padSequences';

/** Options of {@link padSequences}. */
export interface PadSequencesOptions {
  /** Number of steps of every sequence; null (the default): those of the longest. */
  maxlen?: number | null;
  /** Where a short sequence is filled up: `'pre'` (the default) or `'post'`. */
  padding?: 'pre' | 'post';
  /** Where a long sequence is cut: `'pre'` (the default) or `'post'`. */
  truncating?: 'pre' | 'post';
  /** What is filled in; default 0. */
  value?: number;
}

/**
 * Sequences of different lengths as one tensor.
 * @param sequences A list; each one a list of numbers, or of equally shaped arrays, or empty.
 * @returns Shape [sequences, maxlen, ...shape of one step]. The numbers are kept as they are, where Keras makes whole
 *   ones of them unless told otherwise; its option `dtype` is refused.
 * @throws {ArgumentError} for something else than a list of lists, or a wrong option.
 * @throws {ShapeError} if the steps differ in shape.
 * @see https://keras.io/api/data_loading/timeseries/#pad_sequences-function
 */
export function padSequences(sequences: readonly Values[], options: PadSequencesOptions = {}): Tensor {
  refuseOptions(OWNER, options ?? {}, ['dtype'], 'tensors are float32');
  const given = checkOptions(OWNER, options, ['maxlen', 'padding', 'truncating', 'value']);
  const { padding = 'pre', truncating = 'pre' } = given;
  if (truncating !== 'pre' && truncating !== 'post') {
    throw new ArgumentError(`${OWNER}: Truncating type ${show(truncating)} not understood`);
  }
  if (padding !== 'pre' && padding !== 'post') {
    throw new ArgumentError(`${OWNER}: Padding type ${show(padding)} not understood`);
  }
  const value = checkNumber(OWNER, 'value', given.value ?? 0);
  const read = readSequences(sequences);
  const stepShape = read.find(({ shape }) => shape[0] !== 0)?.shape.slice(1) ?? [];
  const longest = read.reduce((most, { shape }) => Math.max(most, shape[0] as number), 0);
  const maxlen = checkInteger(OWNER, 'maxlen', given.maxlen ?? longest, 1, MAXIMUM_DIMENSION);
  const shape = [read.length, maxlen, ...stepShape];
  const output = new Float32Array(elements(OWNER, 'sequences', shape)).fill(value);
  const width = elements(OWNER, 'sequences', stepShape);
  read.forEach((sequence, index) => {
    const steps = sequence.shape[0] as number;
    if (steps === 0) return;
    if (showShape(sequence.shape.slice(1)) !== showShape(stepShape)) {
      throw new ShapeError(
        `${OWNER}: Shape of sample ${showShape(sequence.shape.slice(1))} of sequence at position ${index} is different from expected shape ${showShape(stepShape)}`,
      );
    }
    const kept = Math.min(steps, maxlen);
    const from = truncating === 'pre' ? steps - kept : 0;
    const to = index * maxlen + (padding === 'pre' ? maxlen - kept : 0);
    output.set(sequence.data.subarray(from * width, (from + kept) * width), to * width);
  });
  return new Tensor(output, shape);
}

function readSequences(sequences: unknown): Tensor[] {
  if (!Array.isArray(sequences)) {
    throw new ArgumentError(
      `${OWNER}: \`sequences\` must be iterable: a list of sequences, received ${show(sequences)}`,
    );
  }
  return Array.from(sequences, (sequence: unknown, index) => {
    const read =
      sequence === null || typeof sequence !== 'object' ? null : readValues(sequence, `${OWNER}: sequences[${index}]`);
    if (read === null || read.shape.length === 0) {
      throw new ArgumentError(
        `${OWNER}: \`sequences\` must be a list of iterables. Found non-iterable: ${show(sequence)}`,
      );
    }
    return read;
  });
}
