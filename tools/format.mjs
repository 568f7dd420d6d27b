// Formats everything: biome for TypeScript and JavaScript, clang-format for C++.
import { run, tool } from './files.mjs';
import { cppFiles } from './lint.mjs';

run(process.execPath, [tool('@biomejs/biome/bin/biome'), 'check', '--write']);
run('clang-format', ['-i', ...cppFiles()]);
