// What the tests of simple-rnn/io share: fixtures, a small zip writer, and how a refusal is checked.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from '@jest/globals';
import { deflateSync, unzipSync } from 'fflate';
import { memory, SimpleRNNError } from 'simple-rnn';
import { loadModel } from 'simple-rnn/io';

export const path = (name: string) => fileURLToPath(new URL(`../fixtures/models/${name}`, import.meta.url));
export const bytesOf = (name: string) => new Uint8Array(readFileSync(path(name)));
const unzipped = new Map<string, Record<string, Uint8Array>>();
/** The members of a .keras fixture; not to be changed. */
export function members(name: string): Record<string, Uint8Array> {
  const known = unzipped.get(name) ?? unzipSync(bytesOf(name));
  unzipped.set(name, known);
  return known;
}
export const text = (value: string) => new TextEncoder().encode(value);
export const json = (value: unknown) => text(JSON.stringify(value));

/** One entry to write, and what it may lie about. Numbers left out are the true ones. */
export interface Entry {
  name: string | Uint8Array;
  data: Uint8Array;
  deflate?: boolean;
  packed?: Uint8Array;
  method?: number;
  flags?: number;
  crc?: number;
  size?: number;
  packedSize?: number;
  localName?: string;
  localSize?: number;
  offset?: number;
  disk?: number;
}

export interface Ending {
  count?: number;
  countHere?: number;
  disk?: number;
  start?: number;
  size?: number;
  comment?: Uint8Array;
  before?: Uint8Array;
}

/** A zip archive, lies included. */
export function zip(entries: readonly Entry[], ending: Ending = {}): Uint8Array {
  const parts: Uint8Array[] = [ending.before ?? new Uint8Array(0)];
  const central: Uint8Array[] = [];
  let at = (ending.before ?? []).length;
  for (const entry of entries) {
    const packed = entry.packed ?? (entry.deflate ? deflateSync(entry.data) : entry.data);
    const name = typeof entry.name === 'string' ? text(entry.name) : entry.name;
    const localName = entry.localName === undefined ? name : text(entry.localName);
    const method = entry.method ?? (entry.deflate || entry.packed ? 8 : 0);
    const crc = entry.crc ?? crc32(entry.data);
    const size = entry.size ?? entry.data.length;
    const packedSize = entry.packedSize ?? packed.length;
    const flags = entry.flags ?? 0;
    parts.push(
      fields(
        [4, 0x04034b50],
        [2, 20],
        [2, flags],
        [2, method],
        [4, 0],
        [4, crc],
        [4, packedSize],
        [4, entry.localSize ?? size],
        [2, localName.length],
        [2, 0],
      ),
      localName,
      packed,
    );
    central.push(
      fields(
        [4, 0x02014b50],
        [2, 20],
        [2, 20],
        [2, flags],
        [2, method],
        [4, 0],
        [4, crc],
        [4, packedSize],
        [4, size],
        [2, name.length],
        [2, 0],
        [2, 0],
        [2, entry.disk ?? 0],
        [2, 0],
        [4, 0],
        [4, entry.offset ?? at],
      ),
      name,
    );
    at += 30 + localName.length + packed.length;
  }
  const size = central.reduce((sum, part) => sum + part.length, 0);
  const comment = ending.comment ?? new Uint8Array(0);
  const count = ending.count ?? entries.length;
  const end = fields(
    [4, 0x06054b50],
    [2, ending.disk ?? 0],
    [2, 0],
    [2, ending.countHere ?? count],
    [2, count],
    [4, ending.size ?? size],
    [4, ending.start ?? at],
    [2, comment.length],
  );
  return concat([...parts, ...central, end, comment]);
}

function fields(...list: [bytes: number, value: number][]): Uint8Array {
  return concat(
    list.map(([bytes, value]) => Uint8Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** i) % 256)),
  );
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

const crcTable = Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

export function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) crc = crcTable[(crc ^ byte) & 255] ^ (crc >>> 8);
  return (crc ^ -1) >>> 0;
}

/** A .keras file made of the members of a fixture, some of them replaced (null: left out). */
export function keras(name: string, changes: Record<string, Uint8Array | null> = {}): Uint8Array {
  const entries = Object.entries({ ...members(name), ...changes });
  return zip(entries.flatMap(([entry, data]) => (data === null ? [] : [{ name: entry, data }])));
}

// biome-ignore lint/suspicious/noExplicitAny: tests reach into configurations of any form.
type Json = any;

/** A .keras file whose config.json was changed. */
export function withConfig(name: string, change: (config: Json) => void): Uint8Array {
  const config = JSON.parse(new TextDecoder().decode(members(name)['config.json']));
  change(config);
  return keras(name, { 'config.json': json(config) });
}

/** Starts counting this process's processor time, in milliseconds: a busy machine does not lengthen it. */
export function stopwatch(): () => number {
  const start = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  };
}

/** Loading must fail within a second, with one of our errors, leaving no memory behind. */
export async function refused(source: Parameters<typeof loadModel>[0], code: string, message: RegExp): Promise<void> {
  const before = memory();
  const time = stopwatch();
  let error: unknown = null;
  try {
    (await loadModel(source)).dispose();
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(SimpleRNNError);
  expect({ code: (error as SimpleRNNError).code, message: (error as Error).message }).toEqual({
    code,
    message: expect.stringMatching(message),
  });
  expect(time()).toBeLessThan(1000);
  expect(memory()).toEqual(before);
}

export const FORMAT = 'ERR_MODEL_FORMAT';
export const UNSUPPORTED = 'ERR_UNSUPPORTED';
export const ARGUMENT = 'ERR_ARGUMENT';
