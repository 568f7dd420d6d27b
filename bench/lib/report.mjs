// The tables that decide: figures beside their targets, in Markdown.
import { coldRows, curveRows, disturbed, limitRows, oddRows, ratioCells } from './judge.mjs';
import { firstLine, kilobytes, mark, number, percent, section, table } from './markdown.mjs';
import { roads } from './report_roads.mjs';
import { training } from './report_training.mjs';
import { COLD_MS, ENTRY_GZIP, LIMIT_INSTEAD, OURS, WASM_GZIP } from './targets.mjs';

function ratios(lines, relaxed) {
  const cells = ratioCells(lines, relaxed);
  if (!cells.length) return [];
  const shapes = [...new Set(cells.map((cell) => cell.shape))];
  const peers = [...new Set(cells.map((cell) => cell.peer))];
  const show = (cell) => {
    if (!cell) return '';
    if (cell.verdict === 'unmeasured') return `**not measured** (≥ ${cell.target})`;
    const aim = `${number(cell.ratio)} (≥ ${cell.target})`;
    if (cell.verdict === 'ratio') return aim;
    return cell.verdict === 'limit' ? `${aim}, limit ${percent(cell.part)}` : `**${aim}, ${percent(cell.part)}**`;
  };
  const find = (peer, shape) => cells.find((cell) => cell.peer === peer && cell.shape === shape);
  const count = (verdict) => cells.filter((cell) => cell.verdict === verdict).length;
  const summary =
    `${count('ratio') + count('limit')} of ${cells.length} met: ${count('ratio')} by the ratio (peer's median / ours), ` +
    `${count('limit')} by at least ${percent(LIMIT_INSTEAD)} of the wasm limit. Bold: missed, with the part of the limit.`;
  const grid = table(
    ['shape', ...peers],
    shapes.map((shape) => [shape, ...peers.map((peer) => show(find(peer, shape)))]),
  );
  const waited = disturbed(lines);
  const note = waited.length
    ? `The machine was busy, a process waited for a core for more than a tenth of its time: ${waited.join('; ')}.\n`
    : '';
  return [section('Ratios and targets', summary, '', grid, note)];
}

function limits(lines, relaxed) {
  const rows = limitRows(lines, relaxed);
  if (!rows.length) return [];
  return [
    section(
      'Against the wasm limit of the kind of work',
      table(
        [
          'shape',
          'ms',
          'GFLOP/s',
          'bound by',
          'limit',
          'median / limit',
          'fastest / limit',
          'in the same rounds',
          'floor',
          'met',
        ],
        rows.map((row) => [
          row.shape,
          number(row.ms),
          number(row.gflops),
          row.bound,
          number(row.limit),
          percent(row.part),
          percent(row.partOfBest),
          percent(row.partInRounds),
          percent(row.floor),
          mark(row.met),
        ]),
      ),
    ),
  ];
}

function odd(lines) {
  const rows = oddRows(lines);
  if (!rows.length) return [];
  return [
    section(
      'Odd sizes (F = U, T = 50): time per flop against the next multiple of 8; below 8, the time alone',
      table(
        ['batch', 'U', 'ms', 'next', 'ms', 'cost', 'at most', 'met'],
        rows.map((row) => [
          row.batch,
          row.odd,
          ...(row.error
            ? [firstLine(row.error), '', '', '', '']
            : [number(row.ms), row.even, number(row.evenMs), row.cost.toFixed(2), row.limit]),
          mark(row.met),
        ]),
      ),
    ),
  ];
}

function curves(lines) {
  return curveRows(lines).map((row) => {
    if (row.error) return section(`Curve in ${row.curve}`, `**${firstLine(row.error)}**`, '');
    return section(
      `Curve in ${row.curve} (${row.points[0].shape} …)`,
      `Worst growth beyond the arithmetic in one doubling: ${row.worst.toFixed(2)} (linear: ${row.met ? 'yes' : '**no**'}). ` +
        `Least squares: ${number(row.fixedMs * 1000)} µs + flops at ${number(row.gflops)} GFLOP/s, R² ${row.r2.toFixed(4)}.`,
      '',
      table(
        ['at', ...row.points.map((point) => point.at)],
        [
          ['ms', ...row.points.map((point) => number(point.ms))],
          ['GFLOP/s', ...row.points.map((point) => number(point.flops / point.ms / 1e6))],
          ['time × / arithmetic ×', '', ...row.growth.map((value) => value.toFixed(2))],
        ],
      ),
    );
  });
}

function cold(lines) {
  const rows = coldRows(lines);
  if (!rows.length) return [];
  return [
    section(
      `Cold start of a process, ms (target: at most ${COLD_MS} above an empty Node process)`,
      table(
        [
          'peer',
          'shape',
          'spawn to first result',
          'fastest',
          'above empty Node',
          'import + setup',
          'first run',
          'peak RSS, MiB',
          'met',
        ],
        rows.map((row) => [
          row.peer,
          row.cold,
          ...(row.error
            ? [firstLine(row.error), '', '', '', '', '']
            : [
                number(row.total),
                number(row.totalMin),
                number(row.above),
                number(row.setup),
                number(row.first),
                Math.round(row.peakRss / 2 ** 20),
              ]),
          mark(row.met),
        ]),
      ),
    ),
  ];
}

function memory(lines) {
  const rows = lines.filter((line) => line.memory);
  if (!rows.length) return [];
  return [
    section(
      'Held in the module (predict and step): after the first run, and what many more add',
      table(
        ['shape', 'blocks', 'bytes', 'of parameters + activations', 'more blocks', 'more bytes', 'met'],
        rows.map((l) => [
          l.memory,
          l.blocks,
          l.bytes,
          percent(l.bytes / l.needed),
          l.moreBlocks,
          l.moreBytes,
          mark(l.moreBlocks === 0 && l.moreBytes === 0),
        ]),
      ),
    ),
  ];
}

function sizes(lines) {
  const rows = lines.filter((line) => line.size);
  const own = lines.filter((line) => line.ownWasm);
  const dependencies = lines.find((line) => line.runtimeDependencies !== undefined);
  if (!rows.length) return [];
  const met = (line) => (line.size === OURS ? mark(line.js.gzip <= ENTRY_GZIP) : '');
  return [
    section(
      `Bytes to ship to a browser, kB (target: whole default entry ≤ ${ENTRY_GZIP / 1000}, each .wasm ≤ ${WASM_GZIP / 1000} gzip)`,
      table(
        ['bundle', 'JS', 'JS gzip', 'wasm', 'wasm gzip', 'total gzip', 'total brotli', 'met'],
        rows.map((l) =>
          l.error
            ? [l.size, firstLine(l.error), '', '', '', '', '', '']
            : [
                l.size,
                ...[l.js.raw, l.js.gzip, l.wasm.raw, l.wasm.gzip, l.total.gzip, l.total.brotli].map(kilobytes),
                met(l),
              ],
        ),
      ),
      own.map((l) => `${l.ownWasm}: ${kilobytes(l.gzip)} kB gzip (met: ${mark(l.gzip <= WASM_GZIP)})`).join('; '),
      dependencies ? `Run-time dependencies: ${dependencies.runtimeDependencies}` : '',
      '',
    ),
  ];
}

/** The tables that decide, of one pass: { title, relaxed, lines }. */
export function summary({ title, relaxed, lines }) {
  return [
    `## ${title}`,
    '',
    ...ratios(lines, relaxed),
    ...limits(lines, relaxed),
    ...odd(lines),
    ...curves(lines),
    ...roads(lines),
    ...training(lines),
    ...cold(lines),
  ].join('\n');
}

/** What belongs to no pass: sizes, memory. */
export const common = (lines) => [...sizes(lines), ...memory(lines)].join('\n');
