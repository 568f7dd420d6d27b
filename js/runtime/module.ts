import createModule, { type SimpleRNNModule } from '../../bindings/module.js';
import { ArgumentError, OutOfMemoryError, RuntimePoisonedError, UnsupportedError } from './errors.js';

/** Which module computes: `'strict'` gives the same bits on every machine, `'relaxed'` is faster. */
export type Simd = 'strict' | 'relaxed' | 'auto';

/** Bytes of the two modules, asked for when one is needed. */
export interface Bytes {
  strict(): Uint8Array;
  relaxed(): Uint8Array;
}

let bytes: Bytes | null = null;
let compiled: WebAssembly.Module | null = null;
let simd: Simd = 'auto';
let instance: SimpleRNNModule | null = null;
let poisoned: string | null = null;
let stackTop = 0;

// (module (func (param v128 v128 v128) (result v128) local.get 0 .. 2, f32x4.relaxed_madd))
const RELAXED_PROBE = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 8, 1, 96, 3, 123, 123, 123, 1, 123, 3, 2, 1, 0, 10, 13, 1, 11, 0, 32, 0, 32, 1, 32, 2,
  253, 133, 2, 11,
]);

function hasRelaxed(): boolean {
  return WebAssembly.validate(RELAXED_PROBE);
}

/** Registers the inlined bytes; the default entry calls it on import. */
export function provide(source: Bytes): void {
  bytes ??= source;
}

/** Whether the module runs or there is something to instantiate: inlined bytes, or a module given to `ready`. */
export function provided(): boolean {
  return instance !== null || bytes !== null || compiled !== null;
}

/** Chooses the module. @throws {ArgumentError} once the module runs. */
export function chooseSimd(choice: Simd): void {
  if (choice === 'relaxed' && !hasRelaxed()) {
    throw new UnsupportedError("configure: simd 'relaxed' needs an engine with relaxed SIMD; use 'auto' or 'strict'");
  }
  simd = choice;
}

/** Whether the module has been instantiated. */
export function started(): boolean {
  return instance !== null;
}

/**
 * Compiles and instantiates the module ahead of its first use.
 * @param source For `simple-rnn/slim`: the bytes, a URL of them, or a compiled module. The default entry needs none.
 */
export async function prepare(
  source?: ArrayBuffer | ArrayBufferView | URL | string | WebAssembly.Module,
): Promise<void> {
  if (instance !== null) return;
  if (source !== undefined) compiled = await compile(source);
  else if (compiled === null && bytes !== null)
    compiled = await WebAssembly.compile(chosenBytes(bytes) as BufferSource);
  kernels();
}

async function compile(source: unknown): Promise<WebAssembly.Module> {
  if (source instanceof WebAssembly.Module) return source;
  if (Object.prototype.toString.call(source) === '[object WebAssembly.Module]') return source as WebAssembly.Module;
  if (typeof source === 'string' || source instanceof URL) {
    const response = await fetch(source);
    if (!response.ok) throw new ArgumentError(`ready: ${String(source)} answered with status ${response.status}`);
    return compileBytes(await response.arrayBuffer());
  }
  if (ArrayBuffer.isView(source) || Object.prototype.toString.call(source) === '[object ArrayBuffer]') {
    return compileBytes(source as BufferSource);
  }
  throw new ArgumentError('ready: expected bytes, a URL or a WebAssembly.Module');
}

async function compileBytes(source: BufferSource): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(source);
  } catch (error) {
    throw new ArgumentError(`ready: these bytes are no WebAssembly module for this engine (${String(error)})`);
  }
}

function chosenBytes(source: Bytes): Uint8Array {
  return simd === 'relaxed' || (simd === 'auto' && hasRelaxed()) ? source.relaxed() : source.strict();
}

function instantiate(): SimpleRNNModule {
  if (poisoned !== null) throw poisonedError();
  if (compiled === null) {
    if (bytes === null) throw new ArgumentError('simple-rnn/slim: call and await ready(source) first');
    compiled = new WebAssembly.Module(chosenBytes(bytes) as BufferSource);
  }
  const module = compiled;
  const options = {
    instantiateWasm(imports: WebAssembly.Imports, receive: (instance: WebAssembly.Instance) => void) {
      const created = new WebAssembly.Instance(module, imports);
      receive(created);
      return created.exports;
    },
    onAbort(reason: unknown) {
      poison(String(reason));
    },
  };
  createModule(options);
  const made = options as unknown as SimpleRNNModule;
  if (made.HEAPF32 === undefined || made._malloc === undefined) {
    throw new ArgumentError('ready: this is not a simple-rnn module');
  }
  stackTop = made.stackSave();
  instance = made;
  compiled = null;
  return made;
}

/**
 * The module, instantiated at first use. Never keep one of its HEAP views: memory growth detaches them.
 * @throws {RuntimePoisonedError} after a crash.
 */
export function kernels(): SimpleRNNModule {
  return instance ?? instantiate();
}

function poison(reason: string): void {
  poisoned ??= reason;
  instance = null;
}

function poisonedError(cause?: unknown): RuntimePoisonedError {
  const message = `the WebAssembly module has crashed (${poisoned}); reload simple-rnn to go on`;
  return new RuntimePoisonedError(message, { cause });
}

/**
 * To be called with whatever was thrown round a kernel call. A trap or an abort poisons the runtime. An exhausted
 * JavaScript stack leaves the kernels' own stack where it was cut off: it is put back.
 * @returns the error to throw on.
 */
export function trapped(error: unknown): unknown {
  if (error instanceof WebAssembly.RuntimeError) {
    poison(String(error));
    return poisonedError(error);
  }
  if (error instanceof RangeError) {
    if (instance !== null) instance.stackRestore(stackTop);
    // No regular expression: where the stack has run out, compiling one ends the process.
    if (error.message.includes('llocation') || error.message.includes('rray length')) {
      return new OutOfMemoryError(`JavaScript has no memory left for the result (${error.message})`, { cause: error });
    }
  }
  return error;
}
