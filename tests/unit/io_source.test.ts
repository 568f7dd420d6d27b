import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pathToFileURL } from 'node:url';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { loadModel } from 'simple-rnn/io';
import { ARGUMENT, bytesOf, concat, FORMAT, path, refused, text, UNSUPPORTED, zip } from './io_support.js';

const model = 'keras_stateful_nobias.keras';
const page = '<!DOCTYPE html>\n<html><head><title>App</title></head><body></body></html>';
let server: Server;
let base = '';

beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url === '/model.keras') response.end(bytesOf(model));
    else if (request.url === '/page.keras') response.end(page);
    else if (request.url === '/broken.keras') {
      response.writeHead(200, { 'content-length': '1000000' });
      response.write('PK');
      setTimeout(() => response.destroy(), 20);
    } else response.writeHead(404).end(page);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const buffer = () => bytesOf(model).buffer.slice(0) as ArrayBuffer;
test.each<[string, () => Parameters<typeof loadModel>[0]]>([
  ['a path', () => path(model)],
  ['a file: URL', () => pathToFileURL(path(model))],
  ['a file: URL as a string', () => pathToFileURL(path(model)).href],
  ['an http: URL', () => new URL(`${base}/model.keras`)],
  ['an http: URL as a string', () => `${base}/model.keras`],
  ['a data: URL', () => `data:application/zip;base64,${Buffer.from(bytesOf(model)).toString('base64')}`],
  ['a Blob', () => new Blob([buffer()])],
  ['an ArrayBuffer', () => buffer()],
  ['an ArrayBuffer of another realm', () => runInNewContext('Uint8Array.from(b).buffer', { b: bytesOf(model) })],
  ['a Buffer', () => Buffer.from(bytesOf(model))],
  ['a part of a larger buffer', () => concat([text('abc'), bytesOf(model)]).subarray(3)],
  ['a DataView', () => new DataView(buffer())],
  [
    'shared memory',
    () => {
      const shared = new SharedArrayBuffer(bytesOf(model).length);
      new Uint8Array(shared).set(bytesOf(model));
      return shared;
    },
  ],
])('reads %s', async (_, source) => {
  const loaded = await loadModel(source());
  expect(loaded.name).toBe('sequential_4');
  loaded.dispose();
});

test('the bytes may be changed while the model is loaded', async () => {
  const bytes = bytesOf(model);
  const loading = loadModel(bytes);
  bytes.fill(0);
  (await loading).dispose();
});

test.each<[string, () => unknown, RegExp]>([
  ['nothing', () => undefined, /got undefined/],
  ['null', () => null, /got null/],
  ['a number', () => 7, /got number/],
  ['an object', () => ({}), /got Object/],
  ['an array', () => [1, 2], /got Array/],
  [
    'a detached buffer',
    () => {
      const gone = buffer();
      structuredClone(gone, { transfer: [gone] });
      return gone;
    },
    /detached/,
  ],
  [
    'a view of a detached buffer',
    () => {
      const gone = bytesOf(model);
      structuredClone(gone.buffer, { transfer: [gone.buffer] });
      return gone;
    },
    /detached/,
  ],
  ['a path to nothing', () => '/nowhere/model.keras', /"\/nowhere\/model\.keras" cannot be read/],
  ['a path with a NUL', () => 'a\0b', /cannot be read/],
  ['a URL that answers 404', () => `${base}/nowhere.keras`, /answered 404/],
  ['a server that is not there', () => 'http://127.0.0.1:9/model.keras', /cannot be fetched/],
  ['an answer that breaks off', () => `${base}/broken.keras`, /cannot be fetched/],
])('refuses %s', async (_, source, message) => {
  await refused(source() as never, ARGUMENT, message);
});

test.each<[string, () => unknown, RegExp]>([
  ['an empty file', () => new Uint8Array(0), /is empty/],
  ['an HTML page', () => text(page), /is an HTML page/],
  ['an HTML page from a server', () => `${base}/page.keras`, /page\.keras" is an HTML page/],
  ['a PNG', () => concat([new Uint8Array([0x89]), text('PNG\r\n\x1a\n')]), /PNG picture/],
  ['gzip', () => new Uint8Array([0x1f, 0x8b, 8, 0]), /gzip/],
  ['a Git LFS pointer', () => text('version https://git-lfs.github.com/spec/v1\n'), /Git LFS/],
  ['any JSON', () => text('{"a": 1}'), /JSON text, but not of a model/],
  ['noise', () => Uint8Array.from({ length: 1000 }, (_, i) => (i * 7919) % 251), /not a known model file/],
  ['any zip archive', () => zip([{ name: 'a.txt', data: text('a') }]), /without config\.json/],
])('refuses %s', async (_, source, message) => {
  await refused(source() as never, FORMAT, message);
});

test.each<[string, () => unknown, RegExp]>([
  ['HDF5', () => path('tfk_embedding_mask.h5'), /HDF5/],
  ['HDF5 weights', () => path('tfk_seq_trained.weights.h5'), /HDF5/],
  ['TensorFlow.js', () => path('tfjs_seq_two_rnn.model.json'), /TensorFlow\.js/],
  ['ONNX', () => path('onnx_fwd_tanh_default.onnx'), /ONNX/],
  ['ONNX by PyTorch', () => path('torch_l1_tanh.onnx'), /ONNX/],
  ['safetensors', () => path('torch_l1_tanh.safetensors'), /safetensors/],
  ['npz', () => path('npz_by_path.npz'), /\.npz/],
  ['npy', () => concat([new Uint8Array([0x93]), text('NUMPY\x01\0')]), /\.npy/],
  ['a pickle', () => new Uint8Array([0x80, 4, 0x95, 0, 0]), /pickle/],
  ['PyTorch', () => zip([{ name: 'archive/data.pkl', data: text('x') }]), /PyTorch.*pickles/],
  ['a SavedModel', () => new Uint8Array([8, 1, 0x12, 5, 0, 0]), /SavedModel/],
  ["a SavedModel's directory", () => path('.'), /directory.*SavedModel/],
  ["an architecture's JSON", () => text('{"class_name": "Sequential", "config": {}}'), /without weights/],
])('refuses %s by name', async (_, source, message) => {
  await refused(source() as never, UNSUPPORTED, message);
});
