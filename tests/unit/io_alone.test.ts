// Where simple-rnn/io is all that is imported, it brings the WebAssembly bytes in by itself; beside simple-rnn/slim it
// leaves them alone.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { path } from './io_support.js';

const dist = fileURLToPath(new URL(`../../${process.env.SIMPLE_RNN_DIST ?? 'dist'}/`, import.meta.url));
const use = `loadModel(${JSON.stringify(path('sunspots.keras'))})
  .then((model) => console.log(model.predict(new Float32Array(24)).shape.join()))`;

test.each([
  ['ES module', 'module', `import { loadModel } from ${JSON.stringify(`${dist}io.node.js`)}; ${use}`],
  ['CommonJS', 'commonjs', `const { loadModel } = require(${JSON.stringify(`${dist}cjs/io.node.js`)}); ${use}`],
])('as an %s', (_, type, code) => {
  const output = execFileSync(process.execPath, [`--input-type=${type}`, '-e', code], { encoding: 'utf8' });
  expect(output.trim()).toBe('1,1');
});

test('beside slim, without the file of the bytes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'simple-rnn-'));
  try {
    for (const name of ['core.js', 'io.node.js', 'slim.js', 'simple-rnn.wasm'])
      copyFileSync(dist + name, join(folder, name));
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    const code = `import { readFileSync } from 'node:fs';
      import { ready } from './slim.js';
      import { loadModel } from './io.node.js';
      await ready(readFileSync('simple-rnn.wasm')); ${use}`;
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', code], {
      encoding: 'utf8',
      cwd: folder,
    });
    expect(output.trim()).toBe('1,1');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
