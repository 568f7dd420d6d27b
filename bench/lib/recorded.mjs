// Which calls of the WebAssembly module a piece of work consists of, and those calls again, without the package around them.

/**
 * Imports simple-rnn with every way into its module passing through here: its exports, and the table through which Embind
 * calls. SIMD=strict or SIMD=relaxed chooses the module. Gives { library, record }: `record(work)` carries out `work`,
 * which may be asynchronous, and gives the calls, [{ name, call, values }]; names are those of the exports, which the build
 * has shortened, or the place in the table.
 */
export async function importRecorded() {
  let calls = null;
  const recording = (name, call) => {
    return (...values) => {
      calls?.push({ name, call, values });
      return call(...values);
    };
  };
  const { Instance } = WebAssembly;
  WebAssembly.Instance = function RecordedInstance(module, imports) {
    const { exports } = new Instance(module, imports);
    const recorded = Object.entries(exports).map(([name, value]) => {
      if (typeof value === 'function') return [name, recording(name, value)];
      if (value instanceof WebAssembly.Table) {
        const get = (index) => recording(`table ${index}`, value.get(index));
        return [name, { get, length: value.length }];
      }
      return [name, value];
    });
    return { exports: Object.fromEntries(recorded) };
  };
  const library = await import('simple-rnn');
  if (process.env.SIMD) library.configure({ simd: process.env.SIMD });
  const record = async (work) => {
    calls = [];
    try {
      await work();
      return calls;
    } finally {
      calls = null;
    }
  };
  return { library, record };
}

/** The same calls again. */
export function replay(calls) {
  for (let i = 0; i < calls.length; i++) {
    const { call, values } = calls[i];
    call(...values);
  }
}
