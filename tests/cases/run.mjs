// Runs known-answer files through the package's public API.
// Usage: npm run cases -- [--all] [--result=FILE] FILE...
// Prints each case that fails, what is skipped by name, the kinds that are not known, and `N passed, N failed,
// N skipped`; what is not known counts as skipped. Exits with 1 when a case failed, with --all also when one is not
// known. --result writes the counts as JSON.
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { judge } from './judge.mjs';
import { readCases } from './read.mjs';

const oneLine = (text) => text.replace(/\s+/g, ' ').slice(0, 600);

async function main(args) {
  // npm runs its scripts in the package's folder; the files are named from where it was called.
  const from = process.env.INIT_CWD ?? '.';
  const files = args.filter((arg) => !arg.startsWith('--')).map((file) => resolve(from, file));
  const options = args.filter((arg) => arg.startsWith('--'));
  const result = options.find((option) => option.startsWith('--result='))?.slice('--result='.length);
  const strange = options.filter((option) => option !== '--all' && !option.startsWith('--result='));
  if (strange.length > 0 || files.length === 0) {
    throw new Error(
      `${strange.map((option) => `unknown option ${option}`).join(', ') || 'no files'}; usage: npm run cases -- [--all] FILE...`,
    );
  }
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const unknown = new Map();
  for (const each of files.flatMap(readCases)) {
    const { verdict, why, found } = await judge(each);
    counts[verdict === 'unknown' ? 'skipped' : verdict] += 1;
    if (verdict === 'skipped') console.log(`skipped ${each.file} ${each.id} (${why})`);
    if (verdict === 'unknown') unknown.set(why, (unknown.get(why) ?? 0) + 1);
    for (const line of found ?? []) console.log(oneLine(`FAILED ${each.file} ${each.id} (${each.kind}): ${line}`));
  }
  const kinds = [...unknown].sort(([a], [b]) => (a < b ? -1 : 1));
  if (kinds.length > 0) console.log(`not known: ${kinds.map(([kind, count]) => `${kind} ${count}`).join(', ')}`);
  if (result !== undefined) writeFileSync(result, JSON.stringify(counts));
  console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  return counts.failed === 0 && !(options.includes('--all') && unknown.size > 0);
}

try {
  process.exitCode = (await main(process.argv.slice(2))) ? 0 : 1;
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
