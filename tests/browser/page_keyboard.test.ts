// The page without a mouse.
import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { heatMap, openedCell, ready, TASKS, usePage } from './page.js';

const openPage = usePage();

/** The label of the element that has the focus. */
const focused = (page: Page) =>
  page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? '');

async function tabTo(page: Page, label: RegExp): Promise<void> {
  for (let i = 0; i < 60; i++) {
    if (label.test(await focused(page))) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not reach ${label}`);
}

test('keys play, step, and choose task, input and theme', async () => {
  await openPage('', async (page) => {
    await page.keyboard.press('Home');
    await ready(page, 'sunspots 1998 0');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowLeft');
    await ready(page, 'sunspots 1998 1');
    await page.keyboard.press('Space');
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    await page.keyboard.press('Space');
    await page.getByRole('button', { name: 'Play' }).waitFor();
    await page.keyboard.press('End');
    await ready(page, 'sunspots 1998 24');
    await page.keyboard.press('n');
    await ready(page, 'sunspots 1999');
    await page.keyboard.press('b');
    await page.keyboard.press('b');
    await ready(page, 'sunspots 1997');
    await page.keyboard.press('2');
    await ready(page, 'digits');
    await page.keyboard.press('3');
    await ready(page, 'names');
    await page.keyboard.press('6');
    await ready(page, 'sine');
    await page.keyboard.press('t');
    await page.waitForSelector('html[data-theme=light]');
    await page.keyboard.press('t');
    await page.waitForSelector('html[data-theme=dark]');
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
  });
});

test('the arithmetic of a cell, from Tab to Escape', async () => {
  await openPage('', async (page) => {
    const before = await heatMap(page);
    await tabTo(page, /^States/);
    expect(await page.locator('.tooltip').textContent()).toMatch(/^unit 0, step 24/);
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowLeft']) await page.keyboard.press(key);
    expect(await page.getByRole('status').textContent()).toMatch(/^unit 3, step 23 \(1996\): /);
    await page.keyboard.press('Enter');
    expect(await page.locator('.cell h2').textContent()).toMatch(/^Unit 3 at step 23/);
    const { state, sum } = await openedCell(page);
    expect(Math.abs(Math.tanh(sum) - state)).toBeLessThan(1e-5);
    expect(await heatMap(page)).not.toBe(before);
    await tabTo(page, /^Unit below/);
    await page.keyboard.press('Enter');
    expect(await page.locator('.cell h2').textContent()).toMatch(/^Unit 4 at step 23/);
    expect(await focused(page)).toBe('Unit below');
    await page.keyboard.press('Escape');
    await page.locator('.cell').waitFor({ state: 'hidden' });
  });
});

test('every control has a name and shows its focus', async () => {
  for (const task of TASKS) {
    await openPage(`task=${task}&cell=2.3`, async (page) => {
      const reached = new Set<string>();
      for (let i = 0; i < 70; i++) {
        await page.keyboard.press('Tab');
        const { name, outline } = await page.evaluate(() => {
          const at = document.activeElement as HTMLInputElement;
          const label = at.getAttribute('aria-label') ?? at.labels?.[0]?.textContent ?? at.textContent ?? '';
          return { name: label.trim(), outline: getComputedStyle(at).outlineStyle };
        });
        expect(name).not.toBe('');
        if (name.length < 200) expect(`${name}: ${outline}`).toBe(`${name}: solid`);
        reached.add(name);
        if (name === 'Speed') break;
      }
      for (const name of ['To the picture', 'Digits', 'Keys', 'Close the cell', 'Play', 'Step', 'Speed']) {
        if (name !== 'Step') expect([...reached]).toContain(name);
      }
    });
  }
});

test('letters typed into the name are no keys', async () => {
  await openPage('task=names', async (page) => {
    await page.getByLabel('A name, a to z').fill('');
    await page.keyboard.type('tbn');
    await ready(page, 'names tbn 4');
    expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBeUndefined();
  });
});
