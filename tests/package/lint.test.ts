// What linters of packages say about the tarball, and what must not stand in files for browsers.

import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Packed, pack, run } from './packed.js';

let packed: Packed;

beforeAll(() => {
  packed = pack();
});

afterAll(() => packed.remove());

test('publint has nothing to say', () => {
  const output = run('.', process.execPath, [resolve('node_modules/publint/src/cli.js'), packed.tarball, '--strict']);
  expect(output).toContain('All good!');
});

test('are the types wrong? They are not', () => {
  const attw = resolve('node_modules/@arethetypeswrong/cli/dist/index.js');
  const wasm = ['simple-rnn.wasm', 'simple-rnn-relaxed.wasm'];
  const args = [attw, packed.tarball, '--profile', 'node16', '--no-color', '--exclude-entrypoints', ...wasm];
  // Ends with an error for every problem but those of Node 10, which the profile leaves out.
  expect(() => run('.', process.execPath, args)).not.toThrow();
});

const browserFiles = readdirSync('dist').filter((name) => name.endsWith('.js') && !name.endsWith('.node.js'));

test.each(browserFiles)('%s asks for no run-time code generation and no Node', (name) => {
  const code = readFileSync(join('dist', name), 'utf8').replace(/\b[A-Za-z0-9+/=]{1000,}/g, '');
  expect(code).not.toMatch(/\beval\(|new Function\b|\brequire\(|["']node:/);
});

// The magic number and the version, as a character or escaped.
const moduleStarts = ['\\0asm\u0001', '\\0asm\\x01'];

test.each(['', 'cjs/'])('the inlined bytes stand once, in bytes.js: %s', (folder) => {
  const holders = readdirSync(join('dist', folder))
    .filter((name) => name.endsWith('.js'))
    .filter((name) => moduleStarts.some((start) => readFileSync(join('dist', folder, name), 'utf8').includes(start)));
  expect(holders.sort()).toEqual(folder === '' ? ['bytes.js', 'simple-rnn.iife.js'] : ['bytes.js']);
});
