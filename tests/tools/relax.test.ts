import { describe, expect, test } from '@jest/globals';
import { rewrite } from '../../tools/relax.mjs';
import { parse, print } from '../../tools/wat.mjs';

/** The text of one function's body after the rewriting, and how many additions were rewritten. */
function relaxed(body: string): [string, number] {
  const [module] = parse(`(module (func $f (param $a v128) (result v128) ${body}))`) as [never];
  const count: number = rewrite(module);
  const text = print([module]).trim();
  return [text.slice('(module (func $f (param $a v128) (result v128) '.length, -2), count];
}

const product = '(f32x4.mul (local.get $a) (local.get $b))';

describe('rewrite', () => {
  test('an accumulator before the product moves behind it', () => {
    expect(relaxed(`(f32x4.add (local.get $s) ${product})`)).toEqual([
      '(f32x4.relaxed_madd (local.get $a) (local.get $b) (local.get $s))',
      1,
    ]);
  });

  test('an accumulator behind the product stays there, whatever it does', () => {
    expect(relaxed(`(f32x4.add ${product} (call $g))`)).toEqual([
      '(f32x4.relaxed_madd (local.get $a) (local.get $b) (call $g))',
      1,
    ]);
  });

  test('nested additions are all rewritten', () => {
    expect(relaxed(`(f32x4.add (f32x4.add (local.get $s) ${product}) ${product})`)[1]).toBe(2);
  });

  test('an accumulator that the product depends on is evaluated first, into a local', () => {
    const body = '(f32x4.add (local.tee $b (call $g)) (f32x4.mul (local.get $b) (local.get $b)))';
    expect(relaxed(body)).toEqual([
      '(local $accumulator0 v128) (block (result v128) (local.set $accumulator0 (local.tee $b (call $g))) ' +
        '(f32x4.relaxed_madd (local.get $b) (local.get $b) (local.get $accumulator0)))',
      1,
    ]);
  });

  test('a local that the product overwrites is read first', () => {
    const [text] = relaxed('(f32x4.add (local.get $s) (f32x4.mul (local.tee $s (call $g)) (local.get $b)))');
    expect(text).toContain('(local.set $accumulator0 (local.get $s))');
  });

  test('other additions stay', () => {
    const body = '(f32x4.add (local.get $a) (f32x4.sub (local.get $a) (local.get $b)))';
    expect(relaxed(body)).toEqual([body, 0]);
  });
});

describe('wat', () => {
  test('keeps strings with parentheses and escapes, drops comments', () => {
    const [module] = parse('(module ;; line (\n (data "a\\"(;b" ) (; block ( ;) (nop))');
    expect(module).toEqual(['module', ['data', '"a\\"(;b"'], ['nop']]);
    expect(print([module])).toBe('(module (data "a\\"(;b") (nop))\n');
  });

  test('refuses unbalanced text', () => {
    expect(() => parse('(module')).toThrow('unbalanced');
    expect(() => parse('(module))')).toThrow('unbalanced');
  });
});
