/**
 * simple-rnn: Keras' SimpleRNN and what surrounds it, computed in WebAssembly. Ready on import.
 * @packageDocumentation
 */
import bytes from './bytes.js';
import { provide } from './core.js';

export * from './public.js';

provide(bytes);
