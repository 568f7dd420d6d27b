import { afterEach, describe, expect, jest, test } from '@jest/globals';
import * as simpleRNN from 'simple-rnn';

// Each test gets a package of its own: configuration is for the time before the first use.
async function fresh(): Promise<typeof simpleRNN> {
  let loaded: typeof simpleRNN | undefined;
  await jest.isolateModulesAsync(async () => {
    loaded = await import('simple-rnn');
  });
  return loaded as typeof simpleRNN;
}

afterEach(() => {
  jest.resetModules();
});

test('the error classes have stable codes and one base', () => {
  const codes: Record<string, string> = {
    ArgumentError: 'ERR_ARGUMENT',
    ShapeError: 'ERR_SHAPE',
    ModelFormatError: 'ERR_MODEL_FORMAT',
    NonFiniteError: 'ERR_NON_FINITE',
    OutOfMemoryError: 'ERR_OUT_OF_MEMORY',
    DisposedError: 'ERR_DISPOSED',
    BusyError: 'ERR_BUSY',
    RuntimePoisonedError: 'ERR_RUNTIME_POISONED',
    UnsupportedError: 'ERR_UNSUPPORTED',
  };
  for (const [name, code] of Object.entries(codes)) {
    const type = { ...simpleRNN }[name as 'ArgumentError'];
    const error = new type('x');
    expect([error.code, error.name, error instanceof simpleRNN.SimpleRNNError, error instanceof Error]).toEqual([
      code,
      name,
      true,
      true,
    ]);
  }
});

describe('configure', () => {
  test('is refused after the first use, and for what is unknown', async () => {
    const { ArgumentError, configure, Dense } = await fresh();
    expect(() => configure({ simd: 'fast' as never })).toThrow(/simd/);
    expect(() => configure({ maximumMemory: 0 })).toThrow(/maximumMemory/);
    expect(() => configure({ maximumMemory: 1.5 })).toThrow(ArgumentError);
    expect(() => configure({ memory: 1 } as never)).toThrow(/memory.*'maximumMemory'/);
    configure({ simd: 'strict' });
    new Dense({ units: 1 }).apply([[1]]);
    expect(() => configure({ simd: 'strict' })).toThrow(/before the first use/);
  });

  test('maximumMemory is kept to: an error, and nothing has changed', async () => {
    const { configure, Dense, memory, OutOfMemoryError, Sequential } = await fresh();
    configure({ maximumMemory: 4096 });
    const model = new Sequential([new Dense({ units: 8, inputShape: [8] })]);
    const output = model.predict(new Float32Array(8));
    const held = memory();
    expect(() => model.predict(new Float32Array(8000))).toThrow(OutOfMemoryError);
    expect(() => model.add(new Dense({ units: 2000, name: 'large' }))).toThrow(/'large'/);
    expect(model.layers.length).toBe(1);
    expect(memory().bytes).toBeLessThanOrEqual(held.bytes);
    expect(model.predict(new Float32Array(8))).toEqual(output);
  });
});

describe('ready', () => {
  test('compiles ahead, twice or once', async () => {
    const { Dense, ready } = await fresh();
    await ready();
    await ready();
    expect(new Dense({ units: 1, kernelInitializer: 'ones' }).apply([[2]]).toArray()).toEqual([[2]]);
  });

  test('a source that is no module', async () => {
    const { ArgumentError, ready } = await fresh();
    await expect(ready(Uint8Array.of(1, 2, 3))).rejects.toThrow(ArgumentError);
    await expect(ready(7 as never)).rejects.toThrow(/expected bytes/);
  });
});

describe('after a crash of the module', () => {
  const { Instance } = WebAssembly;

  // An instance whose every function can be made to trap.
  function fragile(state: { broken: boolean }): typeof WebAssembly.Instance {
    return function make(module: WebAssembly.Module, imports: WebAssembly.Imports) {
      const exports: Record<string, unknown> = {};
      for (const [name, value] of Object.entries(new Instance(module, imports).exports)) {
        exports[name] =
          typeof value !== 'function'
            ? value
            : (...args: unknown[]) => {
                if (state.broken) throw new WebAssembly.RuntimeError('unreachable');
                return value(...args);
              };
      }
      return { exports };
    } as unknown as typeof WebAssembly.Instance;
  }

  afterEach(() => {
    WebAssembly.Instance = Instance;
  });

  test('every call says so, and dispose still works', async () => {
    const state = { broken: false };
    WebAssembly.Instance = fragile(state);
    const { Dense, RuntimePoisonedError, Sequential, SimpleRNN } = await fresh();
    const model = new Sequential([new SimpleRNN({ units: 2, inputShape: [2, 1] }), new Dense({ units: 1 })]);
    const stream = model.stream();
    stream.step([1]);
    state.broken = true;
    expect(() => stream.step([1])).toThrow(RuntimePoisonedError);
    state.broken = false;
    expect(() => stream.step([1])).toThrow(RuntimePoisonedError);
    expect(() => model.predict([[[1], [2]]])).toThrow(RuntimePoisonedError);
    expect(() => new Dense({ units: 1 }).apply([[1]])).toThrow(RuntimePoisonedError);
    model.dispose();
    model.dispose();
  });
});
