// What goes wrong on the way: missing files, failing workers, slow files, and clocks that stand still.
import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { ready, usePage } from './page.js';

const openPage = usePage();

const training = (page: Page, is: string) => page.waitForSelector(`.training[data-training=${is}]`);
const reaches = (page: Page, step: number) =>
  page.waitForFunction(
    (least) => Number(document.querySelector<HTMLElement>('.training')!.dataset.step || -1) >= least,
    step,
  );
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
/** What the browser says about files that were made to miss. */
const MISSING = /404|^failed: .*(digits\.bin|worker-)/;

/** Makes files miss; gives what ends it. */
async function miss(page: Page, files: string): Promise<() => Promise<void>> {
  await page.route(files, (route) => route.fulfill({ status: 404, body: '' }));
  return () => page.unroute(files);
}

for (const [what, files] of [
  ['data', '**/data/digits.bin'],
  ['script', '**/worker-*.js'],
]) {
  test(`a training whose ${what} is missing says so, rests, and begins when it is asked for again`, async () => {
    const work = async (page: Page) => {
      const found = await miss(page, files!);
      await page.keyboard.press('r');
      await page.getByRole('alert').filter({ hasText: 'The training failed' }).waitFor();
      await training(page, 'paused');
      expect(await page.locator('.training .status').textContent()).toBe('The training failed.');
      await found();
      await button(page, 'Train from random weights').click();
      await reaches(page, 3);
      await page.getByRole('alert').waitFor({ state: 'hidden' });
      await page.keyboard.press('k');
      await training(page, 'off');
      await button(page, 'Train from random weights').waitFor();
    };
    await openPage('task=digits', work, {}, MISSING);
  });
}

test('one step after a failure begins with random weights, too', async () => {
  const work = async (page: Page) => {
    const found = await miss(page, '**/data/digits.bin');
    await page.keyboard.press('s');
    await page.getByText('The training failed.').waitFor();
    await found();
    await page.keyboard.press('s');
    await page.waitForSelector('.training[data-step="1"]');
  };
  await openPage('task=digits', work, {}, MISSING);
});

test('a task whose file comes late: its tab is marked, and keys and play do nothing to the one before', async () => {
  await openPage('play=1&speed=4&step=1', async (page) => {
    let goOn = () => {};
    const late = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    await page.route('**/models/names.keras', async (route) => {
      await late;
      await route.continue();
    });
    await page.keyboard.press('3');
    await page.locator('nav [aria-current]').filter({ hasText: 'Names' }).waitFor();
    await page.keyboard.press('ArrowLeft');
    await page.waitForTimeout(400); // four steps of the player
    expect(page.url()).toMatch(/#task=names&speed=4$/);
    goOn();
    await ready(page, 'names katharine 10');
  });
});

test('back comes to what was last done, and follows without steps of its own', async () => {
  await openPage('task=echo&step=07', async (page) => {
    await page.keyboard.press('s');
    await page.keyboard.press('6');
    await ready(page, 'sine');
    const length = await page.evaluate(() => history.length);
    await page.goBack();
    await page.waitForURL(/#task=echo&step=7&train=paused$/);
    await training(page, 'paused');
    await page.goForward();
    await ready(page, 'sine');
    expect(await page.evaluate(() => history.length)).toBe(length);
  });
});

test('where the system asks for stillness an address changed by hand trains nothing', async () => {
  await openPage(
    '',
    async (page) => {
      await page.evaluate(() => {
        location.hash = 'task=echo&train=running&play=1';
      });
      await page.waitForURL(/#task=echo&train=paused$/);
      await page.waitForSelector('.training[data-step="0"]');
    },
    { reducedMotion: 'reduce' },
  );
});

test('clocks that stand still for a millisecond: trains at every pace, and times what it shows', async () => {
  await openPage('', async (page) => {
    const coarse = '{ const now = performance.now.bind(performance); performance.now = () => Math.floor(now()); }';
    await page.addInitScript(coarse);
    await page.route('**/worker-*.js', async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: `${coarse}${await response.text()}` });
    });
    await page.reload();
    await ready(page);
    expect(await page.getByText(/µs for all 24 steps/).textContent()).toMatch(/^(0\.\d+|[1-9][\d.,]*) µs/);
    await page.keyboard.press('r');
    for (const pace of ['25', 'full']) {
      await button(page, 'Start over from other random weights').click();
      await page.waitForFunction(() => Number(document.querySelector<HTMLElement>('.training')!.dataset.step) < 50);
      await page.getByLabel('Training steps a second').selectOption(pace);
      await reaches(page, pace === 'full' ? 200 : 5);
    }
  });
});

test('after a training at its end and back to Keras, the next one is not called another', async () => {
  await openPage('task=echo&train=running&pace=full', async (page) => {
    await button(page, 'Train again from other random weights').waitFor();
    await page.keyboard.press('k');
    await button(page, 'Train from random weights').waitFor();
    expect(await page.locator('.training').getAttribute('data-training')).toBe('off');
  });
});
