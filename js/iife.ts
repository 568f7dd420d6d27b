// The script-tag build: everything, files too, under one global.
import { inlined } from './bytes.js';
import { provide } from './core.js';

export * from './io/index.js';
export * from './public.js';

provide(inlined);
