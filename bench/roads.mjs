// node roads.mjs [--shapes small,text,medium,large] [--parts times,graphs,allocations] [sampling options of peers.mjs]
//
// Masks, initial states, go_backwards, Bidirectional and cells beside plain forwards of the same work, all of a shape
// taking turns in one process (lib/roads.mjs says what); the cost of a layer in a functional model, from models of few
// and of many tiny layers; what a call allocates. One JSON line each.
import { heapBytes, importCounted } from './lib/allocations.mjs';
import { graphRow, roadRow } from './lib/judge_roads.mjs';
import { log, machine, print, samplingOptions } from './lib/options.mjs';
import { graphNames, graphOf, roadsOf } from './lib/roads.mjs';
import { selectShapes } from './lib/shapes.mjs';
import { takeTurns } from './lib/turns.mjs';

const FEW = 2;
const MANY = 34;
const CALLS = 1000;

const options = samplingOptions({
  shapes: 'small,text,medium,large',
  parts: 'times,graphs,allocations',
  rounds: '45',
  'sample-ms': '10',
});
const parts = options.parts.split(',');
const { library, mallocs } = await importCounted();

async function times(shape) {
  log(`roads of ${shape.name}`);
  const entries = roadsOf(library, shape);
  await takeTurns(entries, options);
  for (const { name, beside, samples } of entries) {
    if (beside === null) continue;
    const besideSamples = entries.find((entry) => entry.name === beside).samples;
    const line = { road: name, beside, at: shape.name, samples, besideSamples };
    print(line);
    const { ms, besideMs, ratio } = roadRow(line);
    log(`  ${name.padEnd(24)} ${ms.toPrecision(4)} ms, ${beside} ${besideMs.toPrecision(4)} ms: ${ratio.toFixed(3)}`);
  }
  for (const { model } of entries) model.dispose();
}

async function graph(name) {
  const [few, many] = [FEW, MANY].map((blocks) => graphOf(library, name, blocks));
  await takeTurns([few, many], options);
  const line = {
    graph: name,
    layers: [few.applications, many.applications],
    samples: many.samples,
    fewSamples: few.samples,
  };
  print(line);
  log(`  ${name}: ${graphRow(line).microseconds.toFixed(3)} µs a layer and call`);
  for (const { model } of [few, many]) model.dispose();
}

function allocations(name, { run }) {
  for (let i = 0; i < CALLS; i++) run(i);
  const before = { ...library.memory(), mallocs: mallocs() };
  for (let i = 0; i < CALLS; i++) run(i);
  const after = { ...library.memory(), mallocs: mallocs() };
  const line = { allocations: name, calls: CALLS, heapBytes: Math.round(heapBytes(run)) };
  for (const key of Object.keys(before)) line[key] = after[key] - before[key];
  print(line);
  log(`  ${name}: ${line.mallocs} mallocs in ${CALLS} calls, ${line.heapBytes} bytes of JavaScript's heap a call`);
}

print(machine());
const shapes = selectShapes(options.shapes);
if (parts.includes('times')) for (const shape of shapes) await times(shape);
if (parts.includes('graphs')) {
  log('functional models');
  for (const name of graphNames) await graph(name);
}
if (parts.includes('allocations')) {
  log('what a call allocates');
  const [shape] = selectShapes('tiny:seq');
  for (const entry of roadsOf(library, shape)) allocations(entry.name, entry);
  for (const name of graphNames) allocations(name, graphOf(library, name, MANY));
}
