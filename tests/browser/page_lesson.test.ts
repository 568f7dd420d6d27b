// What the training worker holds, without a browser: looking changes nothing and keeps no memory.
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import * as library from 'simple-rnn';
import { RECIPES } from '../../demo/recipes/index.mjs';
import { Lesson } from '../../demo/src/training/lesson.js';
import type { Beginning } from '../../demo/src/training/protocol.js';

const bytesOf = (file: string) => new Uint8Array(readFileSync(`demo/public/data/${file}`));

/** A training of digits or parity that shows an example and a crowd of two. */
function begin(recipe: 'digits' | 'parity', seed: number) {
  const steps = recipe === 'digits' ? 8 : 5;
  const features = recipe === 'digits' ? 8 : 1;
  const values = (sequences: number) =>
    Float32Array.from({ length: sequences * steps * features }, (_, i) => (i % 7) / 7);
  const target =
    recipe === 'digits'
      ? { data: Float32Array.of(3), shape: [1], loss: 'sparse_categorical_crossentropy' }
      : { data: new Float32Array(steps).fill(1), shape: [steps, 1], loss: 'binary_crossentropy' };
  const beginning: Beginning = {
    recipe,
    seed,
    file: null,
    crowd: { data: values(2), shape: [2, steps, features], lengths: [steps, steps - 2] },
    example: { data: values(1), shape: [steps, features], target },
    pause: 0,
  };
  return new Lesson(beginning, recipe === 'digits' ? bytesOf('digits.bin') : null);
}

test('what is looked at between steps does not change a training, dropout included', () => {
  const { read, start } = RECIPES.digits;
  const plain = start(library, { data: read(bytesOf('digits.bin')), seed: 5 });
  const lesson = begin('digits', 5);
  lesson.snapshot(1, 1);
  // both draw from the package's generator: one after the other, each from its own seed
  library.utils.setRandomSeed(5);
  const wanted = Array.from({ length: 20 }, () => plain.trainStep().loss);
  plain.dispose();
  library.utils.setRandomSeed(5);
  const losses = wanted.map((_, i) => {
    lesson.step();
    const { losses, progress, run } = lesson.snapshot(1, 1);
    expect(progress.step).toBe(i + 1);
    expect(run.recurrent[0]!.stateGradient!.some((value) => value !== 0)).toBe(true);
    return losses[0];
  });
  lesson.dispose();
  expect(losses).toEqual(wanted.map((loss) => Math.fround(loss!)));
});

test('snapshots tell what is new since the last one, and take no memory', () => {
  const start = library.memory();
  const lesson = begin('digits', 1);
  const first = lesson.snapshot(3, 7);
  expect(first).toMatchObject({ lesson: 3, shown: 7, losses: new Float32Array(0), measures: [{ step: 0 }] });
  expect(first.progress).toMatchObject({ step: 0, steps: 1410, loss: Number.NaN, reachedAt: null, isDone: false });
  for (let i = 0; i < 30; i++) lesson.step();
  const second = lesson.snapshot(3, 7);
  expect(second.losses).toHaveLength(30);
  expect(second.measures).toMatchObject([{ step: 28 }]);
  expect(second.progress.seconds).toBeGreaterThan(0);
  expect(second.crowd.paths).toHaveLength(2 * 8 * 2);
  expect(second.card.recurrent[0]).toMatchObject({ units: 48, features: 8, activation: 'tanh' });
  const { bytes } = library.memory();
  for (let i = 0; i < 50; i++) {
    lesson.step();
    lesson.snapshot(3, 7);
  }
  expect(library.memory().bytes).toBe(bytes);
  lesson.dispose();
  expect(library.memory()).toEqual(start);
});

test('parity to its end: the goal is reached, also by networks that begin anew', () => {
  const start = library.memory();
  const restarts: number[] = [];
  for (const seed of [1, 2, 3, 4, 5, 6]) {
    const lesson = begin('parity', seed);
    lesson.isRunning = true;
    let count = 0;
    while (!lesson.isDone) {
      lesson.step();
      if (++count % 50 === 0) lesson.snapshot(1, 1);
    }
    const { progress, card } = lesson.snapshot(1, 1);
    expect(lesson.isRunning).toBe(false);
    expect(progress).toMatchObject({ isDone: true, measure: { step: progress.step, value: 1 } });
    expect(progress.reachedAt).toBeLessThanOrEqual(progress.step);
    expect(progress.more.length).toBe(32);
    expect(card.parameters).toBe(89);
    restarts.push(progress.more.restarts!);
    lesson.dispose();
  }
  expect(Math.max(...restarts)).toBeGreaterThan(0);
  expect(library.memory()).toEqual(start);
});
