// Training on the page: it reaches its goal, what is shown moves and is right, and the page goes on answering.
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import * as library from 'simple-rnn';
import { loadModel } from 'simple-rnn/io';
import { RECIPES } from '../../demo/recipes/index.mjs';
import { heatMap, ready, TASKS, usePage } from './page.js';

const openPage = usePage();

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });

/** The numbers behind the training card, once its step is what is asked for. */
async function trained(page: Page, isSo: string): Promise<{ step: number; loss: number; figure: number }> {
  await page.waitForFunction((condition) => {
    const { step = '', training } = document.querySelector<HTMLElement>('.training')!.dataset;
    const at = step === '' ? -1 : Number(step);
    if (condition === 'paused') return training === 'paused' && at > 0;
    return condition.startsWith('>') ? at > Number(condition.slice(1)) : at === Number(condition);
  }, isSo);
  return page.locator('.training').evaluate(({ dataset }: HTMLElement) => ({
    step: Number(dataset.step),
    loss: Number(dataset.loss),
    figure: Number(dataset.figure),
  }));
}

const pixels = (page: Page, canvas: string) =>
  page.locator(canvas).evaluate((element) => (element as HTMLCanvasElement).toDataURL());

/** Losses and figures that the package gives here, step by step, from the same seed. */
function inNode(task: (typeof TASKS)[number], seed: number, steps: number) {
  const recipe = RECIPES[task];
  const data = recipe.file && recipe.read(new Uint8Array(readFileSync(`demo/public/data/${recipe.file}`)));
  const training = recipe.start(library, { data, seed });
  const losses = Array.from({ length: steps }, () => training.trainStep().loss!);
  const figure = training.evaluate()[recipe.figure.key]!;
  training.dispose();
  return { losses, figure };
}

for (const task of TASKS) {
  test(`${task}: reaches its goal from random weights, and says so`, async () => {
    const { figure } = RECIPES[task];
    await openPage(`task=${task}&train=running&pace=full`, async (page) => {
      await page.waitForSelector('.training.reached');
      expect(await page.locator('.training .status').textContent()).toMatch(/^✓ Goal reached at step \d+/);
      // in the page itself: a training that ends in between is not begun anew
      await page.evaluate(() => document.querySelector<HTMLElement>('[aria-label="Pause training"]')?.click());
      const { figure: reached } = await trained(page, 'paused');
      // the goal was reached on the way; what is shown is the latest figure, that may wander about it
      if (figure.better === 'lower') expect(reached).toBeLessThan(figure.goal * 1.5);
      else expect(reached).toBeGreaterThan(figure.goal * 0.95);
    });
  });
}

test('step by step: loss and figure are those of the package', async () => {
  for (const [task, seed] of [
    ['sunspots', 1],
    ['digits', 7],
    ['names', 2],
    ['parity', 3],
    ['echo', 4],
    ['sine', 5],
  ] as const) {
    const { losses } = inNode(task, seed, 3);
    const { figure } = inNode(task, seed, 0);
    await openPage(`task=${task}&train=paused&seed=${seed}`, async (page) => {
      const start = await trained(page, '0');
      expect(start.figure).toBeCloseTo(figure, 4);
      for (const [i, loss] of losses.entries()) {
        await button(page, 'One training step').click();
        const { loss: shown } = await trained(page, String(i + 1));
        expect(Math.abs(shown / loss - 1)).toBeLessThan(1e-4);
      }
      const written = await page.locator('.training .loss dd').textContent();
      expect(Number(written)).toBe(Number(losses[2]!.toPrecision(3)));
    });
  }
});

test('at its end: the whole recipe, the same figure as in Node', async () => {
  const { figure } = inNode('sunspots', 3, 800);
  await openPage('train=running&pace=full&seed=3', async (page) => {
    const end = await trained(page, '800');
    await button(page, 'Train again from other random weights').waitFor();
    // 800 steps with fused multiplications drift a little from 800 without
    expect(Math.abs(end.figure / figure - 1)).toBeLessThan(0.1);
    expect(await button(page, 'One training step').isDisabled()).toBe(true);
    await button(page, 'Train again from other random weights').click();
    await trained(page, '800');
    await page.waitForURL(/seed=4/);
  });
});

test('training again and again at full speed: each one comes to its end', async () => {
  await openPage('train=running&pace=full', async (page) => {
    for (let seed = 1; seed <= 12; seed++) {
      if (seed > 1) await button(page, 'Train again from other random weights').click();
      if (seed > 1) await page.waitForURL(new RegExp(`seed=${seed}\\b`));
      await trained(page, '800');
      await button(page, 'Train again from other random weights').waitFor();
    }
  });
});

test('the pictures move while it trains; pause holds them, reset brings Keras’ network back', async () => {
  await openPage('', async (page) => {
    const keras = await heatMap(page);
    await button(page, 'Train from random weights').click();
    await trained(page, '>5');
    const canvases = ['.heat-map canvas', '.output-line canvas', '.trajectories canvas', '.curve >> nth=0 >> canvas'];
    const before = await Promise.all(canvases.map((canvas) => pixels(page, canvas)));
    await trained(page, '>60');
    const after = await Promise.all(canvases.map((canvas) => pixels(page, canvas)));
    for (const [i, picture] of after.entries()) expect(picture === before[i] ? canvases[i] : 'moved').toBe('moved');
    await button(page, 'Pause training').click();
    const held = await trained(page, 'paused');
    await page.waitForTimeout(300);
    const still = await heatMap(page);
    await page.waitForTimeout(500);
    expect(await heatMap(page)).toBe(still);
    const { step } = await trained(page, 'paused');
    expect(step - held.step).toBeLessThan(20);
    await button(page, 'Go on training').click();
    await trained(page, `>${step + 20}`);
    await button(page, 'Back to the network trained with Keras').click();
    await page.getByText('44.6').waitFor();
    expect(await heatMap(page)).toBe(keras);
    expect(await page.locator('.training').getAttribute('data-training')).toBe('off');
  });
});

test('the opened cell and the input follow the training', async () => {
  await openPage('cell=3.5&train=paused', async (page) => {
    await trained(page, '0');
    const state = () => page.locator('.cell').evaluate(({ dataset }: HTMLElement) => Number(dataset.state));
    const sum = () => page.locator('.cell').evaluate(({ dataset }: HTMLElement) => Number(dataset.sum));
    const first = await state();
    expect(Math.abs(Math.tanh(await sum()) - first)).toBeLessThan(1e-5);
    await button(page, 'One training step').click();
    await trained(page, '1');
    expect(await state()).not.toBe(first);
    expect(Math.abs(Math.tanh(await sum()) - (await state()))).toBeLessThan(1e-5);
    await page.getByLabel('Year to forecast').first().fill('1957');
    await page.keyboard.press('Enter');
    await ready(page, 'sunspots 1957');
    expect((await trained(page, '1')).step).toBe(1);
    expect(Math.abs(Math.tanh(await sum()) - (await state()))).toBeLessThan(1e-5);
  });
});

test('another task ends the training', async () => {
  await openPage('train=running', async (page) => {
    await trained(page, '>3');
    await button(page, 'Digits').click();
    await ready(page, 'digits 23 8');
    expect(await page.locator('.reading').textContent()).toMatch(/3 ✓ right/);
    expect(await page.locator('.training').getAttribute('data-training')).toBe('off');
    await page.goBack();
    await trained(page, '>3');
  });
});

test('the backward pass: the gradients are those of the package', async () => {
  const model = (await loadModel('demo/public/models/sunspots.keras')) as library.Sequential;
  const { first_year: start, values } = JSON.parse(readFileSync('demo/public/data/sunspots.json', 'utf8'));
  const z = (year: number) => Math.sqrt(values[year - start]) / 10;
  const x = { data: Float32Array.from({ length: 24 }, (_, t) => z(1974 + t)), shape: [1, 24, 1] };
  model.compile({ loss: 'mean_squared_error' });
  const [{ stateGradient }] = model.inspect(x, { data: Float32Array.of(z(1998)), shape: [1, 1] });
  const gradient = stateGradient!.data;
  model.dispose();
  await openPage('', async (page) => {
    await button(page, 'Backward pass').click();
    const largest = Math.max(...gradient.map(Math.abs));
    const shown = page.locator('.picture .backward');
    await page.waitForFunction(() => document.querySelector<HTMLElement>('.picture .backward')!.dataset.largest);
    expect(Number(await shown.getAttribute('data-largest'))).toBeCloseTo(largest, 5);
    expect(await shown.textContent()).toMatch(/The error reaches back (through all 24|\d+ of 24) steps/);
    const canvas = page.locator('.gradient-map canvas');
    const { width, height } = (await canvas.boundingBox())!;
    await canvas.hover({ position: { x: width - 10, y: (0.5 / 12) * height } });
    const text = (await page.locator('.tooltip').textContent())!;
    const told = Number(/dLoss\/dh (.*)$/.exec(text)![1]!.replaceAll('−', '-'));
    expect(told).toBeCloseTo(gradient[23 * 12]!, 2);
    await page.getByText('The same numbers as a table').click();
    const norm = page.locator('.numbers tbody tr').last().locator('td').nth(2);
    const wanted = Math.hypot(...gradient.subarray(23 * 12));
    expect(Number(await norm.textContent())).toBeCloseTo(wanted, 2);
  });
});

test('no gradient where nobody knows what should come out', async () => {
  await openPage('input=2009&backward=1', async (page) => {
    await page.getByText('No gradient: what should come out is not known').waitFor();
    expect(await page.locator('.gradient-map').isVisible()).toBe(false);
    await page.getByLabel('Year to forecast').first().fill('2000');
    await page.keyboard.press('Enter');
    await page.locator('.gradient-map').waitFor();
  });
});
