// Where simple-rnn/io is all that is imported, it brings the WebAssembly bytes in by itself.
import { execFileSync } from 'node:child_process';
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
