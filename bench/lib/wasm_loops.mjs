// Two loops of WebAssembly SIMD, assembled here without a tool chain: what one thread of this engine can do at best.

/** Accumulators in a loop: with x, y and a product, all of the 15 vector registers that V8 uses. */
export const ACCUMULATORS = 12;
/** Bytes that the stream loop reads in one turn; it reads whole turns. */
export const TURN_BYTES = 16 * ACCUMULATORS;
/** Flops of one turn of either loop. */
export const TURN_FLOPS = 8 * ACCUMULATORS;
const PAGES = 2100; // of 64 KiB: room for the largest array that limits.mjs reads

const leb = (value) => {
  const bytes = [];
  let rest = value;
  do {
    const low = rest & 0x7f;
    rest >>>= 7;
    bytes.push(rest ? low | 0x80 : low);
  } while (rest);
  return bytes;
};
const sleb = (value) => {
  const bytes = [];
  for (let rest = value; ; ) {
    const low = rest & 0x7f;
    rest >>= 7;
    if ((rest === 0 && !(low & 0x40)) || (rest === -1 && low & 0x40)) return [...bytes, low];
    bytes.push(low | 0x80);
  }
};
const vector = (items) => [...leb(items.length), ...items.flat()];
const section = (id, body) => [id, ...leb(body.length), ...body];
const get = (i) => [0x20, ...leb(i)];
const set = (i) => [0x21, ...leb(i)];
const i32 = (v) => [0x41, ...sleb(v)];
const simd = (op) => [0xfd, ...leb(op)];
const SPLAT = simd(0x13);
const ADD = simd(0xe4);
const MUL = simd(0xe6);
const MADD = simd(0x105); // relaxed_madd
const load = (offset) => [...simd(0x00), 4, ...leb(offset)];
const I32 = 0x7f;
const F32 = 0x7d;
const V128 = 0x7b;

/** run(turns or repeats: i32, bytes: i32, x: f32, y: f32) -> f32; locals: 4 p, 5.. accumulators, x and y splatted. */
function moduleBytes(kind, fused, pages) {
  const acc = (i) => 5 + i;
  const X = acc(ACCUMULATORS);
  const Y = X + 1;
  const all = (f) => Array.from({ length: ACCUMULATORS }, (_, i) => f(i)).flat();
  const multiplyAdd = (a, b, c) => (fused ? [...a, ...b, ...c, ...MADD] : [...a, ...b, ...MUL, ...c, ...ADD]);
  // from the local's value down to 0
  const countDown = (local, step, body) => [
    0x03,
    0x40,
    ...body,
    ...get(local),
    ...i32(step),
    0x6b,
    0x22,
    ...leb(local),
    0x0d,
    0,
    0x0b,
  ];
  const registers = countDown(
    0,
    1,
    all((i) => [...multiplyAdd(get(acc(i)), get(X), get(Y)), ...set(acc(i))]),
  );
  // acc = load * x + acc, from the end of the array to its start
  const stream = countDown(0, 1, [
    ...get(1),
    ...set(4),
    ...countDown(
      4,
      TURN_BYTES,
      all((i) => [...multiplyAdd([...get(4), ...load(16 * i)], get(X), get(acc(i))), ...set(acc(i))]),
    ),
  ]);
  const body = [
    ...vector([
      [1, I32],
      [ACCUMULATORS + 2, V128],
    ]),
    ...get(2),
    ...SPLAT,
    ...set(X),
    ...get(3),
    ...SPLAT,
    ...set(Y),
    ...(kind === 'registers' ? registers : stream),
    ...get(acc(0)),
    ...all((i) => (i ? [...get(acc(i)), ...ADD] : [])),
    ...simd(0x1f),
    0,
    0x0b,
  ];
  return new Uint8Array([
    0,
    0x61,
    0x73,
    0x6d,
    1,
    0,
    0,
    0,
    ...section(1, vector([[0x60, ...vector([[I32], [I32], [F32], [F32]]), ...vector([[F32]])]])),
    ...section(3, vector([[0]])),
    ...section(5, vector([[0, ...leb(pages)]])),
    ...section(
      7,
      vector([
        [3, 0x72, 0x75, 0x6e, 0, 0],
        [3, 0x6d, 0x65, 0x6d, 2, 0],
      ]),
    ), // "run", "mem"
    ...section(10, vector([[...leb(body.length), ...body]])),
  ]);
}

/** Whether this engine, as it was started, takes relaxed_madd. */
export const hasRelaxed = () => WebAssembly.validate(moduleBytes('registers', true, 1));

/** registers(turns): 12 accumulators, no memory. stream(repeats, bytes): one multiply and add per float32 read. */
export function makeLoops(fused) {
  const make = (kind, pages) => {
    const { run, mem } = new WebAssembly.Instance(new WebAssembly.Module(moduleBytes(kind, fused, pages))).exports;
    // untouched pages are all one page of zeros, which never leaves the L1 cache
    new Float32Array(mem.buffer).fill(1);
    return run;
  };
  const registers = make('registers', 1);
  const stream = make('stream', PAGES);
  return {
    registers: (turns) => registers(turns, 0, 0.999, 0.001),
    stream: (repeats, bytes) => stream(repeats, bytes, 0.999, 0),
  };
}
