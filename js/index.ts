/**
 * simple-rnn: Keras' SimpleRNN and what surrounds it, computed in WebAssembly. Ready on import.
 * @packageDocumentation
 */
import { inlined } from './bytes.js';
import { provide } from './core.js';

export * from './public.js';

provide(inlined);
