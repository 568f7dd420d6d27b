// The runner of known answers: that it compares all that is expected, and what it prints.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from '@jest/globals';
import { ShapeError } from 'simple-rnn';
import { judge } from '../cases/judge.mjs';
import { readCases } from '../cases/read.mjs';
import { aboutTheSame } from '../cases/same_error.mjs';

interface Case {
  id: string;
  file: string;
  kind: string;
  applies: string;
  expected: Record<string, unknown>;
}

const at = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const all: Case[] = ['fixtures/cases', 'fixtures/golden'].flatMap((folder) =>
  readdirSync(at(folder))
    .filter((file) => file.endsWith('.json'))
    .flatMap((file) => readCases(join(at(folder), file))),
);
const passing = await filter(all, async (each) => (await judge(each)).verdict === 'passed');

async function filter<T>(values: readonly T[], isWanted: (value: T) => Promise<boolean>): Promise<T[]> {
  const found: T[] = [];
  for (const value of values) if (await isWanted(value)) found.push(value);
  return found;
}

/** The value with its last number, word or truth changed; `by` says in which direction a number goes. */
function changed(value: unknown, by: number): unknown {
  if (typeof value === 'number') return value + by * (1 + Math.abs(value));
  if (typeof value === 'string') return ['NaN', 'Infinity', '-Infinity'].includes(value) ? 0 : `${value}x`;
  if (typeof value === 'boolean') return !value;
  if (value === null) return 'x';
  if (Array.isArray(value)) return value.length === 0 ? [0] : [...value.slice(0, -1), changed(value.at(-1), by)];
  const entries = Object.entries(value as object);
  const last = entries.length - 1;
  if (last < 0) return { x: 0 };
  return Object.fromEntries(entries.map(([key, each], index) => [key, index === last ? changed(each, by) : each]));
}

const verdictWith = async (each: Case, expected: object) => (await judge({ ...each, expected })).verdict;
const isBound = (key: string) => /_(ge|gt|le|lt|at_least)$/.test(key);

/** Each expected value of each case. */
const expectations = (cases: Case[]) =>
  cases.flatMap((each) => Object.entries(each.expected).map(([key, value]) => ({ each, key, value })));
const names = (blind: { each: Case; key: string }[]) => blind.map(({ each, key }) => `${each.file} ${each.id}: ${key}`);

// All cases again and again: a slow machine takes its time.
const MINUTES = 180_000;

describe('every expected value is compared', () => {
  const cases = passing.filter(({ kind }) => kind !== 'error');

  test('there are cases', () => {
    expect(cases.length).toBeGreaterThan(400);
  });

  test(
    'a changed value fails',
    async () => {
      const blind = await filter(expectations(cases), async ({ each, key, value }) => {
        const verdicts: string[] = [];
        for (const by of [1, -1]) {
          verdicts.push(await verdictWith(each, { ...each.expected, [key]: changed(value, by) }));
        }
        return isBound(key) ? !verdicts.includes('failed') : verdicts.includes('passed');
      });
      expect(names(blind)).toEqual([]);
    },
    MINUTES,
  );

  test(
    'another shape fails',
    async () => {
      const lists = expectations(cases).filter(
        ({ key, value }) => Array.isArray(value) && value.length > 0 && key !== 'keys_present',
      );
      const blind = await filter(lists, async ({ each, key, value }) => {
        return (await verdictWith(each, { ...each.expected, [key]: (value as []).slice(0, -1) })) === 'passed';
      });
      expect(names(blind)).toEqual([]);
    },
    MINUTES,
  );

  test(
    'an expected key that is not understood fails',
    async () => {
      const blind = await filter(passing, async (each) => {
        return (await verdictWith(each, { ...each.expected, not_understood: 1 })) === 'passed';
      });
      expect(blind.map(({ id }) => id)).toEqual([]);
    },
    MINUTES,
  );
});

describe('errors', () => {
  const cases = passing.filter(({ kind, applies }) => kind === 'error' && applies === 'in_scope');

  test('there are cases', () => {
    expect(cases.length).toBeGreaterThan(60);
  });

  test.each([true, false])('an error about nothing does not pass (raised early: %s)', (isEarly) => {
    const error = new ShapeError("Layer 'layer': something is wrong");
    const blind = cases.filter((each) => aboutTheSame(each, { error, step: 'call', isEarly }) === null);
    expect(blind.map(({ id }) => id)).toEqual([]);
  });

  test('no error does not pass', async () => {
    const fine = { class_name: 'Dense', config: { units: 2 } };
    const blind = await filter(cases, async (each) => {
      return (await judge({ ...each, config: fine, steps: [{ op: 'construct' }] })).verdict === 'passed';
    });
    expect(blind.map(({ id }) => id)).toEqual([]);
  });

  test('another message does not pass where Keras has one of its own', async () => {
    const own = cases.filter(({ expected }) => expected.message && !expected.not_checked_by_keras);
    const message = 'No gradients provided for any variable.';
    const blind = await filter(own, async (each) => {
      const expected = { ...each.expected, message, fails_at: undefined, message_regex: undefined };
      return (await verdictWith(each, expected)) === 'passed';
    });
    // These two come at an earlier step than Keras', where the option that they name decides.
    expect(blind.map(({ id }) => id)).toEqual(['err-SimpleRNNCell-units-1.5', 'err-threshold']);
  });
});

describe('the command', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cases-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  const relu = (more: object) => ({
    id: 'relu',
    kind: 'activation',
    applies: 'in_scope',
    config: { function: 'relu', args: {} },
    inputs: { x: [-1, 2] },
    expected: { y: [0, 2] },
    tolerance: { rtol: 0, atol: 1e-6 },
    ...more,
  });

  function run(cases: object[], ...options: string[]) {
    const file = join(folder, 'some.json');
    writeFileSync(file, JSON.stringify({ cases }));
    const { status, stdout } = spawnSync(process.execPath, [at('cases/run.mjs'), ...options, file], {
      encoding: 'utf8',
    });
    return { status, lines: stdout.trimEnd().split('\n') };
  }

  test('prints the counts last', () => {
    expect(run([relu({})])).toEqual({ status: 0, lines: ['1 passed, 0 failed, 0 skipped'] });
  });

  test('prints id, got and expected of what fails', () => {
    const { status, lines } = run([relu({ expected: { y: [0, 3] } }), relu({})]);
    expect(status).toBe(1);
    expect(lines).toEqual([
      'FAILED some relu (activation): y: element 1: got 2, expected 3',
      '1 passed, 1 failed, 0 skipped',
    ]);
  });

  test('prints what it does not know with counts, and fails on it with --all', () => {
    const cases = [relu({}), relu({ kind: 'dance' }), relu({ kind: 'dance' }), relu({ applies: 'on_mondays' })];
    const lines = ['not known: applies: on_mondays 1, dance 2', '1 passed, 0 failed, 3 skipped'];
    expect(run(cases)).toEqual({ status: 0, lines });
    expect(run(cases, '--all')).toEqual({ status: 1, lines });
  });

  test('skips by name, also with --all', () => {
    const { status, lines } = run([relu({ applies: 'keras_bug' })], '--all');
    expect(status).toBe(0);
    expect(lines[0]).toMatch(/^skipped some relu \(keras_bug/);
  });

  test('an input that is not used fails', () => {
    const { lines } = run([relu({ inputs: { x: [-1, 2], mask: [1] } })]);
    expect(lines[0]).toMatch(/did not use the input 'mask'/);
  });

  test('refuses unknown options and files without cases', () => {
    expect(run([relu({})], '--al').status).toBe(1);
    expect(spawnSync(process.execPath, [at('cases/run.mjs')]).status).toBe(1);
  });
});
