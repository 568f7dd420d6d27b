// Paths, commands and files for the build steps.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's folder. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** An absolute path from one relative to the repository. */
export const at = (...parts) => join(root, ...parts);

/** Runs a command in the repository, its output shown; throws when it fails. */
export function run(command, args, options = {}) {
  execFileSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], ...options });
}

/** Runs a command in the repository; what it wrote to stdout is shown only when it fails. */
export function runQuietly(command, args, options = {}) {
  try {
    run(command, args, { ...options, stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 1 << 28 });
  } catch (error) {
    process.stderr.write(error.stdout ?? '');
    throw error;
  }
}

/** The arguments for node to run a command-line tool of node_modules. */
export const tool = (path) => at('node_modules', path);

/** All files below a folder, sorted; none when it does not exist. */
export function filesBelow(folder) {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.path, entry.name))
    .sort();
}

/** A hash of the names and contents of files. */
export function hashFiles(paths) {
  const hash = createHash('sha256');
  for (const path of paths) hash.update(path).update('\0').update(readFileSync(path)).update('\0');
  return hash.digest('hex');
}

export function readOrNull(path) {
  try {
    return readFileSync(path);
  } catch {
    return null;
  }
}

/** Writes a file whole, so that nobody ever reads half of it, and only when its content is new. */
export function writeIfNew(path, content) {
  const bytes = Buffer.from(content);
  if (readOrNull(path)?.equals(bytes)) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.new`, bytes);
  renameSync(`${path}.new`, path);
}

const pause = new Int32Array(new SharedArrayBuffer(4));

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Waits for other builds of this folder, then runs `work` alone. */
export async function alone(work) {
  const lock = at('build/.lock');
  mkdirSync(at('build'), { recursive: true });
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      break;
    } catch {
      const owner = Number(readOrNull(lock));
      const isOld = owner === 0 && Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? 0) > 2000;
      if (isOld || (owner !== 0 && !isAlive(owner))) rmSync(lock, { force: true });
      Atomics.wait(pause, 0, 0, 100);
    }
  }
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}
