import { checkInteger, checkOptions, show } from './check.js';
import { ArgumentError } from './errors.js';
import { limitMemory } from './memory.js';
import { chooseSimd, prepare, type Simd, started } from './module.js';

/** Options of {@link configure}. */
export interface Configuration {
  /**
   * Which module computes. `'strict'` gives the same bits on every machine, `'relaxed'` is faster where the engine
   * has relaxed SIMD; `'auto'`, the default, takes the relaxed one where it can.
   */
  simd?: Simd;
  /** Most bytes to hold in the module; default: what the engine gives, at most 2 GB. */
  maximumMemory?: number;
}

let chosen: Configuration = {};

/** @internal What was asked for so far: a worker computes by the same. */
export function configuration(): Configuration {
  return chosen;
}

/**
 * Sets how the package computes, before its first use.
 * @throws {ArgumentError} after the first use or for an unknown option,
 *   {UnsupportedError} for `'relaxed'` where the engine lacks it.
 */
export function configure(options: Configuration): void {
  const { simd, maximumMemory } = checkOptions('configure', options, ['simd', 'maximumMemory']);
  if (started()) throw new ArgumentError('configure: call it before the first use of simple-rnn');
  if (simd !== undefined && !['strict', 'relaxed', 'auto'].includes(simd)) {
    throw new ArgumentError(`configure: \`simd\` must be 'strict', 'relaxed' or 'auto', received ${show(simd)}`);
  }
  if (maximumMemory !== undefined) checkInteger('configure', 'maximumMemory', maximumMemory, 1, 2 ** 31);
  if (simd !== undefined) chooseSimd(simd);
  if (maximumMemory !== undefined) limitMemory(maximumMemory);
  chosen = { ...chosen, ...options };
}

/**
 * Compiles the module ahead of its first use. Nobody has to call it, but in `simple-rnn/slim`.
 * @param source For `simple-rnn/slim`: bytes of `simple-rnn.wasm`, a URL of it, or a compiled `WebAssembly.Module`.
 * @throws {ArgumentError} if the source is no module of this package.
 */
export function ready(source?: ArrayBuffer | ArrayBufferView | URL | string | WebAssembly.Module): Promise<void> {
  return prepare(source);
}
