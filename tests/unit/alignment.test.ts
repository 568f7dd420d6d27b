// Every block begins at a multiple of 16 bytes, whatever malloc gives: vectors that straddle cache lines are slow.
import { expect, test } from '@jest/globals';

const { Instance } = WebAssembly;
/** Arguments of the last call of the recurrence: the only export that takes 16. */
let last: number[] = [];

function watch(value: unknown): unknown {
  if (typeof value !== 'function') return value;
  return (...values: number[]) => {
    if (values.length === 16) last = values;
    return (value as (...given: number[]) => unknown)(...values);
  };
}

test('what a kernel is given lies at multiples of 16 bytes', async () => {
  function Watched(module: WebAssembly.Module, imports: WebAssembly.Imports) {
    const { exports } = new Instance(module, imports);
    return { exports: Object.fromEntries(Object.entries(exports).map(([name, value]) => [name, watch(value)])) };
  }
  WebAssembly.Instance = Watched as never;
  try {
    const { Sequential, SimpleRNN } = await import('simple-rnn');
    for (let units = 1; units < 8; units += 1) {
      const model = new Sequential([new SimpleRNN({ units, inputShape: [3, 5] })]);
      model.predict(new Float32Array(15));
      const [outputs, , workspace, inputs, , , , , packed] = last;
      expect([outputs, workspace, inputs, packed].map((address) => (address as number) % 16)).toEqual([0, 0, 0, 0]);
    }
  } finally {
    WebAssembly.Instance = Instance;
  }
});
