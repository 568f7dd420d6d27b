// Before each unit test file: SIMD=relaxed or SIMD=strict in the environment chooses the module.
import { configure } from 'simple-rnn';

const simd = process.env.SIMD;
if (simd === 'relaxed' || simd === 'strict') configure({ simd });
