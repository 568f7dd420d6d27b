// Builds the package and the page, each only if something it is made of has changed.
import { spawnSync } from 'node:child_process';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PAGE = join(ROOT, 'build/demo');

/** Runs a program with its messages on stderr; throws if it fails. */
function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: ROOT, stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error(`the build failed${error ? `: ${error.message}` : ' (see above)'}`);
}

/** The package's incremental build. */
export function buildPackage() {
  const npm = process.env.npm_execpath;
  const [command, args] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []];
  run(command, [...args, 'run', '--silent', 'build']);
}

/** Builds the page with Vite if it is stale, one process at a time; resolves to the folder to serve. */
export async function buildPage() {
  await mkdir(join(ROOT, 'build'), { recursive: true });
  return alone(join(ROOT, 'build/demo.lock'), async () => {
    const made = await newest(join(PAGE, 'index.html'));
    const changed = await newest(join(ROOT, 'demo'), join(ROOT, 'dist'), join(ROOT, 'package-lock.json'));
    if (made <= changed) {
      run(process.execPath, [
        join(ROOT, 'node_modules/vite/bin/vite.js'),
        'build',
        ...['--config', join(ROOT, 'demo/vite.config.ts'), '--logLevel', 'warn'],
      ]);
    }
    return PAGE;
  });
}

/** Does `work` while no other process holds the lock, a folder; one left behind counts for two minutes. */
async function alone(lock, work) {
  while (
    !(await mkdir(lock).then(
      () => true,
      (error) => error.code !== 'EEXIST' && Promise.reject(error),
    ))
  ) {
    const info = await stat(lock).catch(() => null);
    if (info && Date.now() - info.mtimeMs > 120_000) await rm(lock, { recursive: true, force: true });
    else await new Promise((done) => setTimeout(done, 100));
  }
  try {
    return await work();
  } finally {
    await rm(lock, { recursive: true, force: true });
  }
}

/** The latest time of change below the given files and folders, in milliseconds; 0 if there is nothing. */
async function newest(...paths) {
  let latest = 0;
  for (const path of paths) {
    const info = await stat(path).catch(() => null);
    if (!info) continue;
    latest = Math.max(latest, info.mtimeMs);
    if (info.isDirectory()) {
      const names = await readdir(path);
      latest = Math.max(latest, await newest(...names.filter((n) => n !== 'node_modules').map((n) => join(path, n))));
    }
  }
  return latest;
}
