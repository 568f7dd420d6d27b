// Runs the test suites and counts them all. Usage: node tools/test.mjs [--lint] [suite ...]
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { build, buildChecked, buildPreset } from './build.mjs';
import { at, filesBelow, root, tool } from './files.mjs';
import { lint } from './lint.mjs';

const resultFile = (name) => at('build', `result-${name}.json`);

function spawn(command, args, environment = {}) {
  const env = { ...process.env, ...environment };
  return spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env }).status === 0;
}

/** Reads a result file by `count`; a suite that failed without saying so counts as one failure. */
function outcome(name, isOk, count) {
  let counted;
  try {
    counted = count(JSON.parse(readFileSync(resultFile(name), 'utf8')));
  } catch {
    return { passed: 0, failed: 1 };
  }
  if (!isOk && counted.failed === 0) counted.failed = 1;
  if (counted.passed + counted.failed === 0) counted.failed = 1;
  return counted;
}

/** GoogleTest on a CMake preset. */
const native = (preset) => () => {
  buildPreset(preset);
  rmSync(resultFile(preset), { force: true });
  const args = ['--gtest_brief=1', `--gtest_output=json:${resultFile(preset)}`];
  const isOk = spawn(at('build', preset, 'core_tests'), args);
  return outcome(preset, isOk, ({ tests, failures }) => ({ passed: tests - failures, failed: failures }));
};

/** Jest on one project. */
const jest =
  (name, project, environment = {}, nodeFlags = []) =>
  () => {
    rmSync(resultFile(name), { force: true });
    const args = [
      '--experimental-vm-modules',
      '--no-warnings=ExperimentalWarning',
      ...nodeFlags,
      tool('jest/bin/jest.js'),
      `--selectProjects=${project}`,
      '--json',
      `--outputFile=${resultFile(name)}`,
    ];
    const isOk = spawn(process.execPath, args, environment);
    return outcome(name, isOk, (result) => ({
      passed: result.numPassedTests,
      failed: result.numFailedTests + result.numRuntimeErrorTestSuites,
    }));
  };

/** The known answers of tests/fixtures, on the built package. */
function cases() {
  rmSync(resultFile('cases'), { force: true });
  const folders = ['tests/fixtures/cases', 'tests/fixtures/golden'].map((folder) => filesBelow(at(folder)));
  const files = folders.flat().filter((file) => file.endsWith('.json'));
  const isOk = spawn(process.execPath, [at('tests/cases/run.mjs'), `--result=${resultFile('cases')}`, ...files]);
  return outcome('cases', isOk, ({ passed, failed }) => ({ passed, failed }));
}

const suites = {
  native: native('native'),
  'native-scalar': native('native-scalar'),
  sanitize: native('sanitize'),
  unit: jest('unit', 'unit'),
  'unit-relaxed': jest('unit-relaxed', 'unit', { SIMD: 'relaxed' }, ['--experimental-wasm-relaxed-simd']),
  'unit-checked': async () => {
    await buildChecked();
    return jest('unit-checked', 'unit', { SIMPLE_RNN_DIST: 'build/checked' })();
  },
  cases,
  tools: jest('tools', 'tools'),
  browser: jest('browser', 'browser'),
  package: jest('package', 'package'),
  lint: () => {
    const { passed, failed } = lint();
    return { passed: passed.length, failed: failed.length };
  },
};

async function attempt(name) {
  console.log(`\n=== ${name}`);
  const start = performance.now();
  let counted;
  try {
    counted = await suites[name]();
  } catch (error) {
    console.error(`${name}: ${error.message}`);
    counted = { passed: 0, failed: 1 };
  }
  return { name, ...counted, seconds: (performance.now() - start) / 1000 };
}

async function main(args) {
  const wanted = args.filter((arg) => arg !== '--lint');
  const unknown = wanted.filter((name) => !(name in suites));
  if (unknown.length > 0)
    throw new Error(`no suite ${unknown.join(', ')}; there are ${Object.keys(suites).join(', ')}`);
  const names = Object.keys(suites).filter((name) =>
    wanted.length > 0 ? wanted.includes(name) : name !== 'lint' || args.includes('--lint'),
  );
  await build();
  const results = [];
  for (const name of names) results.push(await attempt(name));
  console.log();
  for (const { name, passed, failed, seconds } of results) {
    console.log(
      `${name.padEnd(14)} ${String(passed).padStart(6)} passed ${String(failed).padStart(4)} failed ${seconds.toFixed(0).padStart(5)} s`,
    );
  }
  const sum = (key) => results.reduce((total, result) => total + result[key], 0);
  console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
  return sum('failed') === 0;
}

try {
  process.exitCode = (await main(process.argv.slice(2))) ? 0 : 1;
} catch (error) {
  console.error(error.message);
  console.log('0 passed, 1 failed');
  process.exitCode = 1;
}
