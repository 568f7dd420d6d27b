// What calls allocate: in the module (blocks held, calls of malloc) and in JavaScript's heap.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Imports simple-rnn with every export of its WebAssembly module counted, and finds out which of them is malloc, whose
 * name the build has shortened: the one that is asked for the size of a new weight. SIMD=strict or SIMD=relaxed chooses
 * the module. @param entry What to import: a name, or the URL of a build.
 */
export async function importCounted(entry = 'simple-rnn') {
  const calls = new Map(); // export -> number of calls
  const asked = new Map(); // export -> its last first argument
  const { Instance } = WebAssembly;
  WebAssembly.Instance = function CountedInstance(module, imports) {
    const { exports } = new Instance(module, imports);
    const counted = Object.entries(exports).map(([name, value]) => {
      if (typeof value !== 'function') return [name, value];
      const count = (...values) => {
        calls.set(name, (calls.get(name) ?? 0) + 1);
        asked.set(name, values[0]);
        return value(...values);
      };
      return [name, count];
    });
    return { exports: Object.fromEntries(counted) };
  };
  const library = await import(entry);
  if (process.env.SIMD) library.configure({ simd: process.env.SIMD });
  const rows = 12345;
  const dense = new library.Dense({ units: 4, useBias: false });
  dense.build([null, rows]);
  dense.dispose();
  const bytes = 4 * 4 * rows;
  const malloc = [...asked].find(([, value]) => value >= bytes && value < bytes + 64)?.[0];
  if (malloc === undefined) throw new Error('malloc is not among the exports');
  return { library, mallocs: () => calls.get(malloc) };
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

/** Bytes of JavaScript's heap that one call takes, results included; the least of some tries, as others may allocate. */
export function heapBytes(run, count = 200, tries = 5) {
  let least = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < tries; attempt++) {
    collect();
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < count; i++) run(i);
    const bytes = (process.memoryUsage().heapUsed - before) / count;
    if (bytes > 0) least = Math.min(least, bytes);
  }
  return least;
}
