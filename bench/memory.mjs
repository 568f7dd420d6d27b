// node memory.mjs [--shapes all] [--runs 200]
//
// What simple-rnn holds in its module, as its own `memory()` says: after the first run of a shape and after many more,
// and how that compares with parameters + activations. One JSON line per shape.
import { parseArgs } from 'node:util';
import { setup } from './adapters/simple-rnn.mjs';
import { makeInput, makeWeights } from './lib/data.mjs';
import { log, machine, print } from './lib/options.mjs';
import { selectShapes } from './lib/shapes.mjs';

const { values: options } = parseArgs({
  options: { shapes: { type: 'string', default: 'all' }, runs: { type: 'string', default: '200' } },
});
const { memory } = await import('simple-rnn');

/** Float32 values in the parameters, the input and every layer's output. */
function needed(shape) {
  let fan = shape.F;
  let rows = shape.B * shape.T;
  let values = rows * fan;
  for (const { type, units, returnSequences } of shape.layers) {
    values += fan * units + units + (type === 'simple_rnn' ? units * units : 0);
    if (type === 'simple_rnn' && !returnSequences) rows = shape.B;
    values += rows * units;
    fan = units;
  }
  return 4 * values;
}

const gc = globalThis.gc ?? (() => {});
print(machine());
for (const shape of selectShapes(options.shapes).filter(({ kind }) => kind !== 'train')) {
  gc();
  const before = memory();
  const { run } = await setup(makeWeights(shape), shape);
  const x = makeInput(shape, 0);
  run(x);
  const first = memory();
  for (let i = 0; i < Number(options.runs); i++) run(x);
  const last = memory();
  const line = {
    memory: shape.name,
    blocks: first.blocks - before.blocks,
    bytes: first.bytes - before.bytes,
    moreBlocks: last.blocks - first.blocks,
    moreBytes: last.bytes - first.bytes,
    needed: needed(shape),
  };
  print(line);
  log(
    `  ${shape.name.padEnd(12)} ${line.bytes} bytes in ${line.blocks} blocks, later ${line.moreBytes} in ${line.moreBlocks}`,
  );
}
