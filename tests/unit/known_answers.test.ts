// The known answers on every build of the module that the other tests here run on.
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { judge } from '../cases/judge.mjs';
import { readCases } from '../cases/read.mjs';

const folders = ['cases', 'golden', 'families'].map((folder) =>
  fileURLToPath(new URL(`../fixtures/${folder}/`, import.meta.url)),
);
const files = folders.flatMap((folder) =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => `${folder}${file}`),
);

test.each(files)('%s', async (file) => {
  const failed: string[] = [];
  for (const each of readCases(file)) {
    const { verdict, why, found } = await judge(each);
    if (verdict === 'unknown') failed.push(`${each.id}: not known: ${why}`);
    for (const line of found ?? []) failed.push(`${each.id}: ${line}`);
  }
  expect(failed).toEqual([]);
});
