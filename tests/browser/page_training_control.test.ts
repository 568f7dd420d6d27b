// A training by keys, by address and in stillness, and what it leaves of the main thread.
import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { ready, usePage } from './page.js';

const openPage = usePage();

const stepOf = (page: Page) => page.locator('.training').evaluate((card) => Number((card as HTMLElement).dataset.step));
const training = (page: Page, is: string) => page.waitForSelector(`.training[data-training=${is}]`);
const reaches = (page: Page, step: number) =>
  page.waitForFunction(
    (least) => Number(document.querySelector<HTMLElement>('.training')!.dataset.step || -1) >= least,
    step,
  );

test('keys: train, pause, one step, other weights, backward pass, and back', async () => {
  await openPage('', async (page) => {
    await page.keyboard.press('r');
    await training(page, 'running');
    await reaches(page, 2);
    await page.keyboard.press('r');
    await training(page, 'paused');
    await page.waitForTimeout(400);
    const step = await stepOf(page);
    await page.keyboard.press('s');
    await reaches(page, step + 1);
    await page.keyboard.press('s');
    await reaches(page, step + 2);
    expect(await stepOf(page)).toBe(step + 2);
    await page.keyboard.press('g');
    await page.locator('.gradient-map').waitFor();
    expect(await page.getByRole('button', { name: 'Backward pass' }).getAttribute('aria-pressed')).toBe('true');
    await page.keyboard.press('w');
    await page.waitForFunction(() => document.querySelector<HTMLElement>('.training')!.dataset.step === '0');
    await page.waitForURL(/train=paused&seed=2&backward=1/);
    await page.keyboard.press('k');
    await training(page, 'off');
    await page.getByText('44.6').waitFor();
    // one step from nothing: random weights, and a step
    await page.keyboard.press('s');
    await reaches(page, 1);
    await training(page, 'paused');
  });
});

test('every control of a training has a name and is reached by Tab', async () => {
  await openPage('train=paused', async (page) => {
    await reaches(page, 0);
    const names = [
      'Backward pass',
      'Go on training',
      'One training step',
      'Start over from other random weights',
      'Training steps a second',
      'Back to the network trained with Keras',
    ];
    const found: string[] = [];
    for (let i = 0; i < 60 && found.length < names.length; i++) {
      await page.keyboard.press('Tab');
      const at = await page.evaluate(() => {
        const focused = document.activeElement as HTMLElement;
        return { name: focused.getAttribute('aria-label') ?? '', outline: getComputedStyle(focused).outlineStyle };
      });
      if (names.includes(at.name)) found.push(`${at.name}: ${at.outline}`);
    }
    expect(found).toEqual(names.map((name) => `${name}: solid`));
    await page.getByLabel('Training steps a second').selectOption('25');
    await page.waitForURL(/pace=25/);
  });
});

test('the pace holds', async () => {
  await openPage('train=running&pace=25', async (page) => {
    await reaches(page, 1);
    const [from, start] = [await stepOf(page), Date.now()];
    await reaches(page, from + 50);
    const steps = (await stepOf(page)) - from;
    expect(steps).toBeLessThanOrEqual((25 * (Date.now() - start)) / 1000 + 5);
  });
});

test('where the system asks for stillness nothing trains by itself, and pictures change once a second', async () => {
  await openPage(
    'train=running',
    async (page) => {
      await training(page, 'paused');
      await page.waitForTimeout(500);
      expect(await stepOf(page)).toBe(0);
      await page.keyboard.press('r');
      const milliseconds = await page.evaluate(async () => {
        const seen = new Set<string>();
        const start = performance.now();
        while (seen.size < 5) {
          await new Promise((next) => setTimeout(next, 20));
          seen.add(document.querySelector<HTMLElement>('.training')!.dataset.step ?? '');
        }
        return performance.now() - start;
      });
      // the step 0 that was shown, the first picture, and three more, each a second after the one before
      expect(milliseconds).toBeGreaterThan(2500);
    },
    { reducedMotion: 'reduce' },
  );
});

/** Processor time in milliseconds of the longest tasks of the page's main thread during `work`. */
async function longestTasks(page: Page, work: () => Promise<void>): Promise<number[]> {
  const browser = page.context().browser()!;
  await browser.startTracing(page, { categories: ['toplevel', 'disabled-by-default-devtools.timeline', '__metadata'] });
  await work();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as {
    traceEvents: { name: string; pid: number; tid: number; tdur?: number; args?: { name?: string } }[];
  };
  const mains = traceEvents.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain');
  const tasks = traceEvents.filter(
    ({ name, pid, tid, tdur }) =>
      /RunTask$/.test(name) && tdur !== undefined && mains.some((main) => main.pid === pid && main.tid === tid),
  );
  return tasks.map(({ tdur }) => tdur! / 1000).sort((a, b) => b - a);
}

test('no task of the main thread takes 50 ms while it trains and someone works with the page', async () => {
  for (const hash of ['backward=1', 'task=names&backward=1', 'task=digits&cell=2.3']) {
    await openPage(hash, async (page) => {
      const tasks = await longestTasks(page, async () => {
        await page.keyboard.press('r');
        await reaches(page, 3);
        for (let i = 0; i < 12; i++) {
          await page.keyboard.press(i % 3 ? 'ArrowLeft' : 'n');
          await page.waitForTimeout(120);
        }
        await page.keyboard.press('End');
        await page.waitForTimeout(400);
      });
      expect(tasks.length).toBeGreaterThan(50);
      expect(tasks[0]).toBeLessThan(50);
      await ready(page);
      expect(await stepOf(page)).toBeGreaterThan(3);
    });
  }
});
