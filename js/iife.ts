// The script-tag build: everything, files too, under one global.
import bytes from './bytes.js';
import { provide } from './core.js';

export * from './io/index.js';
export * from './public.js';

provide(bytes);
