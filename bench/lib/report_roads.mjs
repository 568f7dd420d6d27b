// The tables of roads.mjs.
import { allocationRow, graphRow, roadRow } from './judge_roads.mjs';
import { mark, number, section, table } from './markdown.mjs';
import { CALL_BYTES, LAYER_MICROSECONDS, ROAD_WORST } from './targets.mjs';

function times(lines) {
  const rows = lines.filter((line) => line.road).map(roadRow);
  if (!rows.length) return [];
  return [
    section(
      `Masks, states, directions and cells beside plain forwards of the same work (at most ${ROAD_WORST})`,
      table(
        ['shape', 'what', 'ms', 'beside', 'ms', 'ratio', 'met'],
        rows.map((row) => [
          row.at,
          row.road,
          number(row.ms),
          row.beside,
          number(row.besideMs),
          row.ratio.toFixed(2),
          mark(row.met),
        ]),
      ),
    ),
  ];
}

function graphs(lines) {
  const rows = lines.filter((line) => line.graph).map(graphRow);
  if (!rows.length) return [];
  return [
    section(
      `Functional models of tiny layers: what a layer adds to a call, its kernel included (at most ${LAYER_MICROSECONDS} µs)`,
      table(
        ['layers', 'number', 'µs a call', 'µs a layer', 'met'],
        rows.map((row) => [row.graph, row.layers, number(1000 * row.ms), number(row.microseconds), mark(row.met)]),
      ),
    ),
  ];
}

function allocations(lines) {
  const rows = lines.filter((line) => line.allocations).map(allocationRow);
  if (!rows.length) return [];
  return [
    section(
      `What a call allocates after the first ones, at tiny:seq and in the functional models (JavaScript: at most ${CALL_BYTES} bytes, results included)`,
      table(
        ['what', 'calls', 'more blocks', 'more bytes', 'mallocs', "bytes of JavaScript's heap a call", 'met'],
        rows.map((row) => [
          row.allocations,
          row.calls,
          row.blocks,
          row.bytes,
          row.mallocs,
          row.heapBytes,
          mark(row.met),
        ]),
      ),
    ),
  ];
}

/** All of them, of the lines of one pass. */
export const roads = (lines) => [...times(lines), ...graphs(lines), ...allocations(lines)];
