import { recurrent } from 'brain.js';

globalThis.recurrent = recurrent;
