// Sizes, themes and stillness.
import { expect, test } from '@jest/globals';
import { heatMap, ready, SIZES, TASKS, usePage } from './page.js';

const openPage = usePage();
/** All tasks with an opened cell, and the kinds of pictures there are in training. */
const HASHES = [
  ...TASKS.map((task) => `task=${task}&cell=2.3`),
  ...['digits', 'names', 'echo'].map((task) => `task=${task}&cell=2.3&train=paused&backward=1`),
];

for (const viewport of SIZES) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`${viewport.width} × ${viewport.height}, ${colorScheme}: nothing sticks out, the legend is in view`, async () => {
      for (const hash of HASHES) {
        await openPage(
          hash,
          async (page) => {
            const { wide, clipped, legend, player } = await page.evaluate(() => {
              const box = (name: string) => document.querySelector(name)!.getBoundingClientRect();
              return {
                wide: document.documentElement.scrollWidth - innerWidth,
                clipped: [...document.querySelectorAll('.card, .picture, .training header')]
                  .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
                  .map(({ className }) => className),
                legend: box('.legend').bottom - innerHeight,
                player: innerHeight - box('.transport').top,
              };
            });
            expect(wide).toBe(0);
            expect(clipped).toEqual([]);
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

test('in a low window the controls of the time scroll with the page', async () => {
  await openPage(
    '',
    async (page) => {
      const top = () => page.locator('.transport').evaluate((bar) => bar.getBoundingClientRect().top);
      expect(await top()).toBeGreaterThan(360);
      await page.setViewportSize({ width: 640, height: 720 });
      expect(await top()).toBeLessThan(720);
    },
    { viewport: { width: 640, height: 360 } },
  );
});

test('in colours of the reader’s own what is chosen has a frame, and the legend its colours', async () => {
  await openPage(
    'backward=1',
    async (page) => {
      for (const chosen of ['nav [aria-current]', 'button.toggle'])
        expect(await page.locator(chosen).evaluate((one) => getComputedStyle(one).outlineStyle)).toBe('solid');
      const dots = await page
        .locator('.trajectory .key i')
        .evaluateAll((all) => all.map((dot) => getComputedStyle(dot).backgroundColor));
      expect(new Set(dots).size).toBe(2);
    },
    { forcedColors: 'active' },
  );
});

test('nothing sticks out at any width between a phone and a projector', async () => {
  await openPage('task=names&train=paused&backward=1', async (page) => {
    for (const width of [360, 375, 480, 600, 640, 680, 720, 768, 820, 900, 940, 1024, 1100, 1180]) {
      await page.setViewportSize({ width, height: 1024 });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      const cut = await page
        .locator('button:visible')
        .evaluateAll((all) =>
          all
            .filter((one) => one.scrollWidth > one.clientWidth || one.scrollHeight > one.clientHeight)
            .map(({ textContent }) => textContent),
        );
      expect({ width, wide, cut }).toEqual({ width, wide: 0, cut: [] });
    }
  });
});

test('on a projector the whole picture is in view', async () => {
  for (const hash of TASKS.flatMap((task) => [`task=${task}`, `task=${task}&train=paused&backward=1`])) {
    await openPage(hash, async (page) => {
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

/** Contrast of two colours `#rrggbb` or `#rgb` as WCAG defines it. */
function contrast(one: string, other: string): number {
  const [light, dark] = [one, other]
    .map((colour) => {
      const digits = colour.length === 4 ? colour.replace(/[^#]/g, '$&$&') : colour;
      const [red, green, blue] = [1, 3, 5].map((at) => {
        const part = Number.parseInt(digits.slice(at, at + 2), 16) / 255;
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue! + 0.05;
    })
    .sort((a, b) => b - a);
  return light! / dark!;
}

test('text and frames stand out from their ground in both themes', async () => {
  const pairs = [
    ['text', 'surface', 4.5],
    ['text', 'ground', 4.5],
    ['muted', 'surface', 4.5],
    ['muted', 'ground', 4.5],
    ['accent', 'surface', 4.5],
    ['accent', 'tint', 4.5],
    ['on-accent', 'accent', 4.5],
    ['right', 'surface', 4.5],
    ['wrong', 'surface', 4.5],
    ['edge', 'surface', 3],
  ] as const;
  for (const theme of ['light', 'dark']) {
    await openPage(`theme=${theme}`, async (page) => {
      for (const [one, other, least] of pairs) {
        const [a, b] = await page.evaluate(
          (names) =>
            names.map((name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()),
          [one, other],
        );
        const found = contrast(a!, b!);
        expect(`${one} on ${other}, ${theme}: ${found >= least ? 'enough' : found}`).toBe(
          `${one} on ${other}, ${theme}: enough`,
        );
      }
    });
  }
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
  await openPage('step=2&play=1&speed=4', async (page) => ready(page, 'sunspots 1998 24'));
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
