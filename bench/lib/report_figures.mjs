// All the figures of a pass, in Markdown.
import { byShape } from './judge.mjs';
import { STREAM_KIB } from './limit.mjs';
import { firstLine, number, section, table } from './markdown.mjs';
import { ratioPerRound } from './statistics.mjs';

function times(lines) {
  const shapes = byShape(lines);
  if (!shapes.size) return [];
  const peers = [...new Set([...shapes.values()].flatMap((lines) => [...lines.keys()]))].sort();
  const grid = (title, cell) =>
    section(
      title,
      table(
        ['shape', ...peers],
        [...shapes].map(([shape, found]) => [shape, ...peers.map((p) => cell(found.get(p) ?? {}, found))]),
      ),
    );
  const naive = (line, found) => {
    const base = found.get('naive-js')?.samples;
    return line.ms && base ? number(ratioPerRound(base, line.samples)) : '';
  };
  const all = [...shapes.values()].flatMap((found) => [...found.values()]);
  const latencies = all.filter((line) => line.latency);
  const failed = all.filter((line) => line.error);
  const us = (v) => number(1000 * v);
  return [
    grid('Median wall time, ms', (l) => (l.error ? 'n/a' : number(l.ms))),
    grid('Fastest sample, ms', (l) => number(l.min)),
    grid('GFLOP/s, from the median', (l) => number(l.gflops)),
    grid('CPU time of all threads / wall time', (l) => (l.ms ? (l.cpuMs / l.ms).toFixed(2) : '')),
    ...(all.some((l) => l.peer === 'naive-js')
      ? [grid('Times faster than naive-js (median of the rounds)', naive)]
      : []),
    grid('Max abs difference from naive-js', (l) => l.maxAbsDiff?.toExponential(1) ?? ''),
    grid('Peak RSS, MiB', (l) => (l.peakRss ? Math.round(l.peakRss / 2 ** 20) : '')),
    ...(latencies.length
      ? [
          section(
            'Latency of one streaming step, µs',
            table(
              ['peer', 'mean', 'p50', 'p90', 'p99', 'p99.9', 'max'],
              latencies.map(({ peer, ms, latency: l }) => [
                peer,
                us(ms),
                us(l.p50),
                us(l.p90),
                us(l.p99),
                us(l.p999),
                us(l.max),
              ]),
            ),
          ),
        ]
      : []),
    ...(failed.length
      ? [
          section(
            'Not measured',
            table(
              ['shape', 'peer', 'why'],
              failed.map((l) => [l.shape, l.peer, firstLine(l.error)]),
            ),
          ),
        ]
      : []),
  ];
}

function peaks(lines) {
  const rows = lines.filter((line) => line.native || line.wasm?.length);
  if (!rows.length) return [];
  return [
    section(
      'Single-thread limits of this machine',
      table(
        [
          'what',
          'GFLOP/s in registers',
          ...STREAM_KIB.map((kib) => `GB/s, ${kib < 1024 ? `${kib} KiB` : `${kib / 1024} MiB`}`),
          'GHz',
        ],
        rows.map((l) => [
          l.native ? `native ${l.native}-bit` : `wasm ${l.wasm}, Node ${l.node ?? ''}${l.flag ? ` (${l.flag})` : ''}`,
          l.gflops ?? l.error,
          ...STREAM_KIB.map((kib) => l[`GBps_${kib}KiB`] ?? ''),
          l.GHz ?? '',
        ]),
      ),
    ),
  ];
}

const versions = (lines) => {
  const all = Object.assign({}, ...lines.map((line) => line.versions));
  return Object.keys(all).length ? [section('Versions', table(['package', 'version'], Object.entries(all)))] : [];
};

/** All the rest of one pass. */
export function details({ title, lines }) {
  return [`## ${title}: all figures`, '', ...times(lines), ...peaks(lines), ...versions(lines)].join('\n');
}
