import { setup } from '../adapters/naive-js.mjs';

globalThis.setup = setup;
