import { describe, expect, test } from '@jest/globals';
import { cppViolations, importsOf, violations } from '../../tools/lint_arrows.mjs';

describe('importsOf', () => {
  test('finds imports, re-exports, type imports and dynamic imports', () => {
    const source = `
      import { a } from './a.js';
      import type { B } from "./b.js";
      import './c.js';
      export * from './d.js';
      const e = await import('./e.js');
      import {
        f,
      } from './f.js';`;
    expect(importsOf(source)).toEqual(['./a.js', './b.js', './c.js', './d.js', './e.js', './f.js']);
  });

  test('leaves comments alone', () => {
    expect(importsOf("// import './a.js';\n/* import './b.js'; */")).toEqual([]);
  });
});

describe('arrows', () => {
  const isAllowed = (path: string, specifier: string) => violations(path, `import '${specifier}';`).length === 0;

  test.each([
    ['js/io/keras.ts', '../models/sequential.js'],
    ['js/io/keras.ts', '../layers/dense.js'],
    ['js/io/keras.ts', '../bytes.js'],
    ['js/io/zip.ts', 'fflate'],
    ['js/models/sequential.ts', '../layers/index.js'],
    ['js/layers/dense.ts', '../initializers.js'],
    ['js/layers/dense.ts', '../runtime/tensor.js'],
    ['js/initializers.ts', './runtime/tensor.js'],
    ['js/runtime/module.ts', '../../bindings/module.js'],
    ['js/core.ts', './layers/index.js'],
    ['demo/src/host/worker.ts', 'simple-rnn/io'],
    ['demo/src/main.ts', './state/store.js'],
  ])('%s may import %s', (path, specifier) => {
    expect(isAllowed(path, specifier)).toBe(true);
  });

  test.each([
    ['js/runtime/tensor.ts', '../layers/dense.js'],
    ['js/layers/dense.ts', '../models/sequential.js'],
    ['js/layers/dense.ts', '../io/index.js'],
    ['js/layers/dense.ts', '../../bindings/module.js'],
    ['js/models/sequential.ts', '../io/keras.js'],
    ['js/models/sequential.ts', '../bytes.js'],
    ['js/io/keras.ts', '../index.js'],
    ['js/initializers.ts', './core.js'],
    ['js/runtime/module.ts', '../../src/simple_rnn.js'],
    ['demo/src/main.ts', '../../js/core.js'],
    ['demo/src/main.ts', '../../dist/core.js'],
  ])('%s may not import %s', (path, specifier) => {
    expect(isAllowed(path, specifier)).toBe(false);
  });

  test('src knows no Emscripten but in simd_wasm.h', () => {
    expect(cppViolations('src/dense.cpp', '#include <emscripten/bind.h>')).toHaveLength(1);
    expect(cppViolations('src/dense.cpp', '#include <wasm_simd128.h>')).toHaveLength(1);
    expect(cppViolations('src/dense.cpp', '#include "bindings/x.h"')).toHaveLength(1);
    expect(cppViolations('src/simd_wasm.h', '#include <wasm_simd128.h>')).toEqual([]);
    expect(cppViolations('src/dense.cpp', '#include <cmath>\n#include "simd.h"')).toEqual([]);
  });
});
