export { setRandomSeed } from '../runtime/random.js';
