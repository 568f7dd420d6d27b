// One HDF5 object header (version 1): its messages, each checked as far as jsfive later relies on it.
// Format: "HDF5 File Format Specification Version 3.0", IV.A.
import type { Hdf5Bytes } from './hdf5_bytes.js';
import { refuse } from './refuse.js';

/** What an object header says. */
export interface Hdf5Object {
  /** Of a group: addresses of its B-tree and its heap of names. */
  group: { tree: number; heap: number } | null;
  /** Of a dataset: number of values, or null for a group. */
  count: number | null;
  /** Why the dataset cannot be read although the file is whole; null if it can. */
  obstacle: string | null;
}

const DATASPACE = 0x01;
const LINK_INFO = 0x02;
const DATATYPE = 0x03;
const LINK = 0x06;
const EXTERNAL_FILES = 0x07;
const LAYOUT = 0x08;
const FILTERS = 0x0b;
const ATTRIBUTE = 0x0c;
const CONTINUATION = 0x10;
const SYMBOL_TABLE = 0x11;
/** Messages of which an object has one at most. */
const SINGLE = new Set([DATASPACE, DATATYPE, LAYOUT, SYMBOL_TABLE]);

const PREFIX_BYTES = 16;
const MESSAGE_BYTES = 8;
const MAX_RANK = 8;
const MAX_ATTRIBUTE_VALUES = 1024;
const MAX_HEAP_BYTES = 2 ** 20;

/** Reads the header at `at`. Throws ModelFormatError for anything that jsfive would stumble over. */
export function readObject(file: Hdf5Bytes, at: number): Hdf5Object {
  if (file.u8(at) !== 1) refuse('The HDF5 file has an object header of an unknown version; h5py writes version 1.');
  const object: Hdf5Object = { group: null, count: null, obstacle: null };
  let itemSize = 0;
  let space: number | null = null;
  let layoutAt: number | null = null;

  const seen = new Set<number>();
  for (const { type, body, size, shared } of messages(file, at)) {
    if (shared && type !== 0) refuse('The HDF5 file shares messages between objects, which is not read.');
    if (SINGLE.has(type) && seen.has(type)) refuse('The HDF5 file is damaged: an object is described twice.');
    seen.add(type);
    if (type === SYMBOL_TABLE) {
      object.group = { tree: file.u64(body), heap: file.u64(body + 8) };
      if (size < 16) refuse('The HDF5 file is damaged: a group is cut short.');
    } else if (type === LINK || type === LINK_INFO) {
      refuse(
        'The HDF5 file keeps its links in the form of HDF5 1.8, which is not read (soft and external links with it).',
      );
    } else if (type === DATASPACE) {
      space = readDataspace(file, body);
    } else if (type === DATATYPE) {
      itemSize = file.u32(body + 4);
      if (!isIeee(file, body, itemSize)) object.obstacle = 'is in a number format that is not IEEE 754';
    } else if (type === LAYOUT) {
      layoutAt = body;
    } else if (type === EXTERNAL_FILES) {
      object.obstacle = 'lies in another file';
    } else if (type === FILTERS) {
      object.obstacle ??= 'is compressed';
    } else if (type === ATTRIBUTE) {
      checkAttribute(file, body, size);
    }
  }
  if (space === null) return object;
  if (object.group !== null) refuse('The HDF5 file is damaged: an object is both a group and a dataset.');
  object.count = space;
  object.obstacle ??= layoutAt === null ? 'has no data' : checkLayout(file, layoutAt, space * itemSize);
  return object;
}

interface Message {
  type: number;
  /** Offset of the contents, and their size. */
  body: number;
  size: number;
  shared: boolean;
}

/** The messages in the order in which jsfive meets them: block by block, at most as many as are announced. */
function* messages(file: Hdf5Bytes, at: number): Generator<Message> {
  const count = file.u16(at + 2);
  const size = file.u32(at + 8);
  const blocks = [{ at: file.within(at + PREFIX_BYTES, size), size }];
  let block = blocks.shift() as { at: number; size: number };
  let used = 0;
  for (let i = 0; i < count; i++) {
    file.step();
    if (used >= block.size) {
      block = blocks.shift() ?? refuse('The HDF5 file is damaged: an object header is cut short.');
      used = 0;
    }
    const header = block.at + used;
    const message = {
      type: file.u16(header),
      body: header + MESSAGE_BYTES,
      size: file.u16(header + 2),
      shared: (file.u8(header + 4) & 2) !== 0,
    };
    used += MESSAGE_BYTES + message.size;
    if (used > block.size) refuse('The HDF5 file is damaged: a message is longer than its object header.');
    if (message.type === CONTINUATION) {
      const next = { at: file.u64(message.body), size: file.u64(message.body + 8) };
      file.within(next.at, next.size);
      blocks.push(next);
    }
    yield message;
  }
}

/** Number of values: the product of the dimensions. */
function readDataspace(file: Hdf5Bytes, at: number): number {
  const version = file.u8(at);
  const rank = file.u8(at + 1);
  if (version !== 1 && version !== 2) refuse('The HDF5 file has a dataspace of an unknown version.');
  if (rank > MAX_RANK) refuse(`The HDF5 file has an array of ${rank} dimensions; ${MAX_RANK} is the limit.`);
  let count = 1;
  for (let i = 0; i < rank; i++) {
    const dimension = file.u64(at + (version === 1 ? 8 : 4) + 8 * i);
    if (dimension >= 2 ** 32) refuse('The HDF5 file has an array with a dimension of 2^32 or more.');
    count *= dimension;
  }
  return count;
}

/** Whether a datatype, if it is a floating point one, is what jsfive takes it for: half, single or double. */
function isIeee(file: Hdf5Bytes, at: number, size: number): boolean {
  if ((file.u8(at) & 15) !== 1) return true;
  const exponent = { 2: [10, 5, 10, 15], 4: [23, 8, 23, 127], 8: [52, 11, 52, 1023] }[size];
  const found = [file.u8(at + 12), file.u8(at + 13), file.u8(at + 15), file.u32(at + 16)];
  return exponent?.every((value, i) => value === found[i]) ?? false;
}

/** Why data of this layout cannot be read, or null. Contiguous data must lie in the file, in full. */
function checkLayout(file: Hdf5Bytes, at: number, bytes: number): string | null {
  const version = file.u8(at);
  if (version !== 3 && version !== 4) return `has a data layout of version ${version}`;
  const kind = file.u8(at + 1);
  if (kind === 0) return 'is stored inside its header';
  if (kind === 2) return 'is stored in chunks';
  if (kind === 3) return 'is virtual: its data lies in other files';
  if (kind !== 1) return `has the unknown data layout ${kind}`;
  if (bytes === 0) return null;
  if (file.u64(at + 10) !== bytes) refuse('The HDF5 file contradicts itself about the size of an array.');
  file.within(file.u64(at + 2), bytes);
  return null;
}

/** jsfive reads every attribute of an object it is asked for: strings and numbers, few of them, within the file. */
function checkAttribute(file: Hdf5Bytes, at: number, size: number): void {
  const version = file.u8(at);
  if (version !== 1 && version !== 3) refuse('The HDF5 file has an attribute of an unknown version.');
  const pad = (bytes: number) => (version === 1 ? Math.ceil(bytes / 8) * 8 : bytes);
  const datatype = at + (version === 1 ? 8 : 9) + pad(file.u16(at + 2));
  const dataspace = datatype + pad(file.u16(at + 4));
  const values = dataspace + pad(file.u16(at + 6));
  const count = readDataspace(file, dataspace);
  const kind = file.u8(datatype) & 15;
  const itemSize = file.u32(datatype + 4);
  const isText = kind === 3 || (kind === 9 && (file.u8(datatype + 1) & 15) === 1);
  if (kind !== 0 && kind !== 1 && !isText) refuse('The HDF5 file has an attribute that is neither text nor a number.');
  if (count > MAX_ATTRIBUTE_VALUES || itemSize === 0 || values + count * itemSize > at + size) {
    refuse('The HDF5 file has an attribute that does not fit its place.');
  }
  if (kind === 9) for (let i = 0; i < count; i++) checkHeap(file, file.u64(values + 16 * i + 4));
}

/** The global heap collection that holds a string; jsfive walks through all of it for each object. */
function checkHeap(file: Hdf5Bytes, at: number): void {
  file.signature('GCOL', at);
  const size = file.u64(at + 8);
  if (size > MAX_HEAP_BYTES) refuse('The HDF5 file has a heap of strings that is too large.');
  const end = file.within(at, size) + size;
  for (let item = at + 16; item + 16 <= end && file.u16(item) !== 0; ) {
    file.step();
    item += 16 + Math.ceil(file.u64(item + 8) / 8) * 8;
    if (item > end) refuse('The HDF5 file is damaged: a string is longer than its heap.');
  }
}
