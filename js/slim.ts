/**
 * The same as `simple-rnn`, without the WebAssembly bytes: `await ready(source)` before anything else.
 * @packageDocumentation
 */
export * from './public.js';
