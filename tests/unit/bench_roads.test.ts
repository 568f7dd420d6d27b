// What bench/roads.mjs measures, judges and reports. Nothing here is timed.
import { describe, expect, test } from '@jest/globals';

// Plain JavaScript without declarations: imported by a computed name, and so as `any`.
const bench = (file: string) => import(`../../bench/${file}`);
const { shapeOf } = await bench('lib/shapes.mjs');
const { allocationRow, graphRow, roadRow } = await bench('lib/judge_roads.mjs');
const { graphNames, graphOf, roadsOf } = await bench('lib/roads.mjs');
const { render } = await bench('report.mjs');

describe('roads', () => {
  const road = { road: 'mask', beside: 'plain', at: 'small:seq', besideSamples: [[0, 2, 1]] };
  const graph = { graph: 'Dense', layers: [2, 34], samples: [[0, 0.34, 0.2]], fewSamples: [[0, 0.02, 0.02]] };
  const none = { allocations: 'plain', calls: 9, blocks: 0, bytes: 0, mallocs: 0, heapBytes: 300 };

  test('are judged by the ratio of the rounds, layers by what they add, calls by what they allocate', () => {
    expect(roadRow({ ...road, samples: [[0, 2.2, 1]] })).toMatchObject({ ratio: 1.1, ms: 2.2, besideMs: 2, met: true });
    expect(roadRow({ ...road, samples: [[0, 2.3, 1]] }).met).toBe(false);
    expect(graphRow(graph).microseconds).toBeCloseTo(10);
    expect(graphRow(graph).met).toBe(false);
    expect(allocationRow(none).met).toBe(true);
    expect(allocationRow({ ...none, mallocs: 1 }).met).toBe(false);
  });

  test('are in the report, by CPU time too', () => {
    const lines = [{ ...road, samples: [[0, 2.2, 1]] }, graph, none];
    expect(render(lines).head).toContain('| small:seq | mask | 2.2 | plain | 2 | 1.10 | yes |');
    expect(render(lines, { cpu: true }).head).toContain('| small:seq | mask | 1 | plain | 1 | 1.00 | yes |');
    expect(render(lines).head).toContain('| Dense | 34 | 340 | 10 | **no** |');
    expect(render(lines).head).toContain('| plain | 9 | 0 | 0 | 0 | 300 | yes |');
  });

  test('give what they promise', async () => {
    const library = await import('simple-rnn');
    const entries = roadsOf(library, shapeOf('B2T3F5U7:seq'));
    const shapes = entries.map(({ name, run }: { name: string; run: (i: number) => { shape: number[] } }) => [
      name,
      run(0).shape.at(-1),
    ]);
    expect(Object.fromEntries(shapes)).toMatchObject({
      plain: 7,
      'mask, half of them': 7,
      'Bidirectional, concat': 14,
    });
    const run = (name: string) => entries.find((entry: { name: string }) => entry.name === name).run(0).data;
    expect(run('mask, all steps used')).toEqual(run('plain'));
    expect(run('mask, half of them')).not.toEqual(run('plain'));
    expect(run('initial state')).not.toEqual(run('plain'));
    for (const name of graphNames) expect(graphOf(library, name, 3).run().shape).toEqual([1, 4]);
  });
});
