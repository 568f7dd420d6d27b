// A page made by a bundler, Vite as it comes, from the installed package: the worker's script is found, and runs under a
// strict Content-Security-Policy.

import type { Server } from 'node:http';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { serve } from '../../tools/start_server.mjs';
import { launch } from '../browser/chromium.js';
import { type Packed, pack, run } from './packed.js';

declare const window: { train(): Promise<number> };

let packed: Packed;
let browser: Browser;
let server: Server;
let address: string;

beforeAll(async () => {
  packed = pack();
  const page = join(packed.project, 'page');
  run(page, process.execPath, [resolve('node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'warn']);
  ({ server, address } = await serve(join(page, 'dist'), { port: 0 }));
  browser = await launch();
});

afterAll(async () => {
  await browser.close();
  server.closeAllConnections();
  server.close();
  packed.remove();
});

test('trains in its worker', async () => {
  const page = await browser.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(address, { waitUntil: 'networkidle' });
  expect(await page.evaluate(() => window.train())).toBe(2);
  expect(errors).toEqual([]);
});
