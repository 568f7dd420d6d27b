// The package as users get it: packed, installed into an empty folder, used from ESM, CommonJS and TypeScript.

import { cpSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Packed, pack, run } from './packed.js';

const model = resolve('tests/fixtures/models/sunspots.keras');
let packed: Packed;

beforeAll(() => {
  packed = pack();
});

afterAll(() => packed.remove());

const use = (file: string) => JSON.parse(run(packed.project, process.execPath, [file, model]));

test('holds what it needs and nothing else', () => {
  const outside = packed.files.filter((path) => !path.startsWith('dist/'));
  expect(outside.sort()).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'THIRD_PARTY_NOTICES.md', 'package.json']);
  expect(packed.files).toContain('dist/cjs/package.json');
  expect(packed.files.filter((path) => /\.(map|tsbuildinfo|ts)$/.test(path) && !path.endsWith('.d.ts'))).toEqual([]);
});

test('has no dependencies', () => {
  const { dependencies, peerDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
  expect(dependencies ?? peerDependencies).toBeUndefined();
});

describe('node', () => {
  const all = { shape: [1, 1], isSequential: true, isOneClass: true, isWasm: true };

  test('import', () => expect(use('use.mjs')).toEqual(all));
  test('require', () => expect(use('use.cjs')).toEqual(all));
  test('simple-rnn/io alone', () => expect(use('io_only.mjs')).toEqual({ shape: [1, 1] }));
  test.each(['use_worker.mjs', 'use_worker.cjs'])('a worker: %s', (file) =>
    expect(use(file)).toEqual({ shape: [1, 1], epochs: 2 }),
  );
  test('simple-rnn/slim alone', () => expect(use('slim_only.mjs')).toEqual({ shape: [1, 4] }));
});

describe('TypeScript', () => {
  const strict = ['--noEmit', '--strict', '--target', 'ES2022', '--lib', 'ES2022,DOM,ESNext.Disposable'];
  const check = (file: string, module: string, moduleResolution: string) =>
    run(packed.project, process.execPath, [
      resolve('node_modules/typescript/bin/tsc'),
      ...strict,
      `--module`,
      module,
      '--moduleResolution',
      moduleResolution,
      file,
    ]);

  test.each([
    ['use_types.ts', 'esnext', 'bundler'],
    ['use_types.mts', 'node16', 'node16'],
    ['use_types.cts', 'node16', 'node16'],
  ])(
    '%s with %s and %s',
    (file, module, moduleResolution) => {
      if (file !== 'use_types.ts') cpSync(join(packed.project, 'use_types.ts'), join(packed.project, file));
      expect(check(file, module, moduleResolution)).toBe('');
    },
    60_000,
  );
});
