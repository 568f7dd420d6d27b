// The kernels that join tensors, called as the layers call them, in the built modules that this Node can run.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import createModule, { type SimpleRNNModule } from '../../bindings/module.js';

function instantiate(file: string): SimpleRNNModule {
  const wasm = new WebAssembly.Module(readFileSync(file));
  const module = {
    instantiateWasm(imports: WebAssembly.Imports, receive: (instance: WebAssembly.Instance) => void) {
      const instance = new WebAssembly.Instance(wasm, imports);
      receive(instance);
      return instance.exports;
    },
  };
  createModule(module);
  return module as unknown as SimpleRNNModule;
}

const files = ['dist/simple-rnn.wasm', 'dist/simple-rnn-relaxed.wasm'];

describe.each(files.filter((file) => WebAssembly.validate(readFileSync(file))))('%s', (file) => {
  const module = instantiate(file);
  const address = module._malloc(256);
  const [left, right, axes] = [address + 64, address + 128, address + 192];
  const put = (to: number, values: number[]) => module.HEAPF32.set(values, to / 4);
  const got = (count: number) => [...module.HEAPF32.slice(address / 4, address / 4 + count)];

  test('a dropout mask has the same bits as natively', () => {
    module.dropoutMask(address, 8, 0.5, 42, 0);
    expect(got(8)).toEqual([2, 0, 0, 0, 0, 2, 0, 2]);
  });

  test('sums and products', () => {
    put(left, [1, 2, 3, 4, 5]);
    put(right, [10, 20, 30, 40, 50]);
    module._add_elements(address, left, right, 5);
    expect(got(5)).toEqual([11, 22, 33, 44, 55]);
    module._multiply_elements(address, left, right, 5);
    expect(got(5)).toEqual([10, 40, 90, 160, 250]);
    module._scale_elements(address, left, 0.5, 5);
    expect(got(5)).toEqual([0.5, 1, 1.5, 2, 2.5]);
    module.HEAP32.set([2, 0, 1, 3, 1, 0], axes / 4);
    module._add_broadcast(address, left, right, axes, 2);
    expect(got(6)).toEqual([11, 12, 13, 21, 22, 23]);
    module._multiply_broadcast(address, left, right, axes, 2);
    expect(got(6)).toEqual([10, 20, 30, 20, 40, 60]);
  });

  test('copies with strides, masks', () => {
    put(left, [1, 2, 3]);
    module._copy_rows(address, left + 8, 2, 3, 4, 12, 4, 0, -4);
    expect(got(6)).toEqual([3, 2, 1, 3, 2, 1]);
    module.HEAPU8.set([0, 1, 0], left);
    module.HEAPU8.set([0, 0, 1], right);
    module._or_masks(left, left, right, 3);
    expect([...module.HEAPU8.slice(left, left + 3)]).toEqual([0, 1, 1]);
  });
});
