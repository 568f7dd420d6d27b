// The type of the built module is written by hand: here it is held against what the module really has.
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import createModule, { type SimpleRNNModule } from '../../bindings/module.js';

const wasm = new WebAssembly.Module(readFileSync('build/wasm/simple_rnn.wasm'));

function instantiate(): SimpleRNNModule {
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

/** The names of the methods of an interface in bindings/module.d.ts. */
function declared(name: string): string[] {
  const text = readFileSync('bindings/module.d.ts', 'utf8');
  const body = text.slice(text.indexOf(`export interface ${name} `)).split('\n}')[0];
  return [...body.matchAll(/^ {2}(\w+)\(/gm)].map((match) => match[1]);
}

/** What Emscripten itself puts on the module. */
const emscripten = ['instantiateWasm', 'run', 'stackSave', 'stackRestore'];

test('Embind registers the declared kernels and no others', () => {
  const registered = Object.entries(instantiate())
    .filter(([name, value]) => typeof value === 'function' && !name.startsWith('_') && !emscripten.includes(name))
    .map(([name]) => name);
  expect(registered.sort()).toEqual(declared('Kernels').sort());
});

test('the plain exports are there', () => {
  const module = instantiate() as unknown as Record<string, unknown>;
  for (const name of [...declared('PlainExports'), '_malloc', '_free', 'stackSave', 'stackRestore']) {
    expect([name, typeof module[name]]).toEqual([name, 'function']);
  }
});
