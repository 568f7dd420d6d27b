// Ends with 0 when node_modules holds what package-lock.json asks for, so that `npm ci` can be left out.
import { readFileSync } from 'node:fs';

function packages(path) {
  return JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')).packages;
}

function isInstalled() {
  const wanted = packages('../package-lock.json');
  let present;
  try {
    present = packages('../node_modules/.package-lock.json');
  } catch {
    return false;
  }
  const isCurrent = Object.entries(wanted).every(
    ([path, entry]) =>
      path === '' || (path in present ? present[path].version === entry.version : entry.optional === true),
  );
  return isCurrent && Object.keys(present).every((path) => path in wanted);
}

process.exit(isInstalled() ? 0 : 1);
