// The built package in Chromium under a strict Content-Security-Policy: the same bits as in Node.

import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import * as simpleRNN from 'simple-rnn';
import { CONTENT_SECURITY_POLICY, serve } from '../../tools/start_server.mjs';
import { launch, messagesOf } from './chromium.js';
import { compute, train } from './pages/numbers.js';

type Results = ReturnType<typeof compute>;
type Trained = Awaited<ReturnType<typeof train>>;
/** What the pages put on `window`. */
interface Harness {
  compute(): Promise<Results>;
  computeInWorker(): Promise<Results>;
  train(): Promise<Trained>;
  trainInWorker(): Promise<Trained>;
  load(source: string, inputs: { data: number[]; shape: number[] }): Promise<number[]>;
}
declare const window: Harness;

let browser: Browser;
let server: Server;
let address: string;
let expected: Results;

beforeAll(async () => {
  ({ server, address } = await serve('.', { port: 0 }));
  browser = await launch();
  simpleRNN.configure({ simd: 'strict' });
  expected = compute(simpleRNN);
});

afterAll(async () => {
  await browser.close();
  server.closeAllConnections();
  server.close();
});

/** Opens a page of tests/browser/pages, runs `work` in it, and expects it to have been silent. */
async function inPage<Result>(name: string, work: (page: Page) => Promise<Result>): Promise<Result> {
  const page = await browser.newPage();
  const messages = messagesOf(page);
  await page.goto(`${address}tests/browser/pages/${name}`, { waitUntil: 'networkidle' });
  const result = await work(page);
  expect(messages).toEqual([]);
  await page.close();
  return result;
}

test('the policy allows neither eval nor inline scripts', () => {
  expect(CONTENT_SECURITY_POLICY).toContain("script-src 'self' 'wasm-unsafe-eval'");
  expect(CONTENT_SECURITY_POLICY).not.toMatch(/'unsafe-(eval|inline)'/);
});

test('Node: repeated predictions take no memory, dispose gives everything back', () => {
  expect(expected.grownByRepeating).toBe(0);
  expect(expected.keptAfterDispose).toBe(0);
  expect(expected.outputs.every((value) => value > 0 && value < 1)).toBe(true);
});

test('ES module, main thread', async () => {
  expect(await inPage('module.html?simd=strict', (page) => page.evaluate(() => window.compute()))).toEqual(expected);
});

test('ES module, worker', async () => {
  const results = await inPage('module.html?simd=strict', (page) => page.evaluate(() => window.computeInWorker()));
  expect(results).toEqual(expected);
});

test('1,000 training steps end at the same weights, on the main thread and in a worker', async () => {
  const trained = await train(simpleRNN);
  expect(trained.steps).toBe(1000);
  expect(trained.losses[1]).toBeLessThan(trained.losses[0] as number);
  const results = await inPage('module.html?simd=strict', (page) =>
    page.evaluate(async () => [await window.train(), await window.train(), await window.trainInWorker()]),
  );
  expect(results).toEqual([trained, trained, trained]);
});

test('ES module, relaxed: within 1e-5, the same weights', async () => {
  const results = await inPage('module.html?simd=relaxed', (page) => page.evaluate(() => window.compute()));
  expect(results.weights).toEqual(expected.weights);
  results.outputs.forEach((value, index) => {
    expect(Math.abs(value - expected.outputs[index])).toBeLessThan(1e-5);
  });
  expect(results.grownByRepeating).toBe(0);
  expect(results.keptAfterDispose).toBe(0);
});

test('script tag', async () => {
  expect(await inPage('script.html', (page) => page.evaluate(() => window.compute()))).toEqual(expected);
});

test('slim entry, module by URL, without fetching the inlined bytes', async () => {
  const results = await inPage('slim.html', async (page) => {
    const requests: string[] = [];
    page.on('request', (request) => requests.push(new URL(request.url()).pathname));
    const computed = await page.evaluate(() => window.compute());
    const { inputs } = fixture();
    const outputs = await page.evaluate(([source, data]) => window.load(source, data), [kerasFile, inputs] as const);
    expectNear(outputs, fixture().outputs);
    expect(requests).toContain('/dist/simple-rnn.wasm');
    expect(requests).not.toContain('/dist/bytes.js');
    return computed;
  });
  expect(results).toEqual(expected);
});

const kerasFile = '/tests/fixtures/models/digits.keras';

/** Inputs and Keras' outputs of the model file, flat. */
function fixture() {
  const { inputs, outputs } = JSON.parse(readFileSync(`.${kerasFile.replace('.keras', '.io.json')}`, 'utf8'));
  const shape = (value: unknown): number[] => (Array.isArray(value) ? [value.length, ...shape(value[0])] : []);
  return {
    inputs: { data: inputs[0].flat(9) as number[], shape: shape(inputs[0]) },
    outputs: outputs[0].flat(9) as number[],
  };
}

function expectNear(actual: number[], wanted: number[]) {
  expect(actual).toHaveLength(wanted.length);
  for (const [index, value] of actual.entries()) expect(Math.abs(value - wanted[index])).toBeLessThan(1e-5);
}

test.each(['module.html?simd=strict', 'module.html?simd=relaxed', 'script.html'])(
  'a Keras file by URL gives the outputs of Keras: %s',
  async (name) => {
    const { inputs, outputs } = fixture();
    const actual = await inPage(name, (page) =>
      page.evaluate(([source, data]) => window.load(source, data), [kerasFile, inputs] as const),
    );
    expectNear(actual, outputs);
  },
);
