import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The packed tarball and an empty project into which it was installed. */
export interface Packed {
  tarball: string;
  files: string[];
  project: string;
  remove(): void;
}

/** Runs a command in a folder and gives what it printed; throws with all that it printed when it fails. */
export function run(folder: string, command: string, args: string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}\n${stdout}${stderr}`);
  return stdout;
}

/** `npm pack`, then `npm install` of the tarball into an empty folder, without any registry. */
export function pack(): Packed {
  const folder = mkdtempSync(join(tmpdir(), 'simple-rnn-'));
  const quiet = ['--ignore-scripts', '--loglevel=error'];
  const [{ filename, files }] = JSON.parse(
    run('.', 'npm', ['pack', '--json', `--pack-destination=${folder}`, ...quiet]),
  );
  const project = join(folder, 'project');
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), '{ "name": "project", "private": true }\n');
  run(project, 'npm', ['install', '--offline', '--no-audit', '--no-fund', ...quiet, join(folder, filename)]);
  cpSync('tests/package/projects', project, { recursive: true });
  return {
    tarball: join(folder, filename),
    files: files.map(({ path }: { path: string }) => path),
    project,
    remove: () => rmSync(folder, { recursive: true }),
  };
}
