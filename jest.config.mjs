import { fileURLToPath } from 'node:url';

// The projects: unit (the built package in Node), browser (Chromium), package (the packed tarball), tools.
// SIMPLE_RNN_DIST: folder of another build of the package (build/checked). SIMD: see tests/set_up.ts.
const dist = `<rootDir>/${process.env.SIMPLE_RNN_DIST ?? 'dist'}`;

const project = (name) => ({
  displayName: name,
  rootDir: fileURLToPath(new URL('.', import.meta.url)),
  testMatch: [`<rootDir>/tests/${name}/**/*.test.ts`],
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/tools/jest_typescript.mjs' },
  resolver: '<rootDir>/tools/jest_resolver.cjs',
  modulePathIgnorePatterns: ['<rootDir>/(build|bench|demo/dist)/.*package\\.json'],
  moduleNameMapper: {
    '^simple-rnn$': `${dist}/index.js`,
    '^simple-rnn/slim$': `${dist}/slim.js`,
    '^simple-rnn/io$': `${dist}/io.node.js`,
    '^simple-rnn/worker$': `${dist}/worker.node.js`,
    '/bindings/module\\.js$': '<rootDir>/build/wasm/simple_rnn.mjs',
  },
});

export default {
  // a limit for what hangs, not for slow machines
  testTimeout: 120_000,
  projects: [
    { ...project('unit'), setupFilesAfterEnv: ['<rootDir>/tests/set_up.ts'] },
    project('browser'),
    project('package'),
    project('tools'),
  ],
};
