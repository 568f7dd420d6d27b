import { checkNumber, show } from '../runtime/check.js';
import { ArgumentError, ShapeError } from '../runtime/errors.js';
import { Tensor } from '../runtime/tensor.js';
import { readValues } from '../utils/values.js';

/** What a model is trained with or judged by: one tensor per input and per output, samples first. */
export interface Arrays {
  readonly x: readonly Tensor[];
  /** Null: there are no targets. */
  readonly y: readonly Tensor[] | null;
  /** For each output [samples], [samples, steps] or null; null: no sample counts more than another. */
  readonly sampleWeight: readonly (Tensor | null)[] | null;
}

/** Weights of classes, by label. */
export type ClassWeight = Readonly<Record<number, number>> | ReadonlyMap<number, number>;

function isObjectWithData(value: unknown): boolean {
  return ArrayBuffer.isView(value) || (value !== null && typeof value === 'object' && 'data' in value);
}

function isByName(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value) && !isObjectWithData(value);
}

/**
 * One value, a list with one for each name, or an object by name: as a list in the order of the names.
 * @throws {ArgumentError} for other names, another count or a missing one.
 */
export function listByName(owner: string, argument: string, value: unknown, names: readonly string[]): unknown[] {
  if (isByName(value)) {
    const other = Object.keys(value).find((key) => !names.includes(key)) ?? names.find((name) => !(name in value));
    if (other !== undefined) {
      throw new ArgumentError(`${owner}: \`${argument}\` must have the keys ${show([...names])}, see '${other}'`);
    }
    return names.map((name) => value[name]);
  }
  if (names.length === 1) {
    const isList = Array.isArray(value) && value.length === 1 && isObjectWithData(value[0]);
    return isList ? value : [value];
  }
  if (Array.isArray(value) && value.length === names.length) return value;
  throw new ArgumentError(
    `${owner}: \`${argument}\` must be a list of ${names.length}, or an object with the keys ${show([...names])}, ` +
      `received ${show(value)}`,
  );
}

/** Reads targets, which may be booleans, or sample weights. A bare typed array has one axis. */
export function readTargets(owner: string, argument: string, value: unknown, names: readonly string[]): Tensor[] {
  const list = listByName(owner, argument, value, names);
  return list.map((each, index) =>
    readValues(each, `${owner}: ${list.length === 1 ? argument : `${argument}[${index}]`}`, argument === 'y'),
  );
}

/**
 * Reads the sample weights of all outputs: a list or an object has one (or null) for each output, a single one of shape
 * [samples] or [samples, 1] counts for all. @throws {ArgumentError} or {ShapeError} with Keras' words otherwise.
 */
export function readSampleWeight(
  owner: string,
  value: unknown,
  names: readonly string[],
  samples: number,
): (Tensor | null)[] {
  const isOneEach = (each: unknown) => Array.isArray(each) && each.length === 1 && typeof each[0] === 'number';
  const isColumn = Array.isArray(value) && value.length === samples && value.every(isOneEach);
  const isNested = Array.isArray(value) && typeof value[0] !== 'number' && !isColumn;
  if (names.length === 1 || isNested || isByName(value)) {
    const read = (each: unknown, index: number) =>
      each === null || each === undefined
        ? null
        : readTargets(owner, 'sampleWeight', each, [names[index] as string])[0];
    return listByName(owner, 'sampleWeight', value, names).map((each, index) => read(each, index) ?? null);
  }
  const weight = readValues(value, `${owner}: sampleWeight`);
  if (weight.shape.length !== 1 && !(weight.shape.length === 2 && weight.shape[1] === 1)) {
    throw new ShapeError(
      `${owner}: For a model with multiple outputs, when providing a single \`sample_weight\` array, it should only ` +
        'have one scalar score per sample (i.e. shape `(num_samples,)`). If you want to use non-scalar sample weights, ' +
        'pass a `sample_weight` argument with one array per model output.',
    );
  }
  return names.map(() => weight);
}

/** The number of samples. @throws {ShapeError} with Keras' words if the arrays differ in it. */
export function checkCardinality(owner: string, { x, y, sampleWeight }: Arrays): number {
  const parts = [x, y ?? [], (sampleWeight ?? []).filter((each) => each !== null)];
  const sizes = parts.map((part) => part.map(({ shape }) => shape[0]));
  const [samples] = sizes[0] as [number | undefined];
  if (samples === undefined || sizes.flat().some((size) => size !== samples)) {
    let text = 'Data cardinality is ambiguous. Make sure all arrays contain the same number of samples.';
    ['x', 'y', 'sample_weight'].forEach((name, index) => {
      const own = sizes[index] as number[];
      if (own.length > 0) text += `'${name}' sizes: ${own.join(', ')}\n`;
    });
    throw new ShapeError(`${owner}: ${text}`);
  }
  return samples;
}

/**
 * Training data, and the last `fraction` of the samples for validation.
 * @throws {ArgumentError} with Keras' words if one of the two would be empty.
 */
export function splitValidation(owner: string, arrays: Arrays, fraction: number): [Arrays, Arrays] {
  const samples = checkCardinality(owner, arrays);
  const at = Math.floor(samples * (1 - checkNumber(owner, 'validationSplit', fraction)));
  if (at <= 0 || at >= samples) {
    throw new ArgumentError(
      `${owner}: Training data contains ${samples} samples, which is not sufficient to split it into a validation and ` +
        `training set as specified by \`validation_split=${fraction}\`. Either provide more data, or a different value ` +
        'for the `validation_split` argument.',
    );
  }
  const part = (start: number, end: number): Arrays => {
    const cut = ({ data, shape }: Tensor) => {
      const size = data.length / samples;
      return new Tensor(data.subarray(start * size, end * size), [end - start, ...shape.slice(1)]);
    };
    const { x, y, sampleWeight } = arrays;
    return {
      x: x.map(cut),
      y: y?.map(cut) ?? null,
      sampleWeight: sampleWeight?.map((each) => each && cut(each)) ?? null,
    };
  };
  return [part(0, at), part(at, samples)];
}

// As Keras: a half goes to the even neighbour.
function roundToEven(value: number): number {
  const up = Math.round(value);
  return up - value === 0.5 && up % 2 !== 0 ? up - 1 : up;
}

/**
 * A weight for every sample from that of its class; classes that are not named count 1.
 * @param y Labels [samples] or [samples, 1], or one-hot [samples, classes].
 * @throws {ArgumentError} for weights that are no numbers, and with Keras' words for several outputs or beside
 *   sample weights.
 */
export function weighClasses(
  owner: string,
  y: readonly Tensor[] | null,
  sampleWeight: Arrays['sampleWeight'],
  classWeight: ClassWeight,
): Tensor {
  const say = (text: string) => new ArgumentError(`${owner}: ${text}`);
  if (sampleWeight !== null) throw say('You cannot `class_weight` and `sample_weight` at the same time.');
  if (classWeight === null || typeof classWeight !== 'object') {
    throw say(`\`classWeight\` must be an object by label, received ${show(classWeight)}`);
  }
  const [labels] = y ?? [];
  if (labels === undefined) throw say('`classWeight` needs targets');
  if (y?.length !== 1) throw say('`class_weight` is only supported for Models with a single output.');
  const entries = classWeight instanceof Map ? [...classWeight] : Object.entries(classWeight);
  const weights = new Map(entries.map(([label, weight]) => [Number(label), checkNumber(owner, 'classWeight', weight)]));
  const wrong = entries.find(([label]) => !Number.isInteger(Number(label)));
  if (wrong !== undefined) throw say(`\`classWeight\`: ${show(wrong[0])} is no label, a whole number`);
  const { data, shape } = labels;
  if (shape.length > 2) {
    throw new ShapeError(`${owner}: \`classWeight\` needs one class per sample; give \`sampleWeight\` for steps`);
  }
  const [samples = 0, classes = 1] = shape;
  const result = new Float32Array(samples);
  for (let sample = 0; sample < samples; sample += 1) {
    const row = data.subarray(sample * classes, (sample + 1) * classes);
    const label = classes === 1 ? roundToEven(row[0] as number) : row.indexOf(row.reduce((a, b) => Math.max(a, b)));
    result[sample] = weights.get(label) ?? 1;
  }
  return new Tensor(result, [samples]);
}

/**
 * Whether an epoch (from 0 on) is followed by validation: every `frequency`-th, or those in a list that counts from 1.
 * @throws {ArgumentError} with Keras' words for anything else.
 */
export function isValidated(owner: string, epoch: number, frequency: number | readonly number[]): boolean {
  if (Array.isArray(frequency)) return frequency.includes(epoch + 1);
  if (typeof frequency === 'number' && Number.isInteger(frequency) && frequency > 0)
    return (epoch + 1) % frequency === 0;
  throw new ArgumentError(
    `${owner}: Expected \`validation_freq\` to be a list or int. Received: validation_freq=${show(frequency)}`,
  );
}
