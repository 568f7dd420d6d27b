// Training in a worker of a page, under a strict Content-Security-Policy: the bits of Node, and a page that stays free.

import type { Server } from 'node:http';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import * as simpleRNN from 'simple-rnn';
import { toWorker } from 'simple-rnn/worker';
import { serve } from '../../tools/start_server.mjs';
import { launch, messagesOf } from './chromium.js';
import { train } from './pages/training.js';

type Trained = Awaited<ReturnType<typeof train>>;
interface Harness {
  train(): Promise<Trained & { long: number[] }>;
  trainHere(): Promise<Trained>;
  fail(): Promise<{ code: string; message: string }>;
}
declare const window: Harness;

let browser: Browser;
let server: Server;
let address: string;
let expected: Trained;

beforeAll(async () => {
  ({ server, address } = await serve('.', { port: 0 }));
  browser = await launch();
  simpleRNN.configure({ simd: 'strict' });
  expected = await train(simpleRNN, null);
});

afterAll(async () => {
  await browser.close();
  server.closeAllConnections();
  server.close();
});

async function open(): Promise<{ page: Page; messages: string[] }> {
  const page = await browser.newPage();
  const messages = messagesOf(page);
  await page.goto(`${address}tests/browser/pages/training.html?simd=strict`, { waitUntil: 'networkidle' });
  return { page, messages };
}

test('Node: the same bits in a worker, and nothing held outside of it', async () => {
  expect(expected.losses).toHaveLength(100);
  expect(expected.held).toBeGreaterThan(0);
  expect(await train(simpleRNN, toWorker)).toEqual({ ...expected, held: 0 });
});

test('Chromium: the same bits on the main thread and in a worker', async () => {
  const { page, messages } = await open();
  expect(await page.evaluate(() => window.trainHere())).toEqual(expected);
  const { long: _, ...trained } = await page.evaluate(() => window.train());
  expect(trained).toEqual({ ...expected, held: 0 });
  expect(messages).toEqual([]);
  await page.close();
});

test('no task of the page takes 50 ms while its worker trains', async () => {
  const { page } = await open();
  // A busy machine may hold any task up, but not again and again.
  const longest: number[] = [];
  for (let attempt = 0; attempt < 3 && longest.at(-1) !== 0; attempt += 1) {
    longest.push(await page.evaluate(() => window.train().then(({ long }) => Math.max(0, ...long))));
  }
  expect(longest.at(-1)).toBe(0);
  await page.close();
});

test('a worker whose script is missing is told', async () => {
  const { page } = await open();
  const { code, message } = await page.evaluate(() => window.fail());
  expect(code).toBe('ERR_UNSUPPORTED');
  expect(message).toMatch(/the worker did not start: .*hand it in/);
  await page.close();
});
