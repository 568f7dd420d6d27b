// What the tests of the teaching page share: the built page under its policy, opened at a state.

import type { Server } from 'node:http';
import { basename, dirname } from 'node:path';
import { afterAll, beforeAll, expect } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { buildPage } from '../../tools/start_build.mjs';
import { serve } from '../../tools/start_server.mjs';
import { launch, messagesOf } from './chromium.js';

export const TASKS = ['sunspots', 'digits', 'names', 'parity', 'echo', 'sine'] as const;
export const SIZES = [
  { width: 1280, height: 720 },
  { width: 390, height: 844 },
  { width: 1920, height: 1080 },
];

/** Starts server and browser for one file of tests; gives the way to open the page. */
export function usePage() {
  let browser: Browser;
  let server: Server;
  let address: string;

  beforeAll(async () => {
    // one folder above: the page has to work from any path
    const folder = await buildPage();
    ({ server, address } = await serve(dirname(folder), { port: 0 }));
    address += `${basename(folder)}/`;
    browser = await launch();
  });

  afterAll(async () => {
    await browser.close();
    server.closeAllConnections();
    server.close();
  });

  /** Opens the page at a state, does `work`, and expects that nothing was printed, refused or missing but what is `expected`. */
  return async (
    hash: string,
    work: (page: Page) => Promise<void>,
    options: BrowserContextOptions = {},
    expected: RegExp | null = null,
  ) => {
    const context = await browser.newContext({ viewport: SIZES[0], colorScheme: 'light', ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(60_000); // a busy machine takes its time
    const messages = messagesOf(page);
    await page.goto(`${address}#${hash}`);
    await ready(page);
    await work(page);
    expect(messages.filter((message) => !expected?.test(message))).toEqual([]);
    await context.close();
  };
}

/** Waits until the page shows what it describes as "task input step", or what begins with these words. */
export async function ready(page: Page, words = ''): Promise<void> {
  const selector = words ? `html[data-ready="${words}"], html[data-ready^="${words} "]` : 'html[data-ready]';
  await page.waitForSelector(selector);
}

/** The pixels of the heat map, as a data URL, after the drawing is done. */
export async function heatMap(page: Page): Promise<string> {
  await page.waitForTimeout(350); // a new column fades in
  return page.locator('.heat-map canvas').evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
}

/** Clicks the middle of a cell: `step` from 1, `unit` from 0. */
export async function clickCell(page: Page, step: number, unit: number, steps: number, units: number): Promise<void> {
  const canvas = page.locator('.heat-map canvas');
  await canvas.scrollIntoViewIfNeeded();
  const { width, height } = (await canvas.boundingBox())!;
  const gutter = width < 520 ? 30 : 40;
  const column = (width - gutter - 4) / steps;
  await canvas.click({ position: { x: gutter + (step - 0.5) * column, y: ((unit + 0.5) * height) / units } });
}

/** The numbers behind the opened cell, all terms shown. */
export async function openedCell(page: Page): Promise<{ state: number; sum: number; products: number[] }> {
  const more = page.locator('.cell [data-focus=more]');
  if ((await more.count()) > 0 && /smaller/.test((await more.textContent()) ?? '')) await more.click();
  return page.locator('.cell').evaluate((cell) => ({
    state: Number((cell as HTMLElement).dataset.state),
    sum: Number((cell as HTMLElement).dataset.sum),
    products: [...cell.querySelectorAll<HTMLElement>('[data-product]')].map((row) => Number(row.dataset.product)),
  }));
}
