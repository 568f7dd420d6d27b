import { expect, test } from '@jest/globals';
import { zlibSync } from 'fflate';
import { loadModel } from 'simple-rnn/io';
import { bytesOf, concat, type Ending, type Entry, FORMAT, keras, members, refused, text, zip } from './io_support.js';

const model = 'keras_stateful_nobias.keras';
const good = Object.entries(members(model)).map(([name, data]): Entry => ({ name, data }));
/** The good archive with one entry changed. */
const changed = (index: number, lie: Partial<Entry>, ending?: Ending) =>
  zip(
    good.map((entry, i) => (i === index ? { ...entry, ...lie } : entry)),
    ending,
  );
const withMore = (...more: Entry[]) => zip([...good, ...more]);
const data = text('x');
const CONFIG = good.findIndex((entry) => entry.name === 'config.json');
const WEIGHTS = good.findIndex((entry) => entry.name === 'model.weights.h5');

test.each<[string, Uint8Array]>([
  ['as Keras writes it', zip(good)],
  ['in another order', zip([...good].reverse())],
  ['deflated', zip(good.map((entry) => ({ ...entry, deflate: true })))],
  ['with a comment', zip(good, { comment: text('a comment') })],
  ['with assets', withMore({ name: 'assets/', data: new Uint8Array(0) }, { name: 'assets/a.txt', data })],
  ['with sizes in zip64 fields as Python reserves them', changed(WEIGHTS, { localSize: 0xffffffff })],
  ['with sizes left to a descriptor', changed(WEIGHTS, { flags: 8, localSize: 0 })],
])('reads an archive %s', async (_, bytes) => {
  const loaded = await loadModel(bytes);
  expect(loaded.layers).toHaveLength(1);
  loaded.dispose();
});

/** Raw deflate of n zeros: a megabyte of it unpacks to a gigabyte. */
const bomb = (n: number) => zlibSync(new Uint8Array(n), { level: 9 }).subarray(2, -4);

const attacks: [string, Uint8Array, RegExp][] = [
  ['too many entries', zip(Array.from({ length: 1025 }, (_, i) => ({ name: `f${i}`, data }))), /1025 entries/],
  ['a false number of entries', zip(good, { count: 2 }), /does not fill its place/],
  ['more entries than there are', zip(good, { count: 9 }), /damaged/],
  ['two numbers of entries', zip(good, { countHere: 1 }), /two different numbers/],
  ['..', withMore({ name: '../evil', data }), /unsafe name "\.\.\/evil"/],
  ['a .. within', withMore({ name: 'a/../../evil', data }), /unsafe name/],
  ['an absolute name', withMore({ name: '/etc/passwd', data }), /unsafe name/],
  ['a drive', withMore({ name: 'C:/x', data }), /unsafe name/],
  ['a backslash', withMore({ name: 'a\\b', data }), /unsafe name/],
  ['a NUL', withMore({ name: 'a\0b', data }), /unsafe name/],
  ['an empty name', withMore({ name: '', data }), /unsafe name/],
  ['a name that is not UTF-8', withMore({ name: new Uint8Array([0xff, 0xfe]), data }), /not UTF-8/],
  ['duplicates', withMore({ name: 'config.json', data }), /two entries named "config\.json"/],
  ['a wrong CRC', changed(CONFIG, { crc: 1 }), /wrong CRC/],
  ['a stored entry with two sizes', changed(CONFIG, { size: 10 }), /two sizes/],
  [
    'a deflated entry larger than declared',
    changed(CONFIG, { deflate: true, size: 100 }),
    /does not unpack to the size/,
  ],
  [
    'a deflated entry smaller than declared',
    changed(CONFIG, { deflate: true, size: 5000 }),
    /does not unpack to the size/,
  ],
  ['an entry beyond the file', changed(CONFIG, { packedSize: 1e6, size: 1e6 }), /cut short/],
  ['encryption', changed(CONFIG, { flags: 1 }), /encrypted/],
  ['strong encryption', changed(CONFIG, { flags: 0x40 }), /encrypted/],
  ['an unknown method', changed(CONFIG, { method: 12 }), /method 12/],
  ['zip64 sizes', changed(CONFIG, { size: 0xffffffff, packedSize: 0xffffffff }), /zip64/],
  ['a zip64 end', zip(good, { start: 0xffffffff }), /zip64/],
  ['several disks', zip(good, { disk: 1 }), /several disks/],
  ['an entry on another disk', changed(CONFIG, { disk: 3 }), /several disks/],
  ['another name in front of the data', changed(CONFIG, { localName: 'config.jsoN' }), /contradicts/],
  ['another size in front of the data', changed(CONFIG, { localSize: 7 }), /contradicts/],
  ['overlapping entries', changed(CONFIG, { offset: 0 }), /contradicts|share bytes/],
  [
    'something before the archive',
    zip(good, { before: text('PK\x03\x04 not really'), start: 1 }),
    /not where the archive says/,
  ],
  ['something behind the archive', concat([zip(good), text('tail')]), /no table of contents/],
  ['a bomb that says so', changed(WEIGHTS, { packed: bomb(2 ** 26), size: 2 ** 26, crc: 0 }), /claims to unpack/],
  [
    'a bomb that lies',
    changed(WEIGHTS, { packed: bomb(2 ** 26), size: 2 ** 20, crc: 0 }),
    /does not unpack to the size/,
  ],
  [
    'a total beyond 1 GB',
    zip(Array.from({ length: 1000 }, (_, i) => ({ name: `f${i}`, data, method: 8, size: 2 ** 20 }))),
    /1 GB/,
  ],
  [
    'a config of 5 MB',
    keras(model, { 'config.json': new Uint8Array(5e6).fill(32) }),
    /5000000 bytes; 4194304 is the limit/,
  ],
  ['no config', keras(model, { 'config.json': null }), /without config\.json/],
  ['no metadata', keras(model, { 'metadata.json': null }), /no entry "metadata\.json"/],
  ['no weights', keras(model, { 'model.weights.h5': null }), /model\.weights\.h5/],
  ['nothing', zip([]), /without config\.json/],
  ['nothing but an end', text('PK\x05\x06'), /no table of contents/],
];

test.each(attacks)('refuses an archive with %s', async (_, bytes, message) => {
  await refused(bytes, FORMAT, message);
});

test('refuses damaged deflate data', async () => {
  const packed = concat([new Uint8Array([0x06]), new Uint8Array(200).fill(0xaa)]);
  await refused(changed(CONFIG, { packed }), FORMAT, /cannot be unpacked|does not unpack/);
});

test('a file cut short anywhere is refused', async () => {
  const whole = bytesOf(model);
  for (let i = 0; i < 50; i++) {
    await refused(whole.subarray(0, Math.floor((whole.length * i) / 50)), FORMAT, /./);
  }
});
