import { type Dataset, File, Group } from 'jsfive';
import { ModelFormatError } from '../runtime/errors.js';
import { checkHdf5 } from './hdf5_check.js';
import type { Hdf5Object } from './hdf5_object.js';
import { quote, refuse } from './refuse.js';

/** Largest array that is read: jsfive hands out plain arrays, which turn slow beyond this. */
const MAX_VALUES = 2 ** 25;

/** The numbers of one dataset. */
export interface Hdf5Array {
  shape: number[];
  data: Float32Array;
}

/** A checked HDF5 file. Paths are relative to the root: "layers/dense/vars/0". All methods throw ModelFormatError. */
export class Hdf5 {
  private readonly objects: Map<string, Hdf5Object>;
  private readonly children = new Map<string, string[]>();
  private readonly groups = new Map<string, Group>();

  /** Walks through the whole file and checks it. */
  constructor(bytes: Uint8Array) {
    this.objects = checkHdf5(bytes);
    for (const path of this.objects.keys()) {
      if (path === '') continue;
      const [parent, name] = split(path);
      const names = this.children.get(parent);
      if (names === undefined) this.children.set(parent, [name]);
      else names.push(name);
    }
    const buffer = bytes.slice().buffer;
    this.groups.set(
      '',
      guarded('the root', () => new File(buffer)),
    );
  }

  /** Names of what lies in a group; none if there is no such group. */
  names(path: string): string[] {
    return this.children.get(path) ?? [];
  }

  has(path: string): boolean {
    return this.objects.has(path);
  }

  isGroup(path: string): boolean {
    return this.objects.get(path)?.group != null;
  }

  isDataset(path: string): boolean {
    return this.objects.get(path)?.count != null;
  }

  /** A text attribute of a group, or null if there is none. */
  textAttribute(path: string, name: string): string | null {
    const attributes = guarded(path, () => this.group(path).attrs);
    const value = Object.hasOwn(attributes, name) ? attributes[name] : null;
    return typeof value === 'string' ? value.replace(/\0+$/, '') : null;
  }

  /** The shape of a dataset, without its numbers. */
  shape(path: string): number[] {
    if (!this.isDataset(path)) refuse(`The HDF5 file has no dataset ${quote(path)}.`);
    return guarded(path, () => [...this.dataset(path).shape]);
  }

  /** The numbers of a dataset of half, single or double precision, in either byte order, as float32. */
  floats(path: string): Hdf5Array {
    const { shape, values } = this.read(path, /^[<>]f[248]$/, 'float32');
    return { shape, data: Float32Array.from(values) };
  }

  /** As `floats`, of whole numbers too. */
  numbers(path: string): { shape: number[]; data: Float64Array } {
    const { shape, values } = this.read(path, /^[<>](f[248]|[iu][1248])$/, 'a number');
    return { shape, data: Float64Array.from(values) };
  }

  private read(path: string, known: RegExp, expectedType: string): { shape: number[]; values: number[] } {
    const shape = this.shape(path);
    const { count, obstacle } = this.objects.get(path) as Hdf5Object;
    if (obstacle !== null) refuse(`The dataset ${quote(path)} of the HDF5 file ${obstacle}, which is not read.`);
    const expected = shape.reduce((product, dimension) => product * dimension, 1);
    if (expected !== count) refuse(`The dataset ${quote(path)} of the HDF5 file gives two different shapes.`);
    if (expected > MAX_VALUES) refuse(`The dataset ${quote(path)} has ${expected} values; ${MAX_VALUES} is the limit.`);
    const type = guarded(path, () => this.dataset(path).dtype);
    if (typeof type !== 'string' || !known.test(type)) {
      refuse(
        `The dataset ${quote(path)} of the HDF5 file has the type ${describe(type)}; ${expectedType} is expected.`,
      );
    }
    const values = guarded(path, () => this.dataset(path).value);
    if (!Array.isArray(values) || values.length !== expected) {
      refuse(`The dataset ${quote(path)} of the HDF5 file does not have the ${expected} values that it claims.`);
    }
    return { shape, values: values as number[] };
  }

  /** Opened step by step, so that jsfive reads each group once. */
  private group(path: string): Group {
    const known = this.groups.get(path);
    if (known !== undefined) return known;
    if (!this.isGroup(path)) refuse(`The HDF5 file has no group ${quote(path)}.`);
    const [parent, name] = split(path);
    const group = this.group(parent).get(name);
    if (!(group instanceof Group)) return refuse(`The HDF5 file has no group ${quote(path)}.`);
    this.groups.set(path, group);
    return group;
  }

  private dataset(path: string): Dataset {
    const [parent, name] = split(path);
    return this.group(parent).get(name) as Dataset;
  }
}

function split(path: string): [string, string] {
  const slash = path.lastIndexOf('/');
  return [path.slice(0, Math.max(slash, 0)), path.slice(slash + 1)];
}

function describe(type: string | unknown[]): string {
  return quote(Array.isArray(type) ? type[0] : type);
}

/** Whatever jsfive throws, errors and bare strings alike, becomes a ModelFormatError. */
function guarded<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof ModelFormatError) throw error;
    return refuse(
      `The HDF5 file cannot be read at ${quote(path)}: ${error instanceof Error ? error.message : String(error)}.`,
    );
  }
}
