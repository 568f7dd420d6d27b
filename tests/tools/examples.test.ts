// The programs of examples/ run, and print what their comments say.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

const folder = new URL('../../examples/', import.meta.url);
const programs = readdirSync(folder).filter((file) => file.endsWith('.mjs'));

function run(file: string): string {
  const path = new URL(file, folder).pathname;
  const { status, stdout, stderr } = spawnSync(process.execPath, [path], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
}

const expected: Record<string, RegExp[]> = {
  'simple_rnn.mjs': [
    /last state of each sequence +\[ 32, 4 \]/,
    /states of all steps +\[ 32, 10, 4 \]/,
    /spectral radius .* 1\.000/,
    /52 parameters/,
  ],
  'simple_rnn_cell.mjs': [
    /output +\[ 32, 4 \]/,
    /whole sequence +\[ 32, 10, 4 \]/,
    /stack +\[ 32, 4 \] \[ 32, 6 \] \[ 32, 4 \]/,
    /moving average +4\.00 6\.00 3\.00 1\.50/,
  ],
  'layer_simple_rnn.mjs': [
    /on an array +\[ 1, 3 \]/,
    /simple_rnn\w* \(SimpleRNN\)/,
    /decoder \(SimpleRNN\)/,
    /decoded +\[ 32, 10, 4 \]/,
  ],
  'training.mjs': [
    /epoch 1: mean squared error 0\.\d{5} on sequences kept apart/,
    // Three steps back are learned, not guessed.
    /on 500 new sequences 0\.000\d\d; an answer that is always 0 errs by 0\.29/,
  ],
  'sunspots.mjs': [/2008 +forecast +[\d.]+ +measured +[\d.]+/, /root mean square error [\d.]+ sunspots/],
};

test('every example has its lines here and in the README', () => {
  expect(Object.keys(expected).sort()).toEqual(programs.sort());
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  for (const file of programs) expect(readme).toContain(`examples/${file}`);
});

test.each(Object.entries(expected))('%s', (file, lines) => {
  const output = run(file);
  for (const line of lines) expect(output).toMatch(line);
  expect(output).not.toMatch(/NaN|undefined|null/);
});

test('what simple_rnn.mjs computes in two ways is the same', () => {
  const rows = run('simple_rnn.mjs').match(/(?: +-?\d\.\d{3}){4}$/gm) as string[];
  expect(rows).toHaveLength(6);
  const [last, lastOfAll, masked, before, byHand, stateful] = rows.map((row) => row.trim());
  expect([lastOfAll, byHand, stateful]).toEqual([last, last, last]);
  expect(masked).toBe(before);
});
