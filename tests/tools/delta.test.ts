// The inlined relaxed module: a delta made by the build, put together again by the package.
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { inlined } from '../../dist/bytes.js';
import { patch } from '../../js/patch.js';
import { delta } from '../../tools/delta.mjs';

const roundTrip = (original: Uint8Array, target: Uint8Array) =>
  Buffer.from(patch(original, delta(Buffer.from(original), Buffer.from(target))));

test('the package holds the two modules that it exports as files', () => {
  expect(Buffer.from(inlined.strict()).equals(readFileSync('dist/simple-rnn.wasm'))).toBe(true);
  expect(Buffer.from(inlined.relaxed()).equals(readFileSync('dist/simple-rnn-relaxed.wasm'))).toBe(true);
});

test('a delta of equal, empty or unlike bytes gives the target', () => {
  const some = Uint8Array.from({ length: 100 }, (_, index) => index * 7);
  for (const target of [some, new Uint8Array(0), Uint8Array.of(1, 2, 3), some.slice(50), some.slice().reverse()]) {
    expect(roundTrip(some, target)).toEqual(Buffer.from(target));
  }
});

test('a delta of edited bytes gives the target, and is short', () => {
  const edit = fc.record({ at: fc.nat(3000), remove: fc.nat(40), insert: fc.uint8Array({ maxLength: 40 }) });
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 500, maxLength: 3000 }),
      fc.array(edit, { maxLength: 8 }),
      (original, edits) => {
        let target = Buffer.from(original);
        for (const { at, remove, insert } of edits) {
          target = Buffer.concat([target.subarray(0, at), insert, target.subarray(at + remove)]);
        }
        expect(roundTrip(original, target)).toEqual(target);
        expect(delta(Buffer.from(original), target).length).toBeLessThan(600);
      },
    ),
    { numRuns: 100, seed: 1 },
  );
});
