// The linters, each one check: npm run lint.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { buildPreset } from './build.mjs';
import { at, filesBelow, root, tool } from './files.mjs';

const node = (...args) => [process.execPath, args];

/** The C++ files that are formatted and looked at. */
export function cppFiles(pattern = /\.(cpp|h)$/) {
  const folders = ['src', 'bindings', 'tests/native', 'bench/native'];
  return folders.flatMap((folder) => filesBelow(at(folder))).filter((file) => pattern.test(file));
}

function clangTidy() {
  // Configured by clang: the flags in its compile commands are clang's own.
  buildPreset('sanitize');
  const files = cppFiles(/\/src\/.*\.cpp$/);
  return ['xargs', ['-P', '2', '-n', '2', 'clang-tidy', '-p', at('build/sanitize'), '--quiet'], files.join('\n')];
}

const checks = {
  biome: () => node(tool('@biomejs/biome/bin/biome'), 'check', '--error-on-warnings', '--max-diagnostics=50'),
  types: () => node(tool('typescript/bin/tsc'), '-p', at('tsconfig.json')),
  'types of the page': () => node(tool('typescript/bin/tsc'), '-p', at('demo/tsconfig.json')),
  arrows: () => node(at('tools/lint_arrows.mjs')),
  'clang-format': () => ['clang-format', ['--dry-run', '--Werror', ...cppFiles()]],
  'clang-tidy': clangTidy,
};

/** Runs the linters; gives the names of those that passed and of those that failed. */
export function lint() {
  const passed = [];
  const failed = [];
  for (const [name, command] of Object.entries(checks)) {
    const [program, args, input] = command();
    const { status, stdout, stderr } = spawnSync(program, args, { cwd: root, encoding: 'utf8', input: input ?? '' });
    if (status !== 0) process.stdout.write(`${stdout ?? ''}${stderr ?? ''}`);
    console.log(`lint: ${name} ${status === 0 ? 'ok' : 'failed'}`);
    (status === 0 ? passed : failed).push(name);
  }
  return { passed, failed };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.exitCode = lint().failed.length > 0 ? 1 : 0;
}
