// The bench's own packages, kept out of the project's: installed here, from the lock file, without running any script.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const bench = fileURLToPath(new URL('../', import.meta.url));
export const project = path.dirname(path.resolve(bench));
const modules = path.join(bench, 'node_modules');

/** Whether node_modules holds what the lock file asks for; optional packages of other platforms may lack. */
function isInstalled() {
  const packages = (file) => JSON.parse(fs.readFileSync(file, 'utf8')).packages;
  const hidden = path.join(modules, '.package-lock.json');
  if (!fs.existsSync(hidden)) return false;
  const present = packages(hidden);
  return Object.entries(packages(path.join(bench, 'package-lock.json'))).every(
    ([name, { version, optional }]) =>
      name === '' || present[name]?.version === version || (optional && !present[name]),
  );
}

/** Installs what is missing, and lets adapters import the built package by its public name. */
export function install() {
  if (!isInstalled()) {
    const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
    execFileSync(npm, ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: bench, stdio: 'inherit' });
  }
  const link = path.join(modules, 'simple-rnn');
  if (!fs.existsSync(link)) fs.symlinkSync(project, link, 'junction');
}

/** The built package must be there: dist/index.js. */
export function checkBuilt() {
  if (!fs.existsSync(path.join(project, 'dist', 'index.js'))) {
    throw new Error('dist/ is not built: run `npm run build` in the project first');
  }
}

/**
 * Node 22. The npm package `node` fetches its binary in an install script; the packages it takes it from,
 * node-<platform>-<cpu>, simply contain it. undefined where there is none for this machine.
 */
export function findNode22() {
  const binary = path.join(modules, `node-${process.platform}-${process.arch}`, 'bin', 'node');
  return fs.existsSync(binary) ? binary : undefined;
}
