// What `npm start` does: the forecasts in the terminal, and the server of the page.

import type { Server as HttpServer } from 'node:http';
import { connect, type Server } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { study } from '../../examples/sunspots.mjs';
import { learningReport, report } from '../../tools/start_report.mjs';
import { serve } from '../../tools/start_server.mjs';
import { learn } from '../../tools/start_training.mjs';

let result: Awaited<ReturnType<typeof study>>;
const servers: HttpServer[] = [];

beforeAll(async () => {
  result = await study();
});

afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

const tenths = (rows: { forecast: number }[]) => rows.map(({ forecast }) => Number(forecast.toFixed(1)));

test('the forecasts are those of Keras', () => {
  expect(result.error.toFixed(2)).toBe('17.98');
  expect(result.errorOfLastValue.toFixed(2)).toBe('32.79');
  expect(result.errorOfElevenYearsAgo.toFixed(2)).toBe('37.73');
  expect(tenths(result.cycle1998)).toEqual([44.6, 75.2, 92.3, 105.8, 88.3, 64.0, 40.5, 25.3, 19.1, 18.9, 26.4]);
  expect(tenths(result.cycle2009)).toEqual([10.9, 31.1, 63.0, 81.7, 80.1, 68.3, 49.9, 37.0, 24.1, 12.4, 7.6]);
  expect(result.rows.map(({ year }) => year)).toEqual(Array.from({ length: 58 }, (_, i) => 1951 + i));
});

test('the report fits 80 columns and is plain text away from a terminal', () => {
  const lines = report(result, { isTTY: false });
  expect(Math.max(...lines.map((line) => [...line].length))).toBeLessThanOrEqual(80);
  const text = lines.join('\n');
  expect(text).not.toContain('\u001b');
  expect(text).toContain('17.98');
  expect(text).toMatch(/takes \d+\.\d µs/);
  expect(text.match(/●/g)!.length).toBeGreaterThan(50);
});

test('colour in a terminal, unless NO_COLOR', () => {
  const before = process.env.NO_COLOR;
  delete process.env.NO_COLOR;
  expect(report(result, { isTTY: true }).join('')).toContain('\u001b[');
  process.env.NO_COLOR = '1';
  expect(report(result, { isTTY: true }).join('')).not.toContain('\u001b');
  if (before === undefined) delete process.env.NO_COLOR;
  else process.env.NO_COLOR = before;
});

test('the same network learns from random weights, about as well as in Keras', async () => {
  const learned = await learn();
  expect(learned.looks.map(({ step }) => step)).toEqual([160, 320, 480, 640, 800]);
  expect(learned.error).toBeLessThan(18.67);
  expect(learned.looks[4].training).toBeLessThan(learned.looks[0].training);
  const lines = learningReport(learned, { isTTY: false });
  expect(Math.max(...lines.map((line) => [...line].length))).toBeLessThanOrEqual(80);
  expect(lines.join('\n')).toMatch(new RegExp(`here +${learned.error.toFixed(2)}$`, 'm'));
});

async function served(options = { port: 0 }) {
  const made = await serve('demo/public', options);
  servers.push(made.server);
  // by number: a bare machine need not know the name
  return { ...made, address: made.address.replace('localhost', '127.0.0.1') };
}

test('files with their types and the policy', async () => {
  const { address } = await served();
  for (const [path, type] of [
    ['favicon.svg', 'image/svg+xml'],
    ['data/sunspots.json', 'application/json; charset=utf-8'],
    ['models/sunspots.keras', 'application/octet-stream'],
  ]) {
    const response = await fetch(address + path);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe(type);
    expect(response.headers.get('content-security-policy')).toBe(
      "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'",
    );
    expect((await response.arrayBuffer()).byteLength).toBe(Number(response.headers.get('content-length')));
  }
  expect((await fetch(`${address}favicon.svg`, { method: 'HEAD' })).status).toBe(200);
  expect((await fetch(address, { method: 'POST' })).status).toBe(405);
});

/** The status of a request whose path goes over the wire as it is. */
function statusOf(server: Server, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect((server.address() as { port: number }).port, '127.0.0.1');
    socket.on('error', reject);
    socket.on('data', (data) => {
      socket.destroy();
      resolve(Number(/^HTTP\/1\.1 (\d+)/.exec(String(data))?.[1]));
    });
    socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  });
}

test('nothing outside the folder, whatever the path', async () => {
  const { server } = await served();
  const paths = ['/../package.json', '/..%2fpackage.json', '/%2e%2e/package.json', '/%00', '/%', '//', '/data', '/no'];
  for (const path of [...paths, '/....//package.json', '/..%5cpackage.json']) {
    expect(`${path} ${await statusOf(server, path)}`).toBe(`${path} 404`);
  }
});

test('a port that is taken is no obstacle', async () => {
  const first = await served();
  const port = Number(new URL(first.address).port);
  const second = await served({ port });
  expect(second.address).not.toBe(first.address);
  expect((await fetch(`${second.address}favicon.svg`)).status).toBe(200);
});
