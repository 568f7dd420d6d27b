// Sizes, themes and stillness.
import { expect, test } from '@jest/globals';
import { heatMap, ready, SIZES, TASKS, usePage } from './page.js';

const openPage = usePage();

for (const viewport of SIZES) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`${viewport.width} × ${viewport.height}, ${colorScheme}: nothing sticks out, the legend is in view`, async () => {
      for (const task of TASKS) {
        await openPage(
          `task=${task}&cell=2.3`,
          async (page) => {
            const { wide, legend, player } = await page.evaluate(() => {
              const box = (name: string) => document.querySelector(name)!.getBoundingClientRect();
              return {
                wide: document.documentElement.scrollWidth - innerWidth,
                legend: box('.legend').bottom - innerHeight,
                player: innerHeight - box('.transport').top,
              };
            });
            expect(wide).toBe(0);
            expect(legend).toBeLessThanOrEqual(0);
            expect(player).toBeLessThan(100);
            const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
            expect(ground).toBe(colorScheme === 'light' ? 'rgb(238, 240, 243)' : 'rgb(15, 18, 23)');
          },
          { viewport, colorScheme },
        );
      }
    });
  }
}

test('on a projector the whole picture is in view', async () => {
  for (const task of TASKS) {
    await openPage(`task=${task}`, async (page) => {
      const { bottom, top } = await page.evaluate(() => ({
        bottom: document.querySelector('.picture')!.getBoundingClientRect().bottom,
        top: document.querySelector('.transport')!.getBoundingClientRect().top,
      }));
      expect(bottom).toBeLessThanOrEqual(top);
    });
  }
});

test('a chosen theme wins over the system, and the canvases follow', async () => {
  const pictures: string[] = [];
  for (const [hash, colorScheme] of [
    ['theme=dark', 'light'],
    ['', 'dark'],
    ['theme=light', 'dark'],
    ['', 'light'],
  ] as const) {
    await openPage(hash, async (page) => void pictures.push(await heatMap(page)), { colorScheme });
  }
  expect(pictures[0]).toBe(pictures[1]);
  expect(pictures[2]).toBe(pictures[3]);
  expect(pictures[0]).not.toBe(pictures[2]);
});

test('nothing plays by itself where the system asks for stillness', async () => {
  await openPage(
    'step=2&play=1',
    async (page) => {
      await page.waitForTimeout(900);
      await ready(page, 'sunspots 1998 2');
    },
    { reducedMotion: 'reduce' },
  );
  await openPage('step=2&play=1&speed=4', async (page) => ready(page, 'sunspots 1998 4'));
});

test('cells are drawn in device pixels', async () => {
  await openPage(
    '',
    async (page) => {
      const [drawn, shown] = await page
        .locator('.heat-map canvas')
        .evaluate((canvas) => [(canvas as HTMLCanvasElement).width, canvas.clientWidth]);
      expect(drawn).toBe(shown! * 2);
    },
    { deviceScaleFactor: 2 },
  );
});
