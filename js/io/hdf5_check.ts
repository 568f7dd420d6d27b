// Walks through a whole HDF5 file before jsfive touches it. jsfive follows links, trees and sizes wherever they
// lead, so a file made to mislead could keep it busy for ever; after this walk there is nothing left to follow.
import { Hdf5Bytes } from './hdf5_bytes.js';
import { type Hdf5Object, readObject } from './hdf5_object.js';
import { quote, refuse } from './refuse.js';

const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
const ROOT_HEADER = 64;
const SUPERBLOCK_BYTES = 96;

const MAX_STEPS = 100_000;
const MAX_OBJECTS = 20_000;
const MAX_DEPTH = 32;
const MAX_TREE_LEVEL = 8;
const ENTRY_BYTES = 40;

/** Whether the bytes begin as an HDF5 file does. */
export function isHdf5(bytes: Uint8Array): boolean {
  return SIGNATURE.every((value, i) => bytes[i] === value);
}

/**
 * Every object of the file by its path ("layers/dense/vars/0", the root is ""), in the form that h5py writes by
 * default: superblock 0, symbol tables, object headers of version 1. Refused: soft and external links, an object
 * linked twice, structures that point outside the file or at each other, more than 32 levels, 20,000 objects or
 * 100,000 structures. Throws ModelFormatError.
 */
export function checkHdf5(bytes: Uint8Array): Map<string, Hdf5Object> {
  if (!isHdf5(bytes)) refuse('The weights are not an HDF5 file.');
  const file = new Hdf5Bytes(bytes, MAX_STEPS);
  file.within(0, SUPERBLOCK_BYTES);
  const version = file.u8(8);
  if (version !== 0) refuse(`The HDF5 file is in the form of superblock ${version}; h5py writes superblock 0.`);
  if (file.u8(13) !== 8 || file.u8(14) !== 8) refuse('The HDF5 file does not use addresses of 8 bytes.');
  if (file.u64(24) !== 0) refuse('The HDF5 file begins with a block of foreign data.');
  file.within(0, file.u64(40)); // end of file, as the file itself says
  const walk = new Walk(file);
  walk.object(file.u64(ROOT_HEADER), '', 0);
  return walk.objects;
}

class Walk {
  readonly objects = new Map<string, Hdf5Object>();
  private readonly seen = new Set<number>();

  constructor(private readonly file: Hdf5Bytes) {}

  object(address: number, path: string, depth: number): void {
    if (depth > MAX_DEPTH) refuse(`The HDF5 file is more than ${MAX_DEPTH} levels deep.`);
    if (this.objects.size >= MAX_OBJECTS) refuse(`The HDF5 file has more than ${MAX_OBJECTS} objects.`);
    this.once(address);
    const object = readObject(this.file, address);
    this.objects.set(path, object);
    if (object.group !== null) this.group(object.group, path, depth);
  }

  private group(group: { tree: number; heap: number }, path: string, depth: number): void {
    this.file.signature('HEAP', group.heap);
    const size = this.file.u64(group.heap + 8);
    const names = this.file.within(this.file.u64(group.heap + 24), size);
    this.tree(group.tree, null, (entry) => {
      const offset = this.file.u64(entry);
      const name = offset < size ? this.file.text(names + offset, names + size) : '';
      const child = path === '' ? name : `${path}/${name}`;
      if (name === '' || name.includes('/')) refuse('The HDF5 file has a link without a proper name.');
      if (this.objects.has(child)) refuse(`The HDF5 file has two objects named ${quote(child)}.`);
      if (this.file.u32(entry + 16) > 1)
        refuse(`The HDF5 file has a soft link, ${quote(child)}; links are not followed.`);
      this.object(this.file.u64(entry + 8), child, depth + 1);
    });
  }

  /** Calls `visit` with the address of each symbol table entry below a node of a group's B-tree. */
  private tree(address: number, level: number | null, visit: (entry: number) => void): void {
    this.once(address);
    this.file.signature('TREE', address);
    const found = this.file.u8(address + 5);
    if (this.file.u8(address + 4) !== 0 || found > MAX_TREE_LEVEL || (level !== null && found !== level)) {
      refuse('The HDF5 file is damaged: the tree of a group is not in order.');
    }
    const children = this.file.u16(address + 6);
    for (let i = 0; i < children; i++) {
      const child = this.file.u64(address + 32 + 16 * i);
      if (found > 0) this.tree(child, found - 1, visit);
      else this.symbols(child, visit);
    }
    this.file.within(address, 32 + 16 * children);
  }

  private symbols(address: number, visit: (entry: number) => void): void {
    this.once(address);
    this.file.signature('SNOD', address);
    const count = this.file.u16(address + 6);
    this.file.within(address + 8, count * ENTRY_BYTES);
    for (let i = 0; i < count; i++) visit(address + 8 + ENTRY_BYTES * i);
  }

  private once(address: number): void {
    this.file.step();
    if (this.seen.has(address)) refuse('The HDF5 file links one of its parts twice, or in a circle.');
    this.seen.add(address);
  }
}
