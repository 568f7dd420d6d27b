// The table of contents of a zip file. Everything a reader later relies on is checked here, before a byte is
// unpacked. Format: PKWARE's APPNOTE 6.3.
import { quote, refuse } from './refuse.js';

/** One file in the archive: where its packed bytes lie and what they must unpack to. */
export interface ZipEntry {
  name: string;
  /** 0 stored, 8 deflate. */
  method: number;
  crc: number;
  packedSize: number;
  size: number;
  /** Offset of the packed bytes. */
  offset: number;
}

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const END_BYTES = 22;
const CENTRAL_BYTES = 46;
const LOCAL_BYTES = 30;
const MARKER = 0xffffffff;
const ENCRYPTED = 0x2041; // traditional, strong, masked headers
const HAS_DESCRIPTOR = 0x0008;

const MAX_ENTRIES = 1024;
const MAX_TOTAL = 1e9;
/** Members below this size may shrink as far as deflate can: a model of zeros is no bomb. */
const RATIO_FREE = 2 ** 20;
const MAX_RATIO = 200;

/** Reads and checks the central directory. Throws ModelFormatError. */
export function readDirectory(bytes: Uint8Array): Map<string, ZipEntry> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = findEnd(view);
  const count = view.getUint16(end + 10, true);
  const size = view.getUint32(end + 12, true);
  const start = view.getUint32(end + 16, true);
  if (count === 0xffff || size === MARKER || start === MARKER) {
    refuse('The zip archive is in the zip64 form, which no model file needs.');
  }
  if (view.getUint16(end + 4, true) !== 0 || view.getUint16(end + 6, true) !== 0) {
    refuse('The zip archive is split over several disks.');
  }
  if (view.getUint16(end + 8, true) !== count) refuse('The zip archive gives two different numbers of entries.');
  if (count > MAX_ENTRIES) refuse(`The zip archive has ${count} entries; ${MAX_ENTRIES} is the limit.`);
  if (start + size !== end) refuse('The table of contents of the zip archive is not where the archive says it is.');

  const entries = new Map<string, ZipEntry>();
  const spans: [number, number][] = [];
  let at = start;
  let total = 0;
  for (let i = 0; i < count; i++) {
    const entry = readEntry(bytes, view, at, end, start);
    if (entries.has(entry.name)) refuse(`The zip archive has two entries named ${quote(entry.name)}.`);
    entries.set(entry.name, entry);
    spans.push([view.getUint32(at + 42, true), entry.offset + entry.packedSize]);
    total += entry.size;
    if (total > MAX_TOTAL) refuse('The zip archive would unpack to more than 1 GB.');
    at += CENTRAL_BYTES + view.getUint16(at + 28, true) + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  if (at !== end) refuse('The table of contents of the zip archive does not fill its place.');
  spans.sort((a, b) => a[0] - b[0]);
  for (let i = 1; i < spans.length; i++) {
    if ((spans[i] as [number, number])[0] < (spans[i - 1] as [number, number])[1]) {
      refuse('Two entries of the zip archive share bytes.');
    }
  }
  return entries;
}

/** Offset of the end record: the last one whose comment reaches exactly to the end of the file. */
function findEnd(view: DataView): number {
  const last = view.byteLength - END_BYTES;
  for (let at = last; at >= Math.max(0, last - 0xffff); at--) {
    if (view.getUint32(at, true) === END && at + END_BYTES + view.getUint16(at + 20, true) === view.byteLength) {
      return at;
    }
  }
  return refuse('The zip archive has no table of contents: the file is cut short or damaged.');
}

function readEntry(bytes: Uint8Array, view: DataView, at: number, end: number, start: number): ZipEntry {
  if (at + CENTRAL_BYTES > end || view.getUint32(at, true) !== CENTRAL) {
    refuse('The table of contents of the zip archive is damaged.');
  }
  const flags = view.getUint16(at + 8, true);
  const method = view.getUint16(at + 10, true);
  const crc = view.getUint32(at + 16, true);
  const packedSize = view.getUint32(at + 20, true);
  const size = view.getUint32(at + 24, true);
  const nameSize = view.getUint16(at + 28, true);
  const local = view.getUint32(at + 42, true);
  if (at + CENTRAL_BYTES + nameSize > end) refuse('The table of contents of the zip archive is damaged.');
  const name = readName(bytes.subarray(at + CENTRAL_BYTES, at + CENTRAL_BYTES + nameSize));

  if (flags & ENCRYPTED) refuse(`The entry ${quote(name)} of the zip archive is encrypted.`);
  if (method !== 0 && method !== 8) {
    refuse(`The entry ${quote(name)} of the zip archive is packed by method ${method}; stored and deflate are read.`);
  }
  if (packedSize === MARKER || size === MARKER || local === MARKER) {
    refuse(`The entry ${quote(name)} of the zip archive is in the zip64 form, which no model file needs.`);
  }
  if (view.getUint16(at + 34, true) !== 0) refuse('The zip archive is split over several disks.');
  if (method === 0 && packedSize !== size) refuse(`The entry ${quote(name)} of the zip archive gives two sizes.`);
  if (size > RATIO_FREE && size > MAX_RATIO * packedSize) {
    refuse(`The entry ${quote(name)} of the zip archive claims to unpack ${packedSize} bytes to ${size}.`);
  }

  if (local + LOCAL_BYTES > start || view.getUint32(local, true) !== LOCAL) {
    refuse(`The entry ${quote(name)} of the zip archive is not where it should be.`);
  }
  const localNameSize = view.getUint16(local + 26, true);
  const offset = local + LOCAL_BYTES + localNameSize + view.getUint16(local + 28, true);
  if (offset + packedSize > start) refuse(`The entry ${quote(name)} of the zip archive is cut short.`);
  if (
    localNameSize !== nameSize ||
    view.getUint16(local + 6, true) !== flags ||
    view.getUint16(local + 8, true) !== method ||
    bytes
      .subarray(local + LOCAL_BYTES, local + LOCAL_BYTES + nameSize)
      .some((byte, i) => byte !== bytes[at + CENTRAL_BYTES + i]) ||
    !sizeAgrees(view.getUint32(local + 18, true), packedSize, flags) ||
    !sizeAgrees(view.getUint32(local + 22, true), size, flags)
  ) {
    refuse(`The entry ${quote(name)} of the zip archive contradicts the table of contents.`);
  }
  return { name, method, crc, packedSize, size, offset };
}

/** Before the bytes the size may be left to a later descriptor, or to the zip64 field that Python always reserves. */
function sizeAgrees(local: number, central: number, flags: number): boolean {
  return local === central || local === MARKER || (local === 0 && (flags & HAS_DESCRIPTOR) !== 0);
}

function readName(raw: Uint8Array): string {
  let name: string;
  try {
    name = new TextDecoder('utf-8', { fatal: true }).decode(raw);
  } catch {
    return refuse('An entry of the zip archive has a name that is not UTF-8.');
  }
  const unsafe =
    name === '' ||
    name.startsWith('/') ||
    /^[A-Za-z]:/.test(name) ||
    name.includes('\\') ||
    name.includes('\0') ||
    name.split('/').some((part) => part === '..' || part === '.');
  if (unsafe) refuse(`The zip archive has an entry with the unsafe name ${quote(name)}.`);
  return name;
}
