// From the lines of one pass (one Node, one module) to figures and verdicts; lib/report.mjs shows them.
import { limitGflops, limitName, STREAM_KIB } from './limit.mjs';
import { shapeOf } from './shapes.mjs';
import { line as leastSquares, ratioPerRound } from './statistics.mjs';
import { COLD_MS, floorFor, ODD_WORST, OURS, ratioTargets, targetFor, verdict } from './targets.mjs';

/** Noise allowed where two times should be equal. */
const EQUAL = 1.05;
/** Time may grow by so much more than the arithmetic in one doubling and still count as linear. */
const LINEAR = 1.25;

/** The wasm limits of a pass: of each figure the best, should limits.mjs have run more than once. */
export function bestLimits(lines, relaxed) {
  const kind = relaxed ? 'relaxed_madd' : 'mul+add';
  const measured = lines.filter((line) => line.wasm === kind && line.gflops);
  if (!measured.length) return undefined;
  const best = (key) => Math.max(...measured.map((line) => line[key]));
  return Object.fromEntries(['gflops', ...STREAM_KIB.map((kib) => `GBps_${kib}KiB`)].map((key) => [key, best(key)]));
}

/** Lines with a time, as shape -> peer -> line; what was measured last counts. */
export function byShape(lines) {
  const found = new Map();
  for (const line of lines) {
    if (!line.shape || !(line.ms || line.error)) continue;
    if (!found.has(line.shape)) found.set(line.shape, new Map());
    found.get(line.shape).set(line.peer, line);
  }
  return found;
}

/**
 * Per shape, our speed against the limit: { shape, ms, gflops, bound, limit, part, partOfBest, partInRounds, floor, met }.
 * part: our median against limits.mjs' figure, which is what counts; partOfBest: our fastest sample against it;
 * partInRounds: our median against the median of wasm-limit, measured in the same rounds.
 */
export function limitRows(lines, relaxed) {
  const limits = bestLimits(lines, relaxed);
  return [...byShape(lines)].flatMap(([name, peers]) => {
    const ours = peers.get(OURS);
    if (!ours?.ms || !limits) return [];
    const limit = limitGflops(shapeOf(name), limits);
    const beside = peers.get('wasm-limit');
    const part = ours.gflops / limit;
    const floor = floorFor(name);
    return {
      shape: name,
      ms: ours.ms,
      gflops: ours.gflops,
      bound: limitName(shapeOf(name)),
      limit,
      part,
      partOfBest: (part * ours.ms) / ours.min,
      partInRounds: beside?.ms ? beside.ms / ours.ms : undefined,
      floor,
      met: floor === undefined ? undefined : part >= floor,
    };
  });
}

/** Every cell with a target: { peer, shape, ratio, perRound, target, part, verdict }; 'unmeasured' if a side failed. */
export function ratioCells(lines, relaxed) {
  const parts = new Map(limitRows(lines, relaxed).map((row) => [row.shape, row.part]));
  return [...byShape(lines)].flatMap(([shape, peers]) => {
    const ours = peers.get(OURS);
    return Object.keys(ratioTargets).flatMap((peer) => {
      const line = peers.get(peer);
      const target = targetFor(peer, shape);
      if (!ours || !line || target === undefined) return [];
      if (!ours.ms || !line.ms) return { peer, shape, target, verdict: 'unmeasured' };
      const ratio = line.ms / ours.ms;
      const perRound = ratioPerRound(line.samples, ours.samples);
      const part = parts.get(shape);
      return { peer, shape, ratio, perRound, target, part, verdict: verdict(peer, shape, ratio, part) };
    });
  });
}

/** Shapes where a process had to wait for a core for more than a tenth of its time: 'text:seq (ort-node)'. */
export function disturbed(lines) {
  return [...byShape(lines)].flatMap(([shape, peers]) => {
    const waiting = [...peers.values()].filter(({ ms, cpuMs }) => cpuMs < 0.9 * ms);
    return waiting.length ? `${shape} (${waiting.map((line) => line.peer).join(', ')})` : [];
  });
}

/** Odd sizes: `cost` is time per flop against the next multiple of 8, below 8 the time alone, both per round. */
export function oddRows(lines) {
  return lines
    .filter((line) => line.odd)
    .map((line) => {
      if (line.error) return { ...line, met: false };
      const small = line.odd < 8;
      const cost = ratioPerRound(line.samples, line.evenSamples) / (small ? 1 : line.work);
      const limit = small ? EQUAL : ODD_WORST;
      return { ...line, cost, limit, met: cost <= limit };
    });
}

/** Curves: per doubling how much more the time grew than the arithmetic, and the least-squares line through all. */
export function curveRows(lines) {
  return lines
    .filter((line) => line.curve)
    .map(({ curve, peer, points, error }) => {
      if (error) return { curve, peer, error };
      const growth = points.slice(1).map((point, i) => point.ms / points[i].ms / (point.flops / points[i].flops));
      const { fixed, slope, r2 } = leastSquares(
        points.map((p) => p.flops),
        points.map((p) => p.ms),
      );
      const worst = Math.max(...growth);
      return { curve, peer, points, growth, worst, met: worst <= LINEAR, r2, fixedMs: fixed, gflops: 1 / slope / 1e6 };
    });
}

/** Cold starts: `above` is what a peer's first result takes beyond an empty Node process. */
export function coldRows(lines) {
  const cold = lines.filter((line) => line.cold);
  const empty = cold.find((line) => line.peer === 'node');
  return cold.map((line) => {
    const above = line.error || !empty || line === empty ? undefined : line.total - empty.total;
    return { ...line, above, met: line.peer === OURS ? above <= COLD_MS : undefined };
  });
}
