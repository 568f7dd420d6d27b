// The relaxed module: sums with a product brought into one form by the build, and fused in the bytes by the package.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { inlined } from '../../dist/bytes.js';
import { relax } from '../../js/relax.js';
import { settle } from '../../tools/relax.mjs';
import { parse, print } from '../../tools/wat.mjs';

/** The text of one function's body after settling, and how many sums with a product there are. */
function settled(body: string): [string, number] {
  const [module] = parse(`(module (func $f (param $a v128) (result v128) ${body}))`) as [never];
  const count: number = settle(module);
  const text = print([module]).trim();
  return [text.slice('(module (func $f (param $a v128) (result v128) '.length, -2), count];
}

const product = '(f32x4.mul (local.get $a) (local.get $b))';
const locals = (count: number) => Array.from({ length: count }, (_, i) => `(local $settled${i} v128) `).join('');

describe('settle', () => {
  test('a local before the product moves behind it', () => {
    expect(settled(`(f32x4.add (local.get $s) ${product})`)).toEqual([`(f32x4.add ${product} (local.get $s))`, 1]);
  });

  test('a sum in the form stays', () => {
    const body = `(f32x4.add ${product} (v128.const i32x4 1 1 1 1))`;
    expect(settled(body)).toEqual([body, 1]);
  });

  test('what is added behind the product is evaluated after its factors, into locals', () => {
    expect(settled(`(f32x4.add ${product} (call $g))`)).toEqual([
      `${locals(3)}(block (result v128) (local.set $settled0 (local.get $a)) (local.set $settled1 (local.get $b)) ` +
        '(local.set $settled2 (call $g)) ' +
        '(f32x4.add (f32x4.mul (local.get $settled0) (local.get $settled1)) (local.get $settled2)))',
      1,
    ]);
  });

  test('nested sums are all settled', () => {
    expect(settled(`(f32x4.add (f32x4.add (local.get $s) ${product}) ${product})`)[1]).toBe(2);
  });

  test('what the product depends on is evaluated first, into a local', () => {
    const body = '(f32x4.add (local.tee $b (call $g)) (f32x4.mul (local.get $b) (local.get $b)))';
    expect(settled(body)).toEqual([
      `${locals(1)}(block (result v128) (local.set $settled0 (local.tee $b (call $g))) ` +
        '(f32x4.add (f32x4.mul (local.get $b) (local.get $b)) (local.get $settled0)))',
      1,
    ]);
  });

  test('a local that the product overwrites is read first', () => {
    const [text] = settled('(f32x4.add (local.get $s) (f32x4.mul (local.tee $s (call $g)) (local.get $b)))');
    expect(text).toContain('(local.set $settled0 (local.get $s))');
  });

  test('other additions stay', () => {
    const body = '(f32x4.add (local.get $a) (f32x4.sub (local.get $a) (local.get $b)))';
    expect(settled(body)).toEqual([body, 0]);
  });
});

describe('relax', () => {
  const [mul, add, madd] = [
    [0xfd, 0xe6, 1],
    [0xfd, 0xe4, 1],
    [0xfd, 0x85, 2, 1, 1, 1],
  ];
  const relaxed = (...bytes: number[]) => [...relax(Uint8Array.from(bytes))];

  test('a local or a constant is fused with the product', () => {
    const wide = [0x20, 0x81, 1];
    const constant = [0xfd, 12, ...Array<number>(16).fill(0xfd)];
    for (const c of [[0x20, 5], wide, constant]) {
      expect(relaxed(7, ...mul, ...c, ...add, 8)).toEqual([7, ...c, ...madd, 8]);
    }
  });

  test('everything else stays, a module that ends within the form too', () => {
    for (const bytes of [
      [...mul, 0x20, 5, ...mul],
      [...mul, 0x21, 5, ...add],
      [...mul, ...add],
      [...mul, 0x20],
      [...mul, 0x20, 5, 0xfd],
      [0xfd],
    ]) {
      expect(relaxed(...bytes)).toEqual(bytes);
    }
  });

  test('the package holds the two modules that it exports as files', () => {
    expect(Buffer.from(inlined.strict()).equals(readFileSync('dist/simple-rnn.wasm'))).toBe(true);
    expect(Buffer.from(inlined.relaxed()).equals(readFileSync('dist/simple-rnn-relaxed.wasm'))).toBe(true);
    expect(WebAssembly.validate(readFileSync('dist/simple-rnn.wasm'))).toBe(true);
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
