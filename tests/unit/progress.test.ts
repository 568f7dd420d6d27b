import { readFileSync } from 'node:fs';
import { expect, jest, test } from '@jest/globals';
import { ProgressBar, resolveVerbose } from '../../js/training/progress.js';

type Line = [wait: number, hook: string, ...values: unknown[]];
interface Script {
  name: string;
  params: { verbose: 0 | 1 | 2; epochs: number; steps: number | null };
  script: Line[];
  text: string;
}

const scripts: Script[] = JSON.parse(
  readFileSync(new URL('../fixtures/callbacks/progress.json', import.meta.url), 'utf8'),
);
const camel = (name: string) => name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());

test.each(scripts)("Keras' text: $name, verbose $params.verbose", ({ params, script, text }) => {
  let now = 100;
  let written = '';
  const bar = new ProgressBar(
    (more) => {
      written += more;
    },
    () => now,
  );
  bar.setParams(params);
  for (const [wait, hook, ...values] of script) {
    now += wait;
    (bar as never as Record<string, ((...values: unknown[]) => void) | undefined>)[camel(hook)]?.(...values);
  }
  // Only the loss of verbose 0 and 2 is not needed for each batch.
  expect(bar.ignoresBatchLogs).toBe(params.verbose !== 1);
  expect(written).toBe(text);
});

test('without a standard output lines go to the console', () => {
  const lines: unknown[] = [];
  const log = jest.spyOn(console, 'log').mockImplementation((line) => void lines.push(line));
  const { process } = globalThis;
  try {
    Object.assign(globalThis, { process: undefined });
    const bar = new ProgressBar(undefined, () => 0);
    bar.setParams({ verbose: 1, epochs: 2, steps: 1 });
    bar.onTrainBegin();
    bar.onEpochBegin(0);
    bar.onTrainBatchEnd(0, { loss: 1 });
    bar.onEpochEnd(0, { loss: 1 });
    expect(resolveVerbose('fit', 'auto')).toBe(0);
  } finally {
    Object.assign(globalThis, { process });
    log.mockRestore();
  }
  expect(lines).toEqual(['Epoch 1/2', '1/1 - 0s - 0s/step - loss: 1.0000']);
});

test('verbose', () => {
  const { isTTY } = process.stdout;
  try {
    process.stdout.isTTY = true;
    expect(resolveVerbose('fit', 'auto')).toBe(1);
    process.stdout.isTTY = false;
    expect(resolveVerbose('fit', 'auto')).toBe(0);
  } finally {
    process.stdout.isTTY = isTTY;
  }
  expect(resolveVerbose('fit', 2)).toBe(2);
  expect(() => resolveVerbose('fit', 3 as never)).toThrow("fit: `verbose` must be 0, 1, 2 or 'auto', received 3");
});
