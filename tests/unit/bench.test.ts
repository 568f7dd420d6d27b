// The benchmark's own arithmetic: shapes, flops, limits, verdicts, report. Nothing here is timed.
import { describe, expect, test } from '@jest/globals';

// Plain JavaScript without declarations: imported by a computed name, and so as `any`.
const bench = (file: string) => import(`../../bench/${file}`);
const { flops, outputLength, products, selectShapes, shapeOf, shapes } = await bench('lib/shapes.mjs');
const { limitGflops, limitParts, limitName } = await bench('lib/limit.mjs');
const { line, maxAbsDiff, median, ratioPerRound } = await bench('lib/statistics.mjs');
const { curveRows, limitRows, oddRows, ratioCells } = await bench('lib/judge.mjs');
const { makeWeights } = await bench('lib/data.mjs');
const { makeLoops } = await bench('lib/wasm_loops.mjs');
const naive = await bench('adapters/naive-js.mjs');
const axpy = await bench('adapters/axpy-js.mjs');
const { render } = await bench('report.mjs');

const wasm = {
  wasm: 'mul+add',
  gflops: 50,
  GBps_16KiB: 60,
  GBps_256KiB: 60,
  GBps_768KiB: 40,
  GBps_4096KiB: 40,
  GBps_16384KiB: 40,
  GBps_131072KiB: 20,
};

/** A line as peers.mjs prints it. */
const measured = (shape: string, peer: string, ms: number) => ({
  shape,
  peer,
  ms,
  min: ms,
  cpuMs: ms,
  gflops: flops(shapeOf(shape)) / ms / 1e6,
  samples: [
    [0, ms],
    [1, ms],
  ],
});

describe('shapes', () => {
  test('flops count a multiply and an add of each matrix product', () => {
    expect(flops(shapeOf('tiny:seq'))).toBe(2 * 20 * (8 * 16 + 16 * 16));
    expect(flops(shapeOf('deep'))).toBe(2 * 16 * (50 * (32 + 3 * 128) * 128 + 128 * 10));
    expect(flops(shapeOf('train'))).toBe(3 * 2 * 32 * (50 * (16 + 64) * 64 + 64));
    expect(products(shapeOf('medium:last'))[0]).toEqual({
      flops: 2 * 32 * 50 * 64 * 128,
      rows: 1600,
      bytes: 4 * 64 * 128,
    });
  });

  test('are selected by name, by family and by size', () => {
    expect(selectShapes('tiny,deep').map(({ name }: { name: string }) => name)).toEqual([
      'tiny:seq',
      'tiny:last',
      'deep',
    ]);
    expect(selectShapes('all')).toHaveLength(shapes.size);
    expect(selectShapes('B2T3F5U7:seq')[0]).toMatchObject({ B: 2, T: 3, F: 5, layers: [{ units: 7 }] });
    expect(() => selectShapes('huge')).toThrow('unknown shape "huge"');
  });

  test('both reference peers give the same result of the promised length', async () => {
    for (const name of ['tiny:seq', 'B2T3F5U7:last']) {
      const shape = shapeOf(name);
      const weights = makeWeights(shape);
      const x = new Float32Array(shape.B * shape.T * shape.F).map((_, i) => Math.sin(i));
      const y = (await naive.setup(weights, shape)).run(x);
      expect(y).toHaveLength(outputLength(shape));
      expect(maxAbsDiff(y, (await axpy.setup(weights, shape)).run(x))).toBeLessThan(1e-6);
    }
  });
});

describe('limits', () => {
  test('batches are bound by registers, the recurrence of batch 1 by memory', () => {
    expect(limitName(shapeOf('large:seq'))).toBe('registers');
    expect(limitGflops(shapeOf('large:seq'), wasm)).toBeCloseTo(50);
    expect(limitName(shapeOf('text:last'))).toBe('registers + memory 256 KiB');
    // a third of the flops at 50 GFLOP/s, two thirds at 60 GB/s = 30 GFLOP/s
    expect(limitGflops(shapeOf('text:last'), wasm)).toBeCloseTo(1 / (1 / 3 / 50 + 2 / 3 / 30));
    expect(limitParts(shapeOf('stream')).map(({ kind }: { kind: string }) => kind)).toEqual(['memory', 'memory']);
  });

  test('the loops of the limit are valid WebAssembly and compute', () => {
    const { registers, stream } = makeLoops(false);
    // 12 accumulators start at 0: after one turn each holds y = 0.001, the memory is filled with 1
    expect(registers(1)).toBeCloseTo(0.012, 6);
    expect(stream(1, 192)).toBeCloseTo(12 * 0.999, 5);
  });
});

describe('statistics', () => {
  test('median, ratio within rounds, least squares', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    const slow = [
      [0, 10],
      [1, 200],
      [2, 30],
    ];
    const fast = [
      [0, 5],
      [2, 10],
    ];
    expect(ratioPerRound(slow, fast)).toBe(2.5);
    expect(ratioPerRound(slow, [[7, 1]])).toBeUndefined();
    expect(line([1, 2, 3], [5, 7, 9])).toEqual({ fixed: 3, slope: 2, r2: 1 });
    expect(maxAbsDiff([1, Number.NaN], [1, 2])).toBeNaN();
  });
});

describe('verdicts', () => {
  const ours = measured('large:seq', 'simple-rnn', 110); // 45.8 GFLOP/s: 92 % of the limit
  const text = measured('text:seq', 'simple-rnn', 2); // 19.7 GFLOP/s: 57 %
  const lines = [
    wasm,
    ours,
    measured('large:seq', 'ort-node', 100),
    measured('large:seq', 'ort-web', 330),
    text,
    measured('text:seq', 'ort-node', 2),
    { shape: 'text:seq', peer: 'ort-web', error: 'Error: none' },
  ];

  test('a cell is met by its ratio or by the limit, or missed, or was not measured', () => {
    const cells = ratioCells(lines, false).map(
      ({ shape, peer, verdict }: { shape: string; peer: string; verdict: string }) => `${shape} ${peer} ${verdict}`,
    );
    expect(cells).toEqual([
      'large:seq ort-node limit',
      'large:seq ort-web ratio',
      'text:seq ort-node missed',
      'text:seq ort-web unmeasured',
    ]);
    expect(limitRows(lines, false).map(({ met }: { met: boolean }) => met)).toEqual([true, false]);
    expect(limitRows(lines, true)).toEqual([]); // no relaxed limit was measured
  });

  test('odd sizes are judged by time per flop, the smallest by time', () => {
    const odd = (U: number, work: number, ms: number) => ({
      odd: U,
      even: 8 * Math.ceil(U / 8),
      batch: 1,
      work,
      ms,
      evenMs: 1,
      samples: [[0, ms]],
      evenSamples: [[0, 1]],
    });
    const rows = oddRows([odd(17, 0.5, 0.7), odd(17, 0.5, 0.8), odd(3, 0.1, 1), odd(3, 0.1, 1.2)]);
    expect(rows.map(({ met }: { met: boolean }) => met)).toEqual([true, false, true, false]);
  });

  test('a curve is linear unless a doubling costs more than its arithmetic', () => {
    const curve = (...times: number[]) => ({
      curve: 'T',
      points: times.map((ms, i) => ({ at: 2 ** i, shape: 'x', flops: 2 ** i, ms })),
    });
    expect(curveRows([curve(1, 2, 4)])[0]).toMatchObject({ worst: 1, met: true, fixedMs: 0, r2: 1 });
    expect(curveRows([curve(1, 2, 6)])[0]).toMatchObject({ worst: 1.5, met: false });
  });

  test('by CPU time, what waited for a core costs nothing', () => {
    const waited = {
      ...measured('text:seq', 'ort-node', 9),
      samples: [
        [0, 9, 3],
        [1, 9, 1],
        [2, 9, 2],
      ],
    };
    const { head } = render([wasm, { ...text, samples: [[0, 2, 1]] }, waited], { cpu: true });
    expect(head).toContain('by CPU time');
    expect(head).toContain('| text:seq | 2 (≥ 1.3) |');
  });

  test('the report counts them', () => {
    const { head, tail } = render(lines);
    expect(head).toContain('2 of 4 met: 1 by the ratio');
    expect(head).toContain('| text:seq | **1 (≥ 1.3), 57 %** | **not measured** (≥ 4) |');
    expect(tail).toContain('| text:seq | ort-web | Error: none |');
  });
});
